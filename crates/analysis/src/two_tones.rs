//! Two sines, and the intermodulation in their answer.
//!
//! # Source
//!
//! SMPTE RP 120: 60 Hz and 7 kHz, four to one in amplitude; what is told is the modulation of the upper. CCIF, now ITU-R: 19 and
//! 20 kHz, one to one. The terms are those of IEC 60268-3. For SMPTE (there, modulation distortion):
//!
//! `d₂ = (a(f₂−f₁) + a(f₂+f₁)) / a(f₂)`, `d₃ = (a(f₂−2f₁) + a(f₂+2f₁)) / a(f₂)`;
//!
//! for CCIF (there, difference-frequency distortion):
//!
//! `d₂ = a(f₂−f₁) / (a(f₁) + a(f₂))`, `d₃ = (a(2f₁−f₂) + a(2f₂−f₁)) / (a(f₁) + a(f₂))`.
//!
//! The total is the root of the sum of their squares.

use crate::{
    answer,
    coherent::{Coherent, SETTLE_SECONDS},
    level::{Level, Ratio},
    limits,
    unmeasured::Unmeasured,
};
use serde::{Deserialize, Serialize};

/// The amplitude below which a tone is missing in the answer: −200 dBFS.
const NOTHING: f64 = 1e-10;

/// Which two sines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Method {
    /// 60 Hz and 7 kHz, four to one.
    Smpte,
    /// 19 and 20 kHz, one to one.
    Ccif,
}

impl Method {
    /// The frequencies in Hz, each with its share of the peak.
    fn tones(self) -> [(f64, f64); 2] {
        match self {
            Self::Smpte => [(60.0, 0.8), (7_000.0, 0.2)],
            Self::Ccif => [(19_000.0, 0.5), (20_000.0, 0.5)],
        }
    }
}

/// Two steady sines.
#[derive(Debug, Clone)]
pub struct TwoTones {
    coherent: Coherent,
    method: Method,
    level_dbfs: f64,
    bins: [usize; 2],
    signal: Vec<f32>,
}

impl TwoTones {
    /// Two sines whose peaks add up to this level, −120 to 0 dBFS, as high as a single sine's of that level. Both are moved by at
    /// most 3 Hz, so that they fit.
    ///
    /// # Errors
    /// The rate or the level is out of range, or half the rate too low: at or below 7,123 Hz for SMPTE, 21,003 Hz for CCIF.
    pub fn new(rate_hz: u32, method: Method, level_dbfs: f64) -> Result<Self, Unmeasured> {
        let coherent = Coherent::new(rate_hz, SETTLE_SECONDS)?;
        let peak = limits::peak(level_dbfs)?;
        let [(low_hz, low_share), (high_hz, high_share)] = method.tones();
        let bins = [coherent.bin(low_hz)?, coherent.bin(high_hz)?];
        let highest = match method {
            Method::Smpte => bins[1] + 2 * bins[0],
            Method::Ccif => 2 * bins[1] - bins[0],
        };
        limits::below_nyquist(coherent.frequency_hz(highest), rate_hz)?;
        let signal = coherent.signal(&[(bins[0], peak * low_share), (bins[1], peak * high_share)]);
        Ok(Self { coherent, method, level_dbfs, bins, signal })
    }

    /// What to feed to the processor, from its state after a reset: one channel, samples from −1 to 1.
    #[must_use]
    pub fn signal(&self) -> &[f32] {
        &self.signal
    }

    /// The intermodulation in an answer, as long as the signal.
    ///
    /// # Errors
    /// The answer is too short, silent or not finite, or has nothing of the upper sine.
    pub fn analyse(&self, answer: &[f32]) -> Result<Intermodulation, Unmeasured> {
        let answer = answer::sounding(answer, self.signal.len())?;
        let amplitudes = self.coherent.amplitudes(answer);
        let [low, high] = self.bins;
        let sum = |bins: [usize; 2]| bins.iter().map(|bin| amplitudes[*bin]).sum::<f64>();
        let (reference, second, third) = match self.method {
            Method::Smpte => {
                (amplitudes[high], sum([high - low, high + low]), sum([high - 2 * low, high + 2 * low]))
            }
            Method::Ccif => (sum([low, high]), amplitudes[high - low], sum([2 * low - high, 2 * high - low])),
        };
        if reference < NOTHING {
            return Err(Unmeasured::Silent);
        }
        let (second, third) = (second / reference, third / reference);
        Ok(Intermodulation {
            method: self.method,
            level_dbfs: self.level_dbfs,
            frequencies_hz: self.bins.map(|bin| self.coherent.frequency_hz(bin)),
            levels_dbfs: self.bins.map(|bin| Level::of_amplitude(amplitudes[bin])),
            second_order: Ratio::of(second),
            third_order: Ratio::of(third),
            total: Ratio::of(second.hypot(third)),
        })
    }
}

/// The intermodulation of two sines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intermodulation {
    /// Which two sines.
    pub method: Method,
    /// The level of a sine that is as high as both together, in dBFS.
    pub level_dbfs: f64,
    /// Their frequencies, in Hz.
    pub frequencies_hz: [f64; 2],
    /// Their levels in the answer, in dBFS.
    pub levels_dbfs: [Level; 2],
    /// d₂, what an even curve makes.
    pub second_order: Ratio,
    /// d₃, what an odd curve makes.
    pub third_order: Ratio,
    /// √(d₂² + d₃²).
    pub total: Ratio,
}
