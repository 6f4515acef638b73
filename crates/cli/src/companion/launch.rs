//! Starting the companion.

use super::socket::{Unreachable, connect};
use crate::{
    guard,
    platform::{self, CompanionPlace},
    programs,
};
use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    ffi::OsStr,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    net::UnixStream,
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};
use wavecraft_companion_protocol::{bundle, paths::Paths};

/// Names the companion to use instead of the one that would be found.
const VARIABLE: &str = "WAVECRAFT_COMPANION";
/// How long a companion may take from start to first answer: the system may check a new program first.
const LIMIT: Duration = Duration::from_secs(30);
/// The same for an app, about which the system may ask the user, who reads the question and may have to look for the
/// settings.
const APP_LIMIT: Duration = Duration::from_secs(180);
/// How long to wait before telling the user what is being waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// Grace for a companion that ended at once: it may have lost a race with another, which answers within this time.
const RACE: Duration = Duration::from_secs(1);
/// No event on both systems reports a new socket; this is the polling interval.
const POLL: Duration = Duration::from_millis(20);
/// How many of its last lines are shown if it ends at once.
const LAST_LINES: usize = 5;

/// A command that starts the companion.
struct Launcher {
    command: Command,
    /// The command only asks the system to open the app, which keeps running.
    opens_app: bool,
}

/// How long to wait for it.
#[derive(Clone, Copy)]
struct Limits {
    patience: Duration,
    limit: Duration,
}

impl Launcher {
    /// The command for the companion at `place`. A program gets these flags: see `wavecraft-companion --help`.
    fn new(place: CompanionPlace, flags: &[&str]) -> Self {
        match place {
            CompanionPlace::Program(program) => {
                let mut command = guard::detached(&program);
                command.args(flags);
                Self { command, opens_app: false }
            }
            CompanionPlace::App(which) => {
                let mut command = Command::new("/usr/bin/open");
                // Keeps the terminal in front.
                command.arg("-g").args(which);
                Self { command, opens_app: true }
            }
        }
    }
}

/// A companion that this command started, and that ends with it if it has no other users.
pub(crate) struct Launched {
    process: Child,
}

impl Launched {
    /// Its process; `None` once it has ended.
    pub(crate) fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.try_wait().is_ok_and(|status| status.is_some())
    }

    /// Waits at most `limit` for its end; returns whether it has ended.
    pub(crate) async fn gone_within(&mut self, limit: Duration) -> bool {
        timeout(limit, self.process.wait()).await.is_ok()
    }

    /// Asks it to end with SIGTERM, which works even if it hangs.
    pub(crate) fn terminate(&self) {
        if let Some(pid) = self.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
            // Not waited for yet, so the process id is still valid.
            let _ = kill_process(pid, Signal::TERM);
        }
    }
}

/// Starts the companion and waits until it accepts a connection. A long wait is reported once by `tell`.
pub(crate) async fn start(
    paths: &Paths,
    launched: &mut Option<Launched>,
    tell: &dyn Fn(&str),
) -> anyhow::Result<UnixStream> {
    let launcher = launcher()?;
    let limit = if launcher.opens_app { APP_LIMIT } else { LIMIT };
    run(launcher, Limits { patience: PATIENCE, limit }, paths, launched, tell).await
}

async fn run(
    launcher: Launcher,
    Limits { patience, limit }: Limits,
    paths: &Paths,
    launched: &mut Option<Launched>,
    tell: &dyn Fn(&str),
) -> anyhow::Result<UnixStream> {
    let Launcher { mut command, opens_app } = launcher;
    let log = paths.log();
    let log_before = std::fs::metadata(&log).map_or(0, |meta| meta.len());
    // An unnamed file rather than a pipe: the companion may outlive this command, and writing to a pipe without a
    // reader would fail.
    let mut errors = tempfile::tempfile().context("no temporary file can be made")?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors.try_clone()?);
    let process = command.spawn().context("the companion could not be started")?;
    // open(1) ends when the system has accepted the request, perhaps after asking the user.
    let mut opener = None;
    if opens_app {
        opener = Some(process);
    } else {
        *launched = Some(Launched { process });
    }
    let begin = Instant::now();
    let mut end = begin + limit;
    let (mut ended, mut told) = (None, false);
    while Instant::now() < end {
        if let Some(stream) = connect(paths).await? {
            return Ok(stream);
        }
        if let Some(process) = &mut opener
            && let Some(status) = process.try_wait()?
        {
            opener = None;
            if !status.success() {
                let said = lines_from(&mut errors, 0);
                let said = if said.is_empty() { String::new() } else { format!(" It said:{said}\n") };
                bail!("`open` could not open the companion ({status}).{said} {}", how_to_open());
            }
        }
        if ended.is_none()
            && let Some(launched) = launched
        {
            ended = launched.process.try_wait()?;
            if ended.is_some() {
                end = end.min(Instant::now() + RACE);
            }
        }
        if !told && ended.is_none() && begin.elapsed() >= patience {
            told = true;
            tell(&waiting_for(opens_app, limit));
        }
        sleep(POLL).await;
    }
    if let Some(status) = ended {
        *launched = None;
        let said = last_words(&mut errors, &log, log_before);
        return Err(Unreachable(format!("the companion ended at once ({status}). {said}")).into());
    }
    let (seconds, log) = (limit.as_secs(), log.display());
    if opens_app {
        let said = lines_from(&mut errors, 0);
        let said = if said.is_empty() { String::new() } else { format!(" `open` said:{said}\n") };
        // Not retried: the user had time to answer.
        bail!(
            "the companion's app doesn't answer after {seconds} s.{said} {} Its log is {log}",
            how_to_open()
        );
    }
    let socket = paths.socket();
    Err(Unreachable(format!(
        "the companion was started and doesn't answer at {} after {seconds} s: see {log}",
        socket.display(),
    ))
    .into())
}

/// The text shown to the user meanwhile.
fn waiting_for(opens_app: bool, limit: Duration) -> String {
    let seconds = limit.as_secs();
    match opens_app {
        true => format!(
            "Waiting for the Wavecraft Companion to open, {seconds} s at most. {} Ctrl+C gives it up.",
            how_to_open()
        ),
        false => format!("Waiting for the companion to answer, {seconds} s at most …"),
    }
}

/// For the user, about Gatekeeper: it refuses an app that isn't notarised once, and then lists it there.
fn how_to_open() -> &'static str {
    "If macOS asks whether it may be opened, say yes; if macOS says that it can't be opened, click Done, then Open Anyway \
     in System Settings > Privacy & Security."
}

fn launcher() -> anyhow::Result<Launcher> {
    let Some(named) = named() else {
        let place = platform::companion().with_context(|| {
            format!(
                "no companion is running and none was found {}; {}",
                platform::COMPANION_PLACES,
                how_to_install()
            )
        })?;
        // It has a menu if a panel shows icons, and ends by itself when nobody needs it.
        return Ok(Launcher::new(place, &["--exit-when-idle"]));
    };
    let place = if is_app(&named) {
        CompanionPlace::App(vec![named.into()])
    } else {
        CompanionPlace::Program(checked(named)?)
    };
    // Outside of an app there is no place for a menu on a Mac.
    Ok(Launcher::new(place, &["--headless", "--exit-when-idle"]))
}

/// Whether a companion started now would keep running without users. An app does.
pub(crate) fn would_stay() -> bool {
    launcher().is_ok_and(|launcher| launcher.opens_app)
}

/// The companion's program itself, to run for what needs no device, and so no permission.
pub(crate) fn program() -> anyhow::Result<PathBuf> {
    let Some(named) = named() else {
        return platform::companion_program().with_context(|| {
            format!("no companion was found {}; {}", platform::COMPANION_PLACES, how_to_install())
        });
    };
    checked(if is_app(&named) { named.join(bundle::COMPANION) } else { named })
}

/// The path in [`VARIABLE`].
fn named() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn is_app(named: &Path) -> bool {
    named.extension() == Some(OsStr::new("app")) && named.is_dir()
}

/// Absolute, since it starts in another folder.
fn checked(named: PathBuf) -> anyhow::Result<PathBuf> {
    if !programs::is_program(&named) {
        bail!("{VARIABLE} is {}, which is no program: correct it or unset it", named.display());
    }
    Ok(named.canonicalize()?)
}

fn how_to_install() -> String {
    format!("install the Wavecraft Companion, or name its program in {VARIABLE}")
}

/// The companion's standard error, or else what its log gained after its first `log_before` bytes.
fn last_words(errors: &mut File, log: &Path, log_before: u64) -> String {
    let written = lines_from(errors, 0);
    if !written.is_empty() {
        return format!("It said:{written}");
    }
    match File::open(log).map(|mut file| lines_from(&mut file, log_before)) {
        Ok(lines) if !lines.is_empty() => format!("Its log {} says:{lines}", log.display()),
        _ => format!("Its log {} says nothing", log.display()),
    }
}

/// The last lines after byte `start`, each indented on its own line; empty if there are none.
fn lines_from(file: &mut File, start: u64) -> String {
    let mut bytes = Vec::new();
    // Unreadable text is treated as empty here.
    let _ = file.seek(SeekFrom::Start(start)).and_then(|_| file.read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].iter().map(|line| format!("\n  {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::RefCell, os::unix::fs::PermissionsExt};
    use tokio::net::UnixListener;

    const SHORT: Limits = Limits { patience: Duration::from_millis(20), limit: Duration::from_millis(300) };
    const LONG: Limits = Limits { patience: Duration::ZERO, limit: Duration::from_secs(60) };

    /// A folder with a stand-in for macOS's open(1).
    fn opener(script: &str) -> (tempfile::TempDir, Paths, Launcher) {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().to_path_buf();
        let paths = Paths::linux(|name| (name == "WAVECRAFT_HOME").then(|| home.clone().into())).unwrap();
        std::fs::create_dir_all(&paths.run_dir).unwrap();
        let open = dir.path().join("open");
        std::fs::write(&open, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o755)).unwrap();
        (dir, paths, Launcher { command: Command::new(open), opens_app: true })
    }

    #[tokio::test]
    async fn what_open_says_is_told() {
        let (_dir, paths, launcher) =
            opener("echo 'The file cannot be opened: kLSNoExecutableErr.' >&2; exit 1");
        let error = run(launcher, LONG, &paths, &mut None, &|_| {}).await.unwrap_err().to_string();
        assert!(error.contains("kLSNoExecutableErr") && error.contains("Open Anyway"), "{error}");
        assert!(error.contains("exit status: 1"), "{error}");
    }

    #[tokio::test]
    async fn an_app_that_does_not_come_is_waited_for_in_words_and_not_for_ever() {
        let (_dir, paths, launcher) = opener("echo 'it was moved' >&2");
        let told = RefCell::new(Vec::new());
        let tell = |text: &str| told.borrow_mut().push(text.to_owned());
        let error = run(launcher, SHORT, &paths, &mut None, &tell).await.unwrap_err();
        assert!(!error.is::<Unreachable>(), "it isn't tried a second time");
        let error = error.to_string();
        for part in ["it was moved", "doesn't answer", "Open Anyway", "companion.log"] {
            assert!(error.contains(part), "no `{part}` in {error}");
        }
        let told = told.into_inner();
        assert_eq!(told.len(), 1, "once: {told:?}");
        assert!(told[0].contains("Privacy & Security") && told[0].contains("Ctrl+C"), "{told:?}");
    }

    #[tokio::test]
    async fn an_app_that_a_person_had_to_allow_first_is_reached() {
        // open(1) waits for the answer, as it does while the system's question is on the screen.
        let (dir, paths, launcher) = opener("until test -e \"$0.answered\"; do sleep 0.02; done");
        let (socket, answer) = (paths.socket(), dir.path().join("open.answered"));
        let listening = RefCell::new(None);
        let tell = |_: &str| {
            std::fs::write(&answer, "").unwrap();
            *listening.borrow_mut() = Some(UnixListener::bind(&socket).unwrap());
        };
        run(launcher, LONG, &paths, &mut None, &tell).await.unwrap();
    }
}
