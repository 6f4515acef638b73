//! The sources that feed a processor.

pub(crate) mod decode;
pub(crate) mod error;
pub(crate) mod file;
pub(crate) mod overview;
pub(crate) mod playhead;
pub(crate) mod signal;

use self::file::AudioFile;
use self::playhead::Playhead;
use self::signal::{Colour, Maker, Signal};

/// A source as the control side names it.
#[derive(Debug, Clone, Default)]
pub enum Source {
    /// Nothing.
    #[default]
    Silence,
    /// The input device, opened while any project asks for it.
    Microphone,
    /// A signal that is made. One that can't be played at the session's rate is silent.
    Signal(Signal),
    /// A file at the session's rate, looped; one at another rate is silent until [`AudioFile::at_rate`] has converted
    /// it.
    File(AudioFile),
}

impl Source {
    /// A sine of 1 kHz at −12 dBFS.
    #[must_use]
    pub fn tone() -> Self {
        Self::Signal(Signal::Tone { hz: 1000.0, level_db: -12.0 })
    }

    /// White noise at −20 dBFS.
    #[must_use]
    pub fn noise() -> Self {
        Self::Signal(Signal::Noise { colour: Colour::White, level_db: -20.0 })
    }

    /// A sweep of ten seconds at −12 dBFS.
    #[must_use]
    pub fn sweep() -> Self {
        Self::Signal(Signal::Sweep { span_hz: None, seconds: 10.0, level_db: -12.0 })
    }
}

/// The playback position of a source's file in its loop, in frames at the session's rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilePosition {
    /// The frame that the processor gets next, from 0.
    pub position_frames: u64,
    /// Frames of the whole file, at least 1.
    pub length_frames: u64,
}

/// A source as it runs on the audio thread.
pub(crate) enum Generator {
    Silence,
    Microphone,
    Signal(Maker),
    File(Playhead),
}

impl Generator {
    /// A file at another rate isn't converted here, as that would block the caller: it is silent. Its jumps take
    /// `fade_frames`.
    pub(crate) fn new(source: &Source, sample_rate: u32, fade_frames: u32) -> Self {
        match source {
            Source::Silence => Self::Silence,
            Source::Microphone => Self::Microphone,
            Source::Signal(signal) => Maker::new(signal, sample_rate).map_or(Self::Silence, Self::Signal),
            Source::File(file) if file.sample_rate() == sample_rate => {
                Self::File(Playhead::new(file.clone(), fade_frames))
            }
            Source::File(_) => Self::Silence,
        }
    }

    /// The position in the loop, for a file.
    pub(crate) fn file_position(&self) -> Option<FilePosition> {
        let Self::File(playhead) = self else { return None };
        let [position_frames, length_frames] = playhead.position()?;
        Some(FilePosition { position_frames, length_frames })
    }

    /// Loops a part of the file, if it is one.
    pub(crate) fn set_loop(&mut self, region: Option<[u64; 2]>) {
        if let Self::File(playhead) = self {
            playhead.set_loop(region);
        }
    }

    /// Plays the file on from another frame, if it is one.
    pub(crate) fn seek(&mut self, frame: u64) {
        if let Self::File(playhead) = self {
            playhead.seek(frame);
        }
    }

    /// Fills one block of both channels.
    pub(crate) fn fill(&mut self, [left, right]: [&mut [f32]; 2], microphone: [&[f32]; 2]) {
        match self {
            Self::Silence => {
                left.fill(0.0);
                right.fill(0.0);
            }
            Self::Microphone => {
                left.copy_from_slice(microphone[0]);
                right.copy_from_slice(microphone[1]);
            }
            Self::Signal(maker) => maker.fill([left, right]),
            Self::File(playhead) => {
                for (left, right) in left.iter_mut().zip(right) {
                    [*left, *right] = playhead.next();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_starts_again_without_a_gap() {
        let frames = vec![[0.1, -0.1], [0.2, -0.2], [0.3, -0.3]];
        let file = AudioFile::from_frames(frames, 48_000);
        let mut generator = Generator::new(&Source::File(file), 48_000, 480);
        let (mut left, mut right) = ([0.0; 7], [0.0; 7]);
        generator.fill([&mut left[..], &mut right[..]], [&[], &[]]);
        assert_eq!(left, [0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.1]);
        generator.fill([&mut left[..1], &mut right[..1]], [&[], &[]]);
        assert_eq!((left[0], right[0]), (0.2, -0.2));
    }
}
