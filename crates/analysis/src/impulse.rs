//! A single impulse, and what its answer says of time: latency, tail.

use crate::{
    answer,
    latency::{self, Latency},
    level::{Level, amplitude},
    limits,
    number::sample,
    unmeasured::{Measured, Unmeasured},
};
use serde::{Deserialize, Serialize};

/// Silence before the impulse, in seconds: what is there of the answer is noise.
const BEFORE_SECONDS: f64 = 0.05;

/// How long the answer is watched unless asked otherwise, in seconds.
const SECONDS: f64 = 2.0;

/// Where a tail ends, in dB below the largest sample.
pub const TAIL_DB: f64 = -90.0;

/// How far the answer must stand out of the noise before it, as a factor of peaks: 12 dB.
const STANDS_OUT: f64 = 4.0;

/// The frames that are told for drawing, at most.
const TOLD: usize = 2_048;

/// One sample that isn't zero.
#[derive(Debug, Clone)]
pub struct Impulse {
    rate_hz: u32,
    level_dbfs: f64,
    /// The frame of the impulse.
    at: usize,
    signal: Vec<f32>,
}

impl Impulse {
    /// An impulse of this level, −120 to 0 dBFS, after 0.05 s of silence, and 2 s of silence after it.
    ///
    /// # Errors
    /// The rate or the level is out of range.
    pub fn new(rate_hz: u32, level_dbfs: f64) -> Result<Self, Unmeasured> {
        Self::watched(rate_hz, level_dbfs, SECONDS)
    }

    /// The same with so many seconds of silence after it, up to 60: for a reverb.
    ///
    /// # Errors
    /// The rate, the level or the time is out of range.
    pub fn watched(rate_hz: u32, level_dbfs: f64, seconds: f64) -> Result<Self, Unmeasured> {
        limits::rate(rate_hz)?;
        let peak = limits::peak(level_dbfs)?;
        let at = limits::frames(BEFORE_SECONDS, rate_hz)?;
        let mut signal = vec![0.0; at + 1 + limits::frames(seconds, rate_hz)?];
        signal[at] = sample(peak);
        Ok(Self { rate_hz, level_dbfs, at, signal })
    }

    /// What to feed to the processor, from its state after a reset: one channel, samples from −1 to 1.
    #[must_use]
    pub fn signal(&self) -> &[f32] {
        &self.signal
    }

    /// The impulse response in an answer, as long as the signal. `reported_latency` is what the processor says, in frames.
    ///
    /// # Errors
    /// The answer is too short, silent or not finite, or no louder than what came before the impulse.
    pub fn analyse(
        &self,
        answer: &[f32],
        reported_latency: Option<usize>,
    ) -> Result<ImpulseResponse, Unmeasured> {
        let answer = answer::sounding(answer, self.signal.len())?;
        let (before, after) = answer.split_at(self.at);
        let (noise, peak) = (answer::peak(before), answer::peak(after));
        if peak <= STANDS_OUT * noise {
            return Err(Unmeasured::BelowNoise {
                floor: Level::of_amplitude(noise / amplitude(self.level_dbfs)),
            });
        }
        let scale = 1.0 / f64::from(self.signal[self.at]);
        let response: Vec<f64> = after.iter().map(|sample| f64::from(*sample) * scale).collect();
        let height = peak * scale;
        let peak_frame = response.iter().position(|sample| sample.abs() >= height).unwrap_or(0);
        Ok(ImpulseResponse {
            level_dbfs: self.level_dbfs,
            peak: response[peak_frame],
            peak_frame,
            latency: latency::find(&response, reported_latency).into(),
            tail: self.tail(&response, peak_frame).into(),
            subnormal_frame: after.iter().position(|sample| sample.is_subnormal()),
            samples: response.iter().take(TOLD).copied().map(sample).collect(),
        })
    }

    /// From the peak to the last sample within 90 dB of it.
    fn tail(&self, response: &[f64], peak: usize) -> Result<Tail, Unmeasured> {
        let limit = response[peak].abs() * amplitude(TAIL_DB);
        let last = response.iter().rposition(|sample| sample.abs() > limit).unwrap_or(peak);
        // A slow tail crosses zero now and then: it ends when a hundredth of the time is quiet.
        if last + response.len() / 100 >= response.len() {
            return Err(Unmeasured::Unsettled { seconds: limits::seconds(response.len(), self.rate_hz) });
        }
        let frames = last - peak;
        Ok(Tail { frames, seconds: limits::seconds(frames, self.rate_hz) })
    }
}

/// The answer to an impulse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImpulseResponse {
    /// Level of the impulse, in dBFS. What isn't linear answers another level differently.
    pub level_dbfs: f64,
    /// The largest sample of the answer relative to the impulse: 1 for a processor that does nothing, negative if it inverts.
    pub peak: f64,
    /// Its frame, counted from the impulse.
    pub peak_frame: usize,
    /// The latency that it shows.
    pub latency: Measured<Latency>,
    /// How long it rings.
    pub tail: Measured<Tail>,
    /// The first frame after the impulse that is subnormal, which is to say below 1.2·10⁻³⁸ (−759 dBFS) and not zero. Processors
    /// that don't flush such numbers to zero take many times as long for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnormal_frame: Option<usize>,
    /// The first 2,048 frames from the impulse on, relative to it.
    pub samples: Vec<f32>,
}

/// How long a processor rings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tail {
    /// From the largest sample to the last that is less than 90 dB below it, in frames.
    pub frames: usize,
    /// The same in seconds.
    pub seconds: f64,
}

impl Tail {
    /// The time in which a tail that falls evenly falls by 60 dB, in seconds: two thirds of it, as a reverb's time is given
    /// (ISO 3382).
    #[must_use]
    pub fn reverb_seconds(&self) -> f64 {
        self.seconds * -60.0 / TAIL_DB
    }
}
