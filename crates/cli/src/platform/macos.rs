//! macOS. This file couldn't be run where it was written; each call cites the documentation that it follows.

use super::{companion_place::CompanionPlace, process::Process};
use crate::{
    formats::{Format, PluginSystem},
    programs,
};
use anyhow::Context;
use rustix::process::Pid;
use std::{
    ffi::OsString,
    io,
    os::{fd::AsFd, unix::ffi::OsStringExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};
use wavecraft_companion_protocol::{bundle, paths::Paths};

/// The program that opens an address in the user's browser: open(1).
pub(crate) const OPENER: &str = "open";

/// The system watches a folder with all below (FSEvents).
pub(crate) const WATCHES_TREES: bool = true;

/// The path without links and with the case that it has on disk, as in FSEvents' events: `realpath` may keep the case
/// it was given.
///
/// fcntl(2), `F_GETPATH`: the path of the file descriptor. `O_RDONLY` is enough for it, also of a folder.
///
/// # Errors
/// If nothing is there, or it may not be read.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    let file = std::fs::File::open(path)?;
    Ok(OsString::from_vec(rustix::fs::getpath(&file)?.into_bytes()).into())
}

/// The path of an open file, such as a terminal: fcntl(2), `F_GETPATH`.
pub(crate) fn path_of(file: impl AsFd) -> Option<PathBuf> {
    Some(OsString::from_vec(rustix::fs::getpath(file).ok()?.into_bytes()).into())
}

/// The variable with the folders in which a program's loader looks for a library that isn't at its recorded place
/// (dyld(1)).
pub(crate) const LOADER_VARIABLE: &str = "DYLD_FALLBACK_LIBRARY_PATH";

/// The folders that the loader searches only if that variable isn't set: dyld(1), at `DYLD_FALLBACK_LIBRARY_PATH`.
pub(crate) fn loader_default() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join("lib"));
    home.into_iter().chain(["/usr/local/lib", "/usr/lib"].map(PathBuf::from)).collect()
}

/// Whether building a plugin with a window needs WebKitGTK. macOS has its own web view.
pub(crate) const WEB_VIEWS_ARE_WEBKITGTKS: bool = false;

/// Where the companion's icon is, for a user who doesn't see it. macOS 26 has a setting for each app's icons; on a Mac
/// with a notch, icons that don't fit are hidden behind it.
pub(crate) const ICON_PLACE: &str = "in the menu bar. If it isn't there: System Settings > Menu Bar > Allow in the Menu \
    Bar (macOS 26 and later), or quit other apps whose icons fill the bar; opening the app again shows the inspector";

/// How long lsof(8) may take.
const LSOF_LIMIT: Duration = Duration::from_secs(3);

/// The process of this user that listens at a TCP port of this machine.
pub(crate) async fn listener(port: u16) -> Option<u32> {
    let text = lsof(&[&format!("-iTCP:{port}"), "-sTCP:LISTEN", "-Fp"]).await?;
    text.lines().find_map(|line| line.strip_prefix('p')?.parse().ok())
}

/// A process: `None` if it is gone, or another user's.
pub(crate) async fn process(pid: u32) -> Option<Process> {
    // `+c 0` asks for as much of the program's name as the system has; the fields are p, R, c and n.
    let text = lsof(&["-a", "-p", &pid.to_string(), "-d", "cwd", "+c", "0", "-FpRcn"]).await?;
    let field = |name: char| text.lines().find_map(|line| line.strip_prefix(name));
    Some(Process {
        pid,
        program: field('c')?.to_owned(),
        parent: field('R').and_then(|parent| parent.parse().ok()),
        folder: field('n').map(PathBuf::from),
    })
}

/// What lsof(8) says: without names of hosts and ports, and without warnings.
async fn lsof(arguments: &[&str]) -> Option<String> {
    let mut lsof = tokio::process::Command::new("/usr/sbin/lsof");
    lsof.arg("-nPw").args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(LSOF_LIMIT, lsof.output()).await.ok()?.ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Where the companion's files are.
pub(crate) fn paths() -> anyhow::Result<Paths> {
    Paths::macos(|name| std::env::var_os(name)).context("neither WAVECRAFT_HOME nor HOME is set")
}

/// This program's own file.
pub(crate) fn own_program() -> PathBuf {
    // `_NSGetExecutablePath`: the path it was started with. It can only fail if that doesn't fit into memory.
    std::env::current_exe().unwrap_or_else(|_| "wavecraft".into())
}

/// Orphans go to launchd, which waits for them. macOS has no equivalent of Linux's subreapers, and needs none here.
pub(crate) fn adopt_orphans() {}

/// macOS has no signal for a parent's death. Nor may this hardened program run between the guard and the program: the
/// loader would remove `DYLD_*` from the environment there.
pub(crate) const ENDS_WITH_PARENT: bool = false;

/// See [`ENDS_WITH_PARENT`].
pub(crate) fn end_with_parent() {}

/// When the process started: together with its id, this isn't used again within a second. `None` if there is no such
/// process.
///
/// ps(1): `-o lstart=` prints the start time without a heading, `-p` selects by id, and the exit code is 1 if no
/// process is selected. It is setuid root and so sees every process, without private calls.
pub(crate) fn started_at(pid: Pid) -> Option<String> {
    let text = ps(&["-o", "lstart=", "-p", &pid.to_string()])?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// How many processes of the group are running. One that has ended is none, even if its parent, which after a guard's death
/// is a stranger, hasn't asked for its status yet.
///
/// ps(1): `-A` selects all users' processes, `-o pgid=,stat=` prints their groups and states without headings; the state of
/// an ended one begins with Z.
pub(crate) fn running_in(group: Pid) -> usize {
    let group = group.to_string();
    let runs = |line: &&str| {
        let mut fields = line.split_ascii_whitespace();
        fields.next() == Some(&group) && fields.next().is_some_and(|state| !state.starts_with('Z'))
    };
    ps(&["-A", "-o", "pgid=,stat="]).map_or(0, |text| text.lines().filter(runs).count())
}

fn ps(args: &[&str]) -> Option<String> {
    let output =
        Command::new("/bin/ps").args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Where [`companion`] looks, as text for the user.
pub(crate) const COMPANION_PLACES: &str =
    "in the app that holds `wavecraft`, in /Applications, or wherever the system knows it";

/// The companion to start: always by LaunchServices, never by exec, since the microphone permission belongs to the
/// responsible process, which would be the terminal.
///
/// open(1): a path alone opens that bundle, `-b` the app with that bundle identifier.
pub(crate) fn companion() -> Option<CompanionPlace> {
    Some(CompanionPlace::App(match app() {
        Some(app) => vec![app.into()],
        // `open` itself fails with a message if the system knows no such app.
        None => vec!["-b".into(), bundle::IDENTIFIER.into()],
    }))
}

/// The companion's program itself.
pub(crate) fn companion_program() -> Option<PathBuf> {
    app().map(|app| app.join(bundle::COMPANION)).filter(|file| programs::is_program(file))
}

/// Whether the program, or the bundle that holds it, matches its signature, with text for the user. `None` only on
/// systems that sign nothing.
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

/// The app that this command belongs to, also through a link on the `PATH`.
fn holding_app() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?.canonicalize().ok()?;
    bundle::holding(&own).map(PathBuf::from)
}

fn installed_apps() -> impl Iterator<Item = PathBuf> {
    let own = std::env::var_os("HOME").map(|home| Path::new(&home).join("Applications"));
    [Some(PathBuf::from("/Applications")), own].into_iter().flatten().map(|folder| folder.join(bundle::NAME))
}

/// Which forms plugins have here.
pub(crate) const PLUGIN_SYSTEM: PluginSystem = PluginSystem::Mac;

/// Whether a plugin shows the project's own page here: in the system's webview.
pub(crate) const PLUGIN_SHOWS_PAGE: bool = true;

/// The targets of a plugin for each processor that the system runs on.
pub(crate) const MAKES_AUDIO_UNITS: bool = true;
pub(crate) const BOTH_PROCESSORS: Option<&[&str]> = Some(&["aarch64-apple-darwin", "x86_64-apple-darwin"]);

/// Where hosts look for this user's presets: "Preset Locations" of "VST 3 Locations / Format", and Apple's for Audio Units.
///
/// # Errors
/// If the user has no home.
pub(crate) fn preset_folder() -> anyhow::Result<PathBuf> {
    Ok(home()?.join("Library/Audio/Presets"))
}

/// Where hosts look for this user's plugins: CLAP's entry.h, VST3's "Locations on macOS", and Apple's for components.
///
/// # Errors
/// If the user has no home.
pub(crate) fn plugin_folder(format: Format) -> anyhow::Result<PathBuf> {
    let name = match format {
        Format::Clap => "CLAP",
        Format::Vst3 => "VST3",
        Format::Au => "Components",
    };
    Ok(home()?.join("Library/Audio/Plug-Ins").join(name))
}

fn home() -> anyhow::Result<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    home.context("HOME isn't set, so hosts' folders can't be told")
}

/// Makes one library of one for each processor, at a place where nothing is. lipo(1): `-create` joins files of different
/// processors; it comes with Xcode's command line tools, as the linker does.
///
/// # Errors
/// If it can't be written.
pub(crate) fn join_libraries(libraries: &[PathBuf], to: &Path) -> io::Result<()> {
    if let [library] = libraries {
        return std::fs::copy(library, to).map(|_| ());
    }
    let joined =
        Command::new("/usr/bin/lipo").arg("-create").args(libraries).arg("-output").arg(to).output()?;
    if joined.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&joined.stderr).trim().to_owned()))
}

/// Signs a plugin: with the certificate in the keychain that `WAVECRAFT_SIGN_IDENTITY` names, else ad hoc, which is enough for
/// this Mac. codesign(1): `--force` replaces the linker's own signature; Apple's notary wants the hardened runtime and its
/// clock, which needs a certificate.
///
/// # Errors
/// codesign's words, if it can't.
pub(crate) fn sign_plugin(plugin: &Path) -> anyhow::Result<()> {
    let identity = std::env::var("WAVECRAFT_SIGN_IDENTITY").ok().filter(|identity| !identity.is_empty());
    let mut codesign = Command::new("/usr/bin/codesign");
    codesign.args(["--force", "--sign", identity.as_deref().unwrap_or("-")]);
    if identity.is_some() {
        codesign.args(["--options", "runtime", "--timestamp"]);
    }
    let signed = codesign.arg(plugin).stdin(Stdio::null()).output().context("codesign can't be run")?;
    if !signed.status.success() {
        let said = String::from_utf8_lossy(&signed.stderr);
        anyhow::bail!("{} can't be signed: {}", plugin.display(), said.trim());
    }
    Ok(())
}
