//! Output level against input level.

use super::{period, sine};
use crate::{
    answer,
    level::{Level, amplitude},
    limits,
    number::sample,
    unmeasured::{Measured, Unmeasured},
};
use serde::{Deserialize, Serialize};

/// Levels in dBFS: −60 to 0 in steps of 3.
const LOWEST_DBFS: i32 = -60;
const STEP_DB: usize = 3;

/// For how long each level lasts, in seconds.
const HOLD_SECONDS: f64 = 0.2;

/// How much of it, at its end, is measured.
const MEASURED_SECONDS: f64 = 0.05;

/// By how many dB the two halves of that may differ for the level to be settled.
const SETTLED_DB: f64 = 0.1;

/// A sine at 1 kHz that becomes louder step by step.
#[derive(Debug, Clone)]
pub struct Staircase {
    levels_dbfs: Vec<f64>,
    /// Frames of each step.
    hold: usize,
    /// Frames of the first and of the second half of what is measured: whole periods.
    half: usize,
    signal: Vec<f32>,
}

impl Staircase {
    /// Levels from −60 to 0 dBFS in steps of 3 dB, each for 0.2 s, of which the last 0.05 s are measured.
    ///
    /// # Errors
    /// The rate is out of range.
    pub fn new(rate_hz: u32) -> Result<Self, Unmeasured> {
        Self::holding(rate_hz, HOLD_SECONDS)
    }

    /// The same, where each level lasts for so many seconds, 0.1 to 60: longer than the processor's attack.
    ///
    /// # Errors
    /// The rate or the time is out of range.
    pub fn holding(rate_hz: u32, hold_seconds: f64) -> Result<Self, Unmeasured> {
        let period = period(rate_hz)?;
        limits::within(hold_seconds, &(0.1..=limits::LONGEST_SECONDS), crate::Unit::Seconds)?;
        let hold = limits::frames(hold_seconds, rate_hz)?;
        let half = limits::frames(MEASURED_SECONDS / 2.0, rate_hz)? / period * period;
        let levels_dbfs: Vec<f64> = (LOWEST_DBFS..=0).step_by(STEP_DB).map(f64::from).collect();
        // The last level goes on, for what is late of it.
        let last = levels_dbfs.len() - 1;
        let signal = (0..hold * levels_dbfs.len() + hold / 2)
            .map(|frame| sample(amplitude(levels_dbfs[(frame / hold).min(last)]) * sine(frame, period)))
            .collect();
        Ok(Self { levels_dbfs, hold, half, signal })
    }

    /// What to feed to the processor, from its state after a reset: one channel, samples from −1 to 1.
    #[must_use]
    pub fn signal(&self) -> &[f32] {
        &self.signal
    }

    /// The levels in an answer, as long as the signal. `latency_frames` is the processor's.
    ///
    /// # Errors
    /// The answer is too short, silent or not finite, or the latency longer than half a step.
    pub fn analyse(&self, answer: &[f32], latency_frames: usize) -> Result<StaticCurve, Unmeasured> {
        let answer = answer::sounding(answer, self.signal.len())?;
        let limit = self.hold / 2;
        if latency_frames > limit {
            return Err(Unmeasured::LatencyTooLong { frames: latency_frames, limit });
        }
        let steps = self.levels_dbfs.iter().enumerate().map(|(index, input_dbfs)| {
            let end = (index + 1) * self.hold + latency_frames;
            let (first, second) = answer[end - 2 * self.half..end].split_at(self.half);
            let level = |samples| Level::of_rms(answer::power(samples).sqrt());
            let (before, after) = (level(first), level(second));
            Step {
                input_dbfs: *input_dbfs,
                output_dbfs: after,
                settled: before == after || (before.db() - after.db()).abs() <= SETTLED_DB,
            }
        });
        Ok(StaticCurve { steps: steps.collect() })
    }
}

/// Output level against input level at 1 kHz.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StaticCurve {
    /// From the lowest input level to the highest.
    pub steps: Vec<Step>,
}

impl StaticCurve {
    /// By how many dB the input rises for each dB of the output, between the steps nearest to two input levels in dBFS: 1 for
    /// a linear processor, 4 for a compressor of 4:1, below 1 for an expander.
    ///
    /// # Errors
    /// Both are the same step, one of them is silent or hasn't settled, or the output doesn't change.
    pub fn ratio(&self, low_dbfs: f64, high_dbfs: f64) -> Result<f64, Unmeasured> {
        let nearest = |level: f64| {
            let distance = |step: &&Step| (step.input_dbfs - level).abs();
            self.steps.iter().min_by(|one, other| distance(one).total_cmp(&distance(other)))
        };
        let (Some(low), Some(high)) = (nearest(low_dbfs), nearest(high_dbfs)) else {
            return Err(Unmeasured::NothingCounted);
        };
        if low.output_dbfs.is_silent() || high.output_dbfs.is_silent() {
            return Err(Unmeasured::Silent);
        }
        if !low.settled || !high.settled {
            return Err(Unmeasured::Unsettled { seconds: HOLD_SECONDS });
        }
        let change = high.output_dbfs.db() - low.output_dbfs.db();
        if change == 0.0 || low.input_dbfs == high.input_dbfs {
            return Err(Unmeasured::NoChange);
        }
        Ok((high.input_dbfs - low.input_dbfs) / change)
    }

    /// The gain at the step nearest to an input level, in dB.
    #[must_use]
    pub fn gain_db(&self, input_dbfs: f64) -> Measured<f64> {
        let distance = |step: &&Step| (step.input_dbfs - input_dbfs).abs();
        let nearest = self.steps.iter().min_by(|one, other| distance(one).total_cmp(&distance(other)));
        match nearest {
            Some(step) if step.output_dbfs.is_silent() => Err(Unmeasured::Silent),
            Some(step) => Ok(step.output_dbfs.db() - step.input_dbfs),
            None => Err(Unmeasured::NothingCounted),
        }
        .into()
    }
}

/// The answer to one level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Peak level of the sine, in dBFS.
    pub input_dbfs: f64,
    /// Level of the answer in dBFS: its root mean square, where a full-scale sine has 0.
    pub output_dbfs: Level,
    /// Whether it had come to rest, within 0.1 dB.
    pub settled: bool,
}
