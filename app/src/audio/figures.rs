//! Measurements of the audio side as a whole.

use wavecraft_audio_core::{EngineStats, LatencyParts};
use wavecraft_companion_protocol::session::AudioDevices;

/// The figures that concern all projects.
#[derive(Debug, Clone)]
pub(crate) struct AudioFigures {
    pub engine: EngineStats,
    pub latency: LatencyParts,
    pub devices: AudioDevices,
}

/// The outcome of one tick of the engine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pulse {
    /// Figures are due to be sent.
    pub stats_due: bool,
    /// The limiter has acted since figures were last sent.
    pub limiting: bool,
    /// The howl mute has just become active.
    pub howl_began: bool,
    /// The output makes no callbacks at the moment, so a child's heartbeat says nothing.
    pub silent: bool,
}
