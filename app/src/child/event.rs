//! What a child says, and what becomes of its process.

use super::exit::ExitReason;
use rustix::process::Pid;
use std::io;
use tokio::sync::OwnedSemaphorePermit;
use wavecraft_companion_protocol::{child::FromChild, control::LogStream};

/// Everything that is heard of one child.
#[derive(Debug)]
pub(crate) enum ChildEvent {
    /// It said something on its socketpair.
    Said {
        message: FromChild,
        /// Keeps a talkative child from filling the queue.
        permit: OwnedSemaphorePermit,
    },
    /// It wrote a line.
    Wrote {
        stream: LogStream,
        line: String,
        /// Keeps a talkative child from filling the queue.
        permit: OwnedSemaphorePermit,
    },
    /// Its socketpair can't be read further.
    HungUp {
        /// `None` where it was closed in an orderly way.
        reason: Option<String>,
    },
    /// The system has started its process.
    Started(Pid),
    /// Its process can't be started. Nothing else will be heard of it.
    NotStarted(io::Error),
    /// Its process is gone.
    Exited(ExitReason),
}
