//! A response by an impulse, for comparing rates.

use crate::{
    bench::{BLOCK, Player, Stereo, Stop},
    difference::Difference,
    sizes::Sizes,
};
use wavecraft_companion_analysis::{
    level::{amplitude, db},
    number::{real, sample, whole},
};

/// The impulse's level, in dBFS: where most processors are still linear.
const IMPULSE_DBFS: f64 = -12.0;
/// How long the answer is watched, in seconds.
const SECONDS: f64 = 1.0;
/// The bands, in Hz, from the first to the last: third octaves. Above, filters made by the bilinear transform differ between rates.
const FIRST_HZ: f64 = 40.0;
const LAST_HZ: f64 = 5_000.0;
/// Frequencies in each, over which its power is averaged: a notch that lies between two frames is elsewhere at another rate.
const IN_A_BAND: usize = 6;
/// Two answers that differ by more than this, in dB, can't be told from another response.
const REPEATS_DB: f64 = -80.0;
/// What is so far below the loudest band isn't compared, in dB.
const DEPTH_DB: f64 = 40.0;

/// What a processor does to an impulse.
pub(super) struct Response {
    /// Frequency in Hz and level in dB.
    bands: Vec<(f64, f64)>,
    /// Where the middle of its energy lies, in seconds, without the reported latency.
    pub(super) middle_seconds: f64,
}

impl Response {
    /// Of a new processor; or why there is none.
    pub(super) fn of(player: &mut Player, rate_hz: u32) -> Result<Result<Self, String>, Stop> {
        let frames = whole(SECONDS * f64::from(rate_hz));
        let silence: Stereo = [vec![0.0; frames], vec![0.0; frames]];
        let mut impulse = silence.clone();
        let height = sample(amplitude(IMPULSE_DBFS));
        impulse.iter_mut().for_each(|channel| channel[0] = height);
        player.reset();
        let idle = player.play("silence", &silence, Sizes::Fixed(BLOCK))?;
        player.reset();
        let answer = player.play("an impulse", &impulse, Sizes::Fixed(BLOCK))?;
        player.reset();
        let again = player.play("an impulse", &impulse, Sizes::Fixed(BLOCK))?;
        if Difference::of(&answer, &again, REPEATS_DB).is_some() {
            return Ok(Err("two runs after a reset differ anyhow: see `reset` and `deterministic`".into()));
        }
        // What it makes by itself is no answer.
        let response: Vec<f64> =
            answer[0].iter().zip(&idle[0]).map(|(a, b)| f64::from(*a) - f64::from(*b)).collect();
        if response.iter().any(|sample| !sample.is_finite()) {
            return Ok(Err("what comes out is no number: see `finite`".into()));
        }
        let energy: f64 = response.iter().map(|sample| sample * sample).sum();
        if energy.sqrt() < amplitude(-100.0) * f64::from(height) {
            return Ok(Err("an impulse at −12 dBFS makes no sound".into()));
        }
        let middle: f64 = (0..).zip(&response).map(|(frame, sample)| real(frame) * sample * sample).sum();
        let latency = player.facts().latency_frames;
        let middle_seconds = (middle / energy - real(latency)) / f64::from(rate_hz);
        Ok(Ok(Self { bands: bands(&response, f64::from(rate_hz)), middle_seconds }))
    }

    /// The band that differs most, in Hz, and by how much, in dB.
    pub(super) fn differs(&self, other: &Self) -> Option<(f64, f64)> {
        let loudest = self.bands.iter().fold(f64::NEG_INFINITY, |loudest, band| loudest.max(band.1));
        let pairs = self.bands.iter().zip(&other.bands);
        let compared = pairs.filter(|(a, b)| a.1.max(b.1) > loudest - DEPTH_DB);
        let gaps = compared.map(|(a, b)| (a.0, (b.1 - a.1).clamp(-200.0, 200.0)));
        gaps.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
    }
}

fn bands(response: &[f64], rate_hz: f64) -> Vec<(f64, f64)> {
    let mut bands = Vec::new();
    let mut hz = FIRST_HZ;
    while hz <= LAST_HZ {
        let step =
            |index: usize| hz * 2.0_f64.powf((real(index) + 0.5) / (3.0 * real(IN_A_BAND)) - 1.0 / 6.0);
        let power: f64 = (0..IN_A_BAND).map(|index| power_at(response, step(index) / rate_hz)).sum();
        bands.push((hz, db((power / real(IN_A_BAND)).sqrt())));
        hz *= 2.0_f64.powf(1.0 / 3.0);
    }
    bands
}

/// The power at a frequency in turns a frame (G. Goertzel, "An algorithm for the evaluation of finite trigonometric series", 1958).
fn power_at(response: &[f64], turns: f64) -> f64 {
    let twice = 2.0 * (std::f64::consts::TAU * turns).cos();
    let (mut last, mut before) = (0.0_f64, 0.0_f64);
    for sample in response {
        (last, before) = (sample + twice * last - before, last);
    }
    last * last + before * before - twice * last * before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_pole_has_its_closed_form() {
        // y = x + a·y₋₁ has |H|² = 1 / (1 + a² − 2a·cos ω).
        let (a, rate) = (0.9_f64, 48_000.0);
        let response: Vec<f64> = (0..2_000).map(|frame| a.powi(frame)).collect();
        for hz in [100.0, 1_000.0, 5_000.0] {
            let wanted = 1.0 / (1.0 + a * a - 2.0 * a * (std::f64::consts::TAU * hz / rate).cos());
            let found = power_at(&response, hz / rate);
            assert!((found / wanted - 1.0).abs() < 1e-9, "{hz}: {found} {wanted}");
        }
        assert_eq!(bands(&response, rate).len(), 21);
    }
}
