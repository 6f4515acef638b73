//! The program while it runs, and its output after it has ended.

use super::{LIMIT, until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// The program while it runs. Ended on drop, so that a failing test leaves nothing running.
pub(crate) struct Live {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
    errors: Option<JoinHandle<String>>,
}

/// The program after its end.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Live {
    pub(super) fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut stderr = child.stderr.take().expect("piped");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let errors = std::thread::spawn(move || {
            let mut text = Vec::new();
            stderr.read_to_end(&mut text).expect("its errors");
            String::from_utf8_lossy(&text).into_owned()
        });
        Self { child, lines, seen: Vec::new(), errors: Some(errors) }
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("it runs");
    }

    /// The next event of this kind; earlier ones are kept for [`Finished`].
    pub(crate) fn event(&mut self, kind: &str) -> Value {
        self.event_within(kind, LIMIT).unwrap_or_else(|| {
            let errors = self.kill();
            panic!("no `{kind}` event came, but {:#?}\n{errors}", self.seen)
        })
    }

    /// The same, if it comes within `limit`.
    pub(crate) fn event_within(&mut self, kind: &str, limit: Duration) -> Option<Value> {
        let end = Instant::now() + limit;
        loop {
            let line = self.lines.recv_timeout(end.saturating_duration_since(Instant::now())).ok()?;
            self.seen.push(line.clone());
            let event: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}"));
            if event["event"] == kind {
                return Some(event);
            }
        }
    }

    /// Waits for a line with this text, if the text for people is on standard output.
    pub(crate) fn line_with(&mut self, text: &str) {
        while !self.seen.last().is_some_and(|line| line.contains(text)) {
            let Ok(line) = self.lines.recv_timeout(LIMIT) else {
                let errors = self.kill();
                panic!("no line with `{text}` came, but {:#?}\n{errors}", self.seen)
            };
            self.seen.push(line);
        }
    }

    /// Closes the reading end of its standard output.
    pub(crate) fn stop_reading(&mut self) {
        // The reading thread ends and closes the pipe when nobody takes its next line.
        self.lines = channel().1;
    }

    /// Waits for the end.
    pub(crate) fn finish(mut self) -> Finished {
        let status = until("the program ended", || self.child.try_wait().expect("a status"));
        let mut out = std::mem::take(&mut self.seen);
        out.extend(self.lines.iter());
        let err = self.errors.take().expect("once").join().expect("its errors");
        Finished { code: status.code(), out: out.iter().map(|line| format!("{line}\n")).collect(), err }
    }

    fn kill(&mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.errors.take().and_then(|errors| errors.join().ok()).unwrap_or_default()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Finished {
    /// The kinds of all events, in order.
    pub(crate) fn kinds(&self) -> Vec<String> {
        self.events().iter().map(|event| event["event"].as_str().expect("a kind").to_owned()).collect()
    }

    /// All events.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
            .collect()
    }

    /// Checks the exit code and that standard error contains each of these texts.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, texts: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for text in texts {
            assert!(self.err.contains(text), "no `{text}` in {self:#?}");
        }
    }

    /// Checks that the last event reports an end without orphans.
    #[track_caller]
    pub(crate) fn left_nothing(&self) {
        let events = self.events();
        assert_eq!(events.last(), Some(&serde_json::json!({"event": "stopped", "orphans": 0})), "{self:#?}");
    }
}
