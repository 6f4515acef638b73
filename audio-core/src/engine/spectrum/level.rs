//! Levels of a spectrum, in dB.

use crate::number::sample;

/// Levels below this are treated as silence.
pub(super) const FLOOR_DB: f64 = -120.0;

/// Rounded to a tenth, which is finer than any screen shows.
pub(super) fn tenths(value: f64) -> f32 {
    sample((10.0 * value).round() / 10.0)
}
