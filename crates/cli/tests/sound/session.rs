//! A project created by `wavecraft create`, in `wavecraft start --with-audio --input mic`.

use crate::{LIMIT, page::Page, place::Place, server::Server, until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Generous timeout for a cold build of a project on a busy machine.
const BUILD_LIMIT: Duration = Duration::from_secs(200);

/// The command while it runs, and its project. Ended on drop.
pub(crate) struct Session<'a> {
    place: &'a Place,
    child: Child,
    /// Where its events are written.
    events: PathBuf,
    /// Its `ready` event.
    pub(crate) ready: Value,
}

impl<'a> Session<'a> {
    /// Creates the project and waits until it is heard. Its folder and build output stay, so that the next run builds
    /// in no time; `name` keeps two tests apart.
    pub(crate) fn start(server: &'a Server, name: &str) -> Self {
        Self::start_in(server.place(), name, "PipeWire")
    }

    /// The same on the sound system with this name.
    pub(crate) fn start_in(place: &'a Place, name: &str, system: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sound");
        let project = folder.join(name);
        if project.exists() {
            fs::remove_dir_all(&project).expect("the last run's project is removed");
        }
        let mut create = wavecraft(place, Path::new("/"));
        create.args(["create", "demo", "--no-git", "--output"]).arg(&project);
        assert!(create.status().is_ok_and(|status| status.success()), "wavecraft create");

        let (events, errors) = (place.path("events"), place.path("errors"));
        let mut command = wavecraft(place, &project);
        command
            .args(["start", "--with-audio", "--input", "mic", "--json", "--no-ui"])
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .stdout(File::create(&events).expect("a file"))
            .stderr(File::create(&errors).expect("a file"));
        let child = command.spawn().expect("wavecraft start");
        let mut session = Self { place, child, events, ready: Value::Null };
        let end = Instant::now() + BUILD_LIMIT;
        session.ready = loop {
            if let Some(ready) = session.last_event("ready") {
                break ready;
            }
            let ended = session.child.try_wait().expect("a status");
            let told = || fs::read_to_string(&errors).unwrap_or_default();
            assert!(ended.is_none() && Instant::now() < end, "never ready ({ended:?}): {}", told());
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(session.ready["devices"]["backend"], system, "{}", session.ready);
        session
    }

    /// The project's page, after it removed the saturator from the sound: only the output's gain is left.
    pub(crate) fn clean_page(&self) -> Page {
        let mut page = Page::open(self.ready["ws_url"].as_str().expect("an address"));
        page.set("saturator_mix", 0.0);
        page
    }

    /// All events so far.
    pub(crate) fn events(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.events).expect("its events");
        // A last line without an end is still being written.
        let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        lines.map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// The newest event of a kind.
    pub(crate) fn last_event(&self, kind: &str) -> Option<Value> {
        self.events().into_iter().rfind(|event| event["event"] == kind)
    }

    /// The output of `wavecraft status --json`.
    pub(crate) fn status(&self) -> Value {
        self.ask(&["status"])
    }

    /// The output of another command with `--json`.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Value {
        let mut command = wavecraft(self.place, Path::new("/"));
        let output = command.args(arguments).arg("--json").stdout(Stdio::piped()).output();
        serde_json::from_slice(&output.expect("wavecraft").stdout).expect("JSON")
    }

    /// Ctrl+C, which leaves nothing behind.
    pub(crate) fn stop(mut self) {
        self.signal(Signal::INT);
        until("the command ended", || self.child.try_wait().expect("a status"));
        assert_eq!(self.events().last(), Some(&json!({"event": "stopped", "orphans": 0})));
    }

    fn signal(&self, signal: Signal) {
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        // `None` while it runs: it then ends its own processes first.
        if let Ok(None) = self.child.try_wait() {
            self.signal(Signal::TERM);
            let end = Instant::now() + LIMIT;
            while Instant::now() < end && matches!(self.child.try_wait(), Ok(None)) {
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The command in a folder, with a separate companion home, and the machine's cargo.
pub(crate) fn wavecraft(place: &Place, folder: &Path) -> Command {
    let mut command = place.command(env!("CARGO_BIN_EXE_wavecraft"));
    command.current_dir(folder).env("WAVECRAFT_HOME", place.path("home"));
    for (name, default) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        let of_home = || std::env::home_dir().map(|home| home.join(default).into_os_string());
        if let Some(value) = std::env::var_os(name).or_else(of_home) {
            command.env(name, value);
        }
    }
    if let Some(toolchain) = std::env::var_os("RUSTUP_TOOLCHAIN") {
        command.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    command
}
