//! Starts companions, talks to them, and cleans up.

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

/// Far longer than anything here takes; only a test that has failed waits this long.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A page's token, and the token of a program with its own audio.
pub(crate) const TOKEN: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub(crate) const AUDIO_TOKEN: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// A separate companion with a separate home.
pub(crate) struct Companion {
    pub home: tempfile::TempDir,
    pub process: Child,
}

impl Companion {
    /// On the virtual backend.
    pub(crate) fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), &["--backend", "virtual"])
    }

    pub(crate) fn start_in(home: tempfile::TempDir, args: &[&str]) -> Self {
        let process = Self::command(home.path()).arg("--headless").args(args).spawn().unwrap();
        let companion = Self { home, process };
        eventually("the companion listens", || UnixStream::connect(companion.socket()).ok());
        companion
    }

    /// Ends the session, and this companion as its user does. Another one has its files.
    pub(crate) fn succeeded(mut self, mut control: Control, session: &Value) -> Self {
        control.call("detach", json!({"session": session})).unwrap();
        control.call("shutdown", json!({})).unwrap();
        drop(control);
        self.process.wait().unwrap();
        let home = std::mem::replace(&mut self.home, tempfile::tempdir().unwrap());
        Self::start_in(home, &["--backend", "virtual"])
    }

    /// On the virtual backend, with a file system of `bytes` on a folder of its home, which nothing else sees. `None`
    /// if this system lets no user do that.
    pub(crate) fn start_with_a_small_disk(home: tempfile::TempDir, folder: &str, bytes: u64) -> Option<Self> {
        let disk = home.path().join(folder);
        let mount = format!("mount -t tmpfs -o size={bytes} none '{}' && exec \"$@\"", disk.display());
        let unshared = || {
            let mut unshare = Command::new("unshare");
            unshare.args(["-rm", "sh", "-c", &mount, "sh"]).stdin(Stdio::null()).stdout(Stdio::null());
            unshare
        };
        if !unshared().arg("true").status().is_ok_and(|status| status.success()) {
            return None;
        }
        let process = unshared()
            .args([env!("CARGO_BIN_EXE_wavecraft-companion"), "--headless", "--backend", "virtual"])
            .env("WAVECRAFT_HOME", home.path())
            .spawn();
        let companion = Self { process: process.unwrap(), home };
        eventually("the companion listens", || UnixStream::connect(companion.socket()).ok());
        Some(companion)
    }

    pub(crate) fn command(home: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wavecraft-companion"));
        command.env("WAVECRAFT_HOME", home).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.home.path().join("run/control.sock")
    }

    pub(crate) fn connect(&self) -> Control {
        Control::connect(&self.socket())
    }

    /// A connection that has sent hello.
    pub(crate) fn control(&self) -> Control {
        let mut control = self.connect();
        control.call("hello", json!({"version": 1})).unwrap();
        control
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("log/companion.log")).unwrap_or_default()
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if thread::panicking() {
            eprintln!("the companion's log:\n{}", self.log());
        }
    }
}

/// A connection of the control socket.
pub(crate) struct Control {
    pub stream: UnixStream,
    lines: Receiver<Value>,
    number: u64,
    /// Notifications that no test has waited for yet.
    pub notices: Vec<Value>,
}

impl Control {
    fn connect(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).unwrap();
        let (sender, lines) = mpsc::channel();
        let reader = BufReader::new(stream.try_clone().unwrap());
        thread::spawn(move || {
            for line in reader.lines().map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { stream, lines, number: 0, notices: Vec::new() }
    }

    /// Calls a method and waits for its answer: its result, or its error.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.number += 1;
        let number = self.number;
        let call = json!({"jsonrpc": "2.0", "id": number, "method": method, "params": params});
        writeln!(self.stream, "{call}").unwrap();
        loop {
            let line = self.line().unwrap_or_else(|| panic!("no answer to {method}"));
            if line["id"] == number {
                return match line.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(line["result"].clone()),
                };
            }
            self.notices.push(line);
        }
    }

    /// The next line; `None` when the connection is closed.
    pub(crate) fn line(&self) -> Option<Value> {
        match self.lines.recv_timeout(LIMIT) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("nothing came for {LIMIT:?}"),
        }
    }

    /// Waits for a notification and returns its parameters.
    pub(crate) fn notice(&mut self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + LIMIT;
        let wanted = |line: &Value| line["method"] == method && fits(&line["params"]);
        loop {
            if let Some(at) = self.notices.iter().position(&wanted) {
                return self.notices.remove(at)["params"].take();
            }
            assert!(Instant::now() < deadline, "no such {method}; last: {:?}", self.notices.last());
            let line = self.line().unwrap_or_else(|| panic!("closed before a {method} came"));
            self.notices.push(line);
        }
    }

    /// Waits for the session to be in a state, and returns the reason.
    pub(crate) fn state(&mut self, state: &str) -> String {
        let change = self.notice("sessionState", |change| change["state"] == state);
        change["reason"].as_str().unwrap_or_default().to_string()
    }

    /// Attaches an example child, with some members of the call replaced, and waits until it is live.
    pub(crate) fn attach_live(&mut self, example: &str, changes: Value) -> Value {
        let attached = self.attach(example, changes).unwrap();
        self.state("live");
        attached
    }

    pub(crate) fn attach(&mut self, example: &str, changes: Value) -> Result<Value, Value> {
        let mut params = json!({
            "project_dir": "/",
            "name": example,
            "executable": child(example),
            "cwd": "/",
            "token": TOKEN,
            "audio_token": AUDIO_TOKEN,
            "source": {"kind": "tone"},
            "measure": false,
        });
        for (key, value) in changes.as_object().unwrap() {
            params[key] = value.clone();
        }
        self.call("attach", params)
    }

    /// The session's next figures that fit.
    pub(crate) fn stats(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        self.notices.retain(|line| line["method"] != "stats");
        self.notice("stats", fits)
    }

    /// The next figures in which the processed tone has this level. Not necessarily the very next: on a busy machine a
    /// block may be late, and a meter remembers that for a while.
    pub(crate) fn heard_at(&mut self, rms: f64) -> Value {
        self.stats(|stats| is_close(output_rms(stats), rms))
    }

    pub(crate) fn child_pid(&mut self) -> Pid {
        eventually("there is a child", || {
            let status = self.call("status", json!({})).unwrap();
            let pid = status["sessions"][0]["child_pid"].as_i64()?;
            Pid::from_raw(i32::try_from(pid).unwrap())
        })
    }
}

/// The server's answer to a browser that follows an address.
pub(crate) fn follow(url: &str) -> String {
    let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("an address");
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    answer
}

/// An example of `wavecraft-dev-audio`, which is built together with this test.
pub(crate) fn child(example: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_wavecraft-companion")).with_file_name("examples").join(example);
    assert!(path.exists(), "{} is missing: cargo build -p wavecraft-dev-audio --examples", path.display());
    path
}

/// Asks repeatedly until there is an answer.
pub(crate) fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "it never came to be that {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

pub(crate) fn is_gone(pid: Pid) -> Option<()> {
    test_kill_process(pid).is_err().then_some(())
}

pub(crate) fn kill(pid: Pid) {
    kill_process(pid, Signal::KILL).unwrap();
}

/// The left channel's RMS of the processed output.
pub(crate) fn output_rms(stats: &Value) -> f64 {
    stats["output"]["rms"][0].as_f64().unwrap()
}

/// The RMS of the tone source: a sine with a peak of −12 dBFS.
pub(crate) fn tone_rms() -> f64 {
    10_f64.powf(-12.0 / 20.0) / 2_f64.sqrt()
}

/// Within 2 %, a fifth of a decibel.
pub(crate) fn is_close(value: f64, expected: f64) -> bool {
    (value - expected).abs() < expected * 0.02
}
