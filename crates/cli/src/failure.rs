//! Failures with their own exit codes, and the one place that prints them.

use crate::ansi;
use std::fmt;

/// Everything worked.
pub(crate) const SUCCESS: i32 = 0;
/// Something failed.
pub(crate) const FAILED: i32 = 1;
/// The command line asked for something impossible; the same code as clap's own errors.
const USAGE: i32 = 2;
/// A signal ended it: Ctrl+C, SIGTERM or a closed terminal.
pub(crate) const INTERRUPTED: i32 = 130;

/// The command line asked for something impossible: exit code 2. The text says what, and what to do instead.
#[derive(Debug)]
pub(crate) struct Usage(pub String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Prints a failure with its causes to standard error and returns its exit code.
pub(crate) fn print(error: &anyhow::Error) -> i32 {
    use std::io::Write;
    // A closed standard error is no reason to panic at the very end.
    let _ = writeln!(std::io::stderr(), "error: {}", ansi::strip(&format!("{error:#}")));
    if error.downcast_ref::<Usage>().is_some() { USAGE } else { FAILED }
}
