//! Plain values that describe devices, and which to open.

use std::fmt;

/// The backend that [`prepare`](crate::prepare()) makes. Another one, [`Manual`](crate::Manual), is constructed directly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackendKind {
    /// The system's sound devices through the best interface: on macOS CoreAudio, or cpal if that refuses; elsewhere
    /// cpal.
    System,
    /// macOS's sound devices through CoreAudio directly.
    CoreAudio,
    /// The system's sound devices through cpal: CoreAudio, PipeWire, ALSA.
    Cpal,
    /// The running JACK server, on Linux: for users who connect programs by hand. Never used unless requested.
    Jack,
    /// A timer in place of a device, at the real rate, without sound; its input is silence.
    Virtual,
}

/// Identifies a device across restarts. Its text form is `host:identifier`; store it unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct DeviceId(pub String);

impl fmt::Display for DeviceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What to open. `None` is the system's default, or the device's current value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StreamRequest {
    /// Input device, opened only while the microphone is a source.
    pub input: Option<DeviceId>,
    /// Output device.
    pub output: Option<DeviceId>,
    /// Session rate in Hz, if chosen by the user.
    pub sample_rate: Option<u32>,
    /// The rate of a running engine, in Hz. Used if the user chose none and the sound system converts; a device is
    /// never set to it.
    pub session_rate: Option<u32>,
    /// Requested frames per callback. Devices may round it, and vary around it.
    pub buffer_frames: Option<u32>,
    /// The input's first channel, from 0; it and the next are used. If the device has no such channel: the first.
    pub input_first: u16,
    /// The output's first channel, from 0; the mix goes to it and the next. If the device has no such channel: the
    /// first.
    pub output_first: u16,
}

/// A device that can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceInfo {
    /// The id for requesting it.
    pub id: DeviceId,
    /// Name to show.
    pub name: String,
    /// Channels of its current format.
    pub channels: u16,
    /// Current rate in Hz.
    pub sample_rate: u32,
    /// Common rates that it supports, in Hz, ascending.
    pub sample_rates: Vec<u32>,
    /// Minimum and maximum frames per callback, if it reports them.
    pub buffer_frames: Option<(u32, u32)>,
    /// How it is connected, if known.
    pub transport: Option<Transport>,
    /// Whether its output is a loudspeaker, as far as known: microphones in the same room pick it up.
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
    /// Several devices combined under one name.
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

/// All devices of the current sound system.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceList {
    /// Devices with input channels.
    pub inputs: Vec<DeviceInfo>,
    /// Devices with output channels.
    pub outputs: Vec<DeviceInfo>,
}
