//! Test signals for a processor, and what its answers say.
//!
//! Pure computations over samples: no I/O, no threads, no clock. A caller makes a signal, feeds it to a processor that was reset, and
//! gives the answer back:
//!
//! ```
//! use wavecraft_companion_analysis::{Tone, Unmeasured};
//!
//! # fn main() -> Result<(), Unmeasured> {
//! let tone = Tone::new(48_000, 1_000.0, -6.0)?;
//! // A processor that adds a tenth of its input's square.
//! let answer: Vec<f32> = tone.signal().iter().map(|x| x + 0.1 * x * x).collect();
//! let distortion = tone.analyse(&answer)?;
//! let thd = distortion.thd.value().map(|thd| thd.percent);
//! assert!((thd.unwrap_or(0.0) - 2.506).abs() < 0.001); // 0.1·A/2, A = 0.501
//! # Ok(())
//! # }
//! ```
//!
//! | what | signal | figures |
//! |---|---|---|
//! | response, harmonics over frequency | [`Sweep`] | [`sweep::Response`], [`sweep::Harmonic`] |
//! | distortion, aliasing | [`Tone`] | [`tone::Distortion`] |
//! | intermodulation | [`TwoTones`] | [`two_tones::Intermodulation`] |
//! | output against input level | [`Staircase`] | [`dynamics::StaticCurve`] |
//! | attack and release | [`Jump`] | [`dynamics::Times`] |
//! | impulse response, latency, tail | [`Impulse`] | [`impulse::ImpulseResponse`] |
//! | step response | [`Rise`] | [`rise::StepResponse`] |
//! | noise and offset | [`Quiet`] | [`quiet::Idle`] |
//! | crosstalk, balance, mono | [`Stereo`] | [`stereo::Image`] |
//! | cost | any; the caller takes the times | [`Cost`] |
//! | loudness, true peak | any | [`Loudness`] |
//! | two answers to one input | any | [`Comparison`] |
//! | two builds or recordings, whole | a [`Programme`], or any | [`Pair`] |
//! | a blind test | none | [`Score`] |
//! | all of one processor | all | [`survey`] |
//!
//! # Figures
//!
//! Sample rates are 8 to 384 kHz ([`RATES_HZ`]). Samples are `f32`, full scale is ±1; all is computed in `f64`. Levels of signals are
//! peak levels in dBFS: a sine that peaks at 1 has 0. Levels of answers are root mean squares in dBFS of AES17, where that sine has 0
//! as well.
//!
//! What can't be measured is an [`Unmeasured`] with its reason, as an error where there is nothing else to tell, and as a [`Measured`]
//! within a result. It is never a zero. −∞ dB is a figure: it says that nothing is there.
//!
//! Results are serialised in camel case.

mod answer;
mod coherent;
mod fourier;
mod grid;
mod limits;

pub mod abx;
pub mod compare;
pub mod cost;
pub mod dynamics;
pub mod impulse;
pub mod latency;
pub mod level;
pub mod loudness;
pub mod noise;
pub mod number;
pub mod pair;
pub mod programme;
pub mod quiet;
pub mod rise;
pub mod stereo;
pub mod survey;
pub mod sweep;
pub mod tone;
pub mod two_tones;
pub mod unmeasured;
pub mod words;

pub use abx::Score;
pub use compare::{Comparison, Take};
pub use cost::Cost;
pub use dynamics::{Jump, Staircase};
pub use impulse::Impulse;
pub use level::{Level, Ratio};
pub use limits::{DEFAULT_LEVEL_DBFS, LEVELS_DBFS, LONGEST_SECONDS, RATES_HZ};
pub use loudness::Loudness;
pub use pair::{Heard, Pair};
pub use programme::Programme;
pub use quiet::Quiet;
pub use rise::Rise;
pub use stereo::Stereo;
pub use sweep::Sweep;
pub use tone::Tone;
pub use two_tones::TwoTones;
pub use unmeasured::{Measured, Unit, Unmeasured};
