//! Why a recording ended by itself.

use std::path::PathBuf;

/// Why a recording ended by itself. The file is valid, with the frames that fitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The disk is full.
    #[error("the disk is full: {} has what fitted; free some space and record again", path.display())]
    DiskFull {
        /// The file's path.
        path: PathBuf,
    },
    /// The file has reached the maximum size of a WAV file.
    #[error("{} has reached the size that a WAV file can have (4 GiB); record again into another", path.display())]
    FileFull {
        /// The file's path.
        path: PathBuf,
    },
    /// The system refused to write.
    #[error("{} can't be written any more: {reason}", path.display())]
    Write {
        /// The file's path.
        path: PathBuf,
        /// The system's error message.
        reason: String,
    },
}
