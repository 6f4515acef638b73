//! macOS. Nobody could run this file where it was written; each call stands beside the rule it follows.

use super::companion_place::CompanionPlace;
use crate::programs;
use anyhow::Context;
use rustix::process::Pid;
use std::{
    ffi::OsString,
    io,
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use wavecraft_companion_protocol::{bundle, paths::Paths};

/// The program that opens an address in the user's browser: open(1).
pub(crate) const OPENER: &str = "open";

/// The system watches a folder with all below (FSEvents).
pub(crate) const WATCHES_TREES: bool = true;

/// The path without links and in the case that it has on the disk, as FSEvents has it: `realpath` may keep the case that it
/// was asked with.
///
/// fcntl(2), `F_GETPATH`: the path of the file descriptor. `O_RDONLY` is enough for it, also of a folder.
///
/// # Errors
/// If nothing is there, or it may not be read.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    let file = std::fs::File::open(path)?;
    Ok(OsString::from_vec(rustix::fs::getpath(&file)?.into_bytes()).into())
}

/// Where a program's loader looks for a library that isn't where the program says (dyld(1)).
pub(crate) const LOADER_VARIABLE: &str = "DYLD_FALLBACK_LIBRARY_PATH";

/// Where it looks without that variable and wouldn't with it: dyld(1), at `DYLD_FALLBACK_LIBRARY_PATH`.
pub(crate) fn loader_default() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join("lib"));
    home.into_iter().chain(["/usr/local/lib", "/usr/lib"].map(PathBuf::from)).collect()
}

/// Does a plugin with a window need WebKitGTK to be built? The system has a web view of its own.
pub(crate) const WEB_VIEWS_ARE_WEBKITGTKS: bool = false;

/// Where the companion's icon is, for a person who doesn't see it. macOS 26 lets each app's icons be allowed there or not;
/// on a Mac with a notch those that find no room are behind it.
pub(crate) const ICON_PLACE: &str = "in the menu bar. If it isn't there: System Settings > Menu Bar > Allow in the Menu \
    Bar (macOS 26 and later), or quit other apps whose icons fill the bar; opening the app again shows the inspector";

/// Where the companion's files are.
pub(crate) fn paths() -> anyhow::Result<Paths> {
    Paths::macos(|name| std::env::var_os(name)).context("neither WAVECRAFT_HOME nor HOME is set")
}

/// This program's own file.
pub(crate) fn own_program() -> PathBuf {
    // `_NSGetExecutablePath`: the path it was started by. It can only fail if that doesn't fit into memory.
    std::env::current_exe().unwrap_or_else(|_| "wavecraft".into())
}

/// Orphans go to launchd, which waits for them. macOS has nothing like Linux's subreapers, and needs none here.
pub(crate) fn adopt_orphans() {}

/// macOS has no signal for a parent's death. Nor may this hardened program stand between the guard and what it runs: the
/// loader would take `DYLD_*` out of the environment there.
pub(crate) const ENDS_WITH_PARENT: bool = false;

/// See [`ENDS_WITH_PARENT`].
pub(crate) fn end_with_parent() {}

/// When the process started: with its id, a name that is not used again within a second. `None` if there is no such
/// process.
///
/// ps(1): `-o lstart=` is the start time without a heading, `-p` selects by id, and the exit code is 1 where none is
/// selected. It is setuid root and so sees every process, without private calls.
pub(crate) fn started_at(pid: Pid) -> Option<String> {
    let text = ps(&["-o", "lstart=", "-p", &pid.to_string()])?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// How many processes are in the group, also those that have ended and that nobody waited for yet.
///
/// ps(1): `-A` selects all users' processes, `-o pgid=` prints their groups without a heading.
pub(crate) fn group_members(group: Pid) -> usize {
    let group = group.to_string();
    ps(&["-A", "-o", "pgid="]).map_or(0, |text| text.lines().filter(|line| line.trim() == group).count())
}

fn ps(args: &[&str]) -> Option<String> {
    let output =
        Command::new("/bin/ps").args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Where [`companion`] looks, for a person.
pub(crate) const COMPANION_PLACES: &str =
    "in the app that holds `wavecraft`, in /Applications, or wherever the system knows it";

/// The companion to start: always by LaunchServices, never by exec, since the microphone's permission goes to the process
/// that is responsible, which would be the terminal.
///
/// open(1): a path alone opens that bundle, `-b` the app with that bundle identifier.
pub(crate) fn companion() -> Option<CompanionPlace> {
    Some(CompanionPlace::App(match app() {
        Some(app) => vec![app.into()],
        // `open` itself fails, and says so, if the system knows no such app.
        None => vec!["-b".into(), bundle::IDENTIFIER.into()],
    }))
}

/// The companion's program itself.
pub(crate) fn companion_program() -> Option<PathBuf> {
    app().map(|app| app.join(bundle::COMPANION)).filter(|file| programs::is_program(file))
}

/// Whether the program, or the bundle that holds it, is as its signature says; the text is for a person. `None` only
/// where systems sign nothing.
///
/// codesign(1): `--verify` says nothing on standard output and why not on standard error; `--strict` leaves nothing
/// unsealed. `--display --verbose=2` names the signers on standard error, and none for an ad hoc signature.
pub(crate) fn signature(program: &Path) -> Option<Result<String, String>> {
    let bundle = program.ancestors().find(|folder| folder.extension().is_some_and(|kind| kind == "app"));
    let signed = bundle.unwrap_or(program);
    let codesign = |args: &[&str]| {
        let output =
            Command::new("/usr/bin/codesign").args(args).arg(signed).stdin(Stdio::null()).output().ok()?;
        Some((output.status.success(), String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    };
    Some(match codesign(&["--verify", "--strict"]) {
        None => Err("codesign can't be run".into()),
        Some((false, text)) => Err(text),
        Some((true, _)) => {
            let shown = codesign(&["--display", "--verbose=2"]).map(|(_, text)| text).unwrap_or_default();
            let signer = shown.lines().find_map(|line| line.strip_prefix("Authority="));
            Ok(format!("valid, {}", signer.map_or("ad hoc".into(), |signer| format!("by {signer}"))))
        }
    })
}

fn app() -> Option<PathBuf> {
    holding_app().or_else(|| installed_apps().find(|app| app.is_dir()))
}

/// The app whose command this is, also by way of a link on the `PATH`.
fn holding_app() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?.canonicalize().ok()?;
    bundle::holding(&own).map(PathBuf::from)
}

fn installed_apps() -> impl Iterator<Item = PathBuf> {
    let own = std::env::var_os("HOME").map(|home| Path::new(&home).join("Applications"));
    [Some(PathBuf::from("/Applications")), own].into_iter().flatten().map(|folder| folder.join(bundle::NAME))
}
