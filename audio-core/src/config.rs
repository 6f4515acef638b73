//! The settings that an engine is made with: rate, sizes, limits, clock.

use wavecraft_audio_device::{Clock, MAX_FRAMES};

use crate::number::size;

/// [`MAX_FRAMES`] as an index: the length of each of the renderer's buffers.
pub(crate) const PART_FRAMES: usize = size(MAX_FRAMES);

/// Greatest delay of Pipelined mode: two parts of [`MAX_FRAMES`]. Longer callbacks still play, with late blocks.
pub const MAX_DELAY_FRAMES: u32 = 2 * MAX_FRAMES;

/// By how many frames more one of two compared children may be delayed, so that both are aligned.
pub const MAX_ALIGNMENT_FRAMES: u32 = MAX_FRAMES;

/// Maximum number of projects: the audio thread's list has this capacity, so it never grows there.
pub const MAX_PROJECTS: usize = 64;

/// The engine's times and thresholds, passed in so that tests can use short ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Length of every planned fade (start, stop, swap, mute, bypass, source), in milliseconds. 10 ms is the shortest
    /// fade that isn't heard as a click on low notes.
    pub fade_ms: u32,
    /// Length of the fade from the last processed sample to dry or silence when a block is late, and back, in frames.
    pub late_fade_frames: u32,
    /// Number of consecutive late blocks after which a child is bypassed.
    pub bypass_after: u32,
    /// Number of blocks that a bypassed (or new) child must answer in time before it is heard; 0 means at once.
    pub return_after: u32,
    /// Share of a block's duration that must have passed since it was sent before a missing reply counts as the child's
    /// fault and not the device's (callbacks may come in bursts).
    pub blame_share: f64,
    /// Direct mode: the share of a callback's duration, from its start, during which the engine waits for the children.
    /// One half leaves the other half for the mix and for the device's own needs.
    pub direct_wait_share: f64,
    /// Direct mode: number of late blocks in the last `direct_window` at which Pipelined mode takes over.
    pub direct_late: u32,
    /// Direct mode: number of blocks over which late ones are counted, 1 to 128.
    pub direct_window: u32,
    /// Ceiling of the limiter on the mix, in dB relative to full scale.
    pub ceiling_db: f32,
    /// Time constant of the limiter's return to unity, in milliseconds (its attack is immediate, without look-ahead, so
    /// that it adds no delay).
    pub limiter_release_ms: u32,
    /// RMS of the mix before the limiter, in dB relative to full scale, that counts as runaway: above 0 dBFS even a
    /// full-scale square wave stays below it.
    pub howl_db: f32,
    /// How long the mix must stay above `howl_db` before it is muted, in milliseconds.
    pub howl_ms: u32,
    /// How long the microphone stays open once no source asks for it, in milliseconds.
    pub input_idle_ms: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fade_ms: 10,
            late_fade_frames: 64,
            bypass_after: 3,
            return_after: 8,
            blame_share: 0.8,
            direct_wait_share: 0.5,
            direct_late: 3,
            direct_window: 100,
            ceiling_db: -1.0,
            limiter_release_ms: 80,
            howl_db: 0.0,
            howl_ms: 500,
            input_idle_ms: 1000,
        }
    }
}

/// What [`engine`](crate::engine()) needs to know.
#[derive(Clone)]
pub struct EngineConfig {
    /// Session rate in Hz: every source and child runs at it.
    pub sample_rate: u32,
    /// Frames per callback that the device is expected to ask for: the delay's lower bound, 0 if unknown.
    pub nominal_frames: u32,
    /// Times and thresholds.
    pub limits: Limits,
    /// Clock for load and lateness.
    pub clock: Clock,
}

impl std::fmt::Debug for EngineConfig {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("EngineConfig")
            .field("sample_rate", &self.sample_rate)
            .field("nominal_frames", &self.nominal_frames)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
