//! Many pages of one dev server, on one thread of this process: the same code for every server.

use crate::dev_servers::PARAMETER;
use futures_util::future::join_all;
use futures_util::{FutureExt, SinkExt, StreamExt};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};
use wavecraft_ring::clock::now_ns;

/// A server that answers nothing for so long has lost the call.
const LIMIT: Duration = Duration::from_secs(5);

/// What a page asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Ping,
    Get,
    Set,
}

impl Call {
    fn text(self, id: u64) -> String {
        match self {
            Self::Ping => format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#),
            Self::Get => format!(
                r#"{{"jsonrpc":"2.0","id":{id},"method":"getParameter","params":{{"id":"{PARAMETER}"}}}}"#
            ),
            Self::Set => set_text(id, id % 1024),
        }
    }
}

/// The knob at so many of 1,024 parts, which an `f32` holds exactly.
pub(crate) fn set_text(id: u64, step: u64) -> String {
    let value = step as f64 / 1024.0;
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"setParameter","params":{{"id":"{PARAMETER}","value":{value}}}}}"#
    )
}

/// What came of a round.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Nanoseconds from sending each call to its answer.
    pub(crate) delays: Vec<u64>,
    /// `setParameter` calls that were answered.
    pub(crate) sets: u64,
    /// `parameterChanged` that came.
    pub(crate) changes: u64,
    /// Pages whose connection the server ended, or whose call it never answered.
    pub(crate) cut_off: u64,
}

/// One WebSocket.
pub(crate) struct Page {
    socket: WebSocketStream<TcpStream>,
    last_id: u64,
    gone: bool,
}

/// The connection is no more, or an answer is.
struct Gone;

impl Page {
    pub(crate) async fn open(url: &str) -> Self {
        let address = url.trim_start_matches("ws://").split('/').next().expect("a host");
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a TCP option");
        let (socket, _) = client_async(url, stream).await.expect("a handshake");
        Self { socket, last_id: 0, gone: false }
    }

    pub(crate) async fn send(&mut self, text: String) {
        self.gone |= self.socket.send(Message::text(text)).await.is_err();
    }

    /// The next text, if one comes.
    pub(crate) async fn receive(&mut self) -> Option<String> {
        timeout(LIMIT, self.next()).await.ok()?.ok()
    }

    async fn next(&mut self) -> Result<String, Gone> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text.to_string()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return Err(Gone),
            }
        }
    }

    /// Keeps `in_flight` calls unanswered until `until`, then waits for the last answer.
    async fn drive(
        &mut self,
        calls: &[Call],
        in_flight: usize,
        until: u64,
        tally: &mut Tally,
    ) -> Result<(), Gone> {
        let mut waiting = VecDeque::new();
        loop {
            while waiting.len() < in_flight && now_ns() < until {
                self.last_id += 1;
                let call = calls[self.last_id as usize % calls.len()];
                waiting.push_back((self.last_id, call, now_ns()));
                let text = Message::text(call.text(self.last_id));
                self.socket.feed(text).await.map_err(|_| Gone)?;
            }
            if waiting.is_empty() {
                return Ok(());
            }
            self.socket.flush().await.map_err(|_| Gone)?;
            // All that came, before anything is sent again.
            let mut text = Some(timeout(LIMIT, self.next()).await.map_err(|_| Gone)??);
            while let Some(read) = text {
                match answered(&read) {
                    None => tally.changes += 1,
                    Some(id) => {
                        let (expected, call, sent) = waiting.pop_front().ok_or(Gone)?;
                        assert_eq!(id, expected, "answers come in the order of the calls");
                        tally.delays.push(now_ns() - sent);
                        tally.sets += u64::from(call == Call::Set);
                    }
                }
                text = self.next().now_or_never().transpose()?;
            }
        }
    }

    /// Reads what was told before now.
    async fn settle(&mut self, tally: &mut Tally) -> Result<(), Gone> {
        self.last_id += 1;
        self.send(Call::Ping.text(self.last_id)).await;
        loop {
            match answered(&timeout(LIMIT, self.next()).await.map_err(|_| Gone)??) {
                None => tally.changes += 1,
                Some(_) => return Ok(()),
            }
        }
    }
}

/// The id of an answer; nothing of a notification.
fn answered(text: &str) -> Option<u64> {
    if text.contains(r#""method""#) {
        return None;
    }
    let digits = text.split_once(r#""id":"#)?.1;
    digits.split(|other: char| !other.is_ascii_digit()).next()?.parse().ok()
}

/// One round of all pages at once, and its length in nanoseconds. Those that are gone are opened anew before it.
pub(crate) async fn round(
    pages: &mut [Page],
    url: &str,
    calls: &[Call],
    in_flight: usize,
    length: Duration,
) -> (Tally, u64) {
    for page in pages.iter_mut().filter(|page| page.gone) {
        *page = Page::open(url).await;
    }
    let start = now_ns();
    let until = start + u64::try_from(length.as_nanos()).expect("a short time");
    let tallies = join_all(pages.iter_mut().map(async |page| {
        let mut tally = Tally::default();
        page.gone = page.drive(calls, in_flight, until, &mut tally).await.is_err();
        tally
    }))
    .await;
    let took = now_ns() - start;
    let mut sum = Tally::default();
    for (page, tally) in pages.iter_mut().zip(tallies) {
        sum.delays.extend(tally.delays);
        sum.sets += tally.sets;
        sum.changes += tally.changes;
        page.gone = page.gone || page.settle(&mut sum).await.is_err();
        sum.cut_off += u64::from(page.gone);
    }
    (sum, took)
}
