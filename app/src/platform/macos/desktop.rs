//! The Mac's menu bar and main loop. This file couldn't be run where it was written, so each call is next to the rule
//! it follows.
#![expect(unsafe_code, reason = "a block for the main run loop, whose binding can't check its arguments")]

use crate::{menu::Icon, platform::main_loop::MainLoop};
use block2::RcBlock;
use objc2_core_foundation::{CFRunLoop, kCFRunLoopDefaultMode};
use std::{ops::ControlFlow, path::Path, time::Duration};
use tao::{
    event::{Event, StartCause},
    event_loop::{ControlFlow as Flow, EventLoopBuilder},
    platform::{
        macos::{ActivationPolicy, EventLoopExtMacOS},
        run_return::EventLoopExtRunReturn,
    },
};
use tray_icon::{TrayIcon, TrayIconBuilder};

/// The program that opens a file or an address with the user's chosen program: open(1).
pub(crate) const OPENER: &str = "/usr/bin/open";
/// What it is called to see a file in its folder.
pub(crate) const REVEAL_LABEL: &str = "Show in Finder";

/// Shows a file in its folder: open(1), `-R`, "Reveals the file(s) in the Finder instead of opening them."
///
/// # Errors
/// Completes a sentence.
pub(crate) fn reveal(path: &Path) -> Result<(), String> {
    let result = crate::desktop::run(&[OPENER.as_ref(), "-R".as_ref(), path.as_os_str()], &[]);
    result.map_err(|error| format!("{OPENER} {error}"))
}

/// Programs that put their standard input on the clipboard: pbcopy(1) is part of the system.
pub(crate) const COPIERS: &[&[&str]] = &[&["/usr/bin/pbcopy"]];
/// Changes to their environment: pbcopy(1) takes its input in the locale's encoding, from LC_ALL, then LC_CTYPE, then
/// LANG, and a program started by Finder or at login has none of them; "UTF-8" is the encoding alone.
pub(crate) const COPIERS_ENVIRONMENT: &[(&str, Option<&str>)] =
    &[("LC_ALL", None), ("LC_CTYPE", Some("UTF-8"))];

/// Programs that make the system forget this one: tccutil(1), "reset SERVICE BUNDLE_ID", takes the microphone's
/// permission back, as long as the app is there; defaults(1) asks the process that holds preferences in memory, which
/// would rewrite a file that was only removed.
pub(crate) const FORGETTERS: &[&[&str]] = &[
    &["/usr/bin/tccutil", "reset", "Microphone", "dev.wavecraft.companion"],
    &["/usr/bin/defaults", "delete", "dev.wavecraft.companion"],
];

/// Checks that there is a place for an icon: a Mac's menu bar is always there for a user who can start an app.
#[expect(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
pub(crate) fn can_show_menu(_patience: Duration) -> Result<(), String> {
    Ok(())
}

/// The icon's color: none, since the menu bar draws a template image in its own color, using only its alpha.
pub(crate) fn icon_color(_: Icon) -> Option<[u8; 3]> {
    None
}

/// The name under which the system remembers the icon's position and whether it is shown (`NSStatusItem.autosaveName`:
/// "If this property is not set, a string is generated"). The generated name is `Item-0` for every app, which makes
/// macOS 26 mix up what it remembers.
const ICON_NAME: &str = "dev.wavecraft.companion.menu";

/// Sets the initial icon, as a template. A title would be shown in the menu bar beside it (`NSStatusBarButton.title`).
pub(crate) fn with_icon(builder: TrayIconBuilder, image: tray_icon::Icon) -> TrayIconBuilder {
    builder.with_icon_templated(image).with_autosave_name(ICON_NAME)
}

/// Shows a text to a user who may not see the icon: in a window of osascript(1), which needs no permission, as
/// notifications do. Uses `display dialog` of the language's standard additions; the text is passed as arguments, so
/// nothing in it is a command. Waits until the window is closed, two minutes at most.
///
/// # Errors
/// For the log: the window can't be shown.
pub(crate) fn show_words(title: &str, text: &str) -> Result<(), String> {
    const SCRIPT: &str = "on run {theTitle, theText}\n\
        display dialog theText with title theTitle buttons {\"OK\"} default button 1 with icon note giving up after 120\n\
        end run";
    crate::desktop::run(&["/usr/bin/osascript", "-e", SCRIPT, title, text].map(AsRef::as_ref), &[])
}

/// Replaces the icon by another template: unless it is marked as one again it would be drawn black.
///
/// # Errors
/// The system refuses it.
pub(crate) fn set_icon(tray: &TrayIcon, image: tray_icon::Icon) -> tray_icon::Result<()> {
    tray.set_icon_templated(Some(image))
}

thread_local! {
    /// Used on the main thread only; other threads have a copy that never begins.
    static MAIN_LOOP: MainLoop = MainLoop::default();
}

/// Wakes the main thread from any other.
#[derive(Clone)]
pub(crate) struct MainThread(());

impl MainThread {
    /// Wakes the main loop to check for news, once no menu is open any more.
    ///
    /// An open menu runs the loop in the event-tracking mode, where a change to the menu would pull away what is shown.
    /// `CFRunLoopPerformBlock`: "enqueues a block object on a given runloop to be executed as the runloop cycles in
    /// specified modes", so a block for the default mode alone waits until the menu is closed. It "does not wake up the
    /// specified run loop": `CFRunLoopWakeUp` does. Both may be called from any thread, as the functions of `CFRunLoop`
    /// are thread-safe.
    pub(crate) fn wake(&self) {
        let Some(main) = CFRunLoop::main() else { return };
        let block = RcBlock::new(|| MAIN_LOOP.with(MainLoop::woken));
        // SAFETY: a constant of CoreFoundation, set before main and never changed.
        let mode = unsafe { kCFRunLoopDefaultMode };
        // SAFETY: the mode is a `CFString`, one of the types that are allowed; the block captures nothing, so it may go
        // to another thread, and the run loop copies it, so it may be released here.
        unsafe { main.perform_block(mode.map(|mode| mode.as_ref()), Some(&block)) };
        main.wake_up();
    }
}

/// Calls `poll` on this thread, which is the main one, each time it is woken, until `poll` breaks. `begin` is called
/// once the app runs: a status item can be created from then on. `opened` is called when the app is opened while it
/// runs. `leave` is called if the system ends the app: it may take some seconds, and the process ends afterwards.
///
/// AppKit's event loop must run on the main thread, which tao checks. "Accessory" is an app without a place in the Dock
/// and without a menu bar of its own.
///
/// Logging out, Activity Monitor's Quit, an Apple event "quit" (osascript, Homebrew), and a signal that AppKit handles
/// all lead to `NSApplication terminate:`, which "calls exit(), so this method never returns": what must be done before
/// belongs in `applicationWillTerminate:`, which tao turns into `LoopDestroyed`, sent once, on the main thread. An end
/// by `Exit` sends it too, after the loop.
pub(crate) fn main_loop(
    begin: impl FnOnce(MainThread),
    poll: impl FnMut() -> ControlFlow<()> + 'static,
    opened: impl Fn(),
    leave: impl FnOnce() + 'static,
) {
    MAIN_LOOP.with(|main_loop| main_loop.begin(Box::new(poll), Box::new(leave)));
    let mut event_loop = EventLoopBuilder::new().build();
    event_loop.set_activation_policy(ActivationPolicy::Accessory);
    event_loop.set_activate_ignoring_other_apps(false);
    let mut begin = Some(begin);
    event_loop.run_return(|event, _, flow| {
        match event {
            Event::NewEvents(StartCause::Init) => {
                begin.take().into_iter().for_each(|begin| begin(MainThread(())))
            }
            // `applicationShouldHandleReopen(_:hasVisibleWindows:)`: "sent by the application whenever the Finder
            // reactivates an already running application", and by open(1).
            Event::Reopen { .. } => opened(),
            Event::LoopDestroyed => MAIN_LOOP.with(MainLoop::destroyed),
            _ => {}
        }
        // The end of a run-loop turn comes after its blocks. There are no timers.
        *flow = if MAIN_LOOP.with(MainLoop::is_ending) { Flow::Exit } else { Flow::Wait };
    });
    // What the loop holds, above all the status item, is dropped while this still is the main thread.
    MAIN_LOOP.with(MainLoop::end);
}
