//! One harmonic over frequency, from the sweep's answer.

use super::{linear::Linear, noise::Noise};
use crate::{
    fourier::Bins,
    grid::{frequency, on_bins},
    level::Level,
    number::real,
};
use serde::{Deserialize, Serialize};

/// The level of one harmonic over the frequency of its fundamental. Both lists have the same length.
///
/// The bandwidth of the method is finite: what changes within 30 Hz (order 5 at the default length) is averaged. Where a
/// processor's harmonics alias, the alias isn't in it, but spread over the rest of the recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Harmonic {
    /// Its order, 2 to 5.
    pub order: usize,
    /// The frequency of the fundamental in Hz, from 10 Hz to where the harmonic would be at half the rate.
    pub frequency_hz: Vec<f64>,
    /// Its level relative to the fundamental's, in dB; none where it is less than 10 dB above noise.
    pub level_db: Vec<Option<Level>>,
}

/// The transform of the harmonic's impulse response at n·f is the harmonic's amplitude at the fundamental f, relative to the
/// amplitude that was played: the factor √n by which the harmonic's sweep runs faster through n·f than the sweep does is that
/// by which the sweep, at n·f, is weaker than at f.
pub(super) fn of(
    order: usize,
    rate_hz: u32,
    frames: usize,
    bins: &Bins,
    noise: &Noise,
    linear: &Linear,
    fundamentals: &[f64],
) -> Harmonic {
    let harmonics: Vec<f64> = fundamentals.iter().map(|hz| hz * real(order)).collect();
    let (frequency_hz, level_db) = on_bins(&harmonics, rate_hz, frames)
        .into_iter()
        .map(|bin| {
            let fundamental = frequency(bin, rate_hz, frames) / real(order);
            let level = bins[bin].norm() / linear.magnitude(fundamental).max(f64::MIN_POSITIVE);
            let told = noise.is_below(bin, bins[bin].norm_sqr());
            (fundamental, told.then(|| Level::of_amplitude(level)))
        })
        .unzip();
    Harmonic { order, frequency_hz, level_db }
}
