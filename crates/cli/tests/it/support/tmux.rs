//! A terminal with a shell in it, like a user's: tmux, on a separate server.

use super::{World, until, which};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The terminal. Closed on drop, with everything that runs in it.
pub(crate) struct Tmux<'a> {
    world: &'a World,
    /// The name of its test, for the files that it saves.
    name: &'static str,
}

impl World {
    /// A terminal of this size with a shell in `here`.
    pub(crate) fn tmux(&self, name: &'static str, columns: u32, rows: u32) -> Tmux<'_> {
        let tmux = Tmux { world: self, name };
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let mut command = tmux.command(&["new-session", "-d", "-x", &columns, "-y", &rows, "exec sh"]);
        command.env("WAVECRAFT", env!("CARGO_BIN_EXE_wavecraft"));
        assert!(command.status().expect("tmux").success());
        // Otherwise a command that is typed at once is shown twice.
        until("the shell's prompt is shown", || (!tmux.rows().concat().is_empty()).then_some(()));
        tmux
    }
}

impl Tmux<'_> {
    /// Types the command, which prints its exit code when it has ended.
    pub(crate) fn start(&self, args: &str) {
        self.types(&format!("\"$WAVECRAFT\" start {args}; echo code=$?"));
        self.key("Enter");
    }

    /// What the terminal is sent from now on, as it is; `file` keeps it.
    pub(crate) fn written_to(&self, file: PathBuf) -> impl Fn() -> String + use<> {
        self.run(&["pipe-pane", &format!("cat > '{}'", file.display())]);
        move || String::from_utf8_lossy(&fs::read(&file).unwrap_or_default()).into_owned()
    }

    /// Types a text.
    pub(crate) fn types(&self, text: &str) {
        self.run(&["send-keys", "-l", text]);
    }

    /// Presses a key by tmux's name for it.
    pub(crate) fn key(&self, key: &str) {
        self.run(&["send-keys", key]);
    }

    /// Changes the terminal's width.
    pub(crate) fn resize(&self, columns: u32) {
        self.run(&["resize-window", "-x", &columns.to_string()]);
    }

    /// Closes the terminal's window.
    pub(crate) fn close(&self) {
        self.run(&["kill-session"]);
    }

    /// The visible rows, without the empty ones at the end.
    pub(crate) fn rows(&self) -> Vec<String> {
        let shown = self.run(&["capture-pane", "-p"]);
        String::from_utf8_lossy(&shown.stdout).trim_end().lines().map(str::to_owned).collect()
    }

    /// The same, with colour sequences.
    pub(crate) fn coloured(&self) -> String {
        String::from_utf8_lossy(&self.run(&["capture-pane", "-p", "-e"]).stdout).into_owned()
    }

    /// Waits until this text is on the screen.
    #[track_caller]
    pub(crate) fn until_shows(&self, text: &str) {
        until(&format!("`{text}` is shown"), || {
            self.rows().iter().any(|row| row.contains(text)).then_some(())
        });
    }

    /// Waits until the last row begins with this text.
    pub(crate) fn until_last_row(&self, beginning: &str) {
        until(&format!("`{beginning}` is in the last row"), || {
            self.rows().last().is_some_and(|row| row.starts_with(beginning)).then_some(())
        });
    }

    /// Whether the terminal edits lines and echoes, as a shell expects it.
    pub(crate) fn is_as_before(&self) -> bool {
        let tty = self.run(&["display-message", "-p", "#{pane_tty}"]);
        let path = PathBuf::from(String::from_utf8_lossy(&tty.stdout).trim());
        let mode = Command::new("stty").arg("-a").stdin(fs::File::open(path).expect("the terminal")).output();
        let mode = String::from_utf8_lossy(&mode.expect("stty").stdout).into_owned();
        [" icanon", " echo "].iter().all(|word| mode.contains(word))
    }

    /// Saves the screen for inspection: in the test's output, and in `target/terminal/`.
    pub(crate) fn keep(&self, moment: &str) {
        let shown = self.rows().join("\n");
        println!("--- {}, {moment}\n{shown}", self.name);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("terminal");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(format!("{}-{moment}.txt", self.name)), shown + "\n").expect("a file");
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("tmux")
    }

    fn command(&self, args: &[&str]) -> Command {
        let socket = self.world.path("tmux");
        let tmux = which("tmux");
        let own = ["-S", socket.to_str().expect("text"), "-f", "/dev/null", "-u"];
        self.world.program(tmux.to_str().expect("text"), "here", &[&own[..], args].concat())
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.keep("failed");
        }
        self.run(&["kill-server"]);
    }
}
