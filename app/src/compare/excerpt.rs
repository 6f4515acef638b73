//! The place where two sounds differ most, as a file: before, after, and the difference, one after the other.

use crate::offline::output;
use anyhow::Context;
use std::path::Path;
use wavecraft_audio_core::WavFile;
use wavecraft_companion_analysis::{Comparison, survey::Answer};

/// The frames of an excerpt, at its rate in Hz.
pub(super) struct Excerpt {
    rate_hz: u32,
    frames: Vec<[f32; 2]>,
}

/// A second before the largest difference and a second behind it of the first, of the second, and of the second minus the first, with
/// a quarter of a second of silence between them. None if nothing differs.
pub(super) fn of(before: &Answer, after: &Answer, comparison: &Comparison) -> Option<Excerpt> {
    let place = comparison.largest_difference?;
    let second = usize::try_from(comparison.rate_hz).ok()?;
    let frames = place.frame.saturating_sub(second)..place.frame.saturating_add(second);
    let delay = isize::try_from(comparison.delay_frames).ok()?;
    let end = before.iter().map(Vec::len).max().unwrap_or(0);
    let frames = frames.start..frames.end.min(end);
    // One channel is both.
    let sample = |sound: &Answer, channel: usize, frame: Option<usize>| {
        let samples = sound.get(channel).or_else(|| sound.first());
        frame.and_then(|frame| samples?.get(frame)).copied().unwrap_or(0.0)
    };
    let one = |frame: usize| [0, 1].map(|channel| sample(before, channel, Some(frame)));
    let other = |frame: usize| [0, 1].map(|channel| sample(after, channel, frame.checked_add_signed(delay)));
    let difference = |frame: usize| {
        let (one, other) = (one(frame), other(frame));
        [other[0] - one[0], other[1] - one[1]]
    };
    let silence = vec![[0.0; 2]; second / 4];
    let mut all = Vec::with_capacity(3 * frames.len() + 2 * silence.len());
    all.extend(frames.clone().map(one));
    all.extend_from_slice(&silence);
    all.extend(frames.clone().map(other));
    all.extend_from_slice(&silence);
    all.extend(frames.map(difference));
    Some(Excerpt { rate_hz: comparison.rate_hz, frames: all })
}

impl Excerpt {
    /// Writes it as a WAV file, whole or not at all.
    ///
    /// # Errors
    /// The system's, or something is there that isn't replaced.
    pub(super) fn write(self, place: &Path, force: bool) -> anyhow::Result<()> {
        let part = output::beside(place)?;
        let written = (|| {
            let mut file = WavFile::begin(part.reopen()?, self.rate_hz)?;
            file.append(self.frames.into_iter())?;
            file.commit()
        })();
        written.with_context(|| format!("{} can't be written", place.display()))?;
        output::keep(part, place, force)
    }
}
