//! A separate folder and environment: programs that are started there find one sound server and nothing else.

use rustix::process::{Pid, Signal, kill_process};
use std::{
    ffi::OsString,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};
use tempfile::TempDir;

/// Removed on drop.
pub(crate) struct Place {
    dir: TempDir,
    variables: Vec<(&'static str, OsString)>,
}

impl Place {
    /// A new place, without any variable yet.
    pub(crate) fn new() -> Self {
        // Short, because the paths of sockets in it are limited.
        let dir = tempfile::Builder::new().prefix("wc").tempdir_in("/tmp").expect("a folder");
        Self { dir, variables: Vec::new() }
    }

    /// Sets a variable for every program from now on.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.variables.push((name, value.into()));
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A program without output, in this place's environment.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        command.env("HOME", self.dir.path()).env("LC_ALL", "C").envs(variables);
        command
    }

    /// The output of a program that succeeds.
    pub(crate) fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let mut command = self.command(program);
        let output: Output = command.args(arguments).stdout(Stdio::piped()).output().expect(program);
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// A program that is ended on drop.
pub(crate) struct Program(Child);

impl Program {
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).expect("it runs");
    }

    /// Whether it hasn't ended by itself.
    pub(crate) fn runs(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }

    pub(crate) fn spawn(mut command: Command) -> Self {
        let child = command.spawn();
        Self(child.unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display())))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
