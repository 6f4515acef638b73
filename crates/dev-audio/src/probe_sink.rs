//! Where `probe!` of the processors goes.
#![expect(unsafe_code, reason = "a sink is a C function, so that a plugin's library can call it")]

use std::slice;

use wavecraft_probe::{Sink, set_sink};

use crate::probes;

/// The sink of this process, for a program that loads processors from a library with a copy of `wavecraft-probe` of its own:
/// give it to the library's function [`wavecraft_probe::SYMBOL`].
///
/// It may be called from any thread; what it is told counts while this process's audio thread runs a processor, and only
/// there.
#[must_use]
pub fn probe_sink() -> Sink {
    record
}

/// Lets the processors that are linked into this program show their values.
pub(crate) fn connect() {
    // SAFETY: `record` may be called from any thread with any name, as long as the process lives.
    unsafe { set_sink(Some(record)) };
}

// SAFETY: for callers: `name` is valid for reads of `length` bytes.
unsafe extern "C" fn record(name: *const u8, length: usize, value: f32) {
    if name.is_null() || isize::try_from(length).is_err() {
        return;
    }
    // SAFETY: the caller promises it, and it is neither null nor longer than memory can be.
    let name = unsafe { slice::from_raw_parts(name, length) };
    probes::record(name, value);
}
