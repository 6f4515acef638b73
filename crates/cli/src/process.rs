//! One process of this system.

use crate::platform;
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

/// One process, distinguished from a later one with the same id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Process {
    pid: i32,
    started_at: String,
}

impl Process {
    /// The process that has this id now, if there is one.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let pid = Pid::from_raw(pid.try_into().ok()?)?;
        Some(Self { pid: pid.as_raw_nonzero().get(), started_at: platform::started_at(pid)? })
    }

    pub(crate) fn id(&self) -> i32 {
        self.pid
    }

    pub(crate) fn is_there(&self) -> bool {
        self.living().is_some()
    }

    /// Asks it to end, as Ctrl+C does.
    pub(crate) fn terminate(&self) {
        if let Some(pid) = self.living() {
            // Fails only if it has just ended.
            let _ = kill_process(pid, Signal::TERM);
        }
    }

    fn living(&self) -> Option<Pid> {
        let pid = Pid::from_raw(self.pid)?;
        (platform::started_at(pid).as_ref() == Some(&self.started_at)).then_some(pid)
    }
}
