//! A step from silence to a constant, and how the answer rises.

use crate::{
    answer, limits,
    number::{real, sample},
    unmeasured::{Measured, Unmeasured},
};
use serde::{Deserialize, Serialize};

/// How long the constant lasts unless asked otherwise, in seconds.
const SECONDS: f64 = 1.0;

/// The frames that are told for drawing, at most.
const TOLD: usize = 2_048;

/// The largest final value, relative to the highest, that counts as returning to zero, as it does behind a high-pass filter.
const RETURNS: f64 = 0.01;

/// By how much, relative to the highest value, the final one may still change.
const SETTLED: f64 = 0.005;

/// A constant after nothing.
#[derive(Debug, Clone)]
pub struct Rise {
    rate_hz: u32,
    level_dbfs: f64,
    signal: Vec<f32>,
}

impl Rise {
    /// A constant at this level, −120 to 0 dBFS (of its value), for 1 s.
    ///
    /// # Errors
    /// The rate or the level is out of range.
    pub fn new(rate_hz: u32, level_dbfs: f64) -> Result<Self, Unmeasured> {
        Self::lasting(rate_hz, level_dbfs, SECONDS)
    }

    /// The same for so many seconds, up to 60.
    ///
    /// # Errors
    /// The rate, the level or the time is out of range.
    pub fn lasting(rate_hz: u32, level_dbfs: f64, seconds: f64) -> Result<Self, Unmeasured> {
        limits::rate(rate_hz)?;
        let value = sample(limits::peak(level_dbfs)?);
        Ok(Self { rate_hz, level_dbfs, signal: vec![value; limits::frames(seconds, rate_hz)?] })
    }

    /// What to feed to the processor, from its state after a reset: one channel.
    #[must_use]
    pub fn signal(&self) -> &[f32] {
        &self.signal
    }

    /// The step response in an answer, as long as the signal.
    ///
    /// # Errors
    /// The answer is too short, silent or not finite.
    pub fn analyse(&self, answer: &[f32]) -> Result<StepResponse, Unmeasured> {
        let answer = answer::sounding(answer, self.signal.len())?;
        let height = f64::from(self.signal[0]);
        let response: Vec<f64> = answer.iter().map(|sample| f64::from(*sample) / height).collect();
        let last = self.last(&response);
        Ok(StepResponse {
            level_dbfs: self.level_dbfs,
            final_value: last.clone().into(),
            overshoot_percent: last.clone().and_then(|last| overshoot(&response, last)).into(),
            rise_ms: last.and_then(|last| self.rise_ms(&response, last)).into(),
            samples: response.iter().take(TOLD).copied().map(sample).collect(),
        })
    }

    /// The mean of the last tenth, if the tenth before has the same.
    fn last(&self, response: &[f64]) -> Result<f64, Unmeasured> {
        let tenth = (response.len() / 10).max(1);
        let mean = |end: usize| response[end - tenth..end].iter().sum::<f64>() / real(tenth);
        let (last, before) = (mean(response.len()), mean(response.len() - tenth));
        if (last - before).abs() > SETTLED * highest(response) {
            return Err(Unmeasured::Unsettled { seconds: limits::seconds(response.len(), self.rate_hz) });
        }
        Ok(last)
    }

    /// From the first time at 10 % of the final value to the first at 90 %, each between frames on a straight line.
    fn rise_ms(&self, response: &[f64], last: f64) -> Result<f64, Unmeasured> {
        if last.abs() < RETURNS * highest(response) {
            return Err(Unmeasured::NoChange);
        }
        let crossing = |share: f64| -> Option<f64> {
            let frame = response.iter().position(|sample| sample / last >= share)?;
            let before = frame.checked_sub(1).map_or(0.0, |before| response[before] / last);
            let here = response[frame] / last;
            Some(real(frame) - (here - share) / (here - before))
        };
        match (crossing(0.1), crossing(0.9)) {
            (Some(from), Some(to)) if to - from < 1.0 => {
                Err(Unmeasured::FasterThan { limit_ms: 1e3 / f64::from(self.rate_hz) })
            }
            (Some(from), Some(to)) => Ok((to - from) * 1e3 / f64::from(self.rate_hz)),
            _ => Err(Unmeasured::NoChange),
        }
    }
}

fn highest(response: &[f64]) -> f64 {
    response.iter().fold(0.0_f64, |highest, sample| highest.max(sample.abs()))
}

fn overshoot(response: &[f64], last: f64) -> Result<f64, Unmeasured> {
    if last.abs() < RETURNS * highest(response) {
        return Err(Unmeasured::NoChange);
    }
    let most = response.iter().fold(f64::NEG_INFINITY, |most, sample| most.max(sample / last));
    Ok(100.0 * (most - 1.0).max(0.0))
}

/// The answer to a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepResponse {
    /// Value of the step, in dBFS.
    pub level_dbfs: f64,
    /// Where it ends, relative to the step: the gain at 0 Hz, 0 behind a high-pass filter.
    pub final_value: Measured<f64>,
    /// By how much it goes beyond the final value, in percent of that, from 0.
    pub overshoot_percent: Measured<f64>,
    /// From 10 to 90 % of the final value, in milliseconds.
    pub rise_ms: Measured<f64>,
    /// The first 2,048 frames, relative to the step.
    pub samples: Vec<f32>,
}
