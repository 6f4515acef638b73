//! Signals that are made, sample by sample, on the audio thread.
//!
//! The level is a peak for all but noise, whose level is its RMS. All are the same on both channels, but for noise, which is
//! independent on both. Each begins anew when it is chosen, and gives the same samples every time.

mod noise;
mod pulse;
mod sweep;
mod tone;

use self::noise::{Pink, White};
use self::pulse::{Impulse, Step};
use self::sweep::Sweep;
use self::tone::Tone;

/// The spectrum of noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// The same power in every hertz.
    White,
    /// The same power in every octave: −3 dB per octave, to ±0.1 dB from 40 Hz to 16 kHz.
    Pink,
}

/// A signal and its numbers. Levels are in dBFS.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Signal {
    /// A steady sine.
    Tone {
        /// Its frequency in Hz.
        hz: f64,
        /// Its peak.
        level_db: f64,
    },
    /// Noise.
    Noise {
        /// Its spectrum.
        colour: Colour,
        /// Its RMS.
        level_db: f64,
    },
    /// A sine that passes the same number of octaves every second, again and again; its phase goes on.
    Sweep {
        /// The frequencies in Hz at which it begins and ends; see [`sweep_hz`] for `None`.
        span_hz: Option<[f64; 2]>,
        /// Its duration in seconds, rounded to whole frames.
        seconds: f64,
        /// Its peak.
        level_db: f64,
    },
    /// One sample that isn't 0, again and again, at once for the first time.
    Impulse {
        /// The time in seconds from one to the next, rounded to whole frames.
        seconds: f64,
        /// The sample.
        level_db: f64,
    },
    /// Half a second of 0, half a second of the level, and so on.
    Step {
        /// The level.
        level_db: f64,
    },
    /// Two sines of half the level each.
    TwoTone {
        /// Their frequencies in Hz.
        hz: [f64; 2],
        /// The peak of their sum.
        level_db: f64,
    },
}

impl Signal {
    fn level_db(&self) -> f64 {
        match *self {
            Self::Tone { level_db, .. }
            | Self::Noise { level_db, .. }
            | Self::Sweep { level_db, .. }
            | Self::Impulse { level_db, .. }
            | Self::Step { level_db }
            | Self::TwoTone { level_db, .. } => level_db,
        }
    }
}

/// The ends in Hz of a sweep that names none, at this rate in Hz: 20 Hz to 20 kHz, or to 0.45 of the rate if that is less.
#[must_use]
pub fn sweep_hz(sample_rate: u32) -> [f64; 2] {
    [20.0, (0.45 * f64::from(sample_rate.max(1))).min(20_000.0)]
}

/// A signal as it runs on the audio thread.
pub(crate) enum Maker {
    Tone(Tone),
    White(White),
    Pink(Box<Pink>),
    Sweep(Sweep),
    Impulse(Impulse),
    Step(Step),
    TwoTone([Tone; 2]),
}

impl Maker {
    /// `None` if the signal can't be played at this rate in Hz: a frequency isn't below half of it, or a number is no
    /// number.
    pub(crate) fn new(signal: &Signal, sample_rate: u32) -> Option<Self> {
        let rate = f64::from(sample_rate.max(1));
        let fits = |hz: f64| hz > 0.0 && hz < rate / 2.0;
        let lasts = |seconds: f64| seconds.is_finite() && seconds > 0.0;
        let peak = |level_db: f64| 10.0_f64.powf(level_db / 20.0);
        if !signal.level_db().is_finite() {
            return None;
        }
        Some(match *signal {
            Signal::Tone { hz, level_db } if fits(hz) => Self::Tone(Tone::new(hz, peak(level_db), rate)),
            Signal::Noise { colour: Colour::White, level_db } => Self::White(White::new(peak(level_db))),
            Signal::Noise { colour: Colour::Pink, level_db } => {
                Self::Pink(Box::new(Pink::new(peak(level_db), rate)))
            }
            Signal::Sweep { span_hz, seconds, level_db } => {
                let span = span_hz.unwrap_or_else(|| sweep_hz(sample_rate));
                let plays = span.into_iter().all(fits) && span[0] != span[1] && lasts(seconds);
                return plays.then(|| Self::Sweep(Sweep::new(span, seconds, peak(level_db), rate)));
            }
            Signal::Impulse { seconds, level_db } if lasts(seconds) => {
                Self::Impulse(Impulse::new(seconds, peak(level_db), rate))
            }
            Signal::Step { level_db } => Self::Step(Step::new(peak(level_db), sample_rate)),
            Signal::TwoTone { hz, level_db } if hz.into_iter().all(fits) => {
                Self::TwoTone(hz.map(|hz| Tone::new(hz, peak(level_db) / 2.0, rate)))
            }
            Signal::Tone { .. } | Signal::Impulse { .. } | Signal::TwoTone { .. } => return None,
        })
    }

    /// Fills one block of both channels.
    pub(crate) fn fill(&mut self, [left, right]: [&mut [f32]; 2]) {
        match self {
            Self::Tone(tone) => left.fill_with(|| tone.next()),
            Self::White(noise) => {
                left.fill_with(|| noise.next(0));
                return right.fill_with(|| noise.next(1));
            }
            Self::Pink(noise) => {
                left.fill_with(|| noise.next(0));
                return right.fill_with(|| noise.next(1));
            }
            Self::Sweep(sweep) => left.fill_with(|| sweep.next()),
            Self::Impulse(impulse) => left.fill_with(|| impulse.next()),
            Self::Step(step) => left.fill_with(|| step.next()),
            Self::TwoTone([one, other]) => left.fill_with(|| one.next() + other.next()),
        }
        right.copy_from_slice(left);
    }
}

/// A signal without a device: what a project would be fed with, from its beginning.
pub struct SignalReader {
    maker: Maker,
    sample_rate: u32,
}

impl SignalReader {
    /// `None` if the signal can't be played at this rate in Hz: a frequency isn't below half of it, or a number is no
    /// number.
    #[must_use]
    pub fn new(signal: &Signal, sample_rate: u32) -> Option<Self> {
        Maker::new(signal, sample_rate).map(|maker| Self { maker, sample_rate })
    }

    /// The rate in Hz.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Fills the next frames, left and right.
    ///
    /// # Panics
    /// If the two are of different lengths.
    pub fn fill(&mut self, channels: [&mut [f32]; 2]) {
        self.maker.fill(channels);
    }
}

#[cfg(test)]
mod tests;
