//! The guard: this same program, run again to look after another one.
//!
//! Its standard input is one end of a socket pair whose other end only `wavecraft start` holds. When that end is
//! closed, by `start` or by its death, the guard ends the program's process group. Nobody else could after a SIGKILL.
//! It tells the group's number over the same socket, and ends only when the group is empty.

use std::{
    ffi::OsString,
    io,
    os::{
        fd::AsFd,
        unix::{net::UnixStream as StdUnixStream, process::CommandExt, process::ExitStatusExt},
    },
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use crate::platform;
use anyhow::Context;
use rustix::process::{self, Pid, Signal, WaitOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    process::{Child, Command},
    signal::unix::{SignalKind, signal},
};

/// The hidden command that is the guard.
pub(crate) const GUARD_COMMAND: &str = "__guard";
/// The hidden command that starts a program which shall outlive the terminal.
pub(crate) const DETACHED_COMMAND: &str = "__detached";

/// The hidden command that becomes a program which ends with its guard.
pub(crate) const BOUND_COMMAND: &str = "__bound";

/// How long a group may take to end after SIGTERM, before SIGKILL.
pub(crate) const GRACE: Duration = Duration::from_secs(2);
/// How long the system may take to clear away what got SIGKILL.
const CLEARING: Duration = Duration::from_secs(5);
/// No event tells that a process group is empty; this is how often it is asked.
const POLL: Duration = Duration::from_millis(10);
/// How much politer than the audio a build is.
const BACKGROUND_NICE: i32 = 10;

/// The guard's arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct GuardArgs {
    /// Run it at lower priority than the audio
    #[arg(long)]
    background: bool,
    /// A folder where its loader looks for shared libraries too
    #[arg(long)]
    loader_path: Vec<PathBuf>,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    program: Vec<OsString>,
}

/// The arguments of [`DETACHED_COMMAND`].
#[derive(Debug, clap::Args)]
pub(crate) struct DetachedArgs {
    /// The program and its arguments
    #[arg(last = true, required = true)]
    program: Vec<OsString>,
}

/// The arguments of [`BOUND_COMMAND`].
#[derive(Debug, clap::Args)]
pub(crate) struct BoundArgs {
    /// The guard's process
    #[arg(long)]
    guard: i32,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    program: Vec<OsString>,
}

/// Runs the program and returns its exit code, 128 + n where signal n ended it.
pub(crate) async fn run(args: GuardArgs) -> anyhow::Result<i32> {
    // A session of its own: the terminal's Ctrl+C and hang-up are for `start`, which then ends this in order.
    // It only fails for a process that has one already.
    let _ = process::setsid();
    platform::adopt_orphans();
    if args.background {
        // Without it the build is only less polite.
        let _ = process::nice(BACKGROUND_NICE);
    }
    let mut signals =
        [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?];
    let mut owner = owner()?;
    let (program, rest) = args.program.split_first().context("no program")?;
    let mut command = bound(program);
    if !args.loader_path.is_empty() {
        let folders = args.loader_path.into_iter().chain(platform::loader_default());
        command.env(platform::LOADER_VARIABLE, std::env::join_paths(folders)?);
    }
    let mut child = command
        .args(rest)
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| format!("{} can't be run", program.display()))?;
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw).context("no id")?;
    // An owner that is gone already is noticed below.
    let _ = owner.write_all(format!("{group}\n").as_bytes()).await;

    let [interrupt, terminate, hang_up] = &mut signals;
    let mut ended = tokio::select! {
        status = child.wait() => Some(status?),
        () = closed(&mut owner) => None,
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
        _ = hang_up.recv() => None,
    };
    end_group(group, &mut child, &mut ended).await?;
    Ok(ended.map_or(1, exit_code))
}

/// Becomes the program, in a session of its own and in no project's folder.
pub(crate) fn run_detached(args: DetachedArgs) -> anyhow::Result<()> {
    let _ = process::setsid();
    let (program, rest) = args.program.split_first().context("no program")?;
    let error = std::process::Command::new(program).args(rest).current_dir("/").exec();
    Err(error).with_context(|| format!("{} can't be run", program.display()))
}

/// A command that runs `program`, which ends when this guard is killed and can't end it, where the system can do that.
fn bound(program: &OsString) -> Command {
    if !platform::ENDS_WITH_PARENT {
        return Command::new(program);
    }
    let mut command = Command::new(platform::own_program());
    command
        .arg0("wavecraft")
        .arg(BOUND_COMMAND)
        .arg(format!("--guard={}", process::getpid()))
        .arg("--")
        .arg(program);
    command
}

/// Becomes the program, once the system knows that it is to end with the guard.
pub(crate) fn run_bound(args: BoundArgs) -> anyhow::Result<()> {
    platform::end_with_parent();
    // The guard may be gone already; then the system has nothing to tell.
    anyhow::ensure!(process::getppid() == Pid::from_raw(args.guard), "the guard is gone");
    let (program, rest) = args.program.split_first().context("no program")?;
    let error = std::process::Command::new(program).args(rest).exec();
    Err(error).with_context(|| format!("{} can't be run", program.display()))
}

/// A command that runs `program` as [`run_detached`] does. Its process is the program's.
pub(crate) fn detached(program: &Path) -> Command {
    let mut command = Command::new(platform::own_program());
    command.arg0("wavecraft").arg(DETACHED_COMMAND).arg("--").arg(program);
    command
}

fn owner() -> io::Result<UnixStream> {
    let socket = StdUnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    socket.set_nonblocking(true)?;
    UnixStream::from_std(socket)
}

/// Waits until the owner's end is closed. The owner never writes; what it writes is ignored.
async fn closed(owner: &mut UnixStream) {
    let mut bytes = [0; 64];
    while owner.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
}

/// Ends whatever is left of the group: SIGTERM, [`GRACE`], SIGKILL.
async fn end_group(group: Pid, child: &mut Child, ended: &mut Option<ExitStatus>) -> io::Result<()> {
    for (signal, limit) in [(Signal::TERM, GRACE), (Signal::KILL, CLEARING)] {
        // Fails if the group is empty, which is looked at next.
        let _ = process::kill_process_group(group, signal);
        let end = Instant::now() + limit;
        while Instant::now() < end {
            if ended.is_none() {
                *ended = child.try_wait()?;
            }
            if ended.is_some() && is_empty(group) {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
    }
    Err(io::Error::other(format!("process group {group} doesn't end")))
}

/// Clears away what has ended, and tells if nothing is left. Only after the leader was waited for.
fn is_empty(group: Pid) -> bool {
    while process::waitpgid(group, WaitOptions::NOHANG).is_ok_and(|child| child.is_some()) {}
    process::test_kill_process_group(group) == Err(rustix::io::Errno::SRCH)
}

fn exit_code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1)
}
