//! Follows a document's instructions as its reader would: in one shell, with one `start` at a time.

use crate::support::{Live, World};
use rustix::process::Signal;
use std::{fs, path::PathBuf};

/// How a new user gets the programs onto the `PATH`, which the test's world has done already.
const FIRST_STEP: [&str; 2] = ["scripts/run ", "export PATH="];

/// A user who follows a document.
pub(super) struct Walk<'a> {
    world: &'a World,
    /// The current folder, in the world.
    folder: String,
    /// The `start` that is still running.
    running: Option<Live>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        Self { world, folder: "here".into(), running: None }
    }

    /// A path relative to the current folder.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.world.path(&format!("{}/{name}", self.folder))
    }

    /// Types a line. A `start` keeps running until the next one or the end; other commands are waited for.
    pub(super) fn command(&mut self, line: &str) {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if FIRST_STEP.iter().any(|step| line.starts_with(step)) {
            return;
        }
        if let Some(folder) = line.strip_prefix("cd ").filter(|folder| !folder.contains(' ')) {
            self.folder = format!("{}/{folder}", self.folder);
        } else if let Some(args) = line.strip_prefix("wavecraft start") {
            self.end();
            let args: Vec<_> = std::iter::once("start").chain(args.split_whitespace()).collect();
            let ready = if args.iter().any(|arg| ["--with-audio", "--input"].contains(arg)) {
                "Live."
            } else {
                "Ready."
            };
            let mut live = self.world.live_in(&self.folder, &args);
            live.line_with("http://127.0.0.1:");
            live.line_with(ready);
            self.running = Some(live);
        } else {
            let output = self.world.program("sh", &self.folder, &["-c", line]).output().expect("a shell");
            let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert!(output.status.success(), "{line}:\n{said}");
        }
    }

    /// Changes the only source that has these lines, and waits until the change is heard.
    pub(super) fn edit(&mut self, diff: &str) {
        let lines = |sign: char| -> String {
            diff.lines().filter_map(|line| line.strip_prefix(sign)).map(|line| format!("{line}\n")).collect()
        };
        let (old, new) = (lines('-'), lines('+'));
        let sources = fs::read_dir(self.path("engine/src")).expect("the sources");
        let sources = sources.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
        let holds = |path: &PathBuf| fs::read_to_string(path).is_ok_and(|text| text.contains(&old));
        let found: Vec<_> = sources.filter(holds).collect();
        let [source] = &found[..] else { panic!("{found:?} have\n{old}") };
        let text = fs::read_to_string(source).expect("a source");
        fs::write(source, text.replace(&old, &new)).expect("the change");
        self.running.as_mut().expect("a running start").line_with("swapped in");
    }

    /// Ctrl+C.
    pub(super) fn end(&mut self) {
        if let Some(running) = self.running.take() {
            running.signal(Signal::INT);
            let finished = running.finish();
            assert_eq!(finished.code, Some(130), "{finished:#?}");
            // It would continue otherwise.
            assert!(!finished.out.contains("can't be watched"), "{finished:#?}");
        }
    }
}
