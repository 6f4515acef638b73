//! An interactive terminal: a bottom line that changes, and keys.

mod key;
mod keyboard;
mod progress;
mod screen;
mod text;

pub(crate) use key::Key;
pub(crate) use keyboard::{Input, Keyboard};
pub(crate) use progress::{Progress, bar};
pub(crate) use screen::Screen;
pub(crate) use text::{Segment, Span, Style, paint};

use rustix::{process::getpgrp, termios::tcgetpgrp};
use std::{
    io::{self, Write},
    os::fd::AsFd,
};

/// Whether the user allows colours on a terminal. Not with `NO_COLOR` (<https://no-color.org>: set and not empty), on a
/// terminal without colours, or if a build server only simulates the terminal.
pub(crate) fn colours_allowed() -> bool {
    variable("NO_COLOR").is_none()
        && variable("CI").is_none()
        && variable("TERM").is_none_or(|term| term != "dumb")
}

/// Whether standard output can show a line that changes.
fn is_lively() -> bool {
    io::IsTerminal::is_terminal(&io::stdout())
        && variable("CI").is_none()
        && variable("TERM").is_some_and(|term| term != "dumb")
}

/// Whether the terminal shows hyperlinks (OSC 8). As in cargo, `FORCE_HYPERLINK` decides if it is set: 0 is no, all else
/// yes. Visual Studio Code's own terminal finds places by itself, with their line and column, which a link to a file has
/// not; and a terminal on another machine has none of these files.
pub(crate) fn has_links() -> bool {
    let finds_places = variable("TERM_PROGRAM").is_some_and(|program| program == "vscode");
    let elsewhere = variable("SSH_CONNECTION").is_some();
    let forced = variable("FORCE_HYPERLINK").is_some();
    supports_hyperlinks::supports_hyperlinks() && (forced || !finds_places && !elsewhere)
}

/// Whether this program is in the terminal's foreground. A background program would write over the shell's prompt, and
/// the system stops it when it reads keys.
fn is_in_foreground(terminal: impl AsFd) -> bool {
    tcgetpgrp(terminal).is_ok_and(|group| group == getpgrp())
}

/// Asks a question on standard error, and waits for the line that answers it. Cancel-safe: the thread that reads ends with
/// the process.
///
/// # Errors
/// If the terminal can't be written or read.
pub(crate) async fn ask(question: String) -> io::Result<String> {
    let (sender, answer) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let read = || {
            let mut terminal = io::stderr();
            write!(terminal, "{question}")?;
            terminal.flush()?;
            let mut line = String::new();
            io::stdin().read_line(&mut line).map(|_| line)
        };
        let _ = sender.send(read());
    });
    answer.await.map_err(io::Error::other)?
}

fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
