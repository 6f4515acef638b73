//! One processor child: its process, its socketpair and its output. What it says and how it ends become events.

mod door;
mod process;

pub(crate) use process::Process;

use self::door::Door;
use crate::{
    event::{ChildId, Event, Events},
    executable,
    platform::{self, Program, SEGMENT_DESCRIPTOR, SOCKET_DESCRIPTOR, Spawned},
};
use rustix::process::{Pid, Signal, WaitStatus};
use std::{
    ffi::OsString,
    fmt, io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream as StdUnixStream,
    },
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::{UnixStream, unix::pipe},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::JoinHandle,
};
use wavecraft_companion_protocol::{
    child::{FromChild, LINK_VARIABLE, Link, ToChild},
    control::LogStream,
    frame::{self, Decoder},
    lanes,
};
use wavecraft_ring::{ABI_VERSION, Geometry, HostRing, ParameterWriter};

/// So many messages of one child may wait for the app; more wait in its socketpair.
const WAITING_MESSAGES: usize = 64;
/// Names a child to whoever looks for what it left running: its descendants inherit it.
const MARK_VARIABLE: &str = "WAVECRAFT_CHILD";
/// So many lines of one child may wait for the app. More are read all the same, so that a processor that prints never
/// waits for the companion, and are dropped and counted.
const WAITING_LINES: usize = 1024;
/// So many messages to a child may wait: more than it gets in its life.
const WAITING_ORDERS: usize = 16;
/// A longer line is cut here, in bytes.
const MAX_LINE_BYTES: usize = 8 * 1024;
/// After a child's end, its last words may still be on their way for so long.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// The stack of a thread that starts a process and waits for its end.
const WAITER_STACK_BYTES: usize = 256 * 1024;

/// A child that is being spawned, or was. Dropping it closes its socketpair, upon which it ends by itself.
#[derive(Debug)]
pub(crate) struct Child {
    /// Its name.
    pub id: ChildId,
    /// Cleared as soon as its process ends; the audio thread reads it.
    pub alive: Arc<AtomicBool>,
    process: Arc<Process>,
    outbox: mpsc::Sender<ToChild>,
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
    /// It was to be ended before the system had started it.
    NotStarted,
    /// The system doesn't say: a debugger took the word, or somebody else.
    Unknown,
}

impl ExitReason {
    fn of(status: WaitStatus) -> Self {
        match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => Self::Code(code),
            (None, Some(signal)) => Self::Signal(signal),
            (None, None) => Self::Unknown,
        }
    }
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "the processor's program exited with code {code}"),
            Self::Signal(number) => match signal_name(*number) {
                Some(name) => write!(f, "the processor's program was ended by {name}"),
                None => write!(f, "the processor's program was ended by signal {number}"),
            },
            Self::NotStarted => {
                f.write_str("the processor's program was given up before the system had started it")
            }
            Self::Unknown => f.write_str("the processor's program ended, and the system doesn't say how"),
        }
    }
}

/// What tells the loader where else to look. Never the terminal's own: only folders that the build named.
fn loader_variable(program: &Program) -> Option<(OsString, OsString)> {
    let folders = executable::loader_path(&program.runs);
    // A folder with a colon in its name can't be said.
    let sayable = |folder: &&Path| !folder.as_os_str().as_encoded_bytes().contains(&b':');
    let mut said: Vec<_> = folders.into_iter().filter(sayable).map(Path::to_path_buf).collect();
    if said.is_empty() {
        return None;
    }
    said.extend(platform::loader_default(program));
    Some((platform::LOADER_VARIABLE.into(), std::env::join_paths(said).ok()?))
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
    /// Makes a segment and begins to start `program` on it, which the system may take its time for: that is done on a
    /// thread of its own, and what came of it becomes an event. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The segment, the socketpair or the thread can't be made.
    pub(crate) fn launch(
        id: ChildId,
        program: &Program,
        geometry: Geometry,
        events: &Events,
    ) -> io::Result<Launched> {
        let side = wavecraft_ring::create(geometry, id.generation).map_err(io::Error::other)?;
        let (ours, theirs) = StdUnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let (socket_reader, socket_writer) = UnixStream::from_std(ours)?.into_split();
        let link =
            Link { abi: ABI_VERSION, segment: SEGMENT_DESCRIPTOR, socket: SOCKET_DESCRIPTOR }.to_string();
        let mut program = program.clone();
        program.env.push((LINK_VARIABLE.into(), link.into()));
        program.env.extend(loader_variable(&program));
        let mark = OsString::from(format!("{}.{}.{}", std::process::id(), id.session, id.generation));
        program.env.push((MARK_VARIABLE.into(), mark.clone()));

        let alive = Arc::new(AtomicBool::new(true));
        let process = Arc::new(Process::default());
        let spawn = move || {
            // Much may have happened since the project was attached.
            program.runs = executable::check(&program.runs).map_err(io::Error::other)?;
            platform::spawn(&program, side.descriptor.as_fd(), theirs.as_fd())
        };
        let (spawned, exit) = spawn_on_a_thread(spawn, mark, Arc::clone(&process), Arc::clone(&alive))?;
        let (outbox, inbox) = mpsc::channel(WAITING_ORDERS);
        tokio::spawn(write_messages(socket_writer, inbox));
        let budget = Arc::new(Semaphore::new(WAITING_MESSAGES));
        let hearing = Hearing { id: id.clone(), events: events.clone(), budget };
        tokio::spawn(hearing.hear(Arc::clone(&process), spawned, socket_reader, exit));
        let child = Self { id, alive, process, outbox };
        Ok(Launched { child, ring: side.ring, parameters: side.parameters })
    }

    /// The process's number, while there is a process.
    pub(crate) fn pid(&self) -> Option<Pid> {
        self.process.pid()
    }

    /// Tells it something. It may be gone already, or not read what it was told before; then it doesn't hear it.
    pub(crate) fn tell(&self, message: ToChild) {
        let _ = self.outbox.try_send(message);
    }

    /// See [`Process::kill`].
    pub(crate) fn kill(&self) {
        self.process.kill();
    }

    /// A handle that can end it after the `Child`, and with it the socketpair, is dropped.
    pub(crate) fn process(&self) -> Arc<Process> {
        Arc::clone(&self.process)
    }
}

/// How a process ends, once it has, and number and name of what it left running, which was ended too; what became of its
/// start, before.
type Beginning = oneshot::Receiver<io::Result<Spawned>>;
type End = oneshot::Receiver<(ExitReason, Vec<(u32, String)>)>;

/// One thread starts one process and then waits for it: it knows the end at once, and nobody else waits meanwhile.
fn spawn_on_a_thread(
    spawn: impl FnOnce() -> io::Result<Spawned> + Send + 'static,
    mark: OsString,
    process: Arc<Process>,
    alive: Arc<AtomicBool>,
) -> io::Result<(Beginning, End)> {
    let (begun, beginning) = oneshot::channel();
    let (ended, end) = oneshot::channel();
    let work = move || {
        let spawned = spawn();
        let pid = spawned.as_ref().ok().map(|spawned| spawned.pid);
        pid.into_iter().for_each(|pid| process.started(pid));
        let _ = begun.send(spawned);
        // SYNC: the partner is the renderer's load of the flag it was given with the ring.
        let is_over = || alive.store(false, Ordering::Release);
        match pid {
            Some(pid) => process.wait(pid, is_over, |reason| {
                let _ = ended.send((reason, platform::end_left_behind(MARK_VARIABLE, &mark)));
            }),
            None => is_over(),
        }
    };
    std::thread::Builder::new().name("child".into()).stack_size(WAITER_STACK_BYTES).spawn(work)?;
    Ok((beginning, end))
}

/// Whose words become events, and how many of them may wait.
struct Hearing {
    id: ChildId,
    events: Events,
    budget: Arc<Semaphore>,
}

impl Hearing {
    /// Hears a child from its start to its end.
    async fn hear(
        self,
        process: Arc<Process>,
        spawned: Beginning,
        socket: tokio::net::unix::OwnedReadHalf,
        exit: End,
    ) {
        let Self { id, events, budget } = self;
        let spawned = tokio::select! {
            spawned = spawned => spawned.unwrap_or_else(|_| Err(io::Error::other("its thread could not go on"))),
            () = process.unwanted() => {
                let _ = events.send(Event::ChildExited { child: id, reason: ExitReason::NotStarted });
                return;
            }
        };
        let begun = spawned.and_then(|spawned| {
            Ok((spawned.pid, pipe_reader(spawned.stdout)?, pipe_reader(spawned.stderr)?))
        });
        let (pid, stdout, stderr) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                process.kill();
                let _ = events.send(Event::ChildNotStarted { child: id, error });
                return;
            }
        };
        let _ = events.send(Event::ChildStarted { child: id.clone(), pid });
        let room = Arc::new(Semaphore::new(WAITING_LINES));
        let lines = |pipe, stream| {
            tokio::spawn(read_lines(pipe, stream, id.clone(), events.clone(), Arc::clone(&room)))
        };
        lines(stdout, LogStream::Stdout);
        let errors = lines(stderr, LogStream::Stderr);
        read_messages(socket, exit, errors, id, events, budget).await;
    }
}

async fn write_messages(mut socket: tokio::net::unix::OwnedWriteHalf, mut inbox: mpsc::Receiver<ToChild>) {
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
    mut exit: End,
    errors: JoinHandle<()>,
    child: ChildId,
    events: Events,
    budget: Arc<Semaphore>,
) {
    let mut messages = Box::pin(async {
        let reason = forward_messages(&mut socket, &child, &events, &budget).await.err();
        let _ = events.send(Event::ChildHungUp { child: child.clone(), reason });
    });
    let end = tokio::select! {
        end = &mut exit => {
            let _ = tokio::time::timeout(LAST_WORDS, &mut messages).await;
            end
        }
        () = &mut messages => exit.await,
    };
    // Why its loader ended it stands there.
    let _ = tokio::time::timeout(LAST_WORDS, errors).await;
    // The sender is dropped without a word only if its thread could not go on.
    let (reason, left) = end.unwrap_or((ExitReason::Unknown, Vec::new()));
    drop(messages);
    for (number, name) in left {
        let Ok(permit) = Arc::clone(&budget).acquire_owned().await else { return };
        let message = format!(
            "the processor's program left process {number} ({name}) running by itself: it was ended too"
        );
        let message = FromChild::Log { message };
        let _ = events.send(Event::ChildSaid { child: child.clone(), message, permit });
    }
    let _ = events.send(Event::ChildExited { child: child.clone(), reason });
}

async fn forward_messages(
    socket: &mut (impl AsyncRead + Unpin),
    child: &ChildId,
    events: &Events,
    budget: &Arc<Semaphore>,
) -> Result<(), String> {
    let mut decoder = Decoder::default();
    let mut door = Door::default();
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
            let Some(message) = door.take(message) else { continue };
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
    let mut log = Log { stream, child, events, budget, dropped: 0 };
    let mut pending: Vec<u8> = Vec::new();
    let mut bytes = vec![0; 4096];
    while let Ok(count @ 1..) = pipe.read(&mut bytes).await {
        pending.extend_from_slice(&bytes[..count]);
        for line in take_lines(&mut pending) {
            log.pass_on(line);
        }
    }
    if !pending.is_empty() {
        log.pass_on(String::from_utf8_lossy(&pending).into_owned());
    }
    log.end().await;
}

/// One of a child's outputs on its way to the app.
struct Log {
    stream: LogStream,
    child: ChildId,
    events: Events,
    budget: Arc<Semaphore>,
    dropped: usize,
}

impl Log {
    /// Passes a line on, or counts it where the app has too many already. Never waits.
    fn pass_on(&mut self, line: String) {
        if self.dropped > 0
            && let Ok(permit) = Arc::clone(&self.budget).try_acquire_owned()
        {
            self.send(self.note(self.dropped), LogStream::Message, permit);
            self.dropped = 0;
        }
        match Arc::clone(&self.budget).try_acquire_owned() {
            Ok(permit) => self.send(line, self.stream, permit),
            Err(_) => self.dropped += 1,
        }
    }

    /// What is missing at the end is told too.
    async fn end(self) {
        if self.dropped > 0
            && let Ok(permit) = Arc::clone(&self.budget).acquire_owned().await
        {
            self.send(self.note(self.dropped), LogStream::Message, permit);
        }
    }

    fn note(&self, dropped: usize) -> String {
        lanes::dropped(dropped, "the processor's output")
    }

    fn send(&self, line: String, stream: LogStream, permit: OwnedSemaphorePermit) {
        let _ = self.events.send(Event::ChildWrote { child: self.child.clone(), stream, line, permit });
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
