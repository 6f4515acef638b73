//! How large a block may get: what sizes the segment.

use thiserror::Error;

/// The most frames one block may have.
///
/// Twice the largest buffer that CoreAudio and PipeWire hand out (4096), so that a device that coalesces two
/// periods still fits; longer callbacks are split by the engine.
pub const MAX_FRAMES: u32 = 8192;

/// The most channels in one direction: 7.1, the widest layout a plugin author's stereo work could grow into.
pub const MAX_CHANNELS: u32 = 8;

/// The largest block that a segment carries. Fixed for the segment's life; a change means a new segment.
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

    /// The most frames a block may have.
    #[must_use]
    pub const fn max_frames(self) -> u32 {
        self.max_frames
    }

    /// Channels that go to the child.
    #[must_use]
    pub const fn inputs(self) -> u32 {
        self.inputs
    }

    /// Channels that come back.
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
