//! A coding agent's end of `wavecraft mcp`: lines of JSON in and out.

use super::{Finished, LIMIT, until};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::JoinHandle,
};

/// The server with its client. Ended on drop.
pub(crate) struct Agent {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    errors: Option<JoinHandle<String>>,
    last: u64,
    /// What came without being waited for.
    pub(crate) others: Vec<Value>,
}

impl Agent {
    pub(super) fn spawn(mut command: Command) -> Self {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the server starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut stderr = child.stderr.take().expect("piped");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).map_while(|line| sender.send(line).ok()).for_each(drop);
        });
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).expect("its errors");
            text
        });
        let stdin = child.stdin.take();
        Self { child, stdin, lines, errors: Some(errors), last: 0, others: Vec::new() }
    }

    /// Says who it is, as a client begins. Returns what the server says of itself.
    pub(crate) fn begins(&mut self) -> Value {
        let about = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a test", "version": "1"}});
        let said = self.asks("initialize", &about);
        self.says(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string());
        said["result"].clone()
    }

    /// Writes a line.
    pub(crate) fn says(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("open");
        stdin.write_all(line.as_bytes()).and_then(|()| stdin.write_all(b"\n")).expect("it reads");
    }

    /// Sends a request, and returns its number.
    pub(crate) fn sends(&mut self, method: &str, params: &Value) -> u64 {
        self.last += 1;
        let line = json!({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params});
        self.says(&line.to_string());
        self.last
    }

    /// The next message.
    pub(crate) fn hears(&mut self) -> Value {
        let Ok(line) = self.lines.recv_timeout(LIMIT) else {
            let _ = self.child.kill();
            let errors = self.errors.take().and_then(|errors| errors.join().ok());
            panic!("nothing came, but {:#?}\n{errors:?}", self.others);
        };
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("on standard output: {line}"))
    }

    /// The answer to a request.
    pub(crate) fn answer(&mut self, id: u64) -> Value {
        loop {
            let message = self.hears();
            if message["id"] == id {
                return message;
            }
            self.others.push(message);
        }
    }

    /// Sends a request and waits for the answer.
    pub(crate) fn asks(&mut self, method: &str, params: &Value) -> Value {
        let id = self.sends(method, params);
        self.answer(id)
    }

    /// Begins to call a tool.
    pub(crate) fn begins_to_call(&mut self, tool: &str, arguments: &Value) -> u64 {
        self.sends("tools/call", &json!({"name": tool, "arguments": arguments}))
    }

    /// Calls a tool.
    pub(crate) fn calls(&mut self, tool: &str, arguments: &Value) -> Value {
        let id = self.begins_to_call(tool, arguments);
        let answer = self.answer(id);
        assert!(answer.get("result").is_some(), "{tool}: {answer}");
        answer["result"].clone()
    }

    /// Calls a tool that does it; returns its text and its figures.
    #[track_caller]
    pub(crate) fn finds(&mut self, tool: &str, arguments: &Value) -> (String, Value) {
        let result = self.calls(tool, arguments);
        assert_eq!(result["isError"], false, "{tool} {arguments}: {result:#}");
        let text = result["content"][0]["text"].as_str().expect("a text").to_owned();
        (text, result["structuredContent"].clone())
    }

    /// Calls a tool that fails; returns why.
    #[track_caller]
    pub(crate) fn fails(&mut self, tool: &str, arguments: &Value) -> String {
        let result = self.calls(tool, arguments);
        assert_eq!(result["isError"], true, "{tool} {arguments}: {result:#}");
        result["content"][0]["text"].as_str().expect("a text").to_owned()
    }

    /// Ends the input, and waits for the server's end.
    pub(crate) fn goes(mut self) -> Finished {
        self.stdin = None;
        let status = until("the server ended", || self.child.try_wait().expect("a status"));
        let out = self.lines.iter().collect::<Vec<_>>().join("\n");
        let err = self.errors.take().expect("once").join().expect("its errors");
        Finished { code: status.code(), out, err }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
