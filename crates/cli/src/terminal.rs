//! The terminal, where a person sits at one: a line at its bottom that changes, and keys.

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
use std::{io, os::fd::AsFd};

/// Does the user allow colours where a terminal reads? Not with `NO_COLOR` (<https://no-color.org>: set and not empty),
/// on a terminal that knows none, or where a build server only plays the terminal.
pub(crate) fn colours_allowed() -> bool {
    variable("NO_COLOR").is_none()
        && variable("CI").is_none()
        && variable("TERM").is_none_or(|term| term != "dumb")
}

/// Can standard output show a line that changes?
fn is_lively() -> bool {
    io::IsTerminal::is_terminal(&io::stdout())
        && variable("CI").is_none()
        && variable("TERM").is_some_and(|term| term != "dumb")
}

/// Is this the program that the terminal belongs to now? One in the background would write over the shell's prompt, and
/// is stopped by the system when it reads keys.
fn is_in_foreground(terminal: impl AsFd) -> bool {
    tcgetpgrp(terminal).is_ok_and(|group| group == getpgrp())
}

fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
