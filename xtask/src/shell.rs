//! Runs programs.

use anyhow::{Context, bail};
use std::{
    ffi::OsStr,
    fs::File,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The repository's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Prints a line to standard error that says which step begins.
pub(crate) fn say(text: impl std::fmt::Display) {
    eprintln!("\x1b[2m» {text}\x1b[0m");
}

pub(crate) fn on_linux() -> bool {
    std::env::consts::OS == "linux"
}

/// Cargo's target directory, as an absolute path.
pub(crate) fn target() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// A command: a program with its arguments.
pub(crate) struct Cmd {
    command: Command,
    line: String,
}

/// Creates a command from words separated by spaces; [`Cmd::arg`] adds arguments that contain a space.
pub(crate) fn cmd(line: &str) -> Cmd {
    let mut words = line.split_whitespace();
    let first = program(words.next().unwrap_or_default());
    Cmd { line: line.to_owned(), ..first.args(words) }
}

/// Creates a command from the program's path.
pub(crate) fn program(path: impl AsRef<OsStr>) -> Cmd {
    Cmd { command: Command::new(&path), line: path.as_ref().display().to_string() }
}

impl Cmd {
    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn folder(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Redirects standard output to standard error, for output that is only progress.
    pub(crate) fn aside(mut self) -> Self {
        self.command.stdout(io::stderr());
        self
    }

    /// Redirects standard output to a file.
    ///
    /// # Errors
    /// The file can't be written.
    pub(crate) fn into_file(mut self, file: &Path) -> anyhow::Result<Self> {
        self.command.stdout(File::create(file).with_context(|| file.display().to_string())?);
        Ok(self)
    }

    /// # Errors
    /// The program doesn't exist, or fails.
    pub(crate) fn run(mut self) -> anyhow::Result<()> {
        let status = self.command.status().with_context(|| self.line.clone())?;
        if !status.success() {
            bail!("`{}` failed: {status}", self.line);
        }
        Ok(())
    }

    /// Whether it succeeds. Its output is discarded.
    pub(crate) fn succeeds(mut self) -> bool {
        self.command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    /// Runs it and returns its standard output, without the last line ending.
    ///
    /// # Errors
    /// The program doesn't exist, fails, or prints something other than text.
    pub(crate) fn text(mut self) -> anyhow::Result<String> {
        let output = self.command.stderr(Stdio::inherit()).output().with_context(|| self.line.clone())?;
        if !output.status.success() {
            bail!("`{}` failed: {}", self.line, output.status);
        }
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }

    /// Shows both outputs, and returns them with whether it succeeded.
    ///
    /// # Errors
    /// The program doesn't exist.
    pub(crate) fn shown(mut self) -> anyhow::Result<(bool, String)> {
        let (reader, writer) = io::pipe()?;
        self.command.stdout(writer.try_clone()?).stderr(writer);
        let mut child = self.command.spawn().with_context(|| self.line.clone())?;
        // The command holds the writing ends.
        drop(self.command);
        let (mut lines, mut all) = (BufReader::new(reader), String::new());
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            io::stdout().write_all(&line)?;
            all.push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
        Ok((child.wait()?.success(), all))
    }

    /// Becomes this program; returns only if that fails.
    pub(crate) fn exec(mut self) -> anyhow::Error {
        use std::os::unix::process::CommandExt;
        anyhow::Error::new(self.command.exec()).context(self.line)
    }

    /// Starts it, with both outputs redirected to a file.
    ///
    /// # Errors
    /// The program doesn't exist, or the file can't be written.
    pub(crate) fn spawn_into(mut self, file: &Path) -> anyhow::Result<std::process::Child> {
        let out = File::create(file).with_context(|| file.display().to_string())?;
        self.command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
        self.command.spawn().with_context(|| self.line)
    }
}
