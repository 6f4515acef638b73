//! The maximum block size, which determines the segment's size.

use thiserror::Error;

/// The maximum number of frames in a block.
///
/// Twice the largest buffer that CoreAudio and PipeWire use (4096), so that a device that coalesces two periods still
/// fits; the engine splits longer callbacks.
pub const MAX_FRAMES: u32 = 8192;

/// The maximum number of channels in one direction: 7.1, the widest layout a plugin author's stereo work could grow
/// into.
pub const MAX_CHANNELS: u32 = 8;

/// The largest block that a segment carries. Fixed for the segment's lifetime; a change requires a new segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    max_frames: u32,
    inputs: u32,
    outputs: u32,
}

impl Geometry {
    /// A geometry of 1 to [`MAX_FRAMES`] frames, 0 to [`MAX_CHANNELS`] inputs (0 for a generator) and 1 to
    /// [`MAX_CHANNELS`] outputs.
    ///
    /// # Errors
    ///
    /// [`GeometryError`] names the value that is out of its range.
    pub const fn new(max_frames: u32, inputs: u32, outputs: u32) -> Result<Self, GeometryError> {
        if max_frames == 0 || max_frames > MAX_FRAMES {
            return Err(GeometryError::Frames(max_frames));
        }
        if inputs > MAX_CHANNELS {
            return Err(GeometryError::Inputs(inputs));
        }
        if outputs == 0 || outputs > MAX_CHANNELS {
            return Err(GeometryError::Outputs(outputs));
        }
        Ok(Self { max_frames, inputs, outputs })
    }

    /// The maximum number of frames in a block.
    #[must_use]
    pub const fn max_frames(self) -> u32 {
        self.max_frames
    }

    /// Number of channels sent to the child.
    #[must_use]
    pub const fn inputs(self) -> u32 {
        self.inputs
    }

    /// Number of channels sent back.
    #[must_use]
    pub const fn outputs(self) -> u32 {
        self.outputs
    }
}

/// Why a [`Geometry`] was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GeometryError {
    /// The frame count.
    #[error("a block of {0} frames: 1 to {MAX_FRAMES} are possible")]
    Frames(u32),
    /// The number of input channels.
    #[error("{0} input channels: 0 to {MAX_CHANNELS} are possible")]
    Inputs(u32),
    /// The number of output channels.
    #[error("{0} output channels: 1 to {MAX_CHANNELS} are possible")]
    Outputs(u32),
}
