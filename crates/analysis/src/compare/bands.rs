//! Two signals and their difference, by third octaves.

use super::null::depth;
use crate::{
    fourier::{Transform, rise},
    level::Level,
    limits,
    number::{real, whole},
    unmeasured::Measured,
};
use serde::{Deserialize, Serialize};

/// The third octaves that are told, as steps from 1 kHz: 25 Hz to 20 kHz.
const STEPS: std::ops::RangeInclusive<i32> = -16..=13;

/// The shortest time that is transformed at once, in seconds: bins are at most 2 Hz apart, a third of the lowest band.
const SECONDS: f64 = 0.5;

/// One third octave: its middle is `1000·10^(n/10)` Hz, its edges are a factor of `10^(1/20)` away (IEC 61260-1, base ten).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Band {
    /// Its middle, in Hz.
    pub middle_hz: f64,
    /// How much louder the second is in it, in dB.
    pub change_db: Measured<f64>,
    /// The difference's root mean square relative to the first's in it, in dB.
    pub null_db: Measured<Level>,
}

/// The bands whose upper edge is below half the rate.
pub(super) fn of(first: &[&[f32]], second: &[&[f32]], difference: &[Vec<f64>], rate_hz: u32) -> Vec<Band> {
    let Ok(shortest) = limits::frames(SECONDS, rate_hz) else {
        return Vec::new();
    };
    let transform = Transform::new(shortest.next_power_of_two());
    let narrow = |channels: &[&[f32]]| -> Vec<f64> {
        let mut sum = vec![0.0; transform.frames() / 2 + 1];
        channels
            .iter()
            .for_each(|channel| add_power(&mut sum, channel, |sample| f64::from(*sample), &transform));
        sum
    };
    let (before, after) = (narrow(first), narrow(second));
    let mut rest = vec![0.0; transform.frames() / 2 + 1];
    difference.iter().for_each(|channel| add_power(&mut rest, channel, |sample| *sample, &transform));
    STEPS
        .map(|step| 1_000.0 * 10.0_f64.powf(f64::from(step) / 10.0))
        .take_while(|middle| middle * 10.0_f64.powf(0.05) < f64::from(rate_hz) / 2.0)
        .map(|middle_hz| {
            let bin = |hz: f64| whole((hz * real(transform.frames()) / f64::from(rate_hz)).ceil());
            let band = bin(middle_hz * 10.0_f64.powf(-0.05))..bin(middle_hz * 10.0_f64.powf(0.05));
            let root = |powers: &[f64]| powers[band.clone()].iter().sum::<f64>().sqrt();
            let (before, after, rest) = (root(&before), root(&after), root(&rest));
            let change = if before == 0.0 || after == 0.0 {
                Err(crate::Unmeasured::Silent)
            } else {
                Ok(20.0 * (after / before).log10())
            };
            Band { middle_hz, change_db: change.into(), null_db: depth(rest, before).into() }
        })
        .collect()
}

/// Adds the power of each bin, averaged as P. D. Welch does (IEEE Trans. Audio Electroacoust. 15, 1967): stretches that overlap by half,
/// under a Hann window. The first begins half a stretch before the signal, so that each frame counts alike.
fn add_power<T>(sum: &mut [f64], samples: &[T], wide: impl Fn(&T) -> f64, transform: &Transform) {
    let frames = transform.frames();
    let half = frames / 2;
    let window = |index: usize| {
        let place = 2.0 * (real(index) + 0.5) / real(frames);
        rise(place.min(2.0 - place))
    };
    let window: Vec<f64> = (0..frames).map(window).collect();
    for begin in (0..samples.len() + half).step_by(half) {
        // Counted from half a stretch before the signal.
        let sample = |index: usize| {
            let at = (begin + index).checked_sub(half)?;
            samples.get(at).map(&wide)
        };
        let stretch = (0..frames).map(|index| sample(index).unwrap_or(0.0) * window[index]);
        for (sum, bin) in sum.iter_mut().zip(transform.forward(stretch)) {
            *sum += bin.norm_sqr();
        }
    }
}
