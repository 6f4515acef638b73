//! Standard output, for commands that print and end.

use crate::ansi;
use std::{
    fmt,
    io::{self, Write},
};

/// As `println!`, but whoever stops reading, as `head` does, is no reason to panic.
macro_rules! out {
    ($($argument:tt)*) => { $crate::output::line(format_args!($($argument)*)) };
}
pub(crate) use out;

/// Writes a line, without what is no text in it: names and sentences may come from elsewhere. Nobody reads it any more:
/// then it isn't written.
///
/// # Panics
/// It can't be written for another reason, such as a full disk: what was asked for must not be missing without a word.
pub(crate) fn line(text: fmt::Arguments<'_>) {
    write_line(&ansi::strip(&text.to_string()));
}

/// The same of a text in colours of our own.
///
/// # Panics
/// As [`line`].
pub(crate) fn coloured_line(text: &str) {
    write_line(&ansi::keep_colours(text));
}

fn write_line(text: &str) {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => panic!("standard output: {error}"),
        _ => {}
    }
}
