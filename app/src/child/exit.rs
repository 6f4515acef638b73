//! How a child's process ended.

use rustix::process::{Signal, WaitStatus};
use std::fmt;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitReason {
    /// It exited with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
    /// It had to be ended before the system had started it.
    NotStarted,
    /// The system doesn't say: a debugger, or another caller, took the status.
    Unknown,
}

impl ExitReason {
    /// Converts a status from waitpid(2).
    pub(super) fn of(status: WaitStatus) -> Self {
        match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => Self::Code(code),
            (None, Some(signal)) => Self::Signal(signal),
            (None, None) => Self::Unknown,
        }
    }
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "the processor's program exited with code {code}"),
            Self::Signal(number) => match signal_name(*number) {
                Some(name) => write!(f, "the processor's program was ended by {name}"),
                None => write!(f, "the processor's program was ended by signal {number}"),
            },
            Self::NotStarted => {
                f.write_str("the processor's program was given up before the system had started it")
            }
            Self::Unknown => f.write_str("the processor's program ended, and the system doesn't say how"),
        }
    }
}

fn signal_name(number: i32) -> Option<&'static str> {
    [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL (illegal instruction)"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::ABORT, "SIGABRT (abort)"),
        (Signal::BUS, "SIGBUS (bus error)"),
        (Signal::FPE, "SIGFPE (arithmetic error)"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV (invalid memory access)"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::TERM, "SIGTERM"),
        (Signal::XCPU, "SIGXCPU (too much CPU time in real-time priority)"),
        (Signal::SYS, "SIGSYS (forbidden system call)"),
    ]
    .into_iter()
    .find_map(|(signal, name)| (signal.as_raw() == number).then_some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_have_their_names() {
        assert!(ExitReason::Signal(Signal::SEGV.as_raw()).to_string().contains("SIGSEGV"));
        assert!(ExitReason::Code(3).to_string().ends_with("code 3"));
    }
}
