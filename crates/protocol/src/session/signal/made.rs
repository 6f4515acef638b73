//! A signal and its numbers.

use super::{
    kind::SignalKind,
    number::{Hertz, Level, Seconds},
};
use std::fmt;

/// A signal that the companion makes. Written as text in every message, in the form that the module above describes.
///
/// A level is the peak of what repeats (tone, two tones, sweep, impulse, step), and the RMS of noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestSignal {
    /// A steady sine.
    Tone {
        /// Its frequency.
        hz: Hertz,
        /// Its peak.
        level: Level,
    },
    /// Noise, another one on each channel.
    Noise {
        /// Its spectrum.
        colour: Colour,
        /// Its RMS, up to [`Colour::loudest`].
        level: Level,
    },
    /// A sine that passes the same number of octaves every second, again and again.
    Sweep {
        /// The frequencies at which it begins and ends; `None` is 20 Hz to 20 kHz, or to 0.45 of the rate if that is
        /// less.
        span: Option<[Hertz; 2]>,
        /// Its duration.
        time: Seconds,
        /// Its peak.
        level: Level,
    },
    /// A single sample that isn't 0, again and again.
    Impulse {
        /// The time from one to the next, rounded to whole frames.
        period: Seconds,
        /// The sample.
        level: Level,
    },
    /// Half a second of 0, half a second of the level, and so on.
    Step {
        /// The level.
        level: Level,
    },
    /// Two sines of half the level each.
    TwoTone {
        /// Their frequencies.
        hz: [Hertz; 2],
        /// The peak of their sum.
        level: Level,
    },
    /// Digital silence.
    Silence,
}

/// The spectrum of noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// The same power in every hertz.
    White,
    /// The same power in every octave.
    Pink,
}

impl Colour {
    /// The highest RMS in dBFS. Louder, its peaks would often be beyond full scale.
    #[must_use]
    pub fn loudest(self) -> Level {
        match self {
            Self::White => Level::constant(-5.0),
            Self::Pink => Level::constant(-12.0),
        }
    }

    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::White => "white",
            Self::Pink => "pink",
        }
    }
}

/// The usual level: clearly heard and seen, with room for 12 dB of gain.
const USUAL: Level = Level::constant(-12.0);
/// The usual level of noise.
const USUAL_NOISE: Level = Level::constant(-20.0);

impl TestSignal {
    /// 1 kHz at −12 dBFS.
    pub const TONE: Self = Self::Tone { hz: Hertz::constant(1000.0), level: USUAL };
    /// White noise at −20 dBFS.
    pub const NOISE: Self = Self::Noise { colour: Colour::White, level: USUAL_NOISE };
    /// 20 Hz to 20 kHz in 10 s at −12 dBFS.
    pub const SWEEP: Self = Self::Sweep { span: None, time: Seconds::constant(10.0), level: USUAL };
    /// One a second at −12 dBFS.
    pub const IMPULSE: Self = Self::Impulse { period: Seconds::constant(1.0), level: USUAL };
    /// To −12 dBFS.
    pub const STEP: Self = Self::Step { level: USUAL };
    /// 1,000 and 1,100 Hz at −12 dBFS: what a bent curve makes of them is 100 Hz apart, at every rate.
    pub const TWO_TONE: Self =
        Self::TwoTone { hz: [Hertz::constant(1000.0), Hertz::constant(1100.0)], level: USUAL };

    /// The one of a kind that its name alone stands for.
    #[must_use]
    pub fn usual(kind: SignalKind) -> Self {
        match kind {
            SignalKind::Tone => Self::TONE,
            SignalKind::Noise => Self::NOISE,
            SignalKind::Sweep => Self::SWEEP,
            SignalKind::Impulse => Self::IMPULSE,
            SignalKind::Step => Self::STEP,
            SignalKind::TwoTone => Self::TWO_TONE,
            SignalKind::Silence => Self::Silence,
        }
    }

    /// What kind it is of.
    #[must_use]
    pub fn kind(&self) -> SignalKind {
        match self {
            Self::Tone { .. } => SignalKind::Tone,
            Self::Noise { .. } => SignalKind::Noise,
            Self::Sweep { .. } => SignalKind::Sweep,
            Self::Impulse { .. } => SignalKind::Impulse,
            Self::Step { .. } => SignalKind::Step,
            Self::TwoTone { .. } => SignalKind::TwoTone,
            Self::Silence => SignalKind::Silence,
        }
    }

    /// Its level in dBFS; silence has none.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        match *self {
            Self::Tone { level, .. }
            | Self::Noise { level, .. }
            | Self::Sweep { level, .. }
            | Self::Impulse { level, .. }
            | Self::Step { level }
            | Self::TwoTone { level, .. } => Some(level),
            Self::Silence => None,
        }
    }

    /// Checks that it can be played at this rate in Hz.
    ///
    /// # Errors
    /// If a frequency isn't below half of it.
    pub fn fits(&self, sample_rate: u32) -> Result<(), TooHigh> {
        let highest = match *self {
            Self::Tone { hz, .. } => hz.get(),
            Self::Sweep { span: Some([from, to]), .. } => from.get().max(to.get()),
            Self::TwoTone { hz: [one, other], .. } => one.get().max(other.get()),
            _ => return Ok(()),
        };
        let half_hz = f64::from(sample_rate) / 2.0;
        if highest < half_hz { Ok(()) } else { Err(TooHigh { signal: *self, sample_rate, half_hz }) }
    }

    /// The part between the name and the level, if it isn't the usual one.
    fn numbers(&self) -> Option<String> {
        match self {
            _ if self.with_level(USUAL) == Self::usual(self.kind()).with_level(USUAL) => None,
            Self::Tone { hz, .. } => Some(hz.to_string()),
            Self::Noise { colour, .. } => Some(colour.name().into()),
            Self::Sweep { span, time, .. } => {
                let [from, to] = span.unwrap_or([Hertz::constant(20.0), Hertz::constant(20_000.0)]);
                let time = if *time == Seconds::constant(10.0) { String::new() } else { format!("/{time}") };
                Some(format!("{from}-{to}{time}"))
            }
            Self::Impulse { period, .. } => Some(period.to_string()),
            Self::TwoTone { hz: [one, other], .. } => Some(format!("{one},{other}")),
            Self::Step { .. } | Self::Silence => None,
        }
    }

    /// The same at another level.
    pub(super) fn with_level(mut self, new: Level) -> Self {
        match &mut self {
            Self::Tone { level, .. }
            | Self::Noise { level, .. }
            | Self::Sweep { level, .. }
            | Self::Impulse { level, .. }
            | Self::Step { level }
            | Self::TwoTone { level, .. } => *level = new,
            Self::Silence => {}
        }
        self
    }
}

/// The shortest text that is read as the same signal.
impl fmt::Display for TestSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().name())?;
        if let Some(numbers) = self.numbers() {
            write!(f, ":{numbers}")?;
        }
        match self.level() {
            Some(level) if Self::usual(self.kind()).level() != Some(level) => write!(f, "@{level}"),
            _ => Ok(()),
        }
    }
}

/// The error for a signal that can't be played at a rate.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "`{signal}` can't be played at {sample_rate} Hz: its frequencies must be below half of that, {half_hz} Hz"
)]
pub struct TooHigh {
    signal: TestSignal,
    sample_rate: u32,
    half_hz: f64,
}
