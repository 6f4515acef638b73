//! Another process, as the system tells it.

use std::path::PathBuf;

/// A process that runs, of this user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    /// Its number.
    pub(crate) pid: u32,
    /// Its program's file name; a Mac tells its first 16 bytes.
    pub(crate) program: String,
    /// The process that started it, while that runs.
    pub(crate) parent: Option<u32>,
    /// The folder it works in.
    pub(crate) folder: Option<PathBuf>,
}
