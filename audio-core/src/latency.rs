//! Measured latency: chirps are played, come back through a loop from the output to the input, and are found there.
//!
//! The loop is a cable, software, or a loudspeaker in front of a microphone. [`Engine::measure_latency`] has the
//! renderer play and record; [`LatencyRecording::evaluate`] finds the chirps in the recording.
//!
//! [`Engine::measure_latency`]: crate::Engine::measure_latency

pub(crate) mod chirp;
mod estimate;
#[cfg(test)]
mod tests;

use self::estimate::{Echo, Finder};
use crate::number::{frames_in_ms, real, size};

/// Chirps per measurement: one of them may be disturbed, and with two it wouldn't be clear which.
pub(crate) const CHIRPS: usize = 3;

/// Time from the start of one chirp to that of the next, in milliseconds. More than half a second longer than a chirp:
/// later echoes aren't found. Bluetooth takes up to 0.3 s.
const SPACING_MS: u32 = 700;

/// Greatest allowed difference between the three delays, in frames.
const AGREEMENT: f64 = 1.0;

/// Samples of at least this magnitude count as clipped: the converter has reached its maximum.
const CLIPPED: f32 = 0.999;

/// Latency and gain of a loop from the output to the input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasuredLatency {
    /// Time from the frame in which a chirp began to be written to the one in which it began to be read, in frames at
    /// the session's rate: the mean of the three.
    pub frames: f64,
    /// The delay of each chirp.
    pub chirps: [f64; CHIRPS],
    /// Level of the returned chirp relative to the played one, in dB.
    pub gain_db: f64,
    /// Whether it came back with inverted polarity.
    pub inverted: bool,
}

/// Why there is no measured latency. The sentences go on after "the latency can't be measured: ".
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LatencyError {
    /// The streams changed or lost frames during the measurement.
    #[error("the output changed meanwhile")]
    Interrupted,
    /// No chirp was found in the input.
    #[error("of the three chirps that were played none came back")]
    NotHeard {
        /// The greatest magnitude in the input, in dB relative to full scale; −∞ for digital silence.
        input_db: f64,
    },
    /// Something like the chirps was found, barely above the noise.
    #[error("the chirps came back so quietly that noise covers them")]
    TooQuiet {
        /// Level of the returned chirps relative to the played ones, in dB.
        gain_db: f64,
    },
    /// The input is overdriven.
    #[error("the chirps came back too loud: the input clips")]
    Clipped,
    /// The three delays, in frames, are more than a frame apart.
    #[error("the three chirps took {:.1}, {:.1} and {:.1} frames, which is no one delay", .chirps[0], .chirps[1], .chirps[2])]
    Disagree {
        /// The delay of each chirp.
        chirps: [f64; CHIRPS],
    },
}

/// The input recorded while chirps were played.
#[derive(Debug, Clone)]
pub struct LatencyRecording {
    /// One chirp, as it was played on both channels.
    pub(crate) chirp: Box<[f32]>,
    /// Frames from the start of one chirp to that of the next; the first began with the recording.
    pub(crate) spacing: usize,
    /// The input, left and right: [`CHIRPS`] spacings long.
    pub(crate) input: [Box<[f32]>; 2],
    /// Number of frames recorded.
    pub(crate) recorded: usize,
}

impl LatencyRecording {
    /// An empty recording, with room for the whole measurement.
    pub(crate) fn new(sample_rate: u32) -> Self {
        let spacing = size(frames_in_ms(SPACING_MS, sample_rate));
        let silence = || vec![0.0; CHIRPS * spacing].into_boxed_slice();
        Self { chirp: chirp::chirp(sample_rate), spacing, input: [silence(), silence()], recorded: 0 }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.recorded == self.input[0].len()
    }

    /// Finds the chirps. Takes some milliseconds, and is not for the audio thread.
    ///
    /// # Errors
    /// See [`LatencyError`].
    pub fn evaluate(&self) -> Result<MeasuredLatency, LatencyError> {
        if !self.is_complete() {
            return Err(LatencyError::Interrupted);
        }
        let mut finder = Finder::new(&self.chirp, self.spacing);
        let [left, right] = [0, 1].map(|side| self.echoes(side, &mut finder));
        let (side, echoes) = if certainty(&left) >= certainty(&right) {
            (&self.input[0], left)
        } else {
            (&self.input[1], right)
        };
        let peak = side.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        let gain_db = decibels(echoes.iter().map(|echo| echo.gain.abs()).fold(f64::INFINITY, f64::min));
        if certainty(&echoes) < estimate::HEARD {
            let loudest = self.input.iter().flatten().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
            return Err(LatencyError::NotHeard { input_db: decibels(loudest.into()) });
        }
        if peak >= CLIPPED {
            return Err(LatencyError::Clipped);
        }
        if certainty(&echoes) < estimate::SURE {
            return Err(LatencyError::TooQuiet { gain_db });
        }
        let chirps = echoes.map(|echo| echo.delay);
        let (least, most) = chirps
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(least, most), delay| (least.min(*delay), most.max(*delay)));
        if most - least > AGREEMENT {
            return Err(LatencyError::Disagree { chirps });
        }
        Ok(MeasuredLatency {
            frames: chirps.iter().sum::<f64>() / real(CHIRPS),
            chirps,
            gain_db,
            inverted: echoes.iter().all(|echo| echo.gain < 0.0),
        })
    }

    /// The likeliest position of each chirp on one channel.
    fn echoes(&self, side: usize, finder: &mut Finder) -> [Echo; CHIRPS] {
        std::array::from_fn(|number| finder.find(&self.input[side][number * self.spacing..][..self.spacing]))
    }
}

/// The certainty of the least certain echo.
fn certainty(echoes: &[Echo]) -> f64 {
    echoes.iter().map(|echo| echo.certainty).fold(f64::INFINITY, f64::min)
}

/// A linear amplitude in decibels: `20·log10(amplitude)`.
fn decibels(amplitude: f64) -> f64 {
    20.0 * amplitude.log10()
}
