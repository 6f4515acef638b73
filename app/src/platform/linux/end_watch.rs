//! Waiting for a process's end.

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Waits for the end of one process that is a child of this one.
pub(crate) struct EndWatch(Pid);

impl EndWatch {
    /// Watches this process.
    pub(crate) fn new(pid: Pid) -> Self {
        Self(pid)
    }

    /// Sleeps until the process has ended, without reaping it.
    ///
    /// # Errors
    /// ECHILD: it was reaped already. EINTR.
    pub(crate) fn ended(&mut self) -> rustix::io::Result<()> {
        // waitid(2), WEXITED: "wait for children that have terminated". Not for those that were stopped.
        waitid(WaitId::Pid(self.0), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).map(drop)
    }
}
