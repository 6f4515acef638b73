//! What is measured at all: sample rates, levels, frequencies, durations.

use crate::{
    number::{real, whole},
    unmeasured::{Unit, Unmeasured},
};
use std::ops::RangeInclusive;

/// Sample rates that are measured, in Hz.
pub const RATES_HZ: RangeInclusive<u32> = 8_000..=384_000;

/// Peak levels of test signals, in dBFS.
pub const LEVELS_DBFS: RangeInclusive<f64> = -120.0..=0.0;

/// The level of a test signal unless another is asked for, in dBFS: room for a boost of 20 dB, and 130 dB above the
/// rounding of a sample.
pub const DEFAULT_LEVEL_DBFS: f64 = -20.0;

/// Longest stretch of silence, tail or settling that a signal may have, in seconds.
pub const LONGEST_SECONDS: f64 = 60.0;

/// The rate as `f64`, if it is measured.
pub(crate) fn rate(rate_hz: u32) -> Result<f64, Unmeasured> {
    if RATES_HZ.contains(&rate_hz) {
        Ok(f64::from(rate_hz))
    } else {
        Err(Unmeasured::RateOutOfRange { rate_hz })
    }
}

/// The peak amplitude of a level, if it is measured.
pub(crate) fn peak(level_dbfs: f64) -> Result<f64, Unmeasured> {
    within(level_dbfs, &LEVELS_DBFS, Unit::Dbfs).map(crate::level::amplitude)
}

/// Frames in so many seconds, at least one.
pub(crate) fn frames(seconds: f64, rate_hz: u32) -> Result<usize, Unmeasured> {
    let shortest = 1.0 / f64::from(rate_hz);
    let seconds = within(seconds, &(shortest..=LONGEST_SECONDS), Unit::Seconds)?;
    Ok(whole(seconds * f64::from(rate_hz)))
}

/// Half the sample rate, which must be above `frequency_hz`.
pub(crate) fn below_nyquist(frequency_hz: f64, rate_hz: u32) -> Result<f64, Unmeasured> {
    let nyquist_hz = f64::from(rate_hz) / 2.0;
    if frequency_hz < nyquist_hz {
        Ok(nyquist_hz)
    } else {
        Err(Unmeasured::AboveNyquist { frequency_hz, nyquist_hz })
    }
}

/// The value, if it lies in the range; NaN doesn't.
pub(crate) fn within(value: f64, range: &RangeInclusive<f64>, unit: Unit) -> Result<f64, Unmeasured> {
    if range.contains(&value) {
        Ok(value)
    } else {
        Err(Unmeasured::OutOfRange { value, lowest: *range.start(), highest: *range.end(), unit })
    }
}

/// Frames as seconds.
pub(crate) fn seconds(frames: usize, rate_hz: u32) -> f64 {
    real(frames) / f64::from(rate_hz)
}
