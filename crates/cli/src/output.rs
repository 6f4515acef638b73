//! Standard output, for commands that print and end.

use crate::{ansi, failure};
use std::{
    fmt,
    io::{self, Write},
};

/// Like `println!`, but without a panic if a reader such as `head` stops reading.
macro_rules! out {
    ($($argument:tt)*) => { $crate::output::line(format_args!($($argument)*)) };
}
pub(crate) use out;

/// Writes a line, without control sequences: names and sentences may come from elsewhere. A line that nobody reads any
/// more is dropped. Any other failure, such as a full disk, is reported and ends the command, since output must not go
/// missing silently.
pub(crate) fn line(text: fmt::Arguments<'_>) {
    write_line(&ansi::strip(&text.to_string()));
}

/// Like [`line()`], for a text with our own colours.
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
