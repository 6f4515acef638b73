//! What was said of a project so far, for who comes later.

use crate::{control::LogStream, session::Build};
use serde::{Deserialize, Serialize};

/// The most lines that are kept of a project.
pub const MAX_LOG_LINES: u32 = 256;

/// Get the newest lines of the log, and how the newest build went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetLog {
    /// How many lines at most: 1 to [`MAX_LOG_LINES`].
    #[serde(default = "all")]
    pub lines: u32,
}

fn all() -> u32 {
    MAX_LOG_LINES
}

/// Result of [`GetLog`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GetLogResult {
    /// The lines, oldest first.
    pub lines: Vec<LogLine>,
    /// How many lines came before these.
    pub earlier: u64,
    /// The newest build, without its coloured text. `None` before the first change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When it came, in milliseconds since the beginning of 1970, UTC.
    pub at_ms: u64,
    /// Where it came from.
    pub stream: LogStream,
    /// The line, without its line ending.
    pub line: String,
}
