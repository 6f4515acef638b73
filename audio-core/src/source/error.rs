//! Why a file can't be a source.

use std::path::{Path, PathBuf};

/// Why a file can't be a source. Each message names the file, the reason and a remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is no such file.
    #[error("there is no file {}; check the path", path.display())]
    Missing {
        /// The path as given.
        path: PathBuf,
    },
    /// The path isn't a regular file.
    #[error("{} is {kind}; give an audio file", path.display())]
    NoFile {
        /// The path as given.
        path: PathBuf,
        /// What it is instead, with its article.
        kind: &'static str,
    },
    /// The file is there but can't be read.
    #[error("{} can't be read: {reason}", path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// The system's error message.
        reason: String,
    },
    /// The file isn't of a supported format.
    #[error("{} isn't an audio file that can be read here; WAV, FLAC, MP3 and Ogg Vorbis can", path.display())]
    NotAudio {
        /// The path as given.
        path: PathBuf,
    },
    /// The file is audio, but in an unsupported coding, or damaged.
    #[error("{} can't be played: {reason}; save it again as a WAV file of 16 or 24 bits", path.display())]
    Unsupported {
        /// The path as given.
        path: PathBuf,
        /// The reason: half a sentence about the file.
        reason: String,
    },
    /// The file contains no audio.
    #[error("{} has no sound in it", path.display())]
    Empty {
        /// The path as given.
        path: PathBuf,
    },
    /// The file is too long to be kept in memory.
    #[error(
        "{} is too long: a file is kept in memory, and that takes {limit_seconds} s at {sample_rate} Hz; use a part of it",
        path.display()
    )]
    TooLong {
        /// The path as given.
        path: PathBuf,
        /// The limit in seconds, at that rate.
        limit_seconds: u32,
        /// The rate in Hz: the file's or the session's, whichever asks for more memory.
        sample_rate: u32,
    },
}

/// Why a file can't be played any further: half a sentence about it.
pub(super) type Reason = String;

impl FileError {
    pub(super) fn unsupported(path: &Path, reason: impl Into<Reason>) -> Self {
        Self::Unsupported { path: path.to_owned(), reason: reason.into() }
    }
}
