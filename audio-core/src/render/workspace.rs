//! Buffers that the renderer uses within one part of a callback, made once.

use wavecraft_ring::MAX_CHANNELS;

use crate::number::size;
use wavecraft_audio_device::MAX_FRAMES;

/// Two channels of [`MAX_FRAMES`] samples.
pub(crate) struct Stereo {
    pub(crate) left: Box<[f32]>,
    pub(crate) right: Box<[f32]>,
}

impl Stereo {
    pub(crate) fn new() -> Self {
        Self { left: silence(), right: silence() }
    }

    /// The first `frames` of both channels.
    pub(crate) fn part(&self, frames: usize) -> [&[f32]; 2] {
        [&self.left[..frames], &self.right[..frames]]
    }

    /// The first `frames` of both channels, to be written.
    pub(crate) fn part_mut(&mut self, frames: usize) -> [&mut [f32]; 2] {
        [&mut self.left[..frames], &mut self.right[..frames]]
    }
}

/// Everything a part needs; what each buffer holds is valid from the step that fills it to the end of the part.
pub(crate) struct Workspace {
    /// The microphone.
    pub(crate) microphone: Stereo,
    /// The project's source.
    pub(crate) input: Stereo,
    /// A second source, while one crossfades into another; then the half sum for a mono processor.
    pub(crate) second: Stereo,
    /// Output channels of a child, one after the other.
    pub(crate) channels: Box<[f32]>,
    /// What a child made.
    pub(crate) wet: Stereo,
    /// Which frames of `wet` a child made in time.
    pub(crate) made: Box<[bool]>,
    /// What is heard instead.
    pub(crate) dry: Stereo,
    /// Sum of the children's weighted sound.
    pub(crate) sum: Stereo,
    /// Sum of the children's weights: what is left to 1 is dry.
    pub(crate) weight: Box<[f32]>,
    /// What the tap gets.
    pub(crate) tap: Stereo,
    /// Values at the old delay, while it grows.
    pub(crate) before: Box<[f32]>,
    /// The mix of all projects.
    pub(crate) mix: Stereo,
    /// Never written: input of a processor's channels that the source doesn't have.
    pub(crate) silence: Box<[f32]>,
}

impl Workspace {
    pub(crate) fn new() -> Self {
        let channels = size(MAX_FRAMES) * size(MAX_CHANNELS);
        Self {
            microphone: Stereo::new(),
            input: Stereo::new(),
            second: Stereo::new(),
            channels: vec![0.0; channels].into_boxed_slice(),
            wet: Stereo::new(),
            made: vec![false; size(MAX_FRAMES)].into_boxed_slice(),
            dry: Stereo::new(),
            sum: Stereo::new(),
            weight: silence(),
            tap: Stereo::new(),
            before: silence(),
            mix: Stereo::new(),
            silence: silence(),
        }
    }
}

fn silence() -> Box<[f32]> {
    vec![0.0; size(MAX_FRAMES)].into_boxed_slice()
}
