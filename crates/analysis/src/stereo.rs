//! What the two channels have to do with each other.

use crate::{
    answer,
    level::Level,
    number::real,
    sweep::Sweep,
    unmeasured::{Measured, Unmeasured},
};
use serde::{Deserialize, Serialize};

/// One signal that is played three times: on the left alone, on the right alone, on both.
///
/// It is the exponential [`Sweep`], whose power is the same in each octave, so all figures weigh octaves alike.
#[derive(Debug, Clone)]
pub struct Stereo {
    sweep: Sweep,
}

impl Stereo {
    /// A sweep of this peak level, −120 to 0 dBFS.
    ///
    /// # Errors
    /// The rate or the level is out of range.
    pub fn new(rate_hz: u32, level_dbfs: f64) -> Result<Self, Unmeasured> {
        Sweep::new(rate_hz, level_dbfs).map(|sweep| Self { sweep })
    }

    /// What to feed to one channel, or to both; the other gets as much silence. Each from the state after a reset.
    #[must_use]
    pub fn signal(&self) -> &[f32] {
        self.sweep.signal()
    }

    /// The figures of three answers, each with two channels as long as the signal.
    ///
    /// # Errors
    /// An answer has another number of channels, is too short or not finite, or all are silent.
    pub fn analyse(
        &self,
        left_alone: &[&[f32]],
        right_alone: &[&[f32]],
        both: &[&[f32]],
    ) -> Result<Image, Unmeasured> {
        let needed = self.signal().len();
        let mut checked = [[&[][..]; 2]; 3];
        for (place, answer) in checked.iter_mut().zip([left_alone, right_alone, both]) {
            if answer.len() != 2 {
                return Err(Unmeasured::ChannelsChanged { given: 2, answered: answer.len() });
            }
            for (channel, samples) in answer.iter().enumerate() {
                place[channel] = answer::finite(samples, needed, channel)?;
            }
        }
        let [left, right, both] = checked;
        let rms = |samples: &[f32]| answer::power(samples).sqrt();
        if checked.iter().flatten().all(|samples| rms(samples) == 0.0) {
            return Err(Unmeasured::Silent);
        }
        let (straight_left, straight_right) = (rms(left[0]), rms(right[1]));
        Ok(Image {
            crosstalk_to_right_db: relative(rms(left[1]), straight_left).into(),
            crosstalk_to_left_db: relative(rms(right[0]), straight_right).into(),
            gain_difference_db: difference(straight_left, straight_right).into(),
            mono_db: mono(both).into(),
            correlation: correlation(both).into(),
        })
    }
}

/// `part` in dB relative to `whole`, which mustn't be silent.
fn relative(part: f64, whole: f64) -> Result<Level, Unmeasured> {
    if whole == 0.0 { Err(Unmeasured::Silent) } else { Ok(Level::of_amplitude(part / whole)) }
}

fn difference(left: f64, right: f64) -> Result<f64, Unmeasured> {
    if left == 0.0 || right == 0.0 {
        return Err(Unmeasured::Silent);
    }
    Ok(20.0 * (right / left).log10())
}

/// The root mean square of (L+R)/2 relative to that of both, √((L²+R²)/2).
fn mono(pair: [&[f32]; 2]) -> Result<Level, Unmeasured> {
    let [left, right] = pair;
    let middle: f64 = left
        .iter()
        .zip(right)
        .map(|(left, right)| (0.5 * (f64::from(*left) + f64::from(*right))).powi(2))
        .sum();
    let sides = 0.5 * (answer::power(left) + answer::power(right));
    relative((middle / real(left.len())).sqrt(), sides.sqrt())
}

/// `Σ L·R / √(Σ L² · Σ R²)`.
fn correlation(pair: [&[f32]; 2]) -> Result<f64, Unmeasured> {
    let [left, right] = pair;
    let product: f64 = left.iter().zip(right).map(|(left, right)| f64::from(*left) * f64::from(*right)).sum();
    let powers = answer::power(left) * answer::power(right);
    if powers == 0.0 {
        return Err(Unmeasured::Silent);
    }
    Ok((product / real(left.len()) / powers.sqrt()).clamp(-1.0, 1.0))
}

/// What the two channels have to do with each other, over all octaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    /// What of the left alone comes out on the right, relative to what comes out on the left, in dB; −∞ if nothing does.
    pub crosstalk_to_right_db: Measured<Level>,
    /// The same of the right alone on the left.
    pub crosstalk_to_left_db: Measured<Level>,
    /// How much louder the right alone comes out on the right than the left alone on the left, in dB.
    pub gain_difference_db: Measured<f64>,
    /// With the same on both: the level of the mono sum (L+R)/2 relative to that of both sides, in dB. 0 where both are the same, −3
    /// where they have nothing to do with each other, −∞ where they cancel out.
    pub mono_db: Measured<Level>,
    /// With the same on both: the correlation of left and right, −1 to 1.
    pub correlation: Measured<f64>,
}
