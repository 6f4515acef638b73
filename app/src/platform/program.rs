//! The program that is started as a child, and the environment it is started with.

use rustix::process::Pid;
use std::{
    ffi::{OsStr, OsString},
    os::fd::OwnedFd,
    path::PathBuf,
};
use wavecraft_companion_protocol::control::ProjectProgram;

/// The segment's descriptor number in a child.
pub(crate) const SEGMENT_DESCRIPTOR: i32 = 3;
/// The socketpair's descriptor number in a child.
pub(crate) const SOCKET_DESCRIPTOR: i32 = 4;

/// A program to be run as a processor child.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// What to run.
    pub runs: ProjectProgram,
    /// Its arguments, without its name and its library.
    pub args: Vec<String>,
    /// Its working folder.
    pub cwd: PathBuf,
    /// Its whole environment.
    pub env: Vec<(OsString, OsString)>,
}

impl Program {
    /// All its arguments: for the plugin host the library to run, and then the others.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &OsStr> {
        self.runs.library.iter().map(|library| library.as_os_str()).chain(self.args.iter().map(OsStr::new))
    }
}

/// A process that runs in its own process group, with nothing open but standard input (empty), the pipes below and the
/// two descriptors that it was given.
#[derive(Debug)]
pub(crate) struct Spawned {
    /// The process. It must be waited for.
    pub pid: Pid,
    /// The reading end of its standard output.
    pub stdout: OwnedFd,
    /// The reading end of its standard error.
    pub stderr: OwnedFd,
}
