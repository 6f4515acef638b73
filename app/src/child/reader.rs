//! Turns what a child says and writes into events, with a limit for each kind.

use super::{event::ChildEvent, exit::ExitReason, message_limits::MessageLimits, process::Process};
use crate::{
    outlet::Outlet,
    platform::Spawned,
    symbols::{Asker, PANIC_LIMIT},
};
use std::{io, os::fd::OwnedFd, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::unix::pipe,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::JoinHandle,
};
use wavecraft_companion_protocol::{
    child::{FromChild, ToChild},
    control::LogStream,
    frame::{self, Decoder},
    lanes,
};

/// The most messages of one child that may wait for the app; more wait in its socketpair.
const WAITING_MESSAGES: usize = 64;
/// The most lines of one child that may wait for the app. Further lines are read, so that a processor that prints never
/// waits for the companion, and are dropped and counted.
const WAITING_LINES: usize = 1024;
/// Longer lines are cut here, in bytes.
const MAX_LINE_BYTES: usize = 8 * 1024;
/// How long a child's last output may still be on its way after its end.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// The outcome of a process's start; and its end: how it ended, with the id and name of each process that it left
/// running, which was ended too.
pub(super) type Beginning = oneshot::Receiver<io::Result<Spawned>>;
pub(super) type End = oneshot::Receiver<(ExitReason, Vec<(u32, String)>)>;

/// Turns one child's output into events, and limits how many may wait.
pub(super) struct Reader {
    events: Outlet<ChildEvent>,
    /// Limits its waiting messages.
    budget: Arc<Semaphore>,
    asker: Asker,
}

impl Reader {
    /// For a child whose events go to `events`, and whose addresses `asker` knows.
    pub(super) fn new(events: Outlet<ChildEvent>, asker: Asker) -> Self {
        Self { events, budget: Arc::new(Semaphore::new(WAITING_MESSAGES)), asker }
    }

    /// Follows a child from its start to its end.
    pub(super) async fn read(
        self,
        process: Arc<Process>,
        spawned: Beginning,
        socket: tokio::net::unix::OwnedReadHalf,
        exit: End,
    ) {
        let Self { events, budget, asker } = self;
        let spawned = tokio::select! {
            spawned = spawned => spawned.unwrap_or_else(|_| Err(io::Error::other("its thread could not go on"))),
            () = process.unwanted() => {
                events.send(ChildEvent::Exited(ExitReason::NotStarted));
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
                events.send(ChildEvent::NotStarted(error));
                return;
            }
        };
        events.send(ChildEvent::Started(pid));
        let room = Arc::new(Semaphore::new(WAITING_LINES));
        let lines = |pipe, stream| tokio::spawn(read_lines(pipe, stream, events.clone(), Arc::clone(&room)));
        lines(stdout, LogStream::Stdout);
        let errors = lines(stderr, LogStream::Stderr);
        read_messages(socket, exit, errors, (events, asker), budget).await;
    }
}

/// Writes the messages to a child.
pub(super) async fn write_messages(
    mut socket: tokio::net::unix::OwnedWriteHalf,
    mut inbox: mpsc::Receiver<ToChild>,
) {
    while let Some(message) = inbox.recv().await {
        let Ok(bytes) = frame::encode(&message) else { continue };
        if socket.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

/// Reads messages until the child's process has ended and its last output is in, then reports how it ended.
async fn read_messages(
    mut socket: tokio::net::unix::OwnedReadHalf,
    mut exit: End,
    errors: JoinHandle<()>,
    (events, asker): (Outlet<ChildEvent>, Asker),
    budget: Arc<Semaphore>,
) {
    let mut messages = Box::pin(async {
        let reason = forward_messages(&mut socket, &events, &asker, &budget).await.err();
        events.send(ChildEvent::HungUp { reason });
    });
    let end = tokio::select! {
        end = &mut exit => {
            let _ = tokio::time::timeout(LAST_WORDS + PANIC_LIMIT, &mut messages).await;
            end
        }
        () = &mut messages => exit.await,
    };
    // If the loader ended it, the reason is in its standard error.
    let _ = tokio::time::timeout(LAST_WORDS, errors).await;
    // The sender is dropped without a message only if its thread could not go on.
    let (reason, left) = end.unwrap_or((ExitReason::Unknown, Vec::new()));
    drop(messages);
    for (number, name) in left {
        let Ok(permit) = Arc::clone(&budget).acquire_owned().await else { return };
        let message = format!(
            "the processor's program left process {number} ({name}) running by itself: it was ended too"
        );
        let message = FromChild::Log { message };
        events.send(ChildEvent::Said { message, permit });
    }
    events.send(ChildEvent::Exited(reason));
}

async fn forward_messages(
    socket: &mut (impl AsyncRead + Unpin),
    events: &Outlet<ChildEvent>,
    asker: &Asker,
    budget: &Arc<Semaphore>,
) -> Result<(), String> {
    let mut decoder = Decoder::default();
    let mut limits = MessageLimits::default();
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
            let Some(mut message) = limits.take(message) else { continue };
            if let FromChild::Panic { location, frames, .. } = &mut message {
                // What was agreed to be heard instead is heard already: nothing but the words waits for this.
                asker.authors_place(location, frames).await;
            }
            let Ok(permit) = Arc::clone(budget).acquire_owned().await else { return Ok(()) };
            events.send(ChildEvent::Said { message, permit });
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
    events: Outlet<ChildEvent>,
    budget: Arc<Semaphore>,
) {
    let mut output = Output { stream, events, budget, dropped: 0 };
    let mut pending: Vec<u8> = Vec::new();
    let mut bytes = vec![0; 4096];
    while let Ok(count @ 1..) = pipe.read(&mut bytes).await {
        pending.extend_from_slice(&bytes[..count]);
        for line in take_lines(&mut pending) {
            output.pass_on(line);
        }
    }
    if !pending.is_empty() {
        output.pass_on(String::from_utf8_lossy(&pending).into_owned());
    }
    output.end().await;
}

/// One of a child's output streams on its way to the app.
struct Output {
    stream: LogStream,
    events: Outlet<ChildEvent>,
    budget: Arc<Semaphore>,
    dropped: usize,
}

impl Output {
    /// Passes a line on, or counts it if too many are waiting for the app already. Never waits.
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

    /// Reports what was dropped at the end too.
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
        self.events.send(ChildEvent::Wrote { stream, line, permit });
    }
}

/// Takes the complete lines out of `pending`; anything longer than [`MAX_LINE_BYTES`] counts as one.
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
}
