//! Another process of this program.

use std::process::{Child, Command, Stdio};

/// Runs until it is dropped.
pub(crate) struct Peer(pub(crate) Child);

impl Peer {
    /// Starts this program in a role, with `stdin` as its end of whatever connects the two.
    pub(crate) fn start(role: &str, stdin: Stdio) -> Self {
        let own = std::env::current_exe().expect("this program");
        Self(Command::new(own).arg(role).stdin(stdin).spawn().expect("the other side starts"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Fails only where it has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
