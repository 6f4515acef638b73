//! Reports events on standard output.

use std::io::{self, Write};
use wavecraft_companion_protocol::{event::Event, rpc::to_value};

/// Write errors are ignored: a reader that goes away ends this process, so nothing is missed.
pub(crate) fn tell(event: &Event) {
    let _ = writeln!(io::stdout().lock(), "{}", to_value(event));
}

/// Writes a line from the companion itself.
pub(crate) fn note(line: &str) {
    tell(&Event::Log { from: "companion".into(), line: line.into() });
}
