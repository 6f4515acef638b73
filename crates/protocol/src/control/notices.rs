//! The notifications that the companion sends.

use crate::{
    lab::BuildMeasured,
    session::{AudioDevices, StateChange, Stats},
    take::RecordingEnded,
    transport::{TRANSPORT_CHANGED, Transport},
};
use serde::{Deserialize, Serialize};

/// Notification: a project's state changed ([`StateChange`]).
pub const SESSION_STATE: &str = "sessionState";
/// Notification: a line written by a child ([`ChildLog`]).
pub const CHILD_LOG: &str = "childLog";
/// Notification, once a second: [`Stats`].
pub const STATS: &str = "stats";
/// Notification: a recording ended, for whatever reason ([`RecordingEnded`]).
pub const RECORDING_ENDED: &str = "recordingEnded";
/// Notification: a build was measured, or couldn't be ([`BuildMeasured`]).
pub const BUILD_MEASURED: &str = "buildMeasured";
/// Notification: the devices in use changed ([`AudioDevices`]).
pub const DEVICES_CHANGED: &str = "devicesChanged";

/// Parameters of [`CHILD_LOG`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChildLog {
    /// The project's session.
    pub session: String,
    /// Where the line came from.
    pub stream: LogStream,
    /// The line, without its line ending.
    pub line: String,
}

/// Where a child's line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LogStream {
    /// Its standard output.
    Stdout,
    /// Its standard error, and what it logs on its socketpair.
    Stderr,
    /// What the companion says of the project, with the words of a processor that panicked or can't work.
    Message,
}

/// A notification from the companion, parsed.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each holds the type its constant names")]
pub enum Notice {
    State(StateChange),
    Log(ChildLog),
    Stats(Box<Stats>),
    Devices(AudioDevices),
    RecordingEnded(RecordingEnded),
    Measured(BuildMeasured),
    Transport(Transport),
}

impl Notice {
    /// Parses a notification; `None` for one that this version doesn't know, which should be ignored.
    #[must_use]
    pub fn read(method: &str, params: serde_json::Value) -> Option<Self> {
        match method {
            SESSION_STATE => serde_json::from_value(params).ok().map(Self::State),
            CHILD_LOG => serde_json::from_value(params).ok().map(Self::Log),
            STATS => serde_json::from_value(params).ok().map(|stats| Self::Stats(Box::new(stats))),
            DEVICES_CHANGED => serde_json::from_value(params).ok().map(Self::Devices),
            RECORDING_ENDED => serde_json::from_value(params).ok().map(Self::RecordingEnded),
            TRANSPORT_CHANGED => serde_json::from_value(params).ok().map(Self::Transport),
            BUILD_MEASURED => serde_json::from_value(params).ok().map(Self::Measured),
            _ => None,
        }
    }
}
