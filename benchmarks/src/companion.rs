//! The real companion, and its callers.

use crate::panel::Panel;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tungstenite::{Message, WebSocket, client::client};

/// Nothing here takes so long, but what has failed.
const LIMIT: Duration = Duration::from_secs(30);
/// 43 characters of base64url, as tokens are.
const TOKEN: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const AUDIO_TOKEN: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// A companion with a home of its own; ends with it.
pub(crate) struct Companion {
    home: tempfile::TempDir,
    process: Child,
}

impl Companion {
    /// On the virtual device, at 128 frames and 48 kHz, headless.
    pub(crate) fn start(programs: &Path) -> Self {
        Self::start_with(programs, |command| command.args(["--headless", "--backend", "virtual"]))
    }

    /// The same with a menu.
    pub(crate) fn start_in(panel: &Panel, programs: &Path) -> Self {
        Self::start_with(programs, |command| {
            command.args(["--backend", "virtual"]).env("DBUS_SESSION_BUS_ADDRESS", panel.address())
        })
    }

    /// Headless on another sound system, with what finds it; that may have a rate and a period of its own.
    pub(crate) fn start_on(programs: &Path, backend: &str, variables: &[(&str, &str)]) -> Self {
        Self::start_with(programs, |command| {
            command.args(["--headless", "--backend", backend]).envs(variables.iter().copied())
        })
    }

    fn start_with(programs: &Path, change: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let settings = json!({"version": 1, "sample_rate": 48_000, "buffer_size": 128});
        std::fs::write(home.path().join("settings.json"), settings.to_string()).expect("the folder is ours");
        let program = programs.join("wavecraft-companion");
        let mut command = Command::new(&program);
        let process = change(&mut command)
            .env("WAVECRAFT_HOME", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} is to be built before: {error}", program.display()));
        let companion = Self { home, process };
        let given_up = Instant::now() + LIMIT;
        while UnixStream::connect(companion.socket()).is_err() {
            assert!(Instant::now() < given_up, "the companion doesn't listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        companion
    }

    fn socket(&self) -> PathBuf {
        self.home.path().join("run/control.sock")
    }

    /// A folder that goes with the companion.
    pub(crate) fn folder(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// A connection that has said hello.
    pub(crate) fn control(&self) -> Control {
        let stream = UnixStream::connect(self.socket()).expect("the companion listens");
        stream.set_read_timeout(Some(LIMIT)).expect("a socket's option");
        let reader = BufReader::new(stream.try_clone().expect("a descriptor"));
        let mut control = Control { stream, reader, number: 0, notices: Vec::new() };
        control.call("hello", &json!({"version": 1}));
        control
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        // Fails only where it has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A connection of the control socket.
pub(crate) struct Control {
    stream: UnixStream,
    reader: BufReader<UnixStream>,
    number: u64,
    notices: Vec<Value>,
}

impl Control {
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Value {
        self.number += 1;
        let number = self.number;
        let call = json!({"jsonrpc": "2.0", "id": number, "method": method, "params": params});
        writeln!(self.stream, "{call}").expect("the companion reads");
        loop {
            let line = self.line();
            if line["id"] == number {
                assert!(line.get("error").is_none(), "{method} failed: {line}");
                return line["result"].clone();
            }
            self.notices.push(line);
        }
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.reader.read_line(&mut line).expect("the companion answers");
        serde_json::from_str(&line).expect("JSON")
    }

    /// Waits for a notification and gives its parameters.
    pub(crate) fn notice(&mut self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let wanted = |line: &Value| line["method"] == method && fits(&line["params"]);
        loop {
            if let Some(at) = self.notices.iter().position(wanted) {
                return self.notices.remove(at)["params"].take();
            }
            let line = self.line();
            self.notices.push(line);
        }
    }

    /// Figures that are newer than this call.
    pub(crate) fn stats(&mut self) -> Value {
        self.notices.retain(|line| line["method"] != "stats");
        self.notice("stats", |_| true)
    }

    /// Attaches a child with a tone and waits until it is heard; gives the attach's answer.
    pub(crate) fn attach(&mut self, executable: &Path, args: &[&str]) -> Value {
        self.attach_with(executable, args, &json!({"kind": "tone"}), "pipelined")
    }

    /// The same with the microphone, in a mode.
    pub(crate) fn attach_microphone(&mut self, executable: &Path, args: &[&str], mode: &str) -> Value {
        self.attach_with(executable, args, &json!({"kind": "microphone"}), mode)
    }

    fn attach_with(&mut self, executable: &Path, args: &[&str], source: &Value, mode: &str) -> Value {
        let attached = self.call(
            "attach",
            &json!({
                "project_dir": "/", "name": "bench", "executable": executable, "args": args, "cwd": "/",
                "token": TOKEN, "audio_token": AUDIO_TOKEN, "source": source, "mode": mode,
            }),
        );
        self.notice("sessionState", |change| change["state"] == "live");
        attached
    }

    /// The process of the only session's child.
    pub(crate) fn child_pid(&mut self) -> u32 {
        let status = self.call("status", &json!({}));
        let pid = status["sessions"][0]["child_pid"].as_u64().expect("there is a child");
        u32::try_from(pid).expect("a process")
    }
}

/// A page's connection.
pub(crate) struct Page {
    socket: WebSocket<TcpStream>,
    number: u64,
}

impl Page {
    /// Opens the address that an attach was answered with.
    pub(crate) fn open(attached: &Value) -> Self {
        let url = attached["ws_url"].as_str().expect("an address");
        let address = url.trim_start_matches("ws://").split('/').next().expect("a host");
        let stream = TcpStream::connect(address).expect("the companion listens");
        stream.set_nodelay(true).expect("a TCP option");
        stream.set_read_timeout(Some(LIMIT)).expect("a socket's option");
        Self { socket: client(url, stream).expect("a handshake").0, number: 0 }
    }

    /// Calls a method and waits for its answer.
    pub(crate) fn call(&mut self, method: &str, params: &Value) {
        self.number += 1;
        let call = json!({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params});
        self.socket.send(Message::text(call.to_string())).expect("the companion reads");
        loop {
            if let Message::Text(text) = self.socket.read().expect("the companion answers") {
                let message: Value = serde_json::from_str(&text).expect("JSON");
                if message["id"] == self.number {
                    assert!(message.get("error").is_none(), "{method} failed: {message}");
                    return;
                }
            }
        }
    }
}
