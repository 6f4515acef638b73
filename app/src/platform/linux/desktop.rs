//! Linux's desktop: the panel's menu over D-Bus, so that no toolkit and no display connection is needed.

use crate::menu::Icon;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use std::{
    ops::ControlFlow,
    os::unix::ffi::OsStrExt,
    path::Path,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};
use tray_icon::{TrayIcon, TrayIconBuilder};
use zbus::{
    blocking::{Connection, fdo::DBusProxy},
    names::BusName,
};

/// The program that opens a file or an address with the user's chosen program.
pub(crate) const OPENER: &str = "xdg-open";
/// What it is called to see a file in its folder.
pub(crate) const REVEAL_LABEL: &str = "Show in Folder";

/// Shows a file in its folder: in the desktop's file manager (the freedesktop.org interface `FileManager1`), or the folder
/// alone where there is none.
///
/// # Errors
/// Completes a sentence.
pub(crate) fn reveal(path: &Path) -> Result<(), String> {
    // RFC 8089 allows these and what RFC 3986 calls unreserved.
    const KEPT: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let address = format!("file://{}", percent_encode(path.as_os_str().as_bytes(), KEPT));
    let shown = || -> Option<()> {
        let connection = Connection::session().ok()?;
        let manager = "org.freedesktop.FileManager1";
        let (place, arguments) = ("/org/freedesktop/FileManager1", (&[address.as_str()][..], ""));
        connection.call_method(Some(manager), place, Some(manager), "ShowItems", &arguments).ok().map(drop)
    };
    let folder = path.parent().unwrap_or(path);
    shown().map_or_else(
        || {
            let opened = crate::desktop::run(&[OPENER.as_ref(), folder.as_os_str()], &[]);
            opened.map_err(|error| format!("{OPENER} {error}"))
        },
        Ok,
    )
}

/// Programs that put their standard input on the clipboard; the first that exists is used: Wayland's, then X11's.
pub(crate) const COPIERS: &[&[&str]] =
    &[&["wl-copy"], &["xclip", "-selection", "clipboard", "-in"], &["xsel", "--clipboard", "--input"]];
/// Changes to their environment: none, since they take bytes.
pub(crate) const COPIERS_ENVIRONMENT: &[(&str, Option<&str>)] = &[];

/// Programs that make the system forget this one: none, since Linux remembers nothing.
pub(crate) const FORGETTERS: &[&[&str]] = &[];

/// The service that panels listen to for icons: the freedesktop.org draft "Status Notifier Item", as all panels use it.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// How often to look for a panel while one may still appear.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Checks that there is a place for an icon, or will be within `patience`.
///
/// # Errors
/// There is none: why, and what to do.
pub(crate) fn can_show_menu(patience: Duration) -> Result<(), String> {
    let connection = Connection::session()
        .map_err(|error| format!("there is no desktop session to show a menu in ({error})"))?;
    let ask = || -> zbus::Result<bool> {
        Ok(DBusProxy::new(&connection)?.name_has_owner(BusName::from_static_str(WATCHER)?)?)
    };
    let limit = Instant::now() + patience;
    let mut answer = ask();
    while matches!(answer, Ok(false)) && Instant::now() < limit {
        thread::sleep(LOOK_AGAIN);
        answer = ask();
    }
    match answer {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!(
            "no panel of this desktop takes icons (nobody is {WATCHER}): GNOME needs its AppIndicator extension"
        )),
        Err(error) => Err(format!("the desktop's session bus doesn't answer: {error}")),
    }
}

/// The icon's color. Panels draw it unchanged, on dark and on light: each of these can be told from both.
pub(crate) fn icon_color(icon: Icon) -> Option<[u8; 3]> {
    Some(match icon {
        Icon::Idle => [0x8C, 0x93, 0xA0],
        Icon::Live => [0x1F, 0xA8, 0x6B],
        Icon::Attention => [0xE0, 0x7A, 0x10],
    })
}

/// Sets the initial icon, and its name in the panels' settings.
pub(crate) fn with_icon(builder: TrayIconBuilder, image: tray_icon::Icon) -> TrayIconBuilder {
    builder.with_title("Wavecraft Companion").with_icon(image)
}

/// Replaces the icon.
///
/// # Errors
/// The system refuses it.
pub(crate) fn set_icon(tray: &TrayIcon, image: tray_icon::Icon) -> tray_icon::Result<()> {
    tray.set_icon(Some(image))
}

/// Wakes the main thread from any other.
#[derive(Clone)]
pub(crate) struct MainThread(mpsc::Sender<()>);

impl MainThread {
    /// Wakes the main loop to check for news.
    pub(crate) fn wake(&self) {
        let _ = self.0.send(());
    }
}

/// Shows a text to a user who may not see the icon, as a notification.
///
/// # Errors
/// For the log: there is no server, or it refuses.
pub(crate) fn show_words(title: &str, text: &str) -> Result<(), String> {
    super::show_notification(title, text)
}

/// Calls `poll` on this thread, which is the main one, each time it is woken, until `poll` breaks. `begin` is called
/// once before. `leave` is for systems that end a process from within its loop: here a signal does that, which the app
/// handles. `opened` isn't called here either: if the program is opened while it runs, the other process says so on the
/// control socket.
pub(crate) fn main_loop(
    begin: impl FnOnce(MainThread),
    mut poll: impl FnMut() -> ControlFlow<()> + 'static,
    _opened: impl Fn(),
    _leave: impl FnOnce() + 'static,
) {
    let (sender, woken) = mpsc::channel();
    begin(MainThread(sender));
    while woken.recv().is_ok() && poll().is_continue() {}
}
