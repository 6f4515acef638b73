//! Two answers to the same input: whether they differ, by how much, and where.

mod align;
mod bands;
mod null;
mod take;

pub use bands::Band;
pub use null::Null;
pub use take::{Alignment, Take};

use self::null::depth;
use crate::{
    answer,
    level::{Level, amplitude},
    limits,
    loudness::Loudness,
    number::real,
    unmeasured::Unmeasured,
};
use serde::{Deserialize, Serialize};

/// By how much a null must be above that of two runs of one build to be a difference between builds, in dB: two pairs of independent
/// noise differ by less.
const ABOVE_FLOOR_DB: f64 = 3.0;

/// What differs where a gain was applied, relative to the larger peak: two roundings of a sample.
const ROUNDING: f64 = 1.0 / 8_388_608.0;

/// How two answers are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// How they are brought to the same time.
    pub alignment: Alignment,
    /// Whether the second is brought to the loudness of the first: by one gain, from integrated loudness, or from the root mean square
    /// of what is too short or too soft for that.
    pub match_level: bool,
}

/// How two answers differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// In Hz.
    pub rate_hz: u32,
    /// How many frames of each were compared: those that both have.
    pub frames: usize,
    /// How many frames longer the second is; negative if it is shorter.
    pub longer_frames: i64,
    /// How many frames later the second was; negative if earlier. It was moved by as many.
    pub delay_frames: i64,
    /// The gain that was applied to the second, in dB; 0 unless levels were to be matched.
    pub gain_db: f64,
    /// What is left of their difference.
    pub null: Null,
    /// The largest sample of the difference, in dB relative to full scale.
    pub difference_peak_dbfs: Level,
    /// The level of the difference in dBFS: its root mean square, where a full-scale sine has 0.
    pub difference_dbfs: Level,
    /// The difference by third octaves, from 25 Hz to 20 kHz as far as the rate allows.
    pub bands: Vec<Band>,
    /// The first frame that differs; none if they are the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_difference: Option<Place>,
    /// The frame that differs most; none if they are the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub largest_difference: Option<Place>,
    /// The null of two runs of one build, if it was measured: what is no lower isn't the change's doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Null>,
    /// Whether the null is at least 3 dB above that floor, if both were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above_floor: Option<bool>,
}

/// A frame at which two answers differ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The frame of the first answer, from 0.
    pub frame: usize,
    /// The same in seconds.
    pub seconds: f64,
    /// The channel, from 0.
    pub channel: usize,
    /// The second minus the first, relative to full scale.
    pub difference: f64,
}

impl Comparison {
    /// Compares two answers to the same input.
    ///
    /// # Errors
    /// They differ in rate or channels, one isn't finite, has channels of different length or no frame in common with the other; a
    /// latency isn't known, or can't be found; levels are to be matched and one is silent.
    pub fn of(before: &Take<'_>, after: &Take<'_>, settings: Settings) -> Result<Self, Unmeasured> {
        check(before, after)?;
        let delay = align::delay(before, after, settings.alignment)?;
        let (first, second) = align::overlapping(before, after, delay)?;
        let gain_db = if settings.match_level { gain(&first, &second, before.rate_hz)? } else { 0.0 };
        let difference = difference(&first, &second, amplitude(gain_db));
        let moved = if delay < 0 { delay.unsigned_abs() } else { 0 };
        let place = |channel: usize, frame: usize| Place {
            frame: frame + moved,
            seconds: limits::seconds(frame + moved, before.rate_hz),
            channel,
            difference: difference[channel][frame],
        };
        let peak =
            |channels: &[&[f32]]| channels.iter().fold(0.0_f64, |peak, one| peak.max(answer::peak(one)));
        let rounding = if gain_db == 0.0 { 0.0 } else { ROUNDING * peak(&first).max(peak(&second)) };
        let largest = largest(&difference);
        let height = largest.map_or(0.0, |(_, _, height)| height);
        let power =
            mean(difference.iter().map(|channel| {
                channel.iter().map(|sample| sample * sample).sum::<f64>() / real(channel.len())
            }));
        let whole = mean(first.iter().map(|channel| answer::power(channel)));
        let signed = |frames: usize| i64::try_from(frames).unwrap_or(i64::MAX);
        Ok(Self {
            rate_hz: before.rate_hz,
            frames: first[0].len(),
            longer_frames: signed(after.channels[0].len()) - signed(before.channels[0].len()),
            delay_frames: i64::try_from(delay).unwrap_or(i64::MAX),
            gain_db,
            null: Null {
                peak_db: depth(height, peak(&first)).into(),
                rms_db: depth(power.sqrt(), whole.sqrt()).into(),
            },
            difference_peak_dbfs: Level::of_amplitude(height),
            difference_dbfs: Level::of_rms(power.sqrt()),
            bands: bands::of(&first, &second, &difference, before.rate_hz),
            first_difference: first_difference(&difference, rounding)
                .map(|(channel, frame)| place(channel, frame)),
            largest_difference: largest
                .filter(|(_, _, height)| *height > rounding)
                .map(|(channel, frame, _)| place(channel, frame)),
            floor: None,
            above_floor: None,
        })
    }

    /// The same, beside the comparison of two runs of one build.
    #[must_use]
    pub fn with_floor(mut self, runs: &Self) -> Self {
        let rms = |null: &Null| null.rms_db.value().map(|level| level.db());
        self.above_floor = match (rms(&self.null), rms(&runs.null)) {
            (Some(null), Some(floor)) => Some(null > floor + ABOVE_FLOOR_DB),
            _ => None,
        };
        self.floor = Some(runs.null.clone());
        self
    }

    /// Whether the difference's largest sample is at most so many dB, relative to the first's largest; relative to full scale if that is
    /// silent.
    #[must_use]
    pub fn within(&self, tolerance_db: f64) -> bool {
        self.null.peak_db.value().copied().unwrap_or(self.difference_peak_dbfs).db() <= tolerance_db
    }

    /// Whether no sample differs.
    #[must_use]
    pub fn is_identical(&self) -> bool {
        self.first_difference.is_none() && self.longer_frames == 0
    }
}

fn check(before: &Take<'_>, after: &Take<'_>) -> Result<(), Unmeasured> {
    limits::rate(before.rate_hz)?;
    if before.rate_hz != after.rate_hz {
        return Err(Unmeasured::RatesDiffer { before_hz: before.rate_hz, after_hz: after.rate_hz });
    }
    let (given, answered) = (before.channels.len(), after.channels.len());
    if given != answered || given == 0 {
        return Err(Unmeasured::ChannelsChanged { given, answered });
    }
    for take in [before, after] {
        let frames = take.channels.iter().map(|channel| channel.len()).max().unwrap_or(0);
        for (index, channel) in take.channels.iter().enumerate() {
            answer::finite(channel, frames.max(1), index)?;
        }
    }
    Ok(())
}

/// The gain that brings the second to the level of the first, in dB.
fn gain(first: &[&[f32]], second: &[&[f32]], rate_hz: u32) -> Result<f64, Unmeasured> {
    let lufs = |channels: &[&[f32]]| Loudness::of(channels, rate_hz).ok()?.integrated_lufs.value().copied();
    if let (Some(first), Some(second)) = (lufs(first), lufs(second)) {
        return Ok(first - second);
    }
    let power = |channels: &[&[f32]]| mean(channels.iter().map(|channel| answer::power(channel)));
    let (first, second) = (power(first), power(second));
    if first == 0.0 || second == 0.0 {
        return Err(Unmeasured::Silent);
    }
    Ok(10.0 * (first / second).log10())
}

/// The second times the gain, minus the first.
fn difference(first: &[&[f32]], second: &[&[f32]], gain: f64) -> Vec<Vec<f64>> {
    let channels = first.iter().zip(second);
    channels
        .map(|(first, second)| {
            let samples = first.iter().zip(*second);
            samples.map(|(first, second)| gain * f64::from(*second) - f64::from(*first)).collect()
        })
        .collect()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = real(values.len().max(1));
    values.sum::<f64>() / count
}

/// Channel, frame and magnitude of the largest difference, the earliest of equals.
fn largest(difference: &[Vec<f64>]) -> Option<(usize, usize, f64)> {
    let mut largest: Option<(usize, usize, f64)> = None;
    for (channel, samples) in difference.iter().enumerate() {
        for (frame, sample) in samples.iter().enumerate() {
            if largest
                .is_none_or(|(_, at, height)| sample.abs() > height || (sample.abs() == height && frame < at))
            {
                largest = Some((channel, frame, sample.abs()));
            }
        }
    }
    largest
}

/// Channel and frame of the first difference that is larger than `rounding`.
fn first_difference(difference: &[Vec<f64>], rounding: f64) -> Option<(usize, usize)> {
    let firsts = difference.iter().enumerate().filter_map(|(channel, samples)| {
        samples.iter().position(|sample| sample.abs() > rounding).map(|frame| (channel, frame))
    });
    firsts.min_by_key(|(_, frame)| *frame)
}
