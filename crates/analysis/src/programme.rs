//! What two processors are compared by where nobody names a sound: signals of several kinds, one after the other.

use crate::{limits, noise, sweep::Sweep, tone::Tone, unmeasured::Unmeasured};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How long the noise and the silence last, in seconds.
const SECONDS: f64 = 1.0;

/// The tone's frequency in Hz, and its peak level in dBFS: full scale, for what only loud sound shows.
const TONE: (f64, f64) = (1_000.0, 0.0);

/// A kind of signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// An exponential sweep over all frequencies, with the silence behind it.
    Sweep,
    /// White noise, another on each channel.
    Noise,
    /// A sine of 1 kHz at full scale.
    Tone,
    /// Silence, in which it rings on.
    Silence,
}

/// "the sweep"
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sweep => "the sweep",
            Self::Noise => "the noise",
            Self::Tone => "the tone",
            Self::Silence => "the silence",
        })
    }
}

/// A part of the programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// What is played.
    pub kind: Kind,
    /// Its first frame.
    pub frame: usize,
}

/// The signals, and where each begins. The same at every time and on every machine but for the rounding of its sines.
#[derive(Debug, Clone)]
pub struct Programme {
    channels: Vec<Vec<f32>>,
    parts: Vec<Part>,
}

impl Programme {
    /// About five seconds for so many channels: a sweep and noise at this peak level, −120 to 0 dBFS, a tone at full scale, and
    /// silence.
    ///
    /// # Errors
    /// The rate or the level is out of range.
    pub fn new(rate_hz: u32, level_dbfs: f64, channels: usize) -> Result<Self, Unmeasured> {
        let (tone_hz, tone_dbfs) = TONE;
        let (sweep, tone) = (Sweep::new(rate_hz, level_dbfs)?, Tone::new(rate_hz, tone_hz, tone_dbfs)?);
        let second = limits::frames(SECONDS, rate_hz)?;
        let (noise, loud) = (sweep.signal().len(), sweep.signal().len() + second);
        let quiet = loud + tone.signal().len();
        let channels = (0_u64..).take(channels).map(|seed| {
            let noise = noise::white(second, level_dbfs, seed)?;
            Ok([sweep.signal(), &noise, tone.signal(), &vec![0.0; second]].concat())
        });
        let part = |(kind, frame)| Part { kind, frame };
        let parts = [(Kind::Sweep, 0), (Kind::Noise, noise), (Kind::Tone, loud), (Kind::Silence, quiet)];
        Ok(Self { channels: channels.collect::<Result<_, _>>()?, parts: parts.map(part).into() })
    }

    /// The samples of each channel, from −1 to 1, all of one length.
    #[must_use]
    pub fn channels(&self) -> &[Vec<f32>] {
        &self.channels
    }

    /// The parts in their order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
}

/// What is played at a frame, by the parts; none if there are none.
#[must_use]
pub fn at(parts: &[Part], frame: usize) -> Option<Kind> {
    parts.iter().rfind(|part| part.frame <= frame).map(|part| part.kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::peak;

    #[test]
    fn each_part_is_where_it_is_said_to_be() {
        for rate in [8_000, 48_000, 384_000] {
            let programme = Programme::new(rate, -20.0, 2).expect("a rate");
            let [left, right] = programme.channels() else { panic!("two channels") };
            assert_eq!(left.len(), right.len());
            let [sweep, noise, tone, silence] = programme.parts() else { panic!("four parts") };
            assert!((peak(&left[sweep.frame..noise.frame]) - 0.1).abs() < 1e-3);
            assert_eq!(left[..noise.frame], right[..noise.frame]);
            assert!((peak(&left[noise.frame..tone.frame]) - 0.1).abs() < 1e-3);
            assert_ne!(left[noise.frame..tone.frame], right[noise.frame..tone.frame]);
            assert!((peak(&left[tone.frame..silence.frame]) - 1.0).abs() < 1e-3);
            assert!(peak(&left[silence.frame..]) == 0.0 && left.len() > silence.frame);
            assert_eq!(at(programme.parts(), noise.frame - 1), Some(Kind::Sweep));
            assert_eq!(at(programme.parts(), noise.frame), Some(Kind::Noise));
            assert_eq!(at(programme.parts(), usize::MAX), Some(Kind::Silence));
        }
        assert_eq!(at(&[], 0), None);
        assert!(Programme::new(48_000, 1.0, 2).is_err());
    }
}
