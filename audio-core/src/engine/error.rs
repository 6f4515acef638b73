//! Why the engine refused a request.

use crate::config::MAX_PROJECTS;
#[cfg(doc)]
use wavecraft_audio_device::MAX_FRAMES;

/// Why the engine refused a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The engine already holds its maximum number of projects.
    #[error("{MAX_PROJECTS} projects are attached already; detach one first")]
    TooManyProjects,
    /// The project doesn't exist (any more).
    #[error("the project is no longer attached; attach it again")]
    UnknownProject,
    /// The ring's slots are too small for the largest block: make the ring with [`MAX_FRAMES`].
    #[error("the ring holds {ring_frames} frames a block, but the engine needs {needed_frames}")]
    RingTooSmall {
        /// Frames per block that the ring holds.
        ring_frames: u32,
        /// Frames per block that it must hold.
        needed_frames: u32,
    },
    /// The recording's file was made for another rate.
    #[error("the file has {file_rate} Hz and the sound {engine_rate} Hz; record again")]
    OtherRate {
        /// The file's rate in Hz.
        file_rate: u32,
        /// The engine's rate in Hz.
        engine_rate: u32,
    },
    /// The system can't start a thread for the recording.
    #[error("the system can't start another thread; close something")]
    NoThread,
}
