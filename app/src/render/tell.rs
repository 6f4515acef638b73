//! What happens is told on standard output.

use std::io::{self, Write};
use wavecraft_companion_protocol::{event::Event, rpc::to_value};

/// Whoever reads ends this process when it goes: nobody is missed here.
pub(super) fn tell(event: &Event) {
    let _ = writeln!(io::stdout().lock(), "{}", to_value(event));
}

/// Tells a line of the companion's own.
pub(super) fn note(line: &str) {
    tell(&Event::Log { from: "companion".into(), line: line.into() });
}
