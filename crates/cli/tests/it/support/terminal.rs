//! The program on a terminal.

use super::until;
use rustix::{
    process::{Pid, Signal, kill_process},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
};
use std::{
    fs::File,
    io::{Read, Write},
    os::unix::ffi::OsStringExt,
    process::{Child, Command},
};

/// A terminal with the program on it. Ended on drop.
pub(crate) struct Terminal {
    screen: Option<File>,
    child: Child,
}

impl Terminal {
    pub(super) fn spawn(mut command: Command) -> Self {
        let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&screen).and_then(|()| unlockpt(&screen)).expect("its other side");
        let name = ptsname(&screen, Vec::new()).expect("its name").into_bytes();
        let side =
            File::options().read(true).write(true).open(std::ffi::OsString::from_vec(name)).expect("opened");
        let other = || side.try_clone().expect("a second handle");
        let child =
            command.stdin(other()).stdout(other()).stderr(other()).spawn().expect("the program starts");
        Self { screen: Some(File::from(screen)), child }
    }

    /// Reads the output until it contains this text.
    pub(crate) fn read_until(&mut self, text: &str) -> String {
        let screen = self.screen.as_mut().expect("open");
        let mut shown = Vec::new();
        let mut bytes = [0; 4096];
        loop {
            // Fails when the program has ended.
            let count = screen.read(&mut bytes).unwrap_or(0);
            shown.extend_from_slice(&bytes[..count]);
            let all = String::from_utf8_lossy(&shown).into_owned();
            if all.contains(text) {
                return all;
            }
            assert!(count > 0, "no `{text}` in {all}");
        }
    }

    /// Types a text.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.screen.as_mut().expect("open").write_all(text.as_bytes()).expect("typed");
    }

    /// Waits until the program has ended, and returns its exit code.
    pub(crate) fn ended(mut self) -> Option<i32> {
        until("the program ended", || self.child.try_wait().expect("a status")).code()
    }

    /// Closes the terminal's window, and returns the program's exit code.
    pub(crate) fn close(mut self) -> Option<i32> {
        self.screen = None;
        // The system sends the signal to the terminal's session; a test can't be in that without harming its parent.
        kill_process(Pid::from_child(&self.child), Signal::HUP).expect("it runs");
        until("the program ended", || self.child.try_wait().expect("a status")).code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
