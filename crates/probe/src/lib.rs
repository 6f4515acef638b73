//! Shows a number from inside of a processor, while the Companion plays it: a compressor's gain reduction, an envelope, a
//! filter's cutoff.
//!
//! ```
//! use wavecraft_probe::probe;
//!
//! fn process(block: &mut [f32], gain: f32) {
//!     for sample in block.iter_mut() {
//!         *sample *= gain;
//!     }
//!     probe!("gain_reduction", 20.0 * gain.log10());
//! }
//! # process(&mut [1.0], 0.5);
//! ```
//!
//! The Companion shows the last, the least and the greatest value of each block: in the inspector, to the project's page
//! (`useProbe`), in the terminal and in `wavecraft status --json`.
//!
//! # What a processor can rely on
//!
//! * **Real time.** A call doesn't allocate, lock, wait or make a system call. It may be made for every sample.
//! * **Elsewhere it is off.** In a plugin host, in tests and in every program that no Companion started, a call is one
//!   relaxed load and a branch, and the value isn't computed.
//! * **Only in `process`.** A call from another place, or from a thread that the processor started, is ignored.
//! * **Names** are 1 to 32 printable ASCII characters without spaces, which the compiler checks, and belong to the processor
//!   that the call is in: two processors of a chain may use the same. A build has 32 at most; any more are ignored, and
//!   the terminal says so once.
//! * **Several calls with one name** in a block are one probe: all of them count for least and greatest, and the last is
//!   the last.
//! * **NaN and infinities** are counted and shown as such, and are no part of least and greatest.
#![no_std]

mod sink;

pub use sink::{SYMBOL, Sink, set_sink};

/// The most bytes of a name.
pub const MAX_NAME_BYTES: usize = 32;

/// Shows an `f32` under a name: `probe!("gain_reduction", decibels)`.
///
/// The name is a constant `&str`, see [the crate](crate). The value is only computed while somebody may see it, so it
/// must have no effect.
///
/// ```compile_fail
/// wavecraft_probe::probe!("gain reduction", 0.0); // a space in the name
/// ```
#[macro_export]
macro_rules! probe {
    ($name:expr, $value:expr $(,)?) => {{
        const { $crate::check_name($name) };
        if $crate::is_on() {
            $crate::record($name, $value);
        }
    }};
}

/// Whether somebody may see values. For [`probe!`].
#[doc(hidden)]
#[inline]
#[must_use]
pub fn is_on() -> bool {
    sink::is_set()
}

/// Passes a value on. For [`probe!`].
#[doc(hidden)]
#[inline]
pub fn record(name: &'static str, value: f32) {
    sink::record(name, value);
}

/// Ends the compilation if this is no name. For [`probe!`].
///
/// # Panics
///
/// When it isn't 1 to [`MAX_NAME_BYTES`] printable ASCII characters without spaces.
#[doc(hidden)]
pub const fn check_name(name: &str) {
    let bytes = name.as_bytes();
    assert!(!bytes.is_empty() && bytes.len() <= MAX_NAME_BYTES, "a probe's name has 1 to 32 characters");
    let mut index = 0;
    while index < bytes.len() {
        assert!(
            bytes[index].is_ascii_graphic(),
            "a probe's name has printable ASCII characters only, and no spaces: use an underscore"
        );
        index += 1;
    }
}
