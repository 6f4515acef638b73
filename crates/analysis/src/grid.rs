//! The frequencies of a curve.

use crate::number::{real, whole};

/// Frequencies from `lowest_hz` on, so many to an octave (1 to 96, else the nearest), below `limit_hz`.
///
/// They are spread evenly over the logarithm, as hearing and drawings are.
pub(crate) fn log_spaced(lowest_hz: f64, limit_hz: f64, per_octave: usize) -> Vec<f64> {
    let per_octave = real(per_octave.clamp(1, 96));
    let octaves = (limit_hz / lowest_hz).log2();
    let count = whole((octaves * per_octave).ceil().max(0.0));
    (0..count)
        .map(|index| lowest_hz * (real(index) / per_octave).exp2())
        .filter(|hz| *hz < limit_hz)
        .collect()
}

/// The same frequencies, each moved to the nearest bin of a transform of `frames` frames, as bins. Each bin is there once.
pub(crate) fn on_bins(frequencies: &[f64], rate_hz: u32, frames: usize) -> Vec<usize> {
    let bin_of = |hz: &f64| whole(hz * real(frames) / f64::from(rate_hz)).clamp(1, frames / 2 - 1);
    let mut bins: Vec<usize> = frequencies.iter().map(bin_of).collect();
    bins.dedup();
    bins
}

/// The frequency of a bin, in Hz.
pub(crate) fn frequency(bin: usize, rate_hz: u32, frames: usize) -> f64 {
    real(bin) * f64::from(rate_hz) / real(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_has_its_points_evenly_over_octaves() {
        let points = log_spaced(10.0, 24_000.0, 24);
        assert_eq!(points.len(), 270); // 24·log2(2400) = 269.5
        assert!((points[24] - 20.0).abs() < 1e-9);
        assert!(points[points.len() - 1] < 24_000.0);
        assert!(log_spaced(10.0, 5.0, 24).is_empty());
    }

    #[test]
    fn where_bins_are_rare_each_is_there_once() {
        let bins = on_bins(&log_spaced(10.0, 4_000.0, 96), 8_000, 4_096);
        assert!(bins.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(bins[0], 5); // 10 Hz is bin 5.12
    }
}
