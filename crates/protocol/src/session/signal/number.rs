//! The numbers of a signal: finite, and within their range, whatever they were made from.

use std::{fmt, ops::RangeInclusive};

/// The most characters of a number: an `f64` keeps this many digits as they were written.
const MAX_DIGITS: usize = 15;

/// Defines a number with a range.
macro_rules! number {
    ($(#[$about:meta])* $name:ident, $range:expr) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        pub struct $name(f64);

        /// Never NaN, so equal to itself.
        impl Eq for $name {}

        impl $name {
            /// Every value that it can have.
            pub const RANGE: RangeInclusive<f64> = $range;

            /// The number, if it is one of [`RANGE`](Self::RANGE).
            #[must_use]
            pub fn new(value: f64) -> Option<Self> {
                // A zero has no sign.
                Self::RANGE.contains(&value).then_some(Self(value + 0.0))
            }

            /// For constants of this crate, which are in range.
            pub(super) const fn constant(value: f64) -> Self {
                Self(value)
            }

            /// Its value.
            #[must_use]
            pub fn get(self) -> f64 {
                self.0
            }
        }

        /// The shortest decimal number that is read as the same value, with a plain minus and without an exponent.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// A frequency in Hz: up to half of the highest rate, 384,000 Hz.
    Hertz, 0.1..=192_000.0
}

number! {
    /// A duration in seconds, up to an hour.
    Seconds, 0.001..=3600.0
}

number! {
    /// A level in dBFS. Full scale is 0.
    Level, -120.0..=0.0
}

/// Reads a decimal number without a sign or an exponent, such as `440` or `0.5`.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let is_number = text.len() <= MAX_DIGITS
        && text.starts_with(|char: char| char.is_ascii_digit())
        && text.ends_with(|char: char| char.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| is_number)
}

/// Reads a decimal number that may have a sign; the typographic minus is one, too.
pub(super) fn signed(text: &str) -> Option<f64> {
    match text.strip_prefix(['-', '−']) {
        Some(rest) => decimal(rest).map(|value| -value),
        None => decimal(text.strip_prefix('+').unwrap_or(text)),
    }
}
