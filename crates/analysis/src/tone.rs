//! A sine, and what its answer says of distortion.
//!
//! # Source
//!
//! Total harmonic distortion is that of IEC 60268-3: the root of the sum of the squares of the harmonics. It is referred to the
//! fundamental here (THD_F). THD+N is that of AES17: everything but the fundamental, up to 20 kHz, relative to everything. AES17
//! takes the fundamental out by a notch filter; here it has a bin of its own, because the frames are a whole number of periods, so
//! that noise close to it is counted too: at most 0.3 dB more of white noise at 1 kHz.

mod aliasing;
mod distortion;

pub use aliasing::{Alias, Aliasing};
pub use distortion::{Distortion, Partial};

use crate::{
    answer,
    coherent::{Coherent, SETTLE_SECONDS},
    limits,
    unmeasured::Unmeasured,
};

/// The frequencies at which distortion is measured as a rule, in Hz.
pub const FREQUENCIES_HZ: [f64; 3] = [100.0, 1_000.0, 10_000.0];

/// Levels from −60 to 0 dBFS, in steps of 6 dB: against which distortion is measured as a rule.
pub const LEVELS_DBFS: [f64; 11] = [-60.0, -54.0, -48.0, -42.0, -36.0, -30.0, -24.0, -18.0, -12.0, -6.0, 0.0];

/// A steady sine.
#[derive(Debug, Clone)]
pub struct Tone {
    coherent: Coherent,
    bin: usize,
    level_dbfs: f64,
    signal: Vec<f32>,
}

impl Tone {
    /// A sine of this peak level, −120 to 0 dBFS, whose frequency is moved by at most 3 Hz so that it fits. It lasts for 0.25 s, in
    /// which the processor comes to rest, and the 0.34 to 0.68 s that are measured.
    ///
    /// # Errors
    /// The rate or the level is out of range, or the frequency isn't between 1 Hz and half the rate.
    pub fn new(rate_hz: u32, frequency_hz: f64, level_dbfs: f64) -> Result<Self, Unmeasured> {
        Self::settling(rate_hz, frequency_hz, level_dbfs, SETTLE_SECONDS)
    }

    /// The same with so many seconds to come to rest, up to 60: for a slow compressor or a long latency.
    ///
    /// # Errors
    /// Those of [`Self::new`], or the time is out of range.
    pub fn settling(
        rate_hz: u32,
        frequency_hz: f64,
        level_dbfs: f64,
        settle_seconds: f64,
    ) -> Result<Self, Unmeasured> {
        let coherent = Coherent::new(rate_hz, settle_seconds)?;
        let bin = coherent.bin(frequency_hz)?;
        let signal = coherent.signal(&[(bin, limits::peak(level_dbfs)?)]);
        Ok(Self { coherent, bin, level_dbfs, signal })
    }

    /// What to feed to the processor, from its state after a reset: one channel, samples from −1 to 1.
    #[must_use]
    pub fn signal(&self) -> &[f32] {
        &self.signal
    }

    /// The frequency that it has, in Hz.
    #[must_use]
    pub fn frequency_hz(&self) -> f64 {
        self.coherent.frequency_hz(self.bin)
    }

    /// The distortion in an answer, as long as the signal.
    ///
    /// # Errors
    /// The answer is too short, silent or not finite, or has nothing of the sine.
    pub fn analyse(&self, answer: &[f32]) -> Result<Distortion, Unmeasured> {
        let answer = answer::sounding(answer, self.signal.len())?;
        distortion::of(&self.coherent, self.bin, self.level_dbfs, answer)
    }
}
