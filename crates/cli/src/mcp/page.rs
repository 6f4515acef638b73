//! A connection to the running start of the project, as its page has one.

use crate::starts;
use futures_util::{SinkExt, StreamExt};
use std::{path::Path, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};
use wavecraft_companion_protocol::{
    method::Method,
    paths::Paths,
    rpc::{self, FromServer, Id},
};

/// How long an answer may take: none needs a device or a child.
const LIMIT: Duration = Duration::from_secs(5);
/// The longest message that is read, in bytes.
const LONGEST_BYTES: usize = 4 * 1024 * 1024;
/// Where a project's server is: nowhere else is connected to.
const LOOPBACK: &str = "ws://127.0.0.1:";

/// What is said where nothing runs.
pub(super) const NOT_RUNNING: &str = "nothing runs in this folder: a person starts it there with `wavecraft start --with-audio`, or without sound with `wavecraft start`";

/// The connection.
pub(super) struct Page {
    socket: WebSocketStream<TcpStream>,
    last: u64,
}

impl Page {
    /// Connects to the start of a project's folder. `None` if none runs.
    ///
    /// # Errors
    /// For the agent: it is there, and doesn't answer.
    pub(super) async fn open(paths: &Paths, folder: &Path) -> Result<Option<Self>, String> {
        let running = starts::running(paths, folder)
            .map_err(|error| format!("it can't be told what runs in this folder: {error}"))?;
        let Some(running) = running else { return Ok(None) };
        let Some(url) = running.websocket else {
            return Err(
                "`wavecraft start` of this folder is still building, or just begins: ask again in a moment"
                    .into(),
            );
        };
        let gone = |why: &dyn std::fmt::Display| {
            format!(
                "the running `wavecraft start` doesn't answer ({why}): its terminal says why. Start it again if it has ended"
            )
        };
        let address = url.strip_prefix(LOOPBACK).and_then(|rest| rest.split('/').next());
        let address = address.ok_or_else(|| gone(&"its address is not of this computer"))?;
        let connect = async {
            let stream =
                TcpStream::connect(format!("127.0.0.1:{address}")).await.map_err(|error| gone(&error))?;
            let limits = WebSocketConfig::default()
                .max_message_size(Some(LONGEST_BYTES))
                .max_frame_size(Some(LONGEST_BYTES));
            let connected = client_async_with_config(url.as_str(), stream, Some(limits)).await;
            connected.map(|(socket, _)| socket).map_err(|error| gone(&error))
        };
        let socket = timeout(LIMIT, connect).await.map_err(|_| gone(&"no answer within 5 s"))??;
        Ok(Some(Self { socket, last: 0 }))
    }

    /// Calls a method.
    ///
    /// # Errors
    /// For the agent: it is refused, or not answered.
    pub(super) async fn call<M: Method>(&mut self, params: &M) -> Result<M::Result, String> {
        self.last += 1;
        let failed = |why: &dyn std::fmt::Display| format!("`{}` of the running project: {why}", M::NAME);
        let answer = async {
            let request = Message::text(params.request(self.last));
            self.socket.send(request).await.map_err(|error| failed(&error))?;
            loop {
                let message = self.socket.next().await.ok_or_else(|| failed(&"the connection ended"))?;
                let Message::Text(text) = message.map_err(|error| failed(&error))? else { continue };
                match rpc::decode_from_server(&text).map_err(|error| failed(&error))? {
                    FromServer::Answer { id: Id::Number(id), outcome } if id.as_u64() == Some(self.last) => {
                        let read = outcome.read::<M::Result>().map_err(|error| failed(&error))?;
                        return read.map_err(|error| failed(&error.message));
                    }
                    _ => {}
                }
            }
        };
        timeout(LIMIT, answer).await.map_err(|_| failed(&"no answer within 5 s"))?
    }
}
