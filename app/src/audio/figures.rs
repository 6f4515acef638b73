//! What is measured of the audio side as a whole.

use wavecraft_audio_core::{EngineStats, LatencyParts};
use wavecraft_companion_protocol::session::AudioDevices;

/// What concerns all projects.
#[derive(Debug, Clone)]
pub(crate) struct AudioFigures {
    pub engine: EngineStats,
    pub latency: LatencyParts,
    pub devices: AudioDevices,
}

/// What a tick of the engine brings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pulse {
    /// AudioFigures are to be sent.
    pub stats_due: bool,
    /// The limiter has acted since they were sent last.
    pub limiting: bool,
    /// The howl mute has just begun to act.
    pub howl_began: bool,
    /// The output doesn't call at the moment, so nothing can be said of a child's heartbeat.
    pub silent: bool,
}
