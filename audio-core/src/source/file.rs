//! An audio file, decoded whole into memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::number::size;
use crate::resample::convert_loop;
use crate::source::decode::FileReader;

/// Longest file in seconds: ten minutes at 48 kHz are 230 MB in memory.
pub const MAX_FILE_SECONDS: u32 = 600;

/// Why a file can't be a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is no such file.
    #[error("there is no file {}; check the path", path.display())]
    Missing {
        /// The path as given.
        path: PathBuf,
    },
    /// The file is there but can't be read.
    #[error("{} can't be read: {reason}", path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file isn't of a kind that is known here.
    #[error("{} isn't an audio file that can be read here; WAV, FLAC, MP3 and Ogg Vorbis can", path.display())]
    NotAudio {
        /// The path as given.
        path: PathBuf,
    },
    /// The file is audio, but of an unknown coding or damaged.
    #[error("the audio in {} can't be decoded: {reason}; convert it to a WAV file", path.display())]
    Unsupported {
        /// The path as given.
        path: PathBuf,
        /// What the decoder said.
        reason: String,
    },
    /// The file has no audio in it.
    #[error("{} has no sound in it", path.display())]
    Empty {
        /// The path as given.
        path: PathBuf,
    },
    /// The file is longer than is kept in memory.
    #[error("{} is longer than {limit_seconds} s; use a part of it", path.display())]
    TooLong {
        /// The path as given.
        path: PathBuf,
        /// The limit in seconds.
        limit_seconds: u32,
    },
}

/// A decoded file at one rate, stereo: a mono file is on both sides, of many channels the first two are taken. Cloning it
/// copies nothing.
#[derive(Clone)]
pub struct AudioFile {
    frames: Arc<[[f32; 2]]>,
    sample_rate: u32,
}

impl AudioFile {
    /// Reads WAV, FLAC, MP3 or Ogg Vorbis and converts it to `sample_rate` Hz. Takes its time (a second or so for some
    /// minutes of sound): for a control thread or a worker, never for the audio thread.
    ///
    /// # Errors
    /// One [`FileError`] for each thing that can be wrong with the file; each message names it and says what to do.
    pub fn load(path: &Path, sample_rate: u32) -> Result<Self, FileError> {
        let (frames, file_rate) = decode(path)?;
        let converted =
            convert_loop(&frames, file_rate, sample_rate).ok_or_else(|| FileError::Unsupported {
                path: path.to_owned(),
                reason: format!("its rate of {file_rate} Hz can't be converted to {sample_rate} Hz"),
            })?;
        Ok(Self::from_frames(converted, sample_rate))
    }

    /// A loop made by hand, at `sample_rate` Hz.
    #[must_use]
    pub fn from_frames(frames: Vec<[f32; 2]>, sample_rate: u32) -> Self {
        Self { frames: frames.into(), sample_rate }
    }

    /// Its samples, left and right.
    #[must_use]
    pub fn frames(&self) -> &[[f32; 2]] {
        &self.frames
    }

    /// Its rate in Hz.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// The same sound at another rate; rates between which nothing can be converted leave it silent.
    pub(crate) fn at_rate(&self, sample_rate: u32) -> Self {
        if sample_rate == self.sample_rate {
            return self.clone();
        }
        let frames = convert_loop(&self.frames, self.sample_rate, sample_rate).unwrap_or_default();
        Self::from_frames(frames, sample_rate)
    }
}

impl std::fmt::Debug for AudioFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AudioFile")
            .field("frames", &self.frames.len())
            .field("sample_rate", &self.sample_rate)
            .finish()
    }
}

/// All frames of a file, and its rate.
fn decode(path: &Path) -> Result<(Vec<[f32; 2]>, u32), FileError> {
    let mut reader = FileReader::open(path)?;
    let limit = size(reader.sample_rate()).saturating_mul(size(MAX_FILE_SECONDS));
    let mut frames = Vec::new();
    while let Some(more) = reader.next_frames()? {
        frames.extend_from_slice(more);
        if frames.len() > limit {
            return Err(FileError::TooLong { path: path.to_owned(), limit_seconds: MAX_FILE_SECONDS });
        }
    }
    Ok((frames, reader.sample_rate()))
}
