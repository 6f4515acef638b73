//! Linux.

use super::{companion_place::CompanionPlace, process::Process};
use crate::{
    formats::{Format, PluginSystem},
    programs,
};
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

/// How many processes of the group are running. One that has ended is none, even if its parent, which after a guard's death
/// is a stranger, hasn't asked for its status yet.
pub(crate) fn running_in(group: Pid) -> usize {
    let group = group.to_string();
    let Ok(processes) = std::fs::read_dir("/proc") else { return 0 };
    processes
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()))
        .filter_map(|entry| fields(&entry.path().join("stat")))
        .filter(|fields| fields.get(GROUP) == Some(&group))
        .filter(|fields| fields.first().is_some_and(|state| !ENDED.contains(&state.as_str())))
        .count()
}

/// The process of this user that listens at a TCP port of this machine: proc(5), `/proc/net/tcp` and `/proc/<pid>/fd`.
pub(crate) fn listener(port: u16) -> impl Future<Output = Option<u32>> {
    let tables =
        ["tcp", "tcp6"].map(|name| std::fs::read_to_string(format!("/proc/net/{name}")).unwrap_or_default());
    let sockets: Vec<String> = tables.iter().flat_map(|table| listening(table, port)).collect();
    std::future::ready(if sockets.is_empty() { None } else { holder(&sockets) })
}

/// A process: `None` if it is gone, or another user's.
pub(crate) fn process(pid: u32) -> impl Future<Output = Option<Process>> {
    let place = Path::new("/proc").join(pid.to_string());
    let program = std::fs::read_link(place.join("exe")).ok().and_then(|program| {
        let name = program.file_name()?.to_string_lossy().into_owned();
        // The kernel's word for a file that was replaced since.
        Some(name.strip_suffix(" (deleted)").map_or(name.clone(), str::to_owned))
    });
    let parent = field(&place.join("stat"), PARENT)
        .and_then(|parent| parent.parse().ok())
        .filter(|parent| *parent > 0);
    let folder = std::fs::read_link(place.join("cwd")).ok();
    std::future::ready(program.map(|program| Process { pid, program, parent, folder }))
}

/// The numbers of the sockets that listen at `port`: fields 2, 4 and 10 of such a table.
fn listening(table: &str, port: u16) -> Vec<String> {
    const LISTEN: &str = "0A";
    let end = format!(":{port:04X}");
    let rows = table.lines().skip(1).map(|row| row.split_ascii_whitespace().collect::<Vec<_>>());
    rows.filter_map(|row| match row[..] {
        [_, own, _, LISTEN, _, _, _, _, _, number, ..] if own.ends_with(&end) => Some(number.to_owned()),
        _ => None,
    })
    .collect()
}

/// The process with the lowest number that has one of these sockets open.
fn holder(sockets: &[String]) -> Option<u32> {
    let links: Vec<PathBuf> = sockets.iter().map(|number| format!("socket:[{number}]").into()).collect();
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let holds = |pid: &u32| {
        let open = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        open.filter_map(|entry| std::fs::read_link(entry.path()).ok()).any(|link| links.contains(&link))
    };
    pids.filter(holds).min()
}

/// Fields of `/proc/<pid>/stat` (proc(5)), counted from the state, which follows the command's name.
const PARENT: usize = 1;
const GROUP: usize = 2;
const START_TIME: usize = 19;
/// The states of a process that has ended.
const ENDED: [&str; 2] = ["Z", "X"];

fn field(stat: &Path, index: usize) -> Option<String> {
    fields(stat)?.into_iter().nth(index)
}

fn fields(stat: &Path) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(stat).ok()?;
    // The name is in parentheses and may itself contain spaces and parentheses.
    let (_, behind_name) = text.rsplit_once(')')?;
    Some(behind_name.split_ascii_whitespace().map(str::to_owned).collect())
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

/// Which forms plugins have here.
pub(crate) const PLUGIN_SYSTEM: PluginSystem = PluginSystem::Linux;

/// Whether a plugin shows the project's own page here: no webview is compiled in, so hosts show theirs.
pub(crate) const PLUGIN_SHOWS_PAGE: bool = false;

/// The targets of a plugin for each processor that the system runs on at once: none, a program here is for one.
pub(crate) const MAKES_AUDIO_UNITS: bool = false;
pub(crate) const BOTH_PROCESSORS: Option<&[&str]> = None;

/// Where hosts look for this user's presets of VST3 plugins: "Preset Locations" of "VST 3 Locations / Format".
///
/// # Errors
/// If the user has no home.
pub(crate) fn preset_folder() -> anyhow::Result<PathBuf> {
    Ok(plugin_folder(Format::Vst3)?.join("presets"))
}

/// Where hosts look for this user's plugins: CLAP's entry.h, and VST3's "Locations on Linux".
///
/// # Errors
/// If the user has no home.
pub(crate) fn plugin_folder(format: Format) -> anyhow::Result<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    let home = home.context("HOME isn't set, so hosts' folder for plugins can't be told")?;
    Ok(home.join(format!(".{}", format.ending())))
}

/// Makes one library of one for each processor, at a place where nothing is.
///
/// # Errors
/// If it can't be written, or there is none.
pub(crate) fn join_libraries(libraries: &[PathBuf], to: &Path) -> io::Result<()> {
    let [library] = libraries else { return Err(io::Error::other("a library here is for one processor")) };
    std::fs::copy(library, to).map(|_| ())
}

/// Nothing is signed here.
///
/// # Errors
/// None.
pub(crate) fn sign_plugin(_: &Path) -> anyhow::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_found_by_its_port() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
                     0: 0100007F:2328 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 77 1 0\n   \
                     1: 0100007F:2328 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000 0 78 1 0\n";
        assert_eq!((listening(table, 9000), listening(table, 9001)), (vec!["77".to_owned()], vec![]));
        assert_eq!(listening("short\nrow", 1), [] as [String; 0]);
    }

    #[test]
    fn a_process_has_a_start_and_a_group() {
        let own = getpid();
        assert!(started_at(own).is_some_and(|ticks| ticks.parse::<u64>().is_ok()));
        assert!(running_in(rustix::process::getpgrp()) >= 1);
        assert_eq!(started_at(Pid::from_raw(i32::MAX).unwrap()), None);
    }

    #[test]
    fn a_process_that_ended_runs_no_more_even_if_nobody_asked_for_its_status() {
        use std::{os::unix::process::CommandExt, process::Command};
        let mut program = Command::new("sleep").arg("1000").process_group(0).spawn().unwrap();
        let group = Pid::from_child(&program);
        assert_eq!(running_in(group), 1);
        program.kill().unwrap();
        while running_in(group) > 0 {
            std::thread::yield_now();
        }
        assert!(
            fields(Path::new(&format!("/proc/{group}/stat"))).is_some_and(|fields| fields[0] == ENDED[0])
        );
        program.wait().unwrap();
    }
}
