//! Silence, and what a processor makes of it.

use crate::{answer, level::Level, limits, number::real, unmeasured::Unmeasured};
use serde::{Deserialize, Serialize};

/// For how long silence is played unless asked otherwise, in seconds.
const SECONDS: f64 = 1.0;

/// Digital silence.
#[derive(Debug, Clone)]
pub struct Quiet {
    signal: Vec<f32>,
}

impl Quiet {
    /// One second of silence.
    ///
    /// # Errors
    /// The rate is out of range.
    pub fn new(rate_hz: u32) -> Result<Self, Unmeasured> {
        Self::lasting(rate_hz, SECONDS)
    }

    /// So many seconds of silence, up to 60.
    ///
    /// # Errors
    /// The rate or the time is out of range.
    pub fn lasting(rate_hz: u32, seconds: f64) -> Result<Self, Unmeasured> {
        limits::rate(rate_hz)?;
        Ok(Self { signal: vec![0.0; limits::frames(seconds, rate_hz)?] })
    }

    /// What to feed to the processor, from its state after a reset: one channel of zeros.
    #[must_use]
    pub fn signal(&self) -> &[f32] {
        &self.signal
    }

    /// Noise and offset in an answer, as long as the signal. Silence is a true answer here: −∞ dB.
    ///
    /// # Errors
    /// The answer is too short or not finite.
    pub fn analyse(&self, answer: &[f32]) -> Result<Idle, Unmeasured> {
        let answer = answer::finite(answer, self.signal.len(), 0)?;
        let mean = answer.iter().map(|sample| f64::from(*sample)).sum::<f64>() / real(answer.len());
        let power: f64 = answer.iter().map(|sample| (f64::from(*sample) - mean).powi(2)).sum();
        Ok(Idle {
            dc_offset: mean,
            dc_offset_dbfs: Level::of_amplitude(mean),
            noise_dbfs: Level::of_rms((power / real(answer.len())).sqrt()),
            peak_dbfs: Level::of_amplitude(answer::peak(answer)),
        })
    }
}

/// What comes out while silence goes in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Idle {
    /// The mean of the samples, as a share of full scale.
    pub dc_offset: f64,
    /// The same in dB relative to full scale.
    pub dc_offset_dbfs: Level,
    /// What is left without the offset, in dBFS: its root mean square, not weighted, where a full-scale sine has 0.
    pub noise_dbfs: Level,
    /// The largest sample, offset included, in dB relative to full scale.
    pub peak_dbfs: Level,
}
