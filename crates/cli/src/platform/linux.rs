//! Linux.

use super::companion_place::CompanionPlace;
use crate::programs;
use anyhow::Context;
use rustix::process::{Pid, Signal, getpid, set_child_subreaper, set_parent_process_death_signal};
use std::{
    io,
    os::fd::{AsFd, AsRawFd},
    path::{Path, PathBuf},
};
use wavecraft_companion_protocol::paths::Paths;

/// The program that opens an address in the user's browser.
pub(crate) const OPENER: &str = "xdg-open";

/// The system watches each folder separately (inotify(7)).
pub(crate) const WATCHES_TREES: bool = false;

/// The path without links, as in the system's events.
///
/// # Errors
/// If nothing is there.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}

/// The path of an open file, such as a terminal: proc(5), `/proc/self/fd`.
pub(crate) fn path_of(file: impl AsFd) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/self/fd/{}", file.as_fd().as_raw_fd())).ok()
}

/// The variable with the folders that a program's loader searches before the system's (ld.so(8)).
pub(crate) const LOADER_VARIABLE: &str = "LD_LIBRARY_PATH";

/// The folders that the loader searches only if that variable isn't set.
pub(crate) fn loader_default() -> Vec<PathBuf> {
    Vec::new()
}

/// Whether building a plugin with a window needs WebKitGTK. The window is a web view, here WebKitGTK's.
pub(crate) const WEB_VIEWS_ARE_WEBKITGTKS: bool = true;

/// Where the companion's icon is, for a user who doesn't see it.
pub(crate) const ICON_PLACE: &str = "in the desktop's panel. If it isn't there: GNOME needs its AppIndicator extension; \
    starting `wavecraft-companion` again shows the inspector";

/// Where the companion's files are.
pub(crate) fn paths() -> anyhow::Result<Paths> {
    Paths::linux(|name| std::env::var_os(name)).context("neither WAVECRAFT_HOME nor HOME is set")
}

/// This program's own file, even if an installation has replaced it since.
pub(crate) fn own_program() -> PathBuf {
    "/proc/self/exe".into()
}

/// Makes this process the parent of orphaned descendants, so that it can wait for them.
pub(crate) fn adopt_orphans() {
    // If this fails (a kernel before 3.4) they go to process 1, which waits for them too.
    let _ = set_child_subreaper(Some(getpid()));
}

/// Whether the system supports [`end_with_parent`].
pub(crate) const ENDS_WITH_PARENT: bool = true;

/// Has the system send this process SIGTERM when the thread that forked it ends (prctl(2), `PR_SET_PDEATHSIG`; an exec
/// keeps it).
pub(crate) fn end_with_parent() {
    // If this fails the process merely outlives a parent that is killed.
    let _ = set_parent_process_death_signal(Some(Signal::TERM));
}

/// When the process started, in ticks since boot: together with its id, this is never used again. `None` if there is no
/// such process.
pub(crate) fn started_at(pid: Pid) -> Option<String> {
    field(Path::new(&format!("/proc/{pid}/stat")), START_TIME)
}

/// How many processes are in the group, including those that have ended but weren't waited for yet.
pub(crate) fn group_members(group: Pid) -> usize {
    let group = group.to_string();
    let Ok(processes) = std::fs::read_dir("/proc") else { return 0 };
    processes
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()))
        .filter(|entry| field(&entry.path().join("stat"), GROUP).as_ref() == Some(&group))
        .count()
}

/// Fields of `/proc/<pid>/stat` (proc(5)), counted from the state, which follows the command's name.
const GROUP: usize = 2;
const START_TIME: usize = 19;

fn field(stat: &Path, index: usize) -> Option<String> {
    let text = std::fs::read_to_string(stat).ok()?;
    // The name is in parentheses and may itself contain spaces and parentheses.
    let (_, behind_name) = text.rsplit_once(')')?;
    behind_name.split_ascii_whitespace().nth(index).map(str::to_owned)
}

const COMPANION: &str = "wavecraft-companion";
/// Where [`companion`] looks, as text for the user.
pub(crate) const COMPANION_PLACES: &str = "beside `wavecraft` or on the PATH";

/// The companion to start: the program beside this one, else the one on the `PATH`.
pub(crate) fn companion() -> Option<CompanionPlace> {
    companion_program().map(CompanionPlace::Program)
}

/// The companion's program itself.
pub(crate) fn companion_program() -> Option<PathBuf> {
    let beside = std::env::current_exe().ok().map(|own| own.with_file_name(COMPANION));
    beside.filter(|file| programs::is_program(file)).or_else(|| programs::find(COMPANION))
}

/// Whether the program matches its signature. `None`: this system signs no programs.
pub(crate) fn signature(_program: &Path) -> Option<Result<String, String>> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_a_start_and_a_group() {
        let own = getpid();
        assert!(started_at(own).is_some_and(|ticks| ticks.parse::<u64>().is_ok()));
        assert!(group_members(rustix::process::getpgrp()) >= 1);
        assert_eq!(started_at(Pid::from_raw(i32::MAX).unwrap()), None);
    }
}
