//! What a child says, and what happens to its process.

use super::exit::ExitReason;
use rustix::process::Pid;
use std::io;
use tokio::sync::OwnedSemaphorePermit;
use wavecraft_companion_protocol::{child::FromChild, control::LogStream};

/// The events of one child.
#[derive(Debug)]
pub(crate) enum ChildEvent {
    /// It sent a message on its socketpair.
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
        /// `None` if it was closed in an orderly way.
        reason: Option<String>,
    },
    /// The system has started its process.
    Started(Pid),
    /// Its process can't be started. No other event follows.
    NotStarted(io::Error),
    /// Its process has ended.
    Exited(ExitReason),
}
