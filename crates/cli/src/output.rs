//! Standard output, for commands that print and end.

use crate::{ansi, failure};
use std::{
    fmt,
    io::{self, Write},
};

/// As `println!`, without a panic where a reader stops reading, as `head` does.
macro_rules! out {
    ($($argument:tt)*) => { $crate::output::line(format_args!($($argument)*)) };
}
pub(crate) use out;

/// Writes a line, without what is no text in it: names and sentences may come from elsewhere. Nobody reads it any more:
/// then it isn't written. It can't be written for another reason, such as a full disk: then that is said, and the command
/// ends, as what was asked for must not be missing without a word.
pub(crate) fn line(text: fmt::Arguments<'_>) {
    write_line(&ansi::strip(&text.to_string()));
}

/// As [`line`], of a text that has colours of our own.
pub(crate) fn coloured_line(text: &str) {
    write_line(&ansi::keep_colours(text));
}

fn write_line(text: &str) {
    let mut out = io::stdout();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let error = anyhow::Error::from(error).context("standard output can't be written");
            std::process::exit(failure::print(&error));
        }
        _ => {}
    }
}
