//! Every program that this start runs, each under its guard, and how many of their processes are left in the end.

use crate::{
    guard::{CLEARING, GUARD_COMMAND},
    lines::Lines,
    platform,
};
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    convert::Infallible,
    ffi::OsStr,
    io,
    os::{fd::OwnedFd, unix::net::UnixStream as StdUnixStream},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    process::{Child, Command},
    sync::{oneshot, watch},
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};

/// How long a guard may take after it is asked to end: its own two waits, and a margin.
const GUARD_LIMIT: Duration = Duration::from_secs(10);
/// No event reports that a process group is empty; this is the polling interval.
const POLL: Duration = Duration::from_millis(10);

/// A command that runs `program` under a guard. Arguments, folder and environment are added as to any command.
pub(crate) fn guarded(program: &Path) -> Command {
    guarded_with(program, [])
}

/// Like [`guarded`], at lower priority than the audio.
pub(crate) fn guarded_in_background(program: &Path) -> Command {
    guarded_with(program, ["--background".as_ref()])
}

/// Like [`guarded`], for a program whose loader also searches these folders for shared libraries.
pub(crate) fn guarded_with_libraries(program: &Path, loader_path: &[PathBuf]) -> Command {
    // Not as a variable of the guard: on a Mac the loader removes it from a hardened program.
    guarded_with(
        program,
        loader_path.iter().flat_map(|folder| ["--loader-path".as_ref(), folder.as_os_str()]),
    )
}

fn guarded_with<'a>(program: &Path, flags: impl IntoIterator<Item = &'a OsStr>) -> Command {
    let mut command = Command::new(platform::own_program());
    command.arg0("wavecraft").arg(GUARD_COMMAND).args(flags).arg("--").arg(program);
    command
}

/// The programs of one start. It outlives every [`Running`], so that a cancelled wait leaves nothing behind.
pub(crate) struct Processes {
    guards: JoinSet<usize>,
    left: usize,
    hurry: watch::Sender<bool>,
}

/// One program. Dropping it ends the program and its whole group; [`Processes::end`] waits for that.
pub(crate) struct Running {
    out: Option<Lines>,
    err: Option<Lines>,
    ended: watch::Receiver<Option<ExitStatus>>,
    _wanted: oneshot::Sender<Infallible>,
}

/// A line that a program wrote.
#[derive(Debug)]
pub(crate) enum Line {
    /// On its standard output.
    Out(String),
    /// On its standard error.
    Err(String),
}

impl Running {
    /// The next line that it writes; `None` when it has closed both its outputs. Cancel-safe: no line is lost.
    pub(crate) async fn next_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            let line = tokio::select! {
                line = next_of(&mut self.out), if self.out.is_some() => match line? {
                    Some(line) => Line::Out(line),
                    None => { self.out = None; continue }
                },
                line = next_of(&mut self.err), if self.err.is_some() => match line? {
                    Some(line) => Line::Err(line),
                    None => { self.err = None; continue }
                },
                else => return Ok(None),
            };
            return Ok(Some(line));
        }
    }

    /// See [`Lines::end_at_returns`]: on its standard error.
    pub(crate) fn end_errors_at_returns(&mut self) {
        self.err.iter_mut().for_each(Lines::end_at_returns);
    }

    /// Ends it and its whole group. The returned future completes when nothing is left of them.
    pub(crate) fn end(self) -> impl Future<Output = ()> + Send + use<> {
        // The rest is dropped here, which ends it.
        let mut ended = self.ended;
        async move {
            // An error means that the watcher is gone: it has checked already.
            let _ = ended.wait_for(Option::is_some).await;
        }
    }

    /// Waits for its end, and returns all lines of its standard output and of its standard error.
    pub(crate) async fn run_to_end(mut self) -> io::Result<(ExitStatus, Vec<String>, Vec<String>)> {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        while let Some(line) = self.next_line().await? {
            match line {
                Line::Out(line) => out.push(line),
                Line::Err(line) => err.push(line),
            }
        }
        Ok((self.wait().await?, out, err))
    }

    /// What it printed on its standard output, within this limit.
    ///
    /// # Errors
    /// It took longer, told as `late` and the limit, or it failed, told as `failed` makes it of how it ended and of what it printed
    /// on its standard error.
    pub(crate) async fn answer(
        self,
        limit: Duration,
        late: &str,
        failed: impl FnOnce(ExitStatus, &str) -> String,
    ) -> anyhow::Result<String> {
        let (status, out, err) = timeout(limit, self.run_to_end()).await.map_err(|_| {
            anyhow::anyhow!("{late} within {} s: does something in it wait?", limit.as_secs())
        })??;
        if !status.success() {
            let said: String = err.iter().map(|line| format!("\n  {line}")).collect();
            anyhow::bail!(failed(status, &said));
        }
        Ok(out.concat())
    }

    /// Waits for its end, and that of its whole group. Cancel-safe.
    pub(crate) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let ended = self.ended.wait_for(Option::is_some).await.map_err(io::Error::other)?;
        ended.ok_or_else(|| io::Error::other("no exit status"))
    }
}

async fn next_of(lines: &mut Option<Lines>) -> io::Result<Option<String>> {
    match lines {
        Some(lines) => lines.next().await,
        None => Ok(None),
    }
}

impl Processes {
    /// Without any program yet.
    pub(crate) fn new() -> Self {
        Self { guards: JoinSet::new(), left: 0, hurry: watch::Sender::new(false) }
    }

    /// Starts a command made by [`guarded`], with its outputs piped.
    pub(crate) fn spawn(&mut self, command: &mut Command) -> io::Result<Running> {
        let (ours, theirs) = StdUnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let mut guard = command
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // The command holds the guard's end of the socket while it lives, which would keep the guard's messages from
        // ending.
        command.stdin(Stdio::null());
        let (wanted, unwanted) = oneshot::channel();
        let (ended, receiver) = watch::channel(None);
        let running = Running {
            out: guard.stdout.take().map(Lines::new),
            err: guard.stderr.take().map(Lines::new),
            ended: receiver,
            _wanted: wanted,
        };
        let socket = UnixStream::from_std(ours)?;
        let care = Care { guard, socket, group: None, hurry: self.hurry.subscribe(), ended };
        self.guards.spawn(care.take(unwanted));
        Ok(running)
    }

    /// Waits for all to end, and returns how many processes are left: 0, unless the system could not end one. Every
    /// [`Running`] must be dropped before. Cancel-safe.
    pub(crate) async fn end(&mut self) -> usize {
        while let Some(left) = self.guards.join_next().await {
            // A task that panicked can't have checked: that counts as one.
            self.left += left.unwrap_or(1);
        }
        self.left
    }

    /// Sending `true` here ends all without grace.
    pub(crate) fn hurry(&self) -> watch::Sender<bool> {
        self.hurry.clone()
    }
}

struct Care {
    guard: Child,
    socket: UnixStream,
    group: Option<Pid>,
    hurry: watch::Receiver<bool>,
    ended: watch::Sender<Option<ExitStatus>>,
}

impl Care {
    /// Supervises one guard from its start until nothing is left, and returns how many processes are.
    async fn take(mut self, mut unwanted: oneshot::Receiver<Infallible>) -> usize {
        let mut told = Vec::new();
        let mut silent = false;
        let mut limit = None;
        let status = loop {
            tokio::select! {
                status = self.guard.wait() => break status.ok(),
                read = self.socket.read_buf(&mut told), if !silent => {
                    silent = read.map_or(true, |count| count == 0);
                    self.group = group_of(&told);
                }
                _ = &mut unwanted, if limit.is_none() => {
                    // Only this direction: the guard may still have its group's number to send.
                    let _ = self.socket.shutdown().await;
                    limit = Some(Instant::now() + GUARD_LIMIT);
                }
                true = hurried(&mut self.hurry), if self.group.is_some() => {
                    self.kill_group();
                    break self.guard.wait().await.ok();
                }
                () = sleep_until(limit.unwrap_or_else(Instant::now)), if limit.is_some() => {
                    self.kill_group();
                    let _ = self.guard.start_kill();
                    break self.guard.wait().await.ok();
                }
            }
        };
        let left = self.clear(told).await;
        self.ended.send_replace(status);
        left
    }

    /// A guard that ended in order leaves an empty group. One that was killed doesn't.
    async fn clear(&mut self, mut told: Vec<u8>) -> usize {
        if self.group.is_none() {
            // Its last message may still be in the socket.
            let _ = self.socket.read_to_end(&mut told).await;
            self.group = group_of(&told);
        }
        let Some(group) = self.group else { return 0 };
        let end = Instant::now() + CLEARING;
        loop {
            let left = platform::running_in(group);
            if left == 0 || Instant::now() >= end {
                return left;
            }
            self.kill_group();
            sleep(POLL).await;
        }
    }

    fn kill_group(&self) {
        if let Some(group) = self.group {
            // Fails only if the group is empty.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

async fn hurried(hurry: &mut watch::Receiver<bool>) -> bool {
    hurry.wait_for(|hurry| *hurry).await.is_ok()
}

/// The group's number, once the whole line has arrived.
fn group_of(told: &[u8]) -> Option<Pid> {
    let line = told.strip_suffix(b"\n")?;
    std::str::from_utf8(line).ok()?.parse().ok().and_then(Pid::from_raw)
}
