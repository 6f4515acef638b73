//! One processor child: its process, its socketpair and its output. What it says and how it ends become events; what is
//! agreed with it is the handshake's business, and decisions about it are the supervisor's.

mod crashes;
mod event;
mod exit;
mod handshake;
mod message_limits;
mod process;
mod reader;
pub(crate) mod reasons;
mod supervisor;

pub(crate) use event::ChildEvent;
pub(crate) use exit::ExitReason;
pub(crate) use handshake::{Agreed, Handshake, Step, Terms};
pub(crate) use process::Process;
pub(crate) use supervisor::{Ended, Order, Supervisor};

use crate::{
    executable,
    outlet::Outlet,
    platform::{self, Program, SEGMENT_DESCRIPTOR, SOCKET_DESCRIPTOR, Spawned},
    symbols::Asker,
};
use reader::{Beginning, End, Reader, write_messages};
use rustix::process::Pid;
use std::{
    ffi::OsString,
    io,
    os::{fd::AsFd, unix::net::UnixStream as StdUnixStream},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{
    net::UnixStream,
    sync::{mpsc, oneshot},
};
use wavecraft_companion_protocol::child::{LINK_VARIABLE, Link, ToChild};
use wavecraft_ring::{ABI_VERSION, Geometry, HostRing, ParameterWriter};

/// Marks a child's descendants, which inherit it, so that what the child left running can be found.
const MARK_VARIABLE: &str = "WAVECRAFT_CHILD";
/// The most messages that may wait to be sent to a child: more than it gets in its life.
const WAITING_ORDERS: usize = 16;
/// The stack of a thread that starts a process and waits for its end.
const WAITER_STACK_BYTES: usize = 256 * 1024;

/// A child that is being spawned, or was. Dropping it closes its socketpair, whereupon it ends by itself.
#[derive(Debug)]
pub(crate) struct Child {
    generation: u32,
    /// Cleared as soon as its process ends; the audio thread reads it.
    alive: Arc<AtomicBool>,
    process: Arc<Process>,
    outbox: mpsc::Sender<ToChild>,
    asker: Asker,
}

/// The result of [`Child::launch`].
pub(crate) struct Launched {
    /// The child.
    pub child: Child,
    /// The engine's end of its segment.
    pub ring: HostRing,
    /// The words of its parameters.
    pub parameters: ParameterWriter,
}

impl Child {
    /// Creates a segment and begins to start `program` on it. The system may take its time for that, so it is done on a
    /// separate thread, and the outcome becomes an event. The generation, which is also the segment's, counts the
    /// children of the session. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The segment, the socketpair or the thread can't be created.
    pub(crate) fn launch(
        (session, generation): (&str, u32),
        program: &Program,
        geometry: Geometry,
        events: Outlet<ChildEvent>,
    ) -> io::Result<Launched> {
        let side = wavecraft_ring::create(geometry, generation).map_err(io::Error::other)?;
        let (ours, theirs) = StdUnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let (socket_reader, socket_writer) = UnixStream::from_std(ours)?.into_split();
        let link =
            Link { abi: ABI_VERSION, segment: SEGMENT_DESCRIPTOR, socket: SOCKET_DESCRIPTOR }.to_string();
        let mut program = program.clone();
        program.env.push((LINK_VARIABLE.into(), link.into()));
        program.env.extend(loader_variable(&program));
        let asker = Asker::new(&program.runs, &program.cwd);
        let mark = OsString::from(format!("{}.{}.{}", std::process::id(), session, generation));
        program.env.push((MARK_VARIABLE.into(), mark.clone()));

        let alive = Arc::new(AtomicBool::new(true));
        let process = Arc::new(Process::default());
        let spawn = move || {
            // Much may have changed since the project was attached.
            program.runs = executable::check(&program.runs).map_err(io::Error::other)?;
            platform::spawn(&program, side.descriptor.as_fd(), theirs.as_fd())
        };
        let (spawned, exit) = spawn_on_a_thread(spawn, mark, Arc::clone(&process), Arc::clone(&alive))?;
        let (outbox, inbox) = mpsc::channel(WAITING_ORDERS);
        tokio::spawn(write_messages(socket_writer, inbox));
        let reader = Reader::new(events, asker.clone());
        tokio::spawn(reader.read(Arc::clone(&process), spawned, socket_reader, exit));
        let child = Self { generation, alive, process, outbox, asker };
        Ok(Launched { child, ring: side.ring, parameters: side.parameters })
    }

    /// Its number among the children of its session.
    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }

    /// Cleared as soon as its process ends; the audio thread reads it.
    pub(crate) fn alive(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.alive)
    }

    /// The process id, while there is a process.
    pub(crate) fn pid(&self) -> Option<Pid> {
        self.process.pid()
    }

    /// Knows what its addresses are addresses of.
    pub(crate) fn asker(&self) -> &Asker {
        &self.asker
    }

    /// Sends it a message. It may be gone already, or not have read the earlier messages; then this one is lost.
    pub(crate) fn tell(&self, message: ToChild) {
        let _ = self.outbox.try_send(message);
    }

    /// See [`Process::kill`].
    pub(crate) fn kill(&self) {
        self.process.kill();
    }

    /// A handle that can kill it after the `Child`, and with it the socketpair, is dropped.
    pub(crate) fn process(&self) -> Arc<Process> {
        Arc::clone(&self.process)
    }
}

/// The variable that tells the loader where else to look. Never the terminal's value: only folders that the build
/// named.
fn loader_variable(program: &Program) -> Option<(OsString, OsString)> {
    let folders = executable::loader_path(&program.runs);
    // A folder with a colon in its name can't be listed.
    let sayable = |folder: &&Path| !folder.as_os_str().as_encoded_bytes().contains(&b':');
    let mut said: Vec<_> = folders.into_iter().filter(sayable).map(Path::to_path_buf).collect();
    if said.is_empty() {
        return None;
    }
    said.extend(platform::loader_default(program));
    Some((platform::LOADER_VARIABLE.into(), std::env::join_paths(said).ok()?))
}

/// One thread starts one process and then waits for it, so it learns of the end at once, and nothing else has to wait
/// meanwhile.
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
