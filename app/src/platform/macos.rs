//! macOS.

#[path = "macos/background.rs"]
mod background;
#[path = "macos/desktop.rs"]
mod desktop;
#[path = "macos/end_watch.rs"]
mod end_watch;
#[path = "macos/login_item.rs"]
mod login_item;
#[path = "macos/microphone.rs"]
mod microphone;
#[path = "macos/notification.rs"]
mod notification;
#[path = "macos/power.rs"]
mod power;
#[path = "macos/spawn.rs"]
mod spawn;
#[path = "macos/traced.rs"]
mod traced;

pub(crate) use background::run_in_background;
pub(crate) use desktop::{
    COPIERS, COPIERS_ENVIRONMENT, FORGETTERS, MainThread, OPENER, REVEAL_LABEL, can_show_menu, icon_color,
    main_loop, reveal, set_icon, show_words, with_icon,
};
pub(crate) use end_watch::EndWatch;
pub(crate) use login_item::login_item;
pub(crate) use microphone::MicrophoneAuthority;
pub(crate) use notification::show_notification;
pub(crate) use power::{Activity, watch_sleep};
pub(crate) use spawn::spawn;
pub(crate) use traced::{is_traced, resident_bytes};

use super::program::Program;
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};
use wavecraft_companion_protocol::paths::Paths;

/// A process here has more addresses than a limit could be set to: the libraries that all share count.
pub(crate) const MOST_ADDRESSES_BYTES: Option<u64> = None;

/// The variable with the folders where the loader looks for a library that isn't where the program says (dyld(1)). A
/// hardened program, such as the plugin host, never sees it; a project's own program isn't hardened.
pub(crate) const LOADER_VARIABLE: &str = "DYLD_FALLBACK_LIBRARY_PATH";

/// The folders that it searches without that variable but not with it: dyld(1), at `DYLD_FALLBACK_LIBRARY_PATH`.
pub(crate) fn loader_default(program: &Program) -> Vec<PathBuf> {
    let home =
        program.env.iter().find(|(name, _)| name == "HOME").map(|(_, home)| Path::new(home).join("lib"));
    home.into_iter().chain(["/usr/local/lib", "/usr/lib"].map(PathBuf::from)).collect()
}

/// The paths of this user's companion's files.
pub(crate) fn paths() -> Option<Paths> {
    Paths::macos(|name| std::env::var_os(name))
}

/// Why a program that was started may stay silent for a while.
pub(crate) const LATE_START: &str = "macOS looks at each new build before it may run, which can take so long";

/// Whether the group's write permission for a file lets nobody but the user and the system write. Groups 0 (wheel) and
/// 80 (admin) are administrators, who may change everything; every other group, above all `staff`, has many members.
pub(crate) fn writes_as_group_alone(_place: &Path, gid: u32, _uid: u32) -> bool {
    matches!(gid, 0 | 80)
}

/// Another process's environment can't be read here without private calls, so nothing is found.
pub(crate) fn end_left_behind(_variable: &str, _value: &OsStr) -> Vec<(u32, String)> {
    Vec::new()
}

/// No name is known of a call: none is watched here.
pub(crate) fn system_call(_: i64) -> Option<&'static str> {
    None
}
