//! The streams of a running engine: plain values.

use wavecraft_audio_device::AudioError;

/// The microphone's stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum InputState {
    /// No source needs it.
    #[default]
    Closed,
    /// Open.
    Open {
        /// Name of the device.
        name: String,
        /// The device's rate in Hz; where it isn't the session's, the input is resampled.
        sample_rate: u32,
    },
    /// A source needs it, but it couldn't be opened: that source is silent.
    Failed(AudioError),
}

/// The delay between input and output as a sum of named parts, in frames at the session's rate. A part that the device
/// doesn't report is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LatencyParts {
    /// From the microphone to the input callback.
    pub input_device_frames: u32,
    /// The wait between the input device and the engine.
    pub input_fifo_frames: u32,
    /// The delay of Pipelined mode.
    pub pipeline_frames: u32,
    /// From the output callback to the loudspeaker.
    pub output_device_frames: u32,
}

/// The current streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamInfo {
    /// Name of the sound system: "PipeWire", "ALSA", "CoreAudio", "virtual", "manual".
    pub backend: String,
    /// Name of the output device.
    pub output_name: String,
    /// Channels of the output device; the mix goes to the first two (or to the only one, as half the sum).
    pub output_channels: u16,
    /// The microphone's stream.
    pub input: InputState,
    /// Session rate in Hz.
    pub sample_rate: u32,
    /// Frames per callback as reported by the device; 0 until it has reported them.
    pub buffer_frames: u32,
    /// Maximum frames of one block, for which a child's segment is sized. The same for every stream.
    pub max_frames: u32,
    /// Current delay of Pipelined mode in frames.
    pub delay_frames: u32,
    /// The delay by its sources.
    pub latency: LatencyParts,
    /// For the user: why this isn't the usual backend here.
    pub notice: Option<String>,
}
