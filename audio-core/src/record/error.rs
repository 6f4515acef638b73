//! Why a recording ended by itself.

use std::path::PathBuf;

/// Why a recording ended by itself. The file is valid with what fitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// There is no room.
    #[error("the disk is full: {} has what fitted; free some space and record again", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// The file has all the frames that a WAV file can have.
    #[error("{} has reached the size that a WAV file can have (4 GiB); record again into another", path.display())]
    FileFull {
        /// The file.
        path: PathBuf,
    },
    /// The system refused to write.
    #[error("{} can't be written any more: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
}
