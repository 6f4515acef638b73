//! A server on a free port, and clients of every kind.

use std::{collections::VecDeque, net::Ipv4Addr, sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    sync::mpsc::UnboundedReceiver,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest, protocol::CloseFrame},
};
use wavecraft_companion_protocol::token::Token;
use wavecraft_companion_server::{Config, Limits, Server, serve};

use crate::project::{Asked, Project};

/// No event takes this long.
const LIMIT: Duration = Duration::from_secs(20);

pub(crate) const UI: &str = "http://localhost:5173";

pub(crate) fn token() -> Token {
    Token::try_from("pageTOKEN-".repeat(5)[..43].to_string()).unwrap()
}

pub(crate) fn audio_token() -> Token {
    Token::try_from("audioTOKEN_".repeat(5)[..43].to_string()).unwrap()
}

pub(crate) fn config(limits: Limits) -> Config {
    Config {
        port: 0,
        strict_port: false,
        token: token(),
        audio_token: audio_token(),
        origins: vec![UI.into()],
        limits,
    }
}

/// Waits for an event that is certain to happen.
pub(crate) async fn soon<T>(what: &str, event: impl Future<Output = T>) -> T {
    match timeout(LIMIT, event).await {
        Ok(value) => value,
        Err(_) => panic!("waited in vain for {what}"),
    }
}

/// A server of a project.
pub(crate) struct Running {
    pub(crate) server: Server,
    pub(crate) project: Arc<Project>,
    asked: UnboundedReceiver<Asked>,
}

impl Running {
    pub(crate) async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let (project, asked) = Project::new();
        Self::of(project, asked, limits).await
    }

    /// One of a project that has a folder without presets.
    pub(crate) async fn in_folder() -> Self {
        let (mut project, asked) = Project::new();
        project.folder = Some(tempfile::tempdir().expect("a folder"));
        Self::of(project, asked, Limits::default()).await
    }

    /// One of a project with the presets of the examples.
    pub(crate) async fn with_presets() -> Self {
        let (mut project, asked) = Project::new();
        let folder = tempfile::tempdir().expect("a folder");
        let presets = folder.path().join("presets");
        std::fs::create_dir(&presets).expect("the presets");
        let warm = r#"{"version": 1, "note": "For pads", "values": {"amp_gain": 0.25, "amp_shape": 2, "amp_bypass": 0, "amp_old": 1}}"#;
        for (name, text) in [
            ("Bright", r#"{"version": 1, "values": {"amp_gain": 0.75, "amp_shape": 0, "amp_bypass": 0}}"#),
            ("Dull", r#"{"version": 1, "values": {}}"#),
            ("Old", r#"{"version": 2}"#),
            ("Soft", r#"{"version": 1, "values": {"amp_gain": 9}}"#),
            ("Warm", warm),
        ] {
            std::fs::write(presets.join(name).with_extension("json"), text).expect("a preset");
        }
        project.folder = Some(folder);
        Self::of(project, asked, Limits::default()).await
    }

    pub(crate) async fn of(project: Project, asked: UnboundedReceiver<Asked>, limits: Limits) -> Self {
        let project = Arc::new(project);
        let server = serve(config(limits), Arc::clone(&project) as _).await.expect("a server");
        // After the first look at the folder, so that no page hears of that.
        let _ = server.presets().list().await;
        Self { server, project, asked }
    }

    pub(crate) fn port(&self) -> u16 {
        self.server.port()
    }

    /// The next call that the project received.
    pub(crate) async fn asked(&mut self) -> Asked {
        soon("the project to be asked", self.asked.recv()).await.expect("the project")
    }

    /// All calls that the project received and no test waited for.
    pub(crate) fn asked_before(&mut self) -> Vec<Asked> {
        std::iter::from_fn(|| self.asked.try_recv().ok()).collect()
    }

    /// A page that the project's own UI opens.
    pub(crate) async fn page(&self) -> Client {
        Client::open(self.port(), &token()).await
    }

    /// A program with the audio token, not registered yet.
    pub(crate) async fn audio(&self) -> Client {
        Client::open(self.port(), &audio_token()).await
    }

    /// A program with its own audio.
    pub(crate) async fn registered(&self, name: &str) -> Client {
        let mut client = self.audio().await;
        let answer = client.call("registerAudio", registration(name)).await;
        assert_eq!(answer, Ok(json!({"status": "registered"})));
        client
    }
}

pub(crate) fn registration(name: &str) -> Value {
    json!({"client_id": name, "sample_rate": 48000.0, "buffer_size": 256})
}

pub(crate) fn meters(timestamp_us: u64) -> Value {
    json!({"timestamp_us": timestamp_us, "left_peak": 0.9, "left_rms": 0.5, "right_peak": 0.8, "right_rms": 0.25})
}

/// A WebSocket, and the notifications it received while waiting for an answer.
pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<TcpStream>,
    heard: VecDeque<(String, Value)>,
    last_id: u64,
    /// Whether it minds the history, of which most tests aren't.
    minds_history: bool,
}

impl Client {
    pub(crate) async fn open(port: u16, token: &Token) -> Self {
        Self::open_at(port, &format!("/p/{}", token.as_str()), None).await
    }

    /// One with a token in its path, or beside the subprotocol, or both.
    pub(crate) async fn open_at(port: u16, path: &str, beside: Option<&str>) -> Self {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("a connection");
        Self::open_on(stream, path, beside).await
    }

    /// A client with little room for what it doesn't read.
    pub(crate) async fn open_narrow(port: u16) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let stream = socket.connect((Ipv4Addr::LOCALHOST, port).into()).await.expect("a connection");
        Self::open_on(stream, &open_path(), None).await
    }

    async fn open_on(stream: TcpStream, path: &str, beside: Option<&str>) -> Self {
        let url = format!("ws://{}{path}", stream.peer_addr().unwrap());
        let mut request = url.into_client_request().unwrap();
        if let Some(token) = beside {
            let offer = format!("wavecraft.v1, wct.{token}").parse().unwrap();
            request.headers_mut().insert("sec-websocket-protocol", offer);
        }
        let (socket, _) = soon("a handshake", client_async(request, stream)).await.expect("a WebSocket");
        Self { socket, heard: VecDeque::new(), last_id: 0, minds_history: false }
    }

    pub(crate) async fn send(&mut self, text: impl Into<String>) {
        soon("room to send", self.socket.send(Message::text(text.into()))).await.expect("to send");
    }

    pub(crate) async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string()).await;
    }

    /// The same client, which hears what can be undone, too.
    pub(crate) fn with_history(self) -> Self {
        Self { minds_history: true, ..self }
    }

    /// A message, if it minds it.
    fn read(&self, text: &str) -> Option<Value> {
        let message: Value = serde_json::from_str(text).expect("JSON");
        (self.minds_history || message["method"] != "historyChanged").then_some(message)
    }

    /// The next message, unchanged.
    pub(crate) async fn receive(&mut self) -> Value {
        loop {
            match soon("a message", self.socket.next()).await {
                Some(Ok(Message::Text(text))) => {
                    if let Some(message) = self.read(&text) {
                        return message;
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no message but {other:?}"),
            }
        }
    }

    /// Sends a text unchanged, and returns the answer to it.
    pub(crate) async fn answer_to(&mut self, text: impl Into<String>) -> Value {
        self.send(text).await;
        loop {
            let message = self.receive().await;
            match message.get("method") {
                Some(method) => {
                    let method = method.as_str().expect("a name").to_string();
                    self.heard.push_back((method, message["params"].clone()));
                }
                None => return message,
            }
        }
    }

    /// Calls a method, without parameters if they are null: returns its result, or its error's code.
    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Result<Value, i64> {
        self.last_id += 1;
        let mut request = json!({"jsonrpc": "2.0", "id": self.last_id, "method": method});
        if !params.is_null() {
            request["params"] = params;
        }
        let answer = self.answer_to(request.to_string()).await;
        assert_eq!(answer["jsonrpc"], "2.0");
        assert_eq!(answer["id"], self.last_id, "{answer}");
        match answer.get("error") {
            None => Ok(answer["result"].clone()),
            Some(error) => {
                assert!(!error["message"].as_str().expect("a sentence").is_empty());
                Err(error["code"].as_i64().expect("a code"))
            }
        }
    }

    /// The next notification: its name and its parameters.
    pub(crate) async fn hears(&mut self) -> (String, Value) {
        if let Some(heard) = self.heard.pop_front() {
            return heard;
        }
        let message = self.receive().await;
        (message["method"].as_str().expect("a notification").to_string(), message["params"].clone())
    }

    /// Makes sure that no notification arrived: anything queued for this client before these two pings has arrived with
    /// their answers.
    pub(crate) async fn heard_nothing(&mut self) {
        for _ in 0..2 {
            self.call("ping", Value::Null).await.expect("a pong");
        }
        assert_eq!(self.heard, []);
    }

    /// Reads until the server closes, and returns the texts before that and the reason.
    pub(crate) async fn read_to_the_end(&mut self) -> (Vec<Value>, Option<CloseFrame>) {
        let mut texts = Vec::new();
        let mut reason = None;
        while let Some(message) = soon("the end", self.socket.next()).await {
            match message {
                Ok(Message::Text(text)) => texts.extend(self.read(&text)),
                Ok(Message::Close(frame)) => reason = frame,
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            }
        }
        (texts, reason)
    }

    /// The code and the reason with which the server closes.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        let frame = self.read_to_the_end().await.1.expect("a reason");
        (frame.code.into(), frame.reason.to_string())
    }
}

/// A connection on which bytes are sent unchanged.
pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    pub(crate) async fn open(port: u16) -> Self {
        Self(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("a connection"))
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        soon("room to send", self.0.write_all(bytes)).await.expect("to send");
    }

    /// Everything that arrives until the server closes, or up to the end of an HTTP head.
    pub(crate) async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match soon("a head", self.0.read_u8()).await {
                Ok(byte) => head.push(byte),
                Err(_) => break,
            }
        }
        String::from_utf8(head).expect("text")
    }

    /// Everything that arrives until the server closes, in whatever way.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = soon("the end", self.0.read_to_end(&mut bytes)).await;
        bytes
    }
}

/// Sends a request and returns the whole answer.
pub(crate) async fn http(port: u16, request: &str) -> String {
    let mut raw = Raw::open(port).await;
    raw.send(request.as_bytes()).await;
    let head = raw.head().await;
    if head.starts_with("HTTP/1.1 101") {
        return head;
    }
    head + &String::from_utf8(raw.rest().await).expect("text")
}

/// A WebSocket request with these headers in addition to the usual ones.
pub(crate) fn handshake(path: &str, headers: &[&str]) -> String {
    let mut request = format!(
        "GET {path} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    );
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    request + "\r\n"
}

/// The path that opens a WebSocket.
pub(crate) fn open_path() -> String {
    format!("/p/{}", token().as_str())
}

/// An answer's status.
pub(crate) fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("no HTTP: {answer:?}"))
}
