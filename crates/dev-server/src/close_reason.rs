//! The reasons for closing a WebSocket, and how it is closed.

use std::time::Duration;

use futures_util::SinkExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error,
        error::ProtocolError,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

/// How long a client may take to read why it is closed.
const GRACE: Duration = Duration::from_secs(1);

/// What ends a project's server. A page reads it as the reason of its WebSocket's close, code 1001.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum End {
    /// The project's session: its `wavecraft start` has ended, or somebody stopped the project. The reason is `ended`.
    #[default]
    Session,
    /// The companion, and with it every session. The reason is `companion`.
    Companion,
}

/// The reason why a WebSocket ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CloseReason {
    /// The client closed it.
    ByClient,
    /// The connection is gone.
    Lost,
    /// The server ends.
    ServerEnds(End),
    /// It doesn't read messages that must arrive.
    TooSlow,
    /// It doesn't answer pings.
    NoPong,
    /// Its message is too long.
    TooLong,
    /// Its message is binary.
    NotText,
    /// Its text isn't UTF-8.
    NotUtf8,
    /// Its frame isn't WebSocket.
    Malformed,
}

impl CloseReason {
    /// The reason for a failed read or write.
    pub(crate) fn of(error: &Error) -> Self {
        match error {
            Error::Capacity(_) => Self::TooLong,
            Error::Utf8(_) => Self::NotUtf8,
            // A client that disconnects without closing, as many do.
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Self::Lost,
            Error::Protocol(_) => Self::Malformed,
            _ => Self::Lost,
        }
    }

    /// The close frame sent to the client, if any (RFC 6455, section 7.4.1).
    fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::ByClient | Self::Lost => return None,
            Self::ServerEnds(End::Session) => (CloseCode::Away, "ended"),
            Self::ServerEnds(End::Companion) => (CloseCode::Away, "companion"),
            Self::TooSlow => (CloseCode::Policy, "too slow: parameter changes and statuses were not read"),
            Self::NoPong => (CloseCode::Policy, "no answer to a ping"),
            Self::TooLong => (CloseCode::Size, "the message is too long"),
            Self::NotText => (CloseCode::Unsupported, "messages are text, not binary"),
            Self::NotUtf8 => (CloseCode::Invalid, "the text isn't UTF-8"),
            Self::Malformed => (CloseCode::Protocol, "not a WebSocket frame"),
        };
        Some(CloseFrame { code, reason: reason.into() })
    }

    /// Sends the reason to the client and closes. `patience` is how long a client that was too slow may take to read up
    /// to the reason; all others have a second.
    pub(crate) async fn say(
        self,
        mut socket: WebSocketStream<TcpStream>,
        patience: Duration,
        mut stop: watch::Receiver<()>,
    ) {
        if self == Self::Lost {
            return;
        }
        let limit = if self == Self::TooSlow { patience } else { GRACE };
        let closing = async {
            // This fails if the connection is gone, which is fine.
            let _ = match self.frame() {
                Some(frame) => socket.close(Some(frame)).await,
                // tungstenite already has the answer to the client's close frame queued.
                None => socket.flush().await,
            };
            let mut stream = socket.into_inner();
            let _ = stream.shutdown().await;
            read_to_the_end(stream).await;
        };
        tokio::select! {
            _ = timeout(limit, closing) => {}
            _ = stop.changed(), if self == Self::TooSlow => {}
        }
    }
}

/// Reads everything left: a socket that is dropped with unread bytes in it resets the connection, and the client may
/// lose the reason.
async fn read_to_the_end(mut stream: TcpStream) {
    let mut thrown_away = [0; 4096];
    while matches!(stream.read(&mut thrown_away).await, Ok(1..)) {}
}
