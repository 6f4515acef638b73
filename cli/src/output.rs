//! Standard output, for commands that print and end.

use std::{
    fmt,
    io::{self, Write},
};

/// As `println!`, but whoever stops reading, as `head` does, is no reason to panic.
macro_rules! out {
    ($($argument:tt)*) => { $crate::output::line(format_args!($($argument)*)) };
}
pub(crate) use out;

/// Writes a line. Nobody reads it any more: then it isn't written.
///
/// # Panics
/// It can't be written for another reason, such as a full disk: what was asked for must not be missing without a word.
pub(crate) fn line(text: fmt::Arguments<'_>) {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => panic!("standard output: {error}"),
        _ => {}
    }
}
