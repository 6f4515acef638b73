//! Plain values about devices and streams.

use std::fmt;

use crate::backend::native;

/// Which backend [`open`](super::open) takes. One more, [`Manual`](crate::Manual), is made by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackendKind {
    /// The system's sound devices by what suits the system best: CoreAudio on macOS, and cpal where that refuses; cpal
    /// elsewhere.
    System,
    /// macOS's sound devices by CoreAudio itself.
    CoreAudio,
    /// The system's sound devices by cpal: CoreAudio, PipeWire, ALSA.
    Cpal,
    /// The JACK server that runs, on Linux: for who wires programs together by hand. Never taken unasked.
    Jack,
    /// A timer that plays the device's part at the real rate, into nowhere; its input is silence.
    Virtual,
}

impl BackendKind {
    /// Whether this system has it.
    #[must_use]
    pub const fn is_here(self) -> bool {
        match self {
            Self::CoreAudio => native::HAS_COREAUDIO,
            Self::Jack => native::HAS_JACK,
            Self::System | Self::Cpal | Self::Virtual => true,
        }
    }
}

/// Names a device across restarts. Its text form is `host:identifier`; keep it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct DeviceId(pub String);

impl fmt::Display for DeviceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What to open. `None` is the system's default, or the device's present value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StreamRequest {
    /// Input device, opened only while a source is the microphone.
    pub input: Option<DeviceId>,
    /// Output device.
    pub output: Option<DeviceId>,
    /// Session rate in Hz, as a person chose it.
    pub sample_rate: Option<u32>,
    /// The rate of an engine that runs, in Hz. Taken where nobody chose one and the sound system converts; a device is
    /// never set to it.
    pub session_rate: Option<u32>,
    /// Frames per callback. A wish: devices round it, and may vary around it.
    pub buffer_frames: Option<u32>,
    /// The input's first channel, from 0; it and the next are taken. Beyond the device's channels: the first.
    pub input_first: u16,
    /// The output's first channel, from 0; the mix goes to it and the next. Beyond the device's channels: the first.
    pub output_first: u16,
}

/// A device that can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceInfo {
    /// What to ask for.
    pub id: DeviceId,
    /// Name to show.
    pub name: String,
    /// Channels at its present format.
    pub channels: u16,
    /// Present rate in Hz.
    pub sample_rate: u32,
    /// Usual rates that it offers, in Hz, ascending.
    pub sample_rates: Vec<u32>,
    /// The least and the most frames per callback, where it says so.
    pub buffer_frames: Option<(u32, u32)>,
    /// How it is connected, where that is known.
    pub transport: Option<Transport>,
    /// Its output is a loudspeaker, as far as it says: it is heard by microphones in the same room.
    pub is_loudspeaker: bool,
    /// Whether this is the system's default.
    pub is_default: bool,
}

/// How a device is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Part of the computer.
    BuiltIn,
    /// Bluetooth, classic or low energy.
    Bluetooth,
    /// USB.
    Usb,
    /// Thunderbolt.
    Thunderbolt,
    /// FireWire.
    FireWire,
    /// A card on the PCI bus.
    Pci,
    /// HDMI or DisplayPort.
    Display,
    /// The network: AirPlay, AVB.
    Network,
    /// Made by software.
    Virtual,
    /// Several devices under one name.
    Aggregate,
}

impl fmt::Display for Transport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::BuiltIn => "built-in",
            Self::Bluetooth => "Bluetooth",
            Self::Usb => "USB",
            Self::Thunderbolt => "Thunderbolt",
            Self::FireWire => "FireWire",
            Self::Pci => "PCI",
            Self::Display => "display",
            Self::Network => "network",
            Self::Virtual => "virtual",
            Self::Aggregate => "aggregate",
        })
    }
}

/// All devices of the sound system in use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceList {
    /// Devices with input channels.
    pub inputs: Vec<DeviceInfo>,
    /// Devices with output channels.
    pub outputs: Vec<DeviceInfo>,
}

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
    Failed(super::AudioError),
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

/// Something happened to the devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AudioEvent {
    /// The system's default device moved and the stream went with it.
    DeviceChanged,
    /// The output stream is dead: open a new one.
    OutputLost {
        /// What the sound system said.
        reason: String,
    },
    /// The output plays on, but another stream is to take its place: open a new one.
    OutputStale {
        /// What changed.
        reason: String,
    },
    /// The list of devices, or a default, is another: told while there is a listener, see [`listen`](super::listen).
    ListChanged,
    /// The microphone's stream is dead; it's opened again while a source asks for it.
    InputLost {
        /// What the sound system said.
        reason: String,
    },
    /// The microphone couldn't be opened; the sources that ask for it are silent.
    InputFailed(super::AudioError),
    /// The microphone's stream was opened.
    InputOpened,
    /// The microphone's stream was closed.
    InputClosed,
    /// The system didn't grant the audio thread its priority: dropouts under load are likelier.
    RealtimeDenied {
        /// What the system said.
        reason: String,
    },
}
