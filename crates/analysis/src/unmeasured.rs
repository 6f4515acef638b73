//! Why a figure isn't there.

use serde::{Deserialize, Serialize};

/// Why something can't be measured. It takes the figure's place: an unmeasured figure is never a zero.
///
/// In JSON an object whose `why` is the variant's name in camel case, beside the variant's fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "why", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Unmeasured {
    /// Nothing came back, or what it is compared with is silent.
    #[error("it is silent")]
    Silent,
    /// NaN or an infinity came back.
    #[error("frame {frame} of channel {channel} is not a number")]
    NotFinite {
        /// The first such frame, counted from 0.
        frame: usize,
        /// Its channel, counted from 0.
        channel: usize,
    },
    /// There are fewer samples than it takes.
    #[error("it takes {needed} frames, and there are {frames}")]
    TooShort {
        /// Frames that there are.
        frames: usize,
        /// Frames that it takes.
        needed: usize,
    },
    /// The delay of the answer is unclear: nothing in it stands out enough to belong to the signal.
    #[error("the latency is unknown: nothing in the answer can be told to be the signal")]
    LatencyUnknown,
    /// The latency leaves too little of the answer.
    #[error("a latency of {frames} frames is more than this signal allows, {limit}")]
    LatencyTooLong {
        /// The latency, in frames.
        frames: usize,
        /// The largest that can be measured with, in frames.
        limit: usize,
    },
    /// Another number of channels came back, or the two takes differ in it.
    #[error("{given} channels became {answered}")]
    ChannelsChanged {
        /// Channels that were expected.
        given: usize,
        /// Channels that came.
        answered: usize,
    },
    /// The two takes have different sample rates.
    #[error("{before_hz} Hz can't be compared with {after_hz} Hz")]
    RatesDiffer {
        /// Rate of the first, in Hz.
        before_hz: u32,
        /// Rate of the second, in Hz.
        after_hz: u32,
    },
    /// The frequency doesn't exist at this sample rate.
    #[error("{frequency_hz:.0} Hz is not below half the sample rate, {nyquist_hz:.0} Hz")]
    AboveNyquist {
        /// The frequency that it takes, in Hz.
        frequency_hz: f64,
        /// Half the sample rate, in Hz.
        nyquist_hz: f64,
    },
    /// The sample rate isn't one of [`crate::RATES_HZ`].
    #[error("a sample rate of {rate_hz} Hz isn't measured")]
    RateOutOfRange {
        /// The rate, in Hz.
        rate_hz: u32,
    },
    /// What was asked for is outside of the range that is measured.
    #[error("{value} is not between {lowest} and {highest} {unit}")]
    OutOfRange {
        /// What was asked for.
        value: f64,
        /// The least that is measured.
        lowest: f64,
        /// The most that is measured.
        highest: f64,
        /// The unit of all three.
        unit: Unit,
    },
    /// Noise is as loud as what is looked for.
    #[error("it isn't above the noise, {floor:.1} dB")]
    BelowNoise {
        /// Level of the noise in dB, relative to what the figure would have been.
        floor: crate::level::Level,
    },
    /// The answer hasn't come to rest.
    #[error("after {seconds:.2} s it is still changing")]
    Unsettled {
        /// For how long it was watched, in seconds.
        seconds: f64,
    },
    /// It stays the same, so there is no time in which it changes.
    #[error("it doesn't change")]
    NoChange,
    /// It changes faster than the method can follow.
    #[error("it takes less than {limit_ms:.2} ms")]
    FasterThan {
        /// The shortest time that can be measured, in milliseconds.
        limit_ms: f64,
    },
    /// The processor had crashed, or didn't answer any more.
    #[error("the processor had stopped")]
    Stopped,
    /// No block was timed, or no answer given.
    #[error("there is nothing to count")]
    NothingCounted,
}

/// The unit of a value that is out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    /// Decibels relative to full scale.
    Dbfs,
    /// Decibels.
    Db,
    /// Hertz.
    Hertz,
    /// Seconds.
    Seconds,
    /// A count.
    Count,
}

impl std::fmt::Display for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Dbfs => "dBFS",
            Self::Db => "dB",
            Self::Hertz => "Hz",
            Self::Seconds => "s",
            Self::Count => "in number",
        })
    }
}

/// A figure, or why there is none.
///
/// In JSON `{"value": …}` or `{"unmeasured": {"why": …}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Measured<T> {
    /// It was measured.
    Value(T),
    /// It was not.
    Unmeasured(Unmeasured),
}

impl<T> Measured<T> {
    /// The figure, if it was measured.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unmeasured(_) => None,
        }
    }

    /// As a result, borrowed.
    ///
    /// # Errors
    /// Why it wasn't measured.
    pub fn as_result(&self) -> Result<&T, &Unmeasured> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Unmeasured(why) => Err(why),
        }
    }
}

impl<T> From<Result<T, Unmeasured>> for Measured<T> {
    fn from(result: Result<T, Unmeasured>) -> Self {
        match result {
            Ok(value) => Self::Value(value),
            Err(why) => Self::Unmeasured(why),
        }
    }
}
