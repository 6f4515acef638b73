//! Standard input and output as the protocol's transport: what is no message is answered with why, and does no harm.

use rmcp::{
    ErrorData, RoleServer,
    model::JsonRpcMessage,
    service::{RxJsonRpcMessage, TxJsonRpcMessage},
    transport::{Transport, async_rw::AsyncRwTransport},
};
use serde::de::IgnoredAny;
use std::{io, pin::Pin, sync::Arc};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader, DuplexStream, Stdout},
    sync::{mpsc, watch},
};

/// The longest message, in bytes: none that an agent needs is a hundredth of it.
const LONGEST_BYTES: usize = 1024 * 1024;
/// How much is read ahead, in bytes.
const AHEAD_BYTES: usize = 64 * 1024;
/// How many wrong lines in a row are answered. Where answers come back as lines, that ends it.
const ANSWERED: u32 = 8;

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    NoJson,
    TooLong,
}

impl From<Wrong> for ErrorData {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::NoJson => {
                Self::parse_error("a line is no JSON: each line is one message of JSON-RPC 2.0", None)
            }
            Wrong::TooLong => Self::invalid_request(
                format!("a line has more than {LONGEST_BYTES} bytes, and was left out"),
                None,
            ),
        }
    }
}

type Sending = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

/// The transport.
pub(super) struct Stdio {
    inner: AsyncRwTransport<RoleServer, DuplexStream, Stdout>,
    wrong: mpsc::Receiver<Wrong>,
    /// An answer that isn't out yet.
    sending: Option<Sending>,
    /// Whether a request came: before the first, nothing else means anything.
    begun: bool,
    /// Told when the input ends.
    ended: Arc<watch::Sender<bool>>,
}

impl Stdio {
    /// Reads from now on. `ended` becomes true when the input ends.
    pub(super) fn open(ended: Arc<watch::Sender<bool>>) -> Self {
        let (good, lines) = tokio::io::duplex(AHEAD_BYTES);
        let (tell, wrong) = mpsc::channel(1);
        tokio::spawn(sort(tokio::io::stdin(), good, tell));
        let inner = AsyncRwTransport::new(lines, tokio::io::stdout()).with_max_line_length(LONGEST_BYTES + 1);
        Self { inner, wrong, sending: None, begun: false, ended }
    }
}

impl Transport<RoleServer> for Stdio {
    type Error = io::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        self.inner.send(item)
    }

    // Cancel-safe: what is being sent stays.
    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            if let Some(sending) = &mut self.sending {
                let _ = sending.await;
                self.sending = None;
            }
            tokio::select! {
                message = self.inner.receive() => match message {
                    Some(message) if self.begun || matches!(message, JsonRpcMessage::Request(_)) => {
                        self.begun = true;
                        return Some(message);
                    }
                    Some(_) => {}
                    None => {
                        self.ended.send_replace(true);
                        return None;
                    }
                },
                Some(wrong) = self.wrong.recv() => {
                    let error = TxJsonRpcMessage::<RoleServer>::error(wrong.into(), None);
                    self.sending = Some(Box::pin(self.inner.send(error)));
                }
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.inner.close().await
    }
}

/// Passes lines of JSON on, and tells of others.
async fn sort(input: impl AsyncRead + Unpin, mut good: DuplexStream, tell: mpsc::Sender<Wrong>) {
    let mut input = BufReader::new(input);
    let mut line = Vec::new();
    let mut wrong_in_a_row = 0;
    while let Ok(Some(whole)) = next(&mut input, &mut line).await {
        let fits = match whole {
            false => Err(Wrong::TooLong),
            true if line.trim_ascii().is_empty() => continue,
            true => serde_json::from_slice::<IgnoredAny>(&line).map(drop).map_err(|_| Wrong::NoJson),
        };
        let passed = match fits {
            Ok(()) => {
                wrong_in_a_row = 0;
                line.push(b'\n');
                good.write_all(&line).await.is_ok()
            }
            Err(_) if wrong_in_a_row == ANSWERED => true,
            Err(wrong) => {
                wrong_in_a_row += 1;
                tell.send(wrong).await.is_ok()
            }
        };
        if !passed {
            return;
        }
    }
}

/// Reads the next line, without its end. `Some(false)` if it was too long, and is left out; `None` at the end of input, where a line
/// without an end counts for nothing.
async fn next(input: &mut (impl AsyncBufReadExt + Unpin), line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let mut fits = true;
    loop {
        let read = input.fill_buf().await?;
        if read.is_empty() {
            return Ok(None);
        }
        let end = read.iter().position(|byte| *byte == b'\n');
        let (part, count) = (&read[..end.unwrap_or(read.len())], end.map_or(read.len(), |end| end + 1));
        fits &= line.len() + part.len() <= LONGEST_BYTES;
        if fits {
            line.extend_from_slice(part);
        }
        input.consume(count);
        if end.is_some() {
            return Ok(Some(fits));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    #[tokio::test]
    async fn lines_of_json_pass_and_of_others_a_few_are_told() {
        let long = format!("\"{}\"", "x".repeat(LONGEST_BYTES));
        let garbage = "no\n".repeat(20);
        let text = format!("{{}}\n\nhello\n{long}\n[1]\r\n{garbage}\u{0}\n{{\"a\":1}}\nwithout an end");
        let (good, mut passed) = tokio::io::duplex(AHEAD_BYTES);
        let (tell, mut told) = mpsc::channel(32);
        sort(text.as_bytes(), good, tell).await;
        let mut out = String::new();
        passed.read_to_string(&mut out).await.unwrap();
        assert_eq!(out, "{}\n[1]\r\n{\"a\":1}\n");
        let mut all = Vec::new();
        while let Some(wrong) = told.recv().await {
            all.push(wrong);
        }
        assert_eq!(all[..2], [Wrong::NoJson, Wrong::TooLong]);
        assert_eq!(all.len(), 2 + 8, "not each of a flood");
    }
}
