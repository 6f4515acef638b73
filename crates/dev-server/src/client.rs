//! One WebSocket, from its first message to its last.

use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use hyper::body::Bytes;
use tokio::{
    net::TcpStream,
    sync::{OwnedSemaphorePermit, watch},
    task::yield_now,
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        protocol::{Role as Side, WebSocketConfig},
    },
};

use crate::{
    access_policy::Role, close_reason::CloseReason, hub::Member, message::answer_to, methods::Caller,
    shared::Shared,
};

type Socket = WebSocketStream<TcpStream>;

/// The maximum number of messages answered before the answers are sent.
const BURST: usize = 64;

/// The size of the read buffer, which every client has from the start, and of the answers gathered into one write. It
/// grows for a longer message.
const BUFFER_BYTES: usize = 8 * 1024;

/// Serves a client until it disconnects, is closed, or `stop` is signalled. `read` is what it sent with its request.
pub(crate) async fn run(
    stream: TcpStream,
    read: Bytes,
    role: Role,
    place: OwnedSemaphorePermit,
    shared: &Shared,
    mut stop: watch::Receiver<()>,
) {
    let limits = WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_frame_size(Some(shared.limits.message_bytes))
        .max_message_size(Some(shared.limits.message_bytes));
    let mut socket = Socket::from_partially_read(stream, read.into(), Side::Server, Some(limits)).await;
    let member = shared.hub.join(role);
    tracing::debug!(client = member.id(), ?role, "a client came");

    let reason = tokio::select! {
        reason = talk(&mut socket, &member, shared) => reason,
        () = member.outbox().overflowed() => CloseReason::TooSlow,
        _ = stop.changed() => CloseReason::ServerEnds(shared.end.get().copied().unwrap_or_default()),
    };
    tracing::debug!(client = member.id(), ?reason, "a client goes");
    // Nothing is queued for it any more, and it may be replaced as the audio program.
    drop(member);
    // Its place is free at once. If too many clients are being told the reason already, this one is closed without one.
    drop(place);
    if let Ok(_leaving) = shared.leaving.try_acquire() {
        reason.say(socket, shared.limits.ping_every, stop).await;
    }
}

/// Answers, sends notifications and pings, until there is a reason to stop.
///
/// One task reads and writes: a client that sends without reading the answers is itself not read, so nothing piles up
/// here.
async fn talk(socket: &mut Socket, member: &Member, shared: &Shared) -> CloseReason {
    let every = shared.limits.ping_every;
    let mut pings = interval_at(Instant::now() + every, every);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut unanswered_ping = false;
    loop {
        let done = tokio::select! {
            message = socket.next() => burst(socket, message, member, shared, &mut unanswered_ping).await,
            () = member.outbox().filled() => Ok(()),
            _ = pings.tick() => {
                if unanswered_ping {
                    return CloseReason::NoPong;
                }
                unanswered_ping = true;
                put(socket, Message::Ping(Bytes::new()), every).await
            }
        };
        if let Err(reason) = async {
            done?;
            deliver(socket, member, every).await
        }
        .await
        {
            return reason;
        }
    }
}

/// Answers a message, and those that already wait behind it.
async fn burst(
    socket: &mut Socket,
    first: Option<Result<Message, Error>>,
    member: &Member,
    shared: &Shared,
    unanswered_ping: &mut bool,
) -> Result<(), CloseReason> {
    let mut message = first;
    for left in (0..BURST).rev() {
        match message {
            Some(Ok(Message::Text(text))) => {
                let caller = Caller { member, hub: &shared.hub };
                if let Some(answer) = answer_to(&text, caller, &shared.limits).await {
                    // Notifications of what the call changed go before its answer, as in the published server.
                    gather(socket, member, shared.limits.ping_every).await?;
                    put(socket, Message::text(answer), shared.limits.ping_every).await?;
                }
            }
            Some(Ok(Message::Pong(_))) => *unanswered_ping = false,
            // tungstenite answers a ping.
            Some(Ok(Message::Ping(_) | Message::Frame(_))) => {}
            Some(Ok(Message::Binary(_))) => return Err(CloseReason::NotText),
            Some(Ok(Message::Close(_))) => return Err(CloseReason::ByClient),
            Some(Err(error)) => return Err(CloseReason::of(&error)),
            None => return Err(CloseReason::Lost),
        }
        if left == 0 {
            // The other clients on this thread get their turn before more of this one.
            yield_now().await;
            break;
        }
        match socket.next().now_or_never() {
            Some(next) => message = next,
            None => break,
        }
    }
    Ok(())
}

/// Sends everything that waits, in as few writes as possible.
async fn deliver(socket: &mut Socket, member: &Member, limit: Duration) -> Result<(), CloseReason> {
    gather(socket, member, limit).await?;
    in_time(socket.flush(), limit).await
}

/// Adds what waits to the next write.
async fn gather(socket: &mut Socket, member: &Member, limit: Duration) -> Result<(), CloseReason> {
    while let Some(text) = member.outbox().pop() {
        put(socket, Message::Text(text), limit).await?;
    }
    Ok(())
}

async fn put(socket: &mut Socket, message: Message, limit: Duration) -> Result<(), CloseReason> {
    in_time(socket.feed(message), limit).await
}

async fn in_time(
    writing: impl Future<Output = Result<(), Error>>,
    limit: Duration,
) -> Result<(), CloseReason> {
    match timeout(limit, writing).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(CloseReason::of(&error)),
        Err(_) => Err(CloseReason::TooSlow),
    }
}
