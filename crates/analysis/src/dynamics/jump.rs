//! Attack and release: how the gain follows a step of 20 dB.

use super::{period, sine};
use crate::{
    answer,
    level::amplitude,
    limits,
    number::{real, sample},
    unmeasured::{Measured, Unmeasured},
};
use realfft::num_complex::Complex;
use serde::{Deserialize, Serialize};

/// Height of the step, in dB.
pub const STEP_DB: f64 = 20.0;

/// The upper level unless another is asked for, in dBFS.
const UPPER_DBFS: f64 = -10.0;

/// How long the three parts last unless asked otherwise, in seconds: low, high, low.
const PARTS_SECONDS: [f64; 3] = [0.5, 0.5, 1.5];

/// The share of its change after which a gain counts as changed: 1 − 1/e, one time constant.
const SHARE: f64 = 1.0 - 1.0 / std::f64::consts::E;

/// The smallest change of the gain that has a time, in dB.
const SMALLEST_DB: f64 = 0.5;

/// The gain below which nothing comes out, in dB.
const NOTHING_DB: f64 = -150.0;

/// By how many dB the gain may change during the last tenth of a part, and during the tenth before it, and still have come to
/// rest.
const SETTLED_DB: f64 = 0.1;

/// A sine at 1 kHz that becomes louder by 20 dB, and softer again.
#[derive(Debug, Clone)]
pub struct Jump {
    rate_hz: u32,
    period: usize,
    /// First frame of the loud part, and of the soft part after it.
    edges: [usize; 2],
    signal: Vec<f32>,
}

impl Jump {
    /// From −30 to −10 dBFS after 0.5 s, and back after another 0.5 s, for 1.5 s.
    ///
    /// # Errors
    /// The rate is out of range.
    pub fn new(rate_hz: u32) -> Result<Self, Unmeasured> {
        Self::lasting(rate_hz, UPPER_DBFS, PARTS_SECONDS)
    }

    /// The same to an upper level of −100 to 0 dBFS, where the parts (soft, loud, soft) last for so many seconds each, 0.05 to 60:
    /// at least five times as long as the processor takes.
    ///
    /// # Errors
    /// Something is out of range.
    pub fn lasting(rate_hz: u32, upper_dbfs: f64, parts_seconds: [f64; 3]) -> Result<Self, Unmeasured> {
        let period = period(rate_hz)?;
        limits::within(upper_dbfs, &(-100.0..=0.0), crate::Unit::Dbfs)?;
        let mut parts = [0; 3];
        for (part, seconds) in parts.iter_mut().zip(parts_seconds) {
            limits::within(seconds, &(0.05..=limits::LONGEST_SECONDS), crate::Unit::Seconds)?;
            // On whole periods, so that the step is where the sine crosses zero.
            *part = limits::frames(seconds, rate_hz)? / period * period;
        }
        let edges = [parts[0], parts[0] + parts[1]];
        let signal = (0..edges[1] + parts[2])
            .map(|frame| {
                let loud = (edges[0]..edges[1]).contains(&frame);
                let level = if loud { upper_dbfs } else { upper_dbfs - STEP_DB };
                sample(amplitude(level) * sine(frame, period))
            })
            .collect();
        Ok(Self { rate_hz, period, edges, signal })
    }

    /// What to feed to the processor, from its state after a reset: one channel, samples from −1 to 1.
    #[must_use]
    pub fn signal(&self) -> &[f32] {
        &self.signal
    }

    /// The times in an answer, as long as the signal. `latency_frames` is the processor's.
    ///
    /// # Errors
    /// The answer is too short, silent or not finite, or the latency longer than a tenth of the shortest part.
    pub fn analyse(&self, answer: &[f32], latency_frames: usize) -> Result<Times, Unmeasured> {
        let answer = answer::sounding(answer, self.signal.len())?;
        let shortest =
            self.edges[0].min(self.edges[1] - self.edges[0]).min(self.signal.len() - self.edges[1]);
        if latency_frames > shortest / 10 {
            return Err(Unmeasured::LatencyTooLong { frames: latency_frames, limit: shortest / 10 });
        }
        let gains = self.gains(&answer[latency_frames..]);
        let part = |edge: usize, end: usize| self.reaction(&gains, edge, end.min(gains.len())).into();
        Ok(Times {
            attack: part(self.edges[0], self.edges[1] - self.period),
            release: part(self.edges[1], gains.len()),
        })
    }

    /// The gain in dB over one period from each frame on: the ratio of the amplitudes at 1 kHz in answer and signal. Periods are whole
    /// frames, so neither DC nor harmonics take part.
    fn gains(&self, answer: &[f32]) -> Vec<f64> {
        let (answer, signal) = (self.amplitudes(answer), self.amplitudes(&self.signal));
        let gain = |(answer, signal): (f64, f64)| {
            20.0 * (answer.max(f64::MIN_POSITIVE) / signal.max(f64::MIN_POSITIVE)).log10()
        };
        answer.into_iter().zip(signal).map(gain).collect()
    }

    fn amplitudes(&self, samples: &[f32]) -> Vec<f64> {
        let turned = |(frame, value): (usize, &f32)| {
            let turns = real(frame % self.period) / real(self.period);
            Complex::from_polar(f64::from(*value), -std::f64::consts::TAU * turns)
        };
        // The sums of all before each frame: their differences are true to 10⁻¹¹.
        let mut sums: Vec<Complex<f64>> = vec![Complex::default()];
        let mut sum: Complex<f64> = Complex::default();
        for value in samples.iter().enumerate().map(turned) {
            sum += value;
            sums.push(sum);
        }
        sums.iter().zip(&sums[self.period..]).map(|(from, to)| (to - from).norm()).collect()
    }

    /// How the gain changes from what it was before `edge` to what it is before `end`.
    fn reaction(&self, gains: &[f64], edge: usize, end: usize) -> Result<Reaction, Unmeasured> {
        let tenth = (end - edge) / 10;
        let mean = |from: usize, to: usize| gains[from..to].iter().sum::<f64>() / real(to - from);
        let before = gains[edge - self.period];
        let (last, previous) = (mean(end - tenth, end), mean(end - 2 * tenth, end - tenth));
        if before.min(last) < NOTHING_DB {
            return Err(Unmeasured::Silent);
        }
        if (last - previous).abs() > SETTLED_DB {
            return Err(Unmeasured::Unsettled { seconds: real(end - edge) / f64::from(self.rate_hz) });
        }
        let change_db = last - before;
        if change_db.abs() < SMALLEST_DB {
            return Err(Unmeasured::NoChange);
        }
        let goal = before + SHARE * change_db;
        let reached = |gain: f64| (gain - goal) * change_db >= 0.0;
        let Some(after) = gains[edge..end].iter().position(|gain| reached(*gain)) else {
            return Err(Unmeasured::Unsettled { seconds: real(end - edge) / f64::from(self.rate_hz) });
        };
        let ms = |frames: f64| frames * 1e3 / f64::from(self.rate_hz);
        // A gain belongs to the middle of its period.
        let middle = 0.5 * real(self.period);
        if after == 0 {
            return Err(Unmeasured::FasterThan { limit_ms: ms(middle) });
        }
        let (earlier, later) = (gains[edge + after - 1], gains[edge + after]);
        let between = ((goal - earlier) / (later - earlier)).clamp(0.0, 1.0);
        Ok(Reaction { ms: ms(real(after - 1) + between + middle), change_db })
    }
}

/// Attack and release at 1 kHz.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Times {
    /// After the step up.
    pub attack: Measured<Reaction>,
    /// After the step down.
    pub release: Measured<Reaction>,
}

/// How a gain followed a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reaction {
    /// After how many milliseconds 63 % of the change, in dB, were done. From half a millisecond, true to
    /// 0.15 ms and 1 %.
    pub ms: f64,
    /// From the gain before the step to the gain at the end, in dB: negative where it was turned down.
    pub change_db: f64,
}
