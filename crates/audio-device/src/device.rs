//! Plain values about devices, and what to open.

use std::fmt;

/// Which backend [`prepare`](crate::prepare) makes. One more, [`Manual`](crate::Manual), is made by hand.
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
            Self::CoreAudio => cfg!(target_os = "macos"),
            Self::Jack => !cfg!(target_os = "macos"),
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
