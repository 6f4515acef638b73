//! A page's connection to the dev WebSocket.

use serde_json::{Value, json};
use std::{net::TcpStream, time::Duration};
use tungstenite::{Message, WebSocket, client::client};

/// How long an answer may take. None is expected to take a thousandth of it.
const LIMIT: Duration = Duration::from_secs(120);

pub(crate) struct Page {
    socket: WebSocket<TcpStream>,
    number: u64,
}

impl Page {
    pub(crate) fn open(url: &str) -> Self {
        let address = url.trim_start_matches("ws://").split('/').next().expect("a host and port");
        let stream = TcpStream::connect(address).expect("the dev server");
        stream.set_read_timeout(Some(LIMIT)).expect("a limit");
        let (socket, _) = client(url, stream).expect("a WebSocket");
        Self { socket, number: 0 }
    }

    /// Sets a parameter, like turning a knob.
    pub(crate) fn set(&mut self, parameter: &str, value: f64) {
        self.call("setParameter", json!({"id": parameter, "value": value}));
    }

    /// The parameters of the next notification of this kind.
    pub(crate) fn notification(&mut self, method: &str) -> Value {
        loop {
            let Message::Text(text) = self.socket.read().expect("a notification") else { continue };
            let mut message: Value = serde_json::from_str(&text).expect("JSON");
            if message["method"] == method {
                return message["params"].take();
            }
        }
    }

    /// The result of a method.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.answer(method, &params);
        assert!(answer.get("error").is_none(), "{method} {params}: {answer}");
        answer["result"].take()
    }

    /// The error with which a method is answered.
    pub(crate) fn refused(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.answer(method, &params);
        assert!(answer.get("result").is_none(), "{method} {params}: {answer}");
        answer["error"].take()
    }

    fn answer(&mut self, method: &str, params: &Value) -> Value {
        self.number += 1;
        let call = json!({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params});
        self.socket.send(Message::text(call.to_string())).expect("sent");
        loop {
            let Message::Text(text) = self.socket.read().expect("an answer") else { continue };
            let answer: Value = serde_json::from_str(&text).expect("JSON");
            if answer["id"] == self.number {
                return answer;
            }
        }
    }
}
