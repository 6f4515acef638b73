//! The guard: this same program, run again to supervise another one.
//!
//! Its standard input is one end of a socket pair whose other end only `wavecraft start` holds. When that end is
//! closed, by `start` or by its death, the guard ends the program's process group. After a SIGKILL no other process
//! could. The guard sends the group's number over the same socket, and ends only when the group is empty.

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

/// The hidden command that runs the guard.
pub(crate) const GUARD_COMMAND: &str = "__guard";
/// The hidden command that starts a program that shall outlive the terminal.
pub(crate) const DETACHED_COMMAND: &str = "__detached";

/// The hidden command that becomes a program that ends with its guard.
pub(crate) const BOUND_COMMAND: &str = "__bound";

/// How long a group may take to end after SIGTERM, before SIGKILL.
const GRACE: Duration = Duration::from_secs(2);
/// How long the system may take to remove processes that got SIGKILL.
pub(crate) const CLEARING: Duration = Duration::from_secs(5);
/// No event reports that a process group is empty; this is the polling interval.
const POLL: Duration = Duration::from_millis(10);
/// How much the niceness of a build is above that of the audio.
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

/// Runs the program and returns its exit code, or 128 + n if signal n ended it.
pub(crate) async fn run(args: GuardArgs) -> anyhow::Result<i32> {
    // A separate session: the terminal's Ctrl+C and hang-up go to `start`, which then ends this in order. Fails only if
    // the process has its own session already.
    let _ = process::setsid();
    platform::adopt_orphans();
    if args.background {
        // A failure only means that the build competes more with the audio.
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
    // If the owner is gone already, that is noticed below.
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

/// Becomes the program, in a separate session and outside of any project's folder.
pub(crate) fn run_detached(args: DetachedArgs) -> anyhow::Result<()> {
    let _ = process::setsid();
    let (program, rest) = args.program.split_first().context("no program")?;
    let error = std::process::Command::new(program).args(rest).current_dir("/").exec();
    Err(error).with_context(|| format!("{} can't be run", program.display()))
}

/// A command that runs `program`, which the system, if it supports that, ends when this guard is killed.
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

/// Becomes the program, after asking the system to end it with the guard.
pub(crate) fn run_bound(args: BoundArgs) -> anyhow::Result<()> {
    platform::end_with_parent();
    // If the guard is gone already, the system sends no signal.
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

/// Waits until the owner's end is closed. The owner never writes; anything it writes is ignored.
async fn closed(owner: &mut UnixStream) {
    let mut bytes = [0; 64];
    while owner.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
}

/// Ends the rest of the group: SIGTERM, [`GRACE`], SIGKILL.
async fn end_group(group: Pid, child: &mut Child, ended: &mut Option<ExitStatus>) -> io::Result<()> {
    for (signal, limit) in [(Signal::TERM, GRACE), (Signal::KILL, CLEARING)] {
        // Fails if the group is empty, which is checked next.
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

/// Reaps ended processes, and returns whether none are left. Call it only after waiting for the leader.
fn is_empty(group: Pid) -> bool {
    while process::waitpgid(group, WaitOptions::NOHANG).is_ok_and(|child| child.is_some()) {}
    process::test_kill_process_group(group) == Err(rustix::io::Errno::SRCH)
}

fn exit_code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1)
}
