//! One connection to the control socket: requests with their answers, and the companion's notifications.

use std::{collections::BTreeSet, io, marker::PhantomData, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    time::timeout,
};
use wavecraft_companion_protocol::{
    control::{ChildLog, DEVICES_CHANGED, LogStream, MAX_LINE_BYTES, Notice, SESSION_STATE, STATS},
    lanes::{self, Lanes, Next, Room},
    method::Method,
    rpc::{self, ErrorObject, FromServer, Id, Outcome},
};

/// How many messages wait while a request is pending: of log lines the oldest are dropped and counted; of states and
/// figures only the newest of each project is kept.
const ROOM: Room = Room { lines: 4096, line_bytes: 4 * 1024 * 1024, renewed: 1024 };
/// Limit for everything else. Answers and ends of recordings are bounded by the number of requests; only a faulty
/// companion sends more.
const MAX_KEPT: usize = 4096;

/// What can make a request long.
const TOO_LONG_HELP: &str = "shorten the paths, names and variables that it is made of";

/// A message that arrives without being waited for.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// A notification.
    Notice(Notice),
    /// The answer to a request made with [`ask`](Connection::ask).
    Answer(Answer),
}

/// An answer that wasn't read yet.
#[derive(Debug)]
pub(crate) struct Answer {
    id: u64,
    outcome: Outcome,
}

/// A request that is answered later.
#[derive(Debug)]
pub(crate) struct Ticket<M> {
    id: u64,
    method: PhantomData<fn() -> M>,
}

impl<M: Method> Ticket<M> {
    /// Whether this is its answer.
    pub(crate) fn is_for(&self, answer: &Answer) -> bool {
        answer.id == self.id
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// [`Error::Refused`], or [`Error::Garbage`].
    pub(crate) fn read(&self, answer: Answer) -> Result<M::Result, Error> {
        read::<M>(answer.outcome)
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The companion closed the connection, or died.
    #[error("the companion is gone")]
    Gone,
    /// The system could not transfer it.
    #[error("the companion's socket: {0}")]
    Io(#[from] io::Error),
    /// A message that isn't valid in the protocol.
    #[error("the companion sent something that is no message of its protocol ({0})")]
    Garbage(String),
    /// No answer before the timeout.
    #[error("the companion did not answer `{method}` within {} s", limit.as_secs())]
    Late {
        /// The request.
        method: &'static str,
        /// The timeout.
        limit: Duration,
    },
    /// The request is longer than a line may be, so it was not sent.
    #[error(
        "`{method}` would be a message of {bytes} bytes, and there is room for {MAX_LINE_BYTES}: {TOO_LONG_HELP}"
    )]
    TooLong {
        /// The request.
        method: &'static str,
        /// How long the line would be.
        bytes: usize,
    },
    /// The companion answered with an error.
    #[error("{0}")]
    Refused(ErrorObject),
}

/// A connection. Every wait is cancel-safe: no byte is lost in either direction, and the answer to a cancelled request
/// is dropped when it comes.
pub(crate) struct Connection {
    stream: UnixStream,
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
    waiting: Lanes<(&'static str, String), Incoming>,
    asked: BTreeSet<u64>,
    last_id: u64,
}

impl Connection {
    /// Wraps a connected socket.
    pub(crate) fn new(stream: UnixStream) -> Self {
        Self {
            stream,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            waiting: Lanes::new(ROOM),
            asked: BTreeSet::new(),
            last_id: 0,
        }
    }

    /// Calls a method and waits for its answer, at most `limit`. Other messages that arrive meanwhile are kept.
    pub(crate) async fn call<M: Method>(&mut self, params: &M, limit: Duration) -> Result<M::Result, Error> {
        let id = Id::Number(self.tell(params)?.into());
        let answer = timeout(limit, self.answer_to(&id)).await;
        read::<M>(answer.map_err(|_| Error::Late { method: M::NAME, limit })??)
    }

    /// Calls a method whose answer is returned by [`next`](Self::next). The next wait sends it.
    ///
    /// # Errors
    /// If it is too long, in which case it isn't sent.
    pub(crate) fn ask<M: Method>(&mut self, params: &M) -> Result<Ticket<M>, Error> {
        let id = self.tell(params)?;
        self.asked.insert(id);
        Ok(Ticket { id, method: PhantomData })
    }

    /// Calls a method, ignoring what kind of answer it gets, and returns the request's number. The next wait sends it.
    ///
    /// # Errors
    /// If it is too long, in which case it isn't sent: the companion would close the connection.
    pub(crate) fn tell<M: Method>(&mut self, params: &M) -> Result<u64, Error> {
        let request = params.request(self.last_id + 1);
        if request.len() > MAX_LINE_BYTES {
            return Err(Error::TooLong { method: M::NAME, bytes: request.len() });
        }
        self.last_id += 1;
        self.outgoing.extend_from_slice(request.as_bytes());
        self.outgoing.push(b'\n');
        Ok(self.last_id)
    }

    /// Waits for the next message.
    pub(crate) async fn next(&mut self) -> Result<Incoming, Error> {
        loop {
            self.write_what_fits()?;
            match self.waiting.pop() {
                Some(Next::Item(incoming)) => return Ok(incoming),
                Some(Next::Dropped { source, lines }) => {
                    let line = lanes::dropped(lines, "the processor's output");
                    let log = ChildLog { session: source, stream: LogStream::Message, line };
                    return Ok(Incoming::Notice(Notice::Log(log)));
                }
                None => {}
            }
            let message = self.message().await?;
            self.keep(message);
        }
    }

    /// Never blocks: the rest is sent during the next wait.
    fn write_what_fits(&mut self) -> Result<(), Error> {
        while !self.outgoing.is_empty() {
            match self.stream.try_write(&self.outgoing) {
                Ok(count) => drop(self.outgoing.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(gone_or(error)),
            }
        }
        Ok(())
    }

    async fn answer_to(&mut self, awaited: &Id) -> Result<Outcome, Error> {
        loop {
            match self.message().await? {
                FromServer::Answer { id, outcome } if id == *awaited => return Ok(outcome),
                // The companion could not read a request at all, so it can't say which.
                FromServer::Answer { id: Id::Null, outcome } if outcome.error().is_some() => {
                    return Ok(outcome);
                }
                other => self.keep(other),
            }
        }
    }

    /// Ignores answers that nobody waits for, and notifications of a newer version.
    fn keep(&mut self, message: FromServer) {
        let incoming = match message {
            FromServer::Notification { method, params } => {
                Notice::read(&method, params).map(Incoming::Notice)
            }
            FromServer::Answer { id: Id::Number(id), outcome } => {
                let id = id.as_u64().filter(|id| self.asked.remove(id));
                id.map(|id| Incoming::Answer(Answer { id, outcome }))
            }
            FromServer::Answer { .. } => None,
        };
        match incoming {
            None => {}
            Some(Incoming::Notice(Notice::Log(log))) => {
                let (session, bytes) = (log.session.clone(), log.line.len());
                self.waiting.line(&session, bytes, Incoming::Notice(Notice::Log(log)));
            }
            Some(incoming) => match key(&incoming) {
                Some(key) => self.waiting.renew(key, incoming),
                None if self.waiting.kept() < MAX_KEPT => self.waiting.keep(incoming),
                None => {}
            },
        }
    }

    async fn message(&mut self) -> Result<FromServer, Error> {
        let line = self.line().await?;
        let text = std::str::from_utf8(&line).map_err(|error| Error::Garbage(error.to_string()))?;
        rpc::decode_from_server(text).map_err(Error::Garbage)
    }

    async fn line(&mut self) -> Result<Vec<u8>, Error> {
        let mut searched = 0;
        loop {
            if let Some(length) = self.incoming[searched..].iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.incoming.drain(..=searched + length).collect();
                line.pop();
                return Ok(line);
            }
            searched = self.incoming.len();
            if searched > MAX_LINE_BYTES {
                return Err(Error::Garbage(format!("a line of more than {MAX_LINE_BYTES} bytes")));
            }
            let Self { stream, incoming, outgoing, .. } = self;
            let (mut reader, mut writer) = stream.split();
            // Reads and writes at once: a companion that waits to be read doesn't read.
            tokio::select! {
                biased;
                written = writer.write(outgoing), if !outgoing.is_empty() => {
                    let count = written.map_err(gone_or)?;
                    outgoing.drain(..count);
                }
                read = reader.read_buf(incoming) => if read.map_err(gone_or)? == 0 {
                    return Err(Error::Gone);
                },
            }
        }
    }
}

fn read<M: Method>(outcome: Outcome) -> Result<M::Result, Error> {
    let outcome = outcome.read().map_err(|error| Error::Garbage(format!("`{}`: {error}", M::NAME)))?;
    outcome.map_err(Error::Refused)
}

/// Only the newest message with the same key is kept.
fn key(incoming: &Incoming) -> Option<(&'static str, String)> {
    match incoming {
        Incoming::Notice(Notice::State(change)) => Some((SESSION_STATE, change.session.clone())),
        Incoming::Notice(Notice::Stats(stats)) => Some((STATS, stats.session.clone())),
        Incoming::Notice(Notice::Devices(_)) => Some((DEVICES_CHANGED, String::new())),
        _ => None,
    }
}

/// A companion that dies with unread bytes resets the connection instead of closing it: both mean that it is gone.
fn gone_or(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Error::Gone,
        _ => Error::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};
    use wavecraft_companion_protocol::method::Doc;

    /// Any method that is answered with a number.
    #[derive(Serialize, Deserialize)]
    struct X {}

    impl Method for X {
        const NAME: &'static str = "x";
        const DOC: Doc = Doc { params: "", result: "" };
        type Result = u32;
    }

    /// A method that takes text.
    #[derive(Serialize, Deserialize)]
    struct Named {
        name: String,
    }

    impl Method for Named {
        const NAME: &'static str = "attach";
        const DOC: Doc = Doc { params: "", result: "" };
        type Result = Value;
    }

    const SOON: Duration = Duration::from_secs(10);

    fn pair() -> (Connection, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (Connection::new(ours), theirs)
    }

    async fn says(theirs: &mut UnixStream, text: &str) {
        theirs.write_all(text.as_bytes()).await.unwrap();
    }

    #[tokio::test]
    async fn an_answer_finds_its_request_and_notifications_wait() {
        let (mut connection, mut theirs) = pair();
        says(&mut theirs, "{\"jsonrpc\":\"2.0\",\"id\":99,\"result\":1}\n").await;
        let state = json!({"session": "a", "state": "live"});
        says(&mut theirs, &(rpc::notification("sessionState", &state) + "\n")).await;
        says(&mut theirs, &(rpc::notification("newerThing", &state) + "\n")).await;
        says(&mut theirs, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":42}\n").await;
        assert_eq!(connection.call(&X {}, SOON).await.unwrap(), 42);
        let next = connection.next().await.unwrap();
        assert!(matches!(next, Incoming::Notice(Notice::State(change)) if change.session == "a"));
        says(&mut theirs, "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32011,\"message\":\"no\"}}\n")
            .await;
        let refused = connection.call(&X {}, SOON).await;
        assert!(matches!(refused, Err(Error::Refused(error)) if error.code == -32011));
    }

    #[tokio::test]
    async fn what_was_asked_is_answered_later_and_what_was_told_is_not() {
        let (mut connection, mut theirs) = pair();
        let told = connection.tell(&X {}).unwrap();
        let asked = connection.ask(&X {}).unwrap();
        for id in [told, asked.id] {
            says(&mut theirs, &format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{id}}}\n")).await;
        }
        let Incoming::Answer(answer) = connection.next().await.unwrap() else { panic!() };
        assert!(asked.is_for(&answer));
        assert_eq!(u64::from(asked.read(answer).unwrap()), asked.id);
        let mut sent = String::new();
        drop(connection);
        theirs.read_to_string(&mut sent).await.unwrap();
        assert_eq!(sent.lines().count(), 2, "{sent}");
    }

    #[tokio::test]
    async fn a_flood_of_lines_before_an_answer_loses_no_state_and_is_counted() {
        let (mut connection, mut theirs) = pair();
        let flood = tokio::spawn(async move {
            says(
                &mut theirs,
                &(rpc::notification("sessionState", &json!({"session": "a", "state": "live"})) + "\n"),
            )
            .await;
            for number in 0..20_000 {
                let log = json!({"session": "a", "stream": "stdout", "line": number.to_string()});
                says(&mut theirs, &(rpc::notification("childLog", &log) + "\n")).await;
            }
            says(&mut theirs, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":42}\n").await;
            theirs
        });
        assert_eq!(connection.call(&X {}, SOON).await.unwrap(), 42);
        let _theirs = flood.await.unwrap();
        assert!(matches!(connection.next().await.unwrap(), Incoming::Notice(Notice::State(_))));
        let Incoming::Notice(Notice::Log(note)) = connection.next().await.unwrap() else { panic!() };
        assert!(
            note.line.starts_with("15,904 lines of the processor's output were dropped"),
            "{}",
            note.line
        );
        let Incoming::Notice(Notice::Log(first)) = connection.next().await.unwrap() else { panic!() };
        assert_eq!(first.line, "15904");
    }

    #[tokio::test]
    async fn a_request_that_is_too_long_is_not_sent() {
        let (mut connection, mut theirs) = pair();
        let long = Named { name: "x".repeat(MAX_LINE_BYTES) };
        let refused = connection.call(&long, SOON).await.unwrap_err();
        assert!(matches!(refused, Error::TooLong { method: "attach", .. }), "{refused}");
        says(&mut theirs, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":42}\n").await;
        assert_eq!(connection.call(&X {}, SOON).await.unwrap(), 42, "the connection lives");
    }

    #[tokio::test]
    async fn a_wait_that_is_given_up_loses_nothing() {
        let (mut connection, mut theirs) = pair();
        let text = rpc::notification("sessionState", &json!({"session": "a", "state": "held"})) + "\n";
        let (first, second) = text.split_at(20);
        says(&mut theirs, first).await;
        assert!(timeout(Duration::from_millis(20), connection.next()).await.is_err());
        says(&mut theirs, second).await;
        assert!(matches!(connection.next().await.unwrap(), Incoming::Notice(Notice::State(_))));
    }

    #[tokio::test]
    async fn what_is_wrong_is_told_apart() {
        let (mut connection, mut theirs) = pair();
        says(&mut theirs, "hello?\n").await;
        assert!(matches!(connection.next().await, Err(Error::Garbage(_))));
        let late = connection.call(&X {}, Duration::from_millis(1)).await;
        assert!(matches!(late, Err(Error::Late { method: "x", .. })));
        drop(theirs);
        assert!(matches!(connection.next().await, Err(Error::Gone)));

        let (mut connection, mut theirs) = pair();
        let flood = tokio::spawn(async move { theirs.write_all(&vec![b'x'; MAX_LINE_BYTES * 2]).await });
        assert!(matches!(connection.next().await, Err(Error::Garbage(_))));
        drop(connection);
        assert!(flood.await.unwrap().is_err());
    }
}
