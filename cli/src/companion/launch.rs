//! Starting the companion.

use super::{Unreachable, connect};
use crate::{guard, platform, programs};
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

/// Names another companion than the one that would be found.
const VARIABLE: &str = "WAVECRAFT_COMPANION";
/// So long a companion may take from being started to answering.
const LIMIT: Duration = Duration::from_secs(10);
/// So long one that ended at once may have been only the slower of two: the quicker one answers by then.
const RACE: Duration = Duration::from_secs(1);
/// A socket that appears gives no event that works on both systems; so often it is tried.
const POLL: Duration = Duration::from_millis(20);
/// So many of its last lines are shown when it ends at once.
const LAST_LINES: usize = 5;

/// A command that starts the companion.
pub(crate) struct Launcher {
    command: Command,
    /// The command only asks the system to open the app, which then stays.
    opens_app: bool,
}

impl Launcher {
    /// The program, with these flags: see `wavecraft-companion --help`.
    pub(crate) fn program(program: &Path, flags: &[&str]) -> Self {
        let mut command = guard::detached(program);
        command.args(flags);
        Self { command, opens_app: false }
    }

    /// The app that these arguments of macOS's open(1) name: its `-g` leaves the terminal in front.
    pub(crate) fn app<'a>(which: impl IntoIterator<Item = &'a OsStr>) -> Self {
        let mut command = Command::new("/usr/bin/open");
        command.arg("-g").args(which);
        Self { command, opens_app: true }
    }
}

/// A companion that this command started and that ends with it, if nobody else uses it.
pub(crate) struct Launched {
    process: Child,
}

impl Launched {
    /// Its process; `None` once it has ended.
    pub(crate) fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Has it ended?
    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.try_wait().is_ok_and(|status| status.is_some())
    }

    /// Waits for its end at most `limit`. Is it gone?
    pub(crate) async fn gone_within(&mut self, limit: Duration) -> bool {
        timeout(limit, self.process.wait()).await.is_ok()
    }

    /// Asks it to end, also if it hangs: SIGTERM.
    pub(crate) fn terminate(&self) {
        if let Some(pid) = self.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
            // Not waited for yet, so the id is still its own.
            let _ = kill_process(pid, Signal::TERM);
        }
    }
}

/// Starts the companion and waits until it takes a connection.
pub(crate) async fn start(paths: &Paths, launched: &mut Option<Launched>) -> anyhow::Result<UnixStream> {
    let Launcher { mut command, opens_app } = launcher()?;
    let log_before = std::fs::metadata(paths.log()).map_or(0, |meta| meta.len());
    // A file without a name rather than a pipe: the companion may outlive this command, and writing into a pipe that
    // nobody reads would fail there.
    let mut errors = tempfile::tempfile().context("no temporary file can be made")?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors.try_clone()?);
    let mut process = command.spawn().context("the companion could not be started")?;
    if opens_app {
        let status = process.wait().await?;
        if !status.success() {
            bail!("the companion could not be opened ({status}); {}", how_to_install());
        }
    } else {
        *launched = Some(Launched { process });
    }
    let mut end = Instant::now() + LIMIT;
    let mut ended = None;
    while Instant::now() < end {
        if let Some(stream) = connect(paths)?.await {
            return Ok(stream);
        }
        if ended.is_none()
            && let Some(launched) = launched
        {
            ended = launched.process.try_wait()?;
            if ended.is_some() {
                end = end.min(Instant::now() + RACE);
            }
        }
        sleep(POLL).await;
    }
    let log = paths.log();
    match ended {
        Some(status) => {
            *launched = None;
            let said = last_words(&mut errors, &log, log_before);
            Err(Unreachable(format!("the companion ended at once ({status}). {said}")).into())
        }
        None => Err(Unreachable(format!(
            "the companion was started and doesn't answer at {} after {} s: see {}",
            paths.socket().display(),
            LIMIT.as_secs(),
            log.display()
        ))
        .into()),
    }
}

fn launcher() -> anyhow::Result<Launcher> {
    let Some(named) = named() else {
        return platform::companion().with_context(|| {
            format!(
                "no companion is running and none was found {}; {}",
                platform::COMPANION_PLACES,
                how_to_install()
            )
        });
    };
    if is_app(&named) {
        return Ok(Launcher::app([named.as_os_str()]));
    }
    // Outside of an app there is no place for a menu on a Mac.
    Ok(Launcher::program(&checked(named)?, &["--headless", "--exit-when-idle"]))
}

/// Would a companion that is started now stay when nobody needs it any more? An app does.
pub(crate) fn would_stay() -> bool {
    launcher().is_ok_and(|launcher| launcher.opens_app)
}

/// The companion's program itself, to be run for what needs no device, and so no permission either.
pub(crate) fn program() -> anyhow::Result<PathBuf> {
    let Some(named) = named() else {
        return platform::companion_program().with_context(|| {
            format!("no companion was found {}; {}", platform::COMPANION_PLACES, how_to_install())
        });
    };
    checked(if is_app(&named) { named.join(bundle::COMPANION) } else { named })
}

/// What [`VARIABLE`] names.
fn named() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn is_app(named: &Path) -> bool {
    named.extension() == Some(OsStr::new("app")) && named.is_dir()
}

/// Absolute, since it is started in another folder.
fn checked(named: PathBuf) -> anyhow::Result<PathBuf> {
    if !programs::is_program(&named) {
        bail!("{VARIABLE} is {}, which is no program: correct it or unset it", named.display());
    }
    Ok(named.canonicalize()?)
}

fn how_to_install() -> String {
    format!("install the Wavecraft Companion, or name its program in {VARIABLE}")
}

/// What the companion wrote to its standard error, else what its log says since it was `log_before` bytes long.
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

/// The last lines behind byte `start`, each on an indented line; empty if there are none.
fn lines_from(file: &mut File, start: u64) -> String {
    let mut bytes = Vec::new();
    // What can't be read is as good as empty here.
    let _ = file.seek(SeekFrom::Start(start)).and_then(|_| file.read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].iter().map(|line| format!("\n  {line}")).collect()
}
