//! One TCP connection, up to its answer: one HTTP request, which may turn it into a WebSocket.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use hyper::{
    Method, Request,
    body::{Bytes, Incoming},
    http::request::Parts,
    server::conn::http1,
    service::service_fn,
    upgrade::{self, OnUpgrade},
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::{OwnedSemaphorePermit, watch},
    task::spawn_blocking,
    time::timeout,
};

use crate::{
    access_policy::{Refusal, Role},
    client,
    handshakes::Place,
    http::{self, Answer},
    opening::OPENING_PREFIX,
    platform::is_of_this_user,
    shared::Shared,
    upgrade::{switch, wanted},
};

/// The maximum size of a request's head, in bytes. A browser's is one or two thousand.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// A page that is refused keeps trying; this is the minimum time between two notices about it.
const TELL_AGAIN: Duration = Duration::from_secs(60);

/// A request that becomes a WebSocket.
struct Admitted {
    role: Role,
    /// Its place among the clients.
    place: OwnedSemaphorePermit,
    upgrade: OnUpgrade,
}

/// Serves a connection until it ends or `stop` is signalled.
pub(crate) async fn serve(
    stream: TcpStream,
    shared: Arc<Shared>,
    mut handshake: Place,
    mut stop: watch::Receiver<()>,
) {
    // Otherwise Nagle's algorithm and delayed acknowledgements make an answer wait for 40 ms.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let opened = tokio::select! {
        opened = first_request(stream, &shared) => opened,
        () = handshake.taken() => {
            note(&shared, Refusal::Handshake);
            return;
        }
        _ = stop.changed() => return,
    };
    drop(handshake);
    if let Some((role, place, stream, read)) = opened {
        client::run(stream, read, role, place, &shared, stop).await;
    }
}

/// Answers the one request of a connection. `Some` if it is a WebSocket now, with what the client has sent already.
async fn first_request(
    stream: TcpStream,
    shared: &Arc<Shared>,
) -> Option<(Role, OwnedSemaphorePermit, TcpStream, Bytes)> {
    let ends = stream.peer_addr().ok().zip(stream.local_addr().ok());
    let admitted = Mutex::new(None);
    let service = service_fn(async |request| {
        let (answer, upgrade) = respond(request, ends, shared).await;
        *admitted.lock().unwrap_or_else(PoisonError::into_inner) = upgrade;
        Ok::<_, Infallible>(answer)
    });
    // The handshake's time limit covers all of it, and a client that sends its header one byte at a time can't extend
    // it; so hyper's own limit on the header isn't needed.
    let connection = http1::Builder::new()
        .max_buf_size(MAX_HEAD_BYTES)
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    if !matches!(timeout(shared.limits.handshake, connection).await, Ok(Ok(()))) {
        note(shared, Refusal::Handshake);
        return None;
    }
    let Admitted { role, place, upgrade } = admitted.into_inner().unwrap_or_else(PoisonError::into_inner)?;
    let parts = upgrade.await.ok()?.downcast::<TokioIo<TcpStream>>().ok()?;
    Some((role, place, parts.io.into_inner(), parts.read_buf))
}

async fn respond(
    mut request: Request<Incoming>,
    ends: Option<(SocketAddr, SocketAddr)>,
    shared: &Shared,
) -> (Answer, Option<Admitted>) {
    let upgrade = upgrade::on(&mut request);
    let (request, _) = request.into_parts();
    if let Err(refusal) = shared.access.pass(&request) {
        return (refuse(shared, refusal), None);
    }
    if !wanted(&request) {
        let answer = match request.uri.path().strip_prefix(OPENING_PREFIX) {
            Some(code) => open(&request, code, ends, shared).await,
            None => http::get(&request, shared.access.page(&request)),
        };
        return (answer, None);
    }
    let admission = match shared.access.admit(&request) {
        Ok(admission) => admission,
        Err(refusal) => {
            if let Some(page) = shared.access.page(&request) {
                tell_of_page(shared, page);
            }
            return (refuse(shared, refusal), None);
        }
    };
    let answer = match switch(&request, admission.subprotocol) {
        Ok(answer) => answer,
        Err(answer) => return (*answer, None),
    };
    match Arc::clone(&shared.places).try_acquire_owned() {
        Ok(place) => (answer, Some(Admitted { role: admission.role, place, upgrade })),
        Err(_) => {
            tracing::warn!(clients = shared.limits.clients, "a client was turned away: there are enough");
            (http::full(shared.limits.clients), None)
        }
    }
}

/// Shows the page that a code stands for, to the user who requested it: another user may have read the code in the
/// arguments of the program that opened the browser.
async fn open(
    request: &Parts,
    code: &str,
    ends: Option<(SocketAddr, SocketAddr)>,
    shared: &Shared,
) -> Answer {
    if request.method != Method::GET {
        return http::only_get("GET");
    }
    let openings = || shared.openings.lock().unwrap_or_else(PoisonError::into_inner);
    let refuse = |refusal| http::no_page(note(shared, refusal));
    if !openings().knows(code, Instant::now()) {
        return refuse(Refusal::Opening);
    }
    let asked = ends.map(|(client, server)| spawn_blocking(move || is_of_this_user(client, server)));
    let ours = match asked {
        Some(asked) => asked.await.unwrap_or(false),
        None => false,
    };
    if !ours {
        return refuse(Refusal::Stranger);
    }
    // Taken only now, so that a user who may not use it can't use it up.
    let leads_to = openings().take(code, Instant::now());
    leads_to.as_deref().and_then(http::found).unwrap_or_else(|| refuse(Refusal::Opening))
}

/// Has the user notified that the project's page has no token: the page itself can't know why it is refused.
fn tell_of_page(shared: &Shared, page: &str) {
    let mut told = shared.told_of_page.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Instant::now();
    if told.is_some_and(|last| now.duration_since(last) < TELL_AGAIN) {
        return;
    }
    *told = Some(now);
    drop(told);
    shared.hub.host().page_refused(format!(
        "the page at {page} was refused: it came without this start's token, as a tab of an earlier start does. Open it \
         with `o` in the terminal of `wavecraft start`, or by the whole address that was printed there, with what follows the #"
    ));
}

fn refuse(shared: &Shared, refusal: Refusal) -> Answer {
    match note(shared, refusal) {
        None => http::forbidden(),
        Some(wait) => http::too_many_refusals(wait),
    }
}

/// Counts a refusal and logs it. If there were too many, returns how long to wait instead.
fn note(shared: &Shared, refusal: Refusal) -> Option<Duration> {
    let wait = shared.refusals.lock().unwrap_or_else(PoisonError::into_inner).refused(Instant::now());
    if refusal == Refusal::Handshake {
        // Browsers open connections in advance, and then don't need them.
        tracing::debug!(port = shared.port, "a connection to the dev server was ended: {refusal}");
    } else if wait.is_none() {
        tracing::warn!(port = shared.port, "a request to the dev server was refused: {refusal}");
    }
    wait
}
