//! The harmonics of a sine's answer, and all else in it.

use super::aliasing::{self, Aliasing};
use crate::{
    coherent::Coherent,
    fourier::rise,
    level::{Level, Ratio},
    limits,
    number::{real, whole},
    unmeasured::{Measured, Unmeasured},
};
use realfft::num_complex::Complex;
use serde::{Deserialize, Serialize};

/// The highest order that is told one by one.
const TOLD_ORDERS: usize = 20;

/// The highest order that counts: those above would add more noise than distortion.
const COUNTED_ORDERS: usize = 100;

/// Noise is measured in this band, in Hz (AES17: up to 20 kHz).
const NOISE_HZ: [f64; 2] = [10.0, 20_000.0];

/// The fundamental's amplitude below which there is none: −200 dBFS.
const NOTHING: f64 = 1e-10;

/// By how many dB the answer may change while it is measured and still be steady.
const STEADY_DB: f64 = 0.05;

/// The distortion of a sine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Distortion {
    /// The sine's frequency, in Hz.
    pub frequency_hz: f64,
    /// The sine's peak level, in dBFS.
    pub level_dbfs: f64,
    /// Level of the fundamental in the answer, in dBFS.
    pub fundamental_dbfs: Level,
    /// Gain of the fundamental, in dB.
    pub gain_db: f64,
    /// Root of the sum of the squares of the harmonics (order 2 to 100, below half the rate), relative to the fundamental.
    pub thd: Measured<Ratio>,
    /// Everything but the fundamental from 10 Hz to 20 kHz, or half the rate if that is less, relative to everything.
    pub thd_n: Measured<Ratio>,
    /// The harmonics of the orders 2 to 20 that are below half the rate.
    pub harmonics: Vec<Partial>,
    /// What is neither the sine nor its harmonic.
    pub aliasing: Aliasing,
    /// The mean of the answer, as a share of full scale: −1 to 1, more if it is louder than that.
    pub dc_offset: f64,
    /// How much louder the second half of the answer is than the first, in dB. Above 0.05 either way it isn't steady, and the
    /// figures are those of a moving answer.
    pub drift_db: f64,
    /// Whether it was steady.
    pub steady: bool,
}

/// One harmonic.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Partial {
    /// Its order: 2 is the octave.
    pub order: usize,
    /// Its frequency, in Hz.
    pub frequency_hz: f64,
    /// Its level relative to the fundamental's, in dB.
    pub level_db: Level,
}

pub(super) fn of(
    coherent: &Coherent,
    bin: usize,
    level_dbfs: f64,
    answer: &[f32],
) -> Result<Distortion, Unmeasured> {
    let amplitudes = coherent.amplitudes(answer);
    let fundamental = amplitudes[bin];
    if fundamental < NOTHING {
        return Err(Unmeasured::Silent);
    }
    let last = amplitudes.len() - 1;
    let harmonics: Vec<Partial> = (2..=COUNTED_ORDERS)
        .take_while(|order| order * bin < last)
        .map(|order| Partial {
            order,
            frequency_hz: coherent.frequency_hz(order * bin),
            level_db: Level::of_amplitude(amplitudes[order * bin] / fundamental),
        })
        .collect();
    let drift_db = drift_db(coherent.steady(answer), bin);
    Ok(Distortion {
        frequency_hz: coherent.frequency_hz(bin),
        level_dbfs,
        fundamental_dbfs: Level::of_amplitude(fundamental),
        gain_db: Level::of_amplitude(fundamental).db() - level_dbfs,
        thd: thd(coherent, bin, &harmonics).into(),
        thd_n: thd_n(coherent, bin, &amplitudes).into(),
        harmonics: harmonics.into_iter().take_while(|partial| partial.order <= TOLD_ORDERS).collect(),
        aliasing: aliasing::of(coherent, bin, &amplitudes),
        dc_offset: mean(coherent.steady(answer)),
        drift_db,
        steady: drift_db.abs() <= STEADY_DB,
    })
}

fn mean(samples: &[f32]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample)).sum::<f64>() / real(samples.len())
}

fn thd(coherent: &Coherent, bin: usize, harmonics: &[Partial]) -> Result<Ratio, Unmeasured> {
    limits::below_nyquist(coherent.frequency_hz(2 * bin), coherent.rate_hz)?;
    let power: f64 = harmonics.iter().map(|partial| partial.level_db.amplitude().powi(2)).sum();
    Ok(Ratio::of(power.sqrt()))
}

fn thd_n(coherent: &Coherent, bin: usize, amplitudes: &[f64]) -> Result<Ratio, Unmeasured> {
    let bin_of = |hz: f64| whole(hz * real(coherent.frames) / f64::from(coherent.rate_hz));
    let [low, high] = NOISE_HZ.map(bin_of);
    limits::below_nyquist(NOISE_HZ[0], coherent.rate_hz)?;
    let band = low.min(bin)..=high.max(bin).min(amplitudes.len() - 2);
    let power = |bin: usize| amplitudes[bin].powi(2);
    let all: f64 = band.clone().map(power).sum();
    let rest: f64 = band.filter(|other| *other != bin).map(power).sum();
    Ok(Ratio::of((rest / all).sqrt()))
}

/// The fundamental's amplitude in the second half against the first, each under a Hann window: its periods needn't be
/// whole there.
fn drift_db(steady: &[f32], bin: usize) -> f64 {
    let half = steady.len() / 2;
    let amplitude = |begin: usize| {
        let sum: Complex<f64> = (begin..begin + half)
            .map(|frame| {
                let within = 2.0 * (real(frame - begin) + 0.5) / real(half);
                let turns = real(frame * bin % steady.len()) / real(steady.len());
                let window = rise(within.min(2.0 - within));
                Complex::from_polar(f64::from(steady[frame]) * window, -std::f64::consts::TAU * turns)
            })
            .sum();
        sum.norm()
    };
    let (first, second) = (amplitude(0), amplitude(half));
    20.0 * (second.max(f64::MIN_POSITIVE) / first.max(f64::MIN_POSITIVE)).log10()
}
