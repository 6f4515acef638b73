//! The control socket's connections: lines in, events to the app; answers and notifications out.

use crate::event::{Event, Events};
use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
};
use tracing::{info, warn};
use wavecraft_companion_protocol::{
    control::MAX_LINE_BYTES,
    rpc::{self, Call, ErrorObject, Id, Incoming, Rejected, Response},
};

/// Names one connection for the companion's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConnectionId(u64);

/// So many lines may wait for a client that doesn't read, for example one in a suspended terminal: a quarter of an hour
/// of a line a second. Notifications after that are lost to it, which its next figures make up for; a call whose answer
/// finds no room closes the connection.
const WAITING_LINES: usize = 1024;

/// Where a connection's lines go out.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    lines: mpsc::Sender<String>,
}

impl Outbox {
    /// Sends a line. `false`: the client is gone or too far behind.
    pub(crate) fn send(&self, line: String) -> bool {
        self.lines.try_send(line).is_ok()
    }
}

/// Takes connections until `stop` is closed, then lets those there are send what they were answered. Those of another
/// user are closed without a word.
pub(crate) async fn accept(listener: UnixListener, events: Events, mut stop: watch::Receiver<()>) {
    let numbers = AtomicU64::new(1);
    let uid = rustix::process::getuid().as_raw();
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            _ = stop.changed() => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of descriptors, for example: a pause, or this would spin until some are free.
                warn!("the control socket can't take a connection: {error}");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            }
        };
        match stream.peer_cred() {
            Ok(peer) if peer.uid() == uid => {
                let id = ConnectionId(numbers.fetch_add(1, Ordering::Relaxed));
                connections.spawn(serve(stream, id, events.clone(), stop.clone()));
            }
            Ok(peer) => warn!("refused a control connection of user {}", peer.uid()),
            Err(error) => warn!("refused a control connection without credentials: {error}"),
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn serve(stream: UnixStream, id: ConnectionId, events: Events, mut stop: watch::Receiver<()>) {
    let (reader, writer) = stream.into_split();
    let (lines, outgoing) = mpsc::channel(WAITING_LINES);
    let outbox = Outbox { lines };
    let _ = events.send(Event::ConnectionOpened { id, outbox: outbox.clone() });
    let closed = Arc::new(tokio::sync::Notify::new());
    let writing = tokio::spawn(write_lines(writer, outgoing, Arc::clone(&closed)));
    tokio::select! {
        // In this order: an answer that is there already goes out before the end.
        biased;
        end = read_calls(reader, id, &events, &outbox) => {
            if let Err(reason) = end {
                info!("control connection {id:?}: {reason}");
                outbox.send(response_line(Response::from(Rejected {
                    id: Id::Null,
                    error: ErrorObject::new(rpc::INVALID_REQUEST, reason),
                })));
            }
        }
        () = closed.notified() => {}
        _ = stop.changed() => {}
    }
    let _ = events.send(Event::ConnectionClosed(id));
    // The app's own outbox goes with the event above; then the writer has sent what there was and ends.
    drop(outbox);
    let _ = writing.await;
}

async fn write_lines(
    mut writer: tokio::net::unix::OwnedWriteHalf,
    mut lines: mpsc::Receiver<String>,
    closed: Arc<tokio::sync::Notify>,
) {
    while let Some(mut line) = lines.recv().await {
        line.push('\n');
        if writer.write_all(line.as_bytes()).await.is_err() {
            break;
        }
    }
    closed.notify_one();
}

async fn read_calls(
    reader: tokio::net::unix::OwnedReadHalf,
    id: ConnectionId,
    events: &Events,
    outbox: &Outbox,
) -> Result<(), String> {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX) + 1;
        let mut bounded = (&mut reader).take(limit);
        let count = bounded.read_until(b'\n', &mut line).await.map_err(|error| error.to_string())?;
        if count == 0 {
            return Ok(());
        }
        if line.last() != Some(&b'\n') && count > MAX_LINE_BYTES {
            return Err(format!("a line is longer than {MAX_LINE_BYTES} bytes"));
        }
        let Ok(text) = std::str::from_utf8(&line) else {
            return Err("a line is not UTF-8".into());
        };
        if text.trim().is_empty() {
            continue;
        }
        let mut answering = pin!(answers(text, id, events));
        let answer = tokio::select! {
            // In this order: the app hears of the call before it hears that nobody may be left to read its answer.
            biased;
            answer = &mut answering => answer,
            () = hung_up(&mut reader) => {
                // The app ends what is done for this client only. One that has closed nothing but its sending half
                // still reads, and gets its answer.
                let _ = events.send(Event::ConnectionClosed(id));
                answering.await
            }
        };
        if answer.is_some_and(|line| !outbox.send(line)) {
            return Err("the client reads too slowly".into());
        }
    }
}

/// The line that answers a call or a batch of them; `None` for what gets no answer.
async fn answers(text: &str, from: ConnectionId, events: &Events) -> Option<String> {
    match rpc::decode(text) {
        Incoming::Single(call) => answer(call, from, events).await.map(response_line),
        Incoming::Batch(calls) => {
            let mut answers = Vec::new();
            for call in calls {
                answers.extend(answer(call, from, events).await);
            }
            (!answers.is_empty()).then(|| rpc::to_value(&answers).to_string())
        }
    }
}

/// Ends when the client has closed its sending half, and stays pending for one that has sent more: what is behind that
/// is seen when its turn comes.
async fn hung_up(reader: &mut BufReader<tokio::net::unix::OwnedReadHalf>) {
    match reader.fill_buf().await {
        Ok([]) | Err(_) => {}
        Ok(_) => std::future::pending().await,
    }
}

fn response_line(response: Response) -> String {
    rpc::to_value(&response).to_string()
}

/// One call after the other: an answer that takes time (an attach, a reload) holds up only its own connection.
async fn answer(call: Result<Call, Rejected>, from: ConnectionId, events: &Events) -> Option<Response> {
    let call = match call {
        Ok(call) => call,
        Err(rejected) => return Some(rejected.into()),
    };
    let id = call.id.clone();
    let (reply, outcome) = oneshot::channel();
    let _ = events.send(Event::Request { from, call, reply });
    let outcome = outcome.await.unwrap_or_else(|_| {
        Err(ErrorObject::new(rpc::INTERNAL_ERROR, "the companion is quitting: start it again"))
    });
    id.map(|id| Response::new(id, outcome))
}
