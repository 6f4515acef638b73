//! One processor child: its process, its socketpair and its output. What it says and how it ends become events.

use crate::{
    event::{ChildId, Event, Events},
    platform::{self, Program, SEGMENT_DESCRIPTOR, SOCKET_DESCRIPTOR},
};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitOptions};
use std::{
    fmt, io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream as StdUnixStream,
    },
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::{UnixStream, unix::pipe},
    sync::{Semaphore, mpsc, oneshot},
};
use wavecraft_companion_protocol::{
    child::{FromChild, LINK_VARIABLE, Link, ToChild},
    control::LogStream,
    frame::{self, Decoder},
};
use wavecraft_ring::{ABI_VERSION, Geometry, HostRing, ParameterWriter};

/// So many messages and lines of one child may wait for the app; more wait in the child's pipes.
const WAITING_MESSAGES: usize = 64;
/// A longer line is cut here, in bytes.
const MAX_LINE_BYTES: usize = 8 * 1024;
/// After a child's end, its last words may still be on their way for so long.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// The stack of a thread that only waits for a process.
const WAITER_STACK_BYTES: usize = 64 * 1024;

/// A child that was spawned. Dropping it closes its socketpair, upon which it ends by itself.
#[derive(Debug)]
pub(crate) struct Child {
    /// Its name.
    pub id: ChildId,
    /// Cleared as soon as its process ends; the audio thread reads it.
    pub alive: Arc<AtomicBool>,
    process: Arc<Process>,
    outbox: mpsc::UnboundedSender<ToChild>,
}

/// What [`Child::launch`] makes.
pub(crate) struct Launched {
    /// The child.
    pub child: Child,
    /// The engine's end of its segment.
    pub ring: HostRing,
    /// The words of its parameters.
    pub parameters: ParameterWriter,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitReason {
    /// It exited with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "the processor's program exited with code {code}"),
            Self::Signal(number) => match signal_name(*number) {
                Some(name) => write!(f, "the processor's program was ended by {name}"),
                None => write!(f, "the processor's program was ended by signal {number}"),
            },
        }
    }
}

fn signal_name(number: i32) -> Option<&'static str> {
    [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL (illegal instruction)"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::ABORT, "SIGABRT (abort)"),
        (Signal::BUS, "SIGBUS (bus error)"),
        (Signal::FPE, "SIGFPE (arithmetic error)"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV (invalid memory access)"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::TERM, "SIGTERM"),
        (Signal::XCPU, "SIGXCPU (too much CPU time in real-time priority)"),
        (Signal::SYS, "SIGSYS (forbidden system call)"),
    ]
    .into_iter()
    .find_map(|(signal, name)| (signal.as_raw() == number).then_some(name))
}

impl Child {
    /// Makes a segment and starts `program` on it. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The segment, the socketpair or the process can't be made.
    pub(crate) fn launch(
        id: ChildId,
        program: &Program,
        geometry: Geometry,
        events: &Events,
    ) -> io::Result<Launched> {
        let side = wavecraft_ring::create(geometry, id.generation).map_err(io::Error::other)?;
        let (ours, theirs) = StdUnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let link =
            Link { abi: ABI_VERSION, segment: SEGMENT_DESCRIPTOR, socket: SOCKET_DESCRIPTOR }.to_string();
        let mut program = program.clone();
        program.env.push((LINK_VARIABLE.into(), link.into()));
        let spawned = platform::spawn(&program, side.descriptor.as_fd(), theirs.as_fd())?;
        drop(theirs);

        let alive = Arc::new(AtomicBool::new(true));
        let process = Arc::new(Process { pid: spawned.pid, reaped: Mutex::new(false) });
        let (exit_sender, exit) = oneshot::channel();
        wait_on_a_thread(Arc::clone(&process), Arc::clone(&alive), exit_sender)?;

        let (socket_reader, socket_writer) = UnixStream::from_std(ours)?.into_split();
        let (outbox, inbox) = mpsc::unbounded_channel();
        let budget = Arc::new(Semaphore::new(WAITING_MESSAGES));
        tokio::spawn(write_messages(socket_writer, inbox));
        tokio::spawn(read_messages(socket_reader, exit, id.clone(), events.clone(), Arc::clone(&budget)));
        for (stream, descriptor) in [(LogStream::Stdout, spawned.stdout), (LogStream::Stderr, spawned.stderr)]
        {
            let pipe = pipe_reader(descriptor)?;
            tokio::spawn(read_lines(pipe, stream, id.clone(), events.clone(), Arc::clone(&budget)));
        }
        let child = Self { id, alive, process, outbox };
        Ok(Launched { child, ring: side.ring, parameters: side.parameters })
    }

    /// The process's number.
    pub(crate) fn pid(&self) -> Pid {
        self.process.pid
    }

    /// Tells it something. It may be gone already; then nobody hears it.
    pub(crate) fn tell(&self, message: ToChild) {
        let _ = self.outbox.send(message);
    }

    /// Ends it now, and everything in its process group. Nothing happens to one that is gone.
    pub(crate) fn kill(&self) {
        self.process.kill();
    }

    /// A handle that can end it after the `Child`, and with it the socketpair, is dropped.
    pub(crate) fn process(&self) -> Arc<Process> {
        Arc::clone(&self.process)
    }
}

/// A process that is waited for.
#[derive(Debug)]
pub(crate) struct Process {
    pid: Pid,
    /// Locked while the number is taken back by the system or used for a signal, so that a signal never hits a
    /// stranger with the same number.
    reaped: Mutex<bool>,
}

impl Process {
    /// Ends it now, and everything in its process group. Nothing happens to one that is gone.
    pub(crate) fn kill(&self) {
        let reaped = self.reaped.lock().unwrap_or_else(PoisonError::into_inner);
        if !*reaped {
            // Both can fail only because there is nothing to end any more.
            let _ = rustix::process::kill_process_group(self.pid, Signal::KILL);
            let _ = rustix::process::kill_process(self.pid, Signal::KILL);
        }
    }
}

/// One thread waits for one process: it sleeps until the process ends, knows it at once, and the same on every system.
fn wait_on_a_thread(
    process: Arc<Process>,
    alive: Arc<AtomicBool>,
    exit: oneshot::Sender<ExitReason>,
) -> io::Result<()> {
    let wait = move || {
        let ended = || {
            rustix::process::waitid(WaitId::Pid(process.pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
        };
        while matches!(ended(), Err(rustix::io::Errno::INTR)) {}
        // SYNC: the partner is the renderer's load of the flag it was given with the ring.
        alive.store(false, Ordering::Release);
        let mut reaped = process.reaped.lock().unwrap_or_else(PoisonError::into_inner);
        // What the child left behind in its group ends with it.
        let _ = rustix::process::kill_process_group(process.pid, Signal::KILL);
        let status = rustix::process::waitpid(Some(process.pid), WaitOptions::empty());
        *reaped = true;
        let reason = match status {
            Ok(Some((_, status))) => status
                .terminating_signal()
                .map_or_else(|| ExitReason::Code(status.exit_status().unwrap_or(-1)), ExitReason::Signal),
            // It was this thread's to wait for, so there is nothing else it can be.
            _ => ExitReason::Code(-1),
        };
        let _ = exit.send(reason);
    };
    std::thread::Builder::new().name("child-wait".into()).stack_size(WAITER_STACK_BYTES).spawn(wait)?;
    Ok(())
}

async fn write_messages(
    mut socket: tokio::net::unix::OwnedWriteHalf,
    mut inbox: mpsc::UnboundedReceiver<ToChild>,
) {
    while let Some(message) = inbox.recv().await {
        let Ok(bytes) = frame::encode(&message) else { continue };
        if socket.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

/// Reads messages until the child's process is gone and its last words are in, then says how it ended.
async fn read_messages(
    mut socket: tokio::net::unix::OwnedReadHalf,
    mut exit: oneshot::Receiver<ExitReason>,
    child: ChildId,
    events: Events,
    budget: Arc<Semaphore>,
) {
    let mut messages = Box::pin(async {
        let reason = forward_messages(&mut socket, &child, &events, &budget).await.err();
        let _ = events.send(Event::ChildHungUp { child: child.clone(), reason });
    });
    let reason = tokio::select! {
        reason = &mut exit => {
            let _ = tokio::time::timeout(LAST_WORDS, &mut messages).await;
            reason
        }
        () = &mut messages => exit.await,
    };
    // The sender is dropped without a word only if its thread could not go on.
    let reason = reason.unwrap_or(ExitReason::Code(-1));
    let _ = events.send(Event::ChildExited { child: child.clone(), reason });
}

async fn forward_messages(
    socket: &mut (impl AsyncRead + Unpin),
    child: &ChildId,
    events: &Events,
    budget: &Arc<Semaphore>,
) -> Result<(), String> {
    let mut decoder = Decoder::default();
    let mut bytes = vec![0; 16 * 1024];
    loop {
        match socket.read(&mut bytes).await {
            Ok(0) => return Ok(()),
            Ok(count) => decoder.push(&bytes[..count]),
            // A killed peer with unread bytes resets the connection: an end like any other.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(()),
            Err(error) => return Err(error.to_string()),
        }
        while let Some(message) = decoder.next_message::<FromChild>().map_err(|error| error.to_string())? {
            let Ok(permit) = Arc::clone(budget).acquire_owned().await else { return Ok(()) };
            let _ = events.send(Event::ChildSaid { child: child.clone(), message, permit });
        }
    }
}

fn pipe_reader(descriptor: OwnedFd) -> io::Result<pipe::Receiver> {
    rustix::io::ioctl_fionbio(&descriptor, true)?;
    pipe::Receiver::from_owned_fd(descriptor)
}

async fn read_lines(
    mut pipe: pipe::Receiver,
    stream: LogStream,
    child: ChildId,
    events: Events,
    budget: Arc<Semaphore>,
) {
    let mut pending: Vec<u8> = Vec::new();
    let mut bytes = vec![0; 4096];
    while let Ok(count @ 1..) = pipe.read(&mut bytes).await {
        pending.extend_from_slice(&bytes[..count]);
        for line in take_lines(&mut pending) {
            let Ok(permit) = Arc::clone(&budget).acquire_owned().await else { return };
            let _ = events.send(Event::ChildWrote { child: child.clone(), stream, line, permit });
        }
    }
    if !pending.is_empty()
        && let Ok(permit) = budget.acquire_owned().await
    {
        let line = String::from_utf8_lossy(&pending).into_owned();
        let _ = events.send(Event::ChildWrote { child, stream, line, permit });
    }
}

/// Takes the whole lines out of `pending`; what is longer than [`MAX_LINE_BYTES`] counts as one.
fn take_lines(pending: &mut Vec<u8>) -> Vec<String> {
    let mut lines = Vec::new();
    loop {
        let end = pending.iter().position(|byte| *byte == b'\n');
        let (end, skip) = match end {
            Some(end) if end <= MAX_LINE_BYTES => (end, 1),
            _ if pending.len() > MAX_LINE_BYTES => (MAX_LINE_BYTES, 0),
            _ => return lines,
        };
        let line: Vec<u8> = pending.drain(..end + skip).take(end).collect();
        lines.push(String::from_utf8_lossy(&line).trim_end_matches('\r').to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_and_endless_ones_are_cut() {
        let mut pending = b"one\r\ntwo\nthr".to_vec();
        assert_eq!(take_lines(&mut pending), ["one", "two"]);
        assert_eq!(pending, b"thr");
        pending.extend(vec![b'x'; MAX_LINE_BYTES * 2]);
        let cut = take_lines(&mut pending);
        assert_eq!(cut.iter().map(String::len).collect::<Vec<_>>(), [MAX_LINE_BYTES, MAX_LINE_BYTES]);
        assert_eq!(pending, b"xxx");
    }

    #[test]
    fn signals_have_their_names() {
        assert!(ExitReason::Signal(Signal::SEGV.as_raw()).to_string().contains("SIGSEGV"));
        assert!(ExitReason::Code(3).to_string().ends_with("code 3"));
    }
}
