//! The signals that the companion can make, and the text that a person writes for one.
//!
//! ```text
//! tone[:HZ][@DB]   noise[:white|pink][@DB]   sweep[:FROM-TO[/SECONDS]][@DB]   impulse[:SECONDS][@DB]
//! step[@DB]        twotone[:HZ,HZ][@DB]      silence
//! ```
//!
//! The same text is a command's `--input`, a key of `wavecraft.toml`, a page's `setSource`, and what the settings keep.
//! `docs/decisions/0057-test-signals-with-numbers.md` explains its choices.

mod bad;
mod kind;
mod label;
mod made;
mod number;
mod parse;

pub use bad::BadSignal;
pub(in crate::session) use bad::short;
pub use kind::{SIGNALS, SignalKind};
pub use made::{Colour, TestSignal, TooHigh};
pub use number::{Hertz, Level, Seconds};

#[cfg(test)]
mod tests;
