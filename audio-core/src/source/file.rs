//! An audio file, decoded whole into memory.

use std::path::Path;
use std::sync::Arc;

use crate::number::position;
use crate::resample::convert_loop;
use crate::source::decode::{FileReader, caught};
use crate::source::error::FileError;
use crate::source::overview::Overview;

/// Maximum frames of a file kept in memory, at its own rate and at the session's: ten minutes at 96 kHz, 461 MB.
pub const MAX_FILE_FRAMES: u32 = 57_600_000;

/// A decoded file at one rate, in stereo: a mono file is on both channels, and of many channels the first two are used.
/// Cloning it copies nothing.
#[derive(Clone)]
pub struct AudioFile {
    frames: Arc<Vec<[f32; 2]>>,
    sample_rate: u32,
    remarks: Arc<[String]>,
    overview: Arc<Overview>,
    region: Option<[u64; 2]>,
}

impl AudioFile {
    /// Reads WAV, FLAC, MP3 or Ogg Vorbis and converts it to `sample_rate` Hz. Takes a while (a second or so for a few
    /// minutes of sound): call it on a worker thread, never on the audio thread or one that others wait for.
    ///
    /// # Errors
    /// One [`FileError`] for each kind of problem; each message names the file and a remedy.
    pub fn load(path: &Path, sample_rate: u32) -> Result<Self, FileError> {
        let mut reader = FileReader::open(path)?;
        let file_rate = reader.sample_rate();
        let known = reader.total_frames().unwrap_or(0);
        fits(path, usize::try_from(known).unwrap_or(usize::MAX), file_rate, sample_rate)?;
        let mut frames = Vec::new();
        while let Some(more) = reader.next_frames()? {
            frames.extend_from_slice(more);
            fits(path, frames.len(), file_rate, sample_rate)?;
        }
        let file = Self { remarks: reader.remarks().into(), ..Self::from_frames(frames, file_rate) };
        file.at_rate(path, sample_rate)
    }

    /// A loop made from frames at `sample_rate` Hz.
    #[must_use]
    pub fn from_frames(frames: Vec<[f32; 2]>, sample_rate: u32) -> Self {
        let overview = Arc::new(Overview::of(&frames));
        Self { frames: Arc::new(frames), sample_rate, remarks: Arc::default(), overview, region: None }
    }

    /// The same sound, of which only these frames are looped, from the first up to the second: of all of them if there
    /// are none, or if they aren't in it.
    #[must_use]
    pub fn looping(&self, region: Option<[u64; 2]>) -> Self {
        Self { region, ..self.clone() }
    }

    /// The frames that are looped, if not all.
    #[must_use]
    pub fn region(&self) -> Option<[u64; 2]> {
        self.region
    }

    /// Its shape.
    #[must_use]
    pub fn overview(&self) -> &Overview {
        &self.overview
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

    /// What is missing or was changed, as sentences for the user.
    #[must_use]
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// The same sound at another rate, in Hz; `path` is for messages. Takes as long as [`load`](Self::load).
    ///
    /// # Errors
    /// [`FileError::TooLong`], and [`FileError::Unsupported`] for rates that can't be converted into each other.
    pub fn at_rate(&self, path: &Path, sample_rate: u32) -> Result<Self, FileError> {
        if sample_rate == self.sample_rate {
            return Ok(self.clone());
        }
        fits(path, self.frames.len(), self.sample_rate, sample_rate)?;
        let converted = caught(path, || convert_loop(&self.frames, self.sample_rate, sample_rate))?;
        let converted = converted.ok_or_else(|| {
            let reason =
                format!("its rate of {} Hz can't be converted to {sample_rate} Hz", self.sample_rate);
            FileError::unsupported(path, reason)
        })?;
        Ok(Self { frames: Arc::new(converted), sample_rate, region: None, ..self.clone() })
    }
}

/// Checks that the frames can be kept in memory at both rates.
fn fits(path: &Path, frames: usize, file_rate: u32, sample_rate: u32) -> Result<(), FileError> {
    let highest = file_rate.max(sample_rate);
    let needed = u128::from(position(frames)) * u128::from(highest) / u128::from(file_rate.max(1));
    if needed <= u128::from(MAX_FILE_FRAMES) {
        return Ok(());
    }
    let limit_seconds = MAX_FILE_FRAMES / highest.max(1);
    Err(FileError::TooLong { path: path.to_owned(), limit_seconds, sample_rate: highest })
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
