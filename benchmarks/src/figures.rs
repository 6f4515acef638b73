//! Percentiles and units.

use std::time::Duration;

/// The sample below which `percent` of the sorted samples lie, in µs. Samples are nanoseconds.
pub(crate) fn percentile_us(samples: &mut [u64], percent: usize) -> f64 {
    samples.sort_unstable();
    let at = (samples.len() * percent / 100).min(samples.len().saturating_sub(1));
    us(samples.get(at).copied().unwrap_or(0))
}

/// Nanoseconds as µs.
pub(crate) fn us(ns: u64) -> f64 {
    ns as f64 / 1000.0
}

/// How long so many frames last at 48 kHz.
pub(crate) fn period(frames: u32) -> Duration {
    Duration::from_nanos(u64::from(frames) * 1_000_000_000 / u64::from(RATE))
}

/// The session rate of every measure, in Hz.
pub(crate) const RATE: u32 = 48_000;
