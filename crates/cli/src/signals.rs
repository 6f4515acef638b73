//! The signals that ask the command to end.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl+C, SIGTERM, and the terminal being closed. Created before anything is started, so that none is missed: a signal
/// that arrives while nobody waits is kept.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Replaces the system's default for the three, which ends the process at once.
    pub(crate) fn take() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next of them. Cancel-safe: none is lost.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}
