//! The streams of a running engine: plain values.

use wavecraft_audio_device::AudioError;

/// The microphone's stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum InputState {
    /// No source asks for it.
    #[default]
    Closed,
    /// Open.
    Open {
        /// Name of the device.
        name: String,
        /// The device's rate in Hz; where it isn't the session's, the input is resampled.
        sample_rate: u32,
    },
    /// A source asks for it, but it couldn't be opened: that source is silent.
    Failed(AudioError),
}

/// Delay between input and output as a sum of named parts, in frames at the session's rate. What a device doesn't report
/// is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LatencyParts {
    /// From the microphone to the input callback.
    pub input_device_frames: u32,
    /// Waiting between the input device and the engine.
    pub input_fifo_frames: u32,
    /// The delay of Pipelined mode.
    pub pipeline_frames: u32,
    /// From the output callback to the loudspeaker.
    pub output_device_frames: u32,
}

/// The streams as they are now.
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
    /// Frames per callback as the device names it; 0 as long as it hasn't.
    pub buffer_frames: u32,
    /// Most frames of one block: what a child's segment must hold. The same for every stream.
    pub max_frames: u32,
    /// Present delay of Pipelined mode in frames.
    pub delay_frames: u32,
    /// Where the delay comes from.
    pub latency: LatencyParts,
    /// For a person: why this isn't the backend that is usual here.
    pub notice: Option<String>,
}
