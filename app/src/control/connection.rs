//! The control socket's connections: lines in become events; answers and notifications go out.

use super::{
    outbox::Outbox,
    owed::{Reply, outcome},
};
use crate::outlet::Outlet;
use std::{
    collections::VecDeque,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot, watch},
    task::JoinSet,
};
use tracing::{info, warn};
use wavecraft_companion_protocol::{
    control::{Hello, MAX_LINE_BYTES},
    method::Method,
    rpc::{self, Call, ErrorObject, Id, Incoming, Rejected, Response},
};

/// Identifies one connection for the companion's lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConnectionId(u64);

#[cfg(test)]
impl ConnectionId {
    /// An id that no connection has.
    pub(crate) fn of_test() -> Self {
        Self(u64::MAX)
    }
}

/// The events of the control socket's connections.
pub(crate) enum ControlEvent {
    /// A connection is open; its notifications go into the outbox.
    Opened { id: ConnectionId, outbox: Outbox },
    /// A connection made a call.
    Called { from: ConnectionId, call: Call, reply: Reply },
    /// A connection is gone, and its leases with it.
    Closed {
        id: ConnectionId,
        /// Its slot among the connections, which becomes free when the app has handled this event.
        place: Option<Arc<OwnedSemaphorePermit>>,
    },
}

/// The most connections at a time. For one more, the oldest that hasn't sent `hello` is closed.
const MAX_CONNECTIONS: usize = 256;
/// How long a client that sends nothing more may take to read its last answer.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// The most calls in one batch, and the most bytes of its answers other than short ones: together with the short ones
/// they make less than a line.
const BATCH_CALLS: usize = 256;
const BATCH_BYTES: usize = 128 * 1024;
/// An answer up to this many bytes counts as short and always has room in a batch's.
const SHORT_ANSWER_BYTES: usize = 400;

/// A connection as seen when a slot for another is needed.
#[derive(Debug, Default)]
struct Peer {
    greeted: AtomicBool,
    /// Notified when it must be closed for a newer one.
    goes: Notify,
}

/// Accepts connections until `stop` is closed, then lets the open ones send their last answers. Connections of another
/// user are closed without an answer.
pub(crate) async fn accept(
    listener: UnixListener,
    events: Outlet<ControlEvent>,
    mut stop: watch::Receiver<()>,
) {
    let mut last = 0;
    let uid = rustix::process::getuid().as_raw();
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut peers: VecDeque<Arc<Peer>> = VecDeque::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            _ = stop.changed() => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of descriptors, for example: pause, or this would spin until some are free.
                warn!("the control socket can't take a connection: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        match stream.peer_cred() {
            Ok(peer) if peer.uid() == uid => {}
            Ok(peer) => {
                warn!("refused a control connection of user {}", peer.uid());
                continue;
            }
            Err(error) => {
                warn!("refused a control connection without credentials: {error}");
                continue;
            }
        }
        // A connection that has ended has dropped its own reference.
        peers.retain(|peer| Arc::strong_count(peer) > 1);
        if places.available_permits() == 0 && !make_room(&mut peers) {
            refuse(&stream);
            continue;
        }
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            _ = stop.changed() => break,
        };
        // The semaphore is never closed.
        let Ok(place) = place else { break };
        last += 1;
        let peer = Arc::new(Peer::default());
        peers.push_back(Arc::clone(&peer));
        connections.spawn(serve(stream, ConnectionId(last), peer, place, events.clone(), stop.clone()));
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Closes the oldest connection that hasn't sent `hello`. `false`: all have.
fn make_room(peers: &mut VecDeque<Arc<Peer>>) -> bool {
    let oldest = peers.iter().position(|peer| !peer.greeted.load(Ordering::Relaxed));
    // Taken out, so that no other connection waits for its slot.
    oldest.and_then(|oldest| peers.remove(oldest)).inspect(|peer| peer.goes.notify_one()).is_some()
}

/// Sends the reason, if there is room for it, and closes.
fn refuse(stream: &UnixStream) {
    warn!("refused a control connection: {MAX_CONNECTIONS} are open");
    let message =
        format!("{MAX_CONNECTIONS} connections to the companion are open: end one of their programs");
    let _ = stream.try_write((error_line(rpc::INTERNAL_ERROR, message) + "\n").as_bytes());
}

async fn serve(
    stream: UnixStream,
    id: ConnectionId,
    peer: Arc<Peer>,
    place: OwnedSemaphorePermit,
    events: Outlet<ControlEvent>,
    mut stop: watch::Receiver<()>,
) {
    let (reader, writer) = stream.into_split();
    let outbox = Outbox::default();
    events.send(ControlEvent::Opened { id, outbox: outbox.clone() });
    let closed = Arc::new(Notify::new());
    let writing = tokio::spawn(write_lines(writer, outbox.clone(), Arc::clone(&closed)));
    let leaves = tokio::select! {
        // The order matters: an answer that is there already goes out before the end.
        biased;
        end = read_calls(reader, id, &peer, &events, &outbox) => {
            if let Err(reason) = end {
                info!("control connection {id:?}: {reason}");
                // If there is no room for it, the client isn't reading.
                let _ = tokio::time::timeout(LAST_ANSWERS, outbox.answer(error_line(rpc::INVALID_REQUEST, reason))).await;
            }
            false
        }
        () = closed.notified() => true,
        () = peer.goes.notified() => {
            info!("control connection {id:?} goes for a newer one: it said no `hello`");
            true
        }
        _ = stop.changed() => false,
    };
    // Its slot is free once the app has handled its closing, so that connections can't come faster than the app handles
    // them.
    let place = Arc::new(place);
    events.send(ControlEvent::Closed { id, place: Some(Arc::clone(&place)) });
    outbox.close();
    // A client that closed its sending half and doesn't read isn't waited for; nor is one that must be closed.
    let stop = writing.abort_handle();
    if leaves || tokio::time::timeout(LAST_ANSWERS, writing).await.is_err() {
        stop.abort();
    }
    drop(place);
}

async fn write_lines(mut writer: tokio::net::unix::OwnedWriteHalf, outbox: Outbox, closed: Arc<Notify>) {
    while let Some(line) = outbox.next().await {
        if writer.write_all(line.as_bytes()).await.is_err() || writer.write_all(b"\n").await.is_err() {
            break;
        }
    }
    closed.notify_one();
}

async fn read_calls(
    reader: tokio::net::unix::OwnedReadHalf,
    id: ConnectionId,
    peer: &Peer,
    events: &Outlet<ControlEvent>,
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
        let mut answering = pin!(answers(text, id, peer, events));
        let answer = tokio::select! {
            // The order matters: the app gets the call before it learns that the client that would read the answer may
            // be gone.
            biased;
            answer = &mut answering => answer,
            () = hung_up(&mut reader) => {
                // The app ends what it does for this client only. A client that has closed only its sending half still
                // reads, and gets its answer.
                events.send(ControlEvent::Closed { id, place: None });
                answering.await
            }
        };
        // No further call is read until there is room for this one's answer.
        if let Some(line) = answer {
            outbox.answer(line).await;
        }
    }
}

/// The line that answers a call or a batch; `None` for what gets no answer.
async fn answers(
    text: &str,
    from: ConnectionId,
    peer: &Peer,
    events: &Outlet<ControlEvent>,
) -> Option<String> {
    let mut asked = Id::Null;
    let line = match rpc::decode(text) {
        Incoming::Single(call) => {
            asked = id_of(&call).unwrap_or(Id::Null);
            answer(call, from, peer, events).await.map(|answer| answer.text())?
        }
        Incoming::Batch(calls) if calls.len() > BATCH_CALLS => {
            let message = format!("a batch has at most {BATCH_CALLS} calls, not {}", calls.len());
            error_line(rpc::INVALID_REQUEST, message)
        }
        Incoming::Batch(calls) => {
            let mut answers: Vec<String> = Vec::new();
            let mut bytes = 0;
            for call in calls {
                let id = id_of(&call);
                let Some(answer) = answer(call, from, peer, events).await.map(|answer| answer.text()) else {
                    continue;
                };
                if answer.len() > SHORT_ANSWER_BYTES && bytes + answer.len() > BATCH_BYTES {
                    let message =
                        format!("its answer has {} bytes more than fit: call it alone", answer.len());
                    let error = ErrorObject::new(rpc::INTERNAL_ERROR, message);
                    answers.push(Response::new(id.unwrap_or(Id::Null), error.into()).text());
                } else {
                    bytes += answer.len();
                    answers.push(answer);
                }
            }
            if answers.is_empty() {
                return None;
            }
            format!("[{}]", answers.join(","))
        }
    };
    Some(bounded(line, asked))
}

fn id_of(call: &Result<Call, Rejected>) -> Option<Id> {
    match call {
        Ok(call) => call.id.clone(),
        Err(rejected) => Some(rejected.id.clone()),
    }
}

/// The answer to `asked`, as a client can read it: a line that is too long becomes an error.
fn bounded(line: String, asked: Id) -> String {
    if line.len() <= MAX_LINE_BYTES {
        return line;
    }
    let message = format!(
        "the answer would be a line of {} bytes, more than the {MAX_LINE_BYTES} there may be: ask for less at once",
        line.len()
    );
    let told = Response::new(asked, ErrorObject::new(rpc::INTERNAL_ERROR, message.clone()).into()).text();
    if told.len() <= MAX_LINE_BYTES { told } else { error_line(rpc::INTERNAL_ERROR, message) }
}

/// An error that answers no particular call.
fn error_line(code: i32, message: String) -> String {
    Response::from(Rejected { id: Id::Null, error: ErrorObject::new(code, message) }).text()
}

/// Completes when the client has closed its sending half, and stays pending if the client has sent more: what follows
/// that is seen in its turn.
async fn hung_up(reader: &mut BufReader<tokio::net::unix::OwnedReadHalf>) {
    match reader.fill_buf().await {
        Ok([]) | Err(_) => {}
        Ok(_) => std::future::pending().await,
    }
}

/// One call at a time: an answer that takes time (an attach, a reload) holds up only its own connection.
async fn answer(
    call: Result<Call, Rejected>,
    from: ConnectionId,
    peer: &Peer,
    events: &Outlet<ControlEvent>,
) -> Option<Response> {
    let call = match call {
        Ok(call) => call,
        Err(rejected) => return Some(rejected.into()),
    };
    let id = call.id.clone();
    let hello = call.method == Hello::NAME;
    let (reply, answer) = oneshot::channel();
    events.send(ControlEvent::Called { from, call, reply });
    let outcome = outcome(answer).await;
    if hello && outcome.error().is_none() {
        peer.greeted.store(true, Ordering::Relaxed);
    }
    id.map(|id| Response::new(id, outcome))
}
