//! A device's properties, and what follows from them alone.

use crate::device::{DeviceId, Transport};
use crate::number::size;

/// Prefix of ids. cpal uses the same ids, so a device chosen with one backend is found by the other.
const ID_PREFIX: &str = "coreaudio:";

/// Rates that are listed if a device offers a range, in Hz.
const USUAL_RATES: [u32; 11] =
    [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000];

/// A four-letter code, like CoreAudio's constants.
pub(crate) const fn code(letters: &[u8; 4]) -> u32 {
    u32::from_be_bytes(*letters)
}

/// `kAudioDevicePropertyTransportType`.
pub(crate) const BUILT_IN: u32 = code(b"bltn");
pub(crate) const AGGREGATE: u32 = code(b"grup");
pub(crate) const VIRTUAL: u32 = code(b"virt");
pub(crate) const PCI: u32 = code(b"pci ");
pub(crate) const USB: u32 = code(b"usb ");
pub(crate) const FIREWIRE: u32 = code(b"1394");
pub(crate) const BLUETOOTH: u32 = code(b"blue");
pub(crate) const BLUETOOTH_LE: u32 = code(b"blea");
pub(crate) const HDMI: u32 = code(b"hdmi");
pub(crate) const DISPLAY_PORT: u32 = code(b"dprt");
pub(crate) const AIRPLAY: u32 = code(b"airp");
pub(crate) const AVB: u32 = code(b"eavb");
pub(crate) const THUNDERBOLT: u32 = code(b"thun");

/// `kAudioStreamPropertyTerminalType`: CoreAudio's own, and those of USB Audio devices.
pub(crate) const SPEAKER: u32 = code(b"spkr");
pub(crate) const LFE_SPEAKER: u32 = code(b"lfes");
pub(crate) const RECEIVER_SPEAKER: u32 = code(b"rspk");
const USB_SPEAKERS: [u32; 4] = [0x0301, 0x0304, 0x0305, 0x0306];

/// `kAudioDevicePropertyDataSource` of built-in outputs, whose one device has been both loudspeaker and headphones on
/// older Macs: IOKit's `kIOAudioOutputPortSubType…`.
const INTERNAL_SPEAKER: u32 = code(b"ispk");
const EXTERNAL_SPEAKER: u32 = code(b"espk");

/// CoreAudio's number of a device: it changes when the device is plugged in again or the sound service restarts.
pub type DeviceNumber = u32;

/// The direction of sound through a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// It records.
    Input,
    /// It plays.
    Output,
}

/// A device's properties.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Its number in CoreAudio.
    pub device: DeviceNumber,
    /// Stays the same when the device is plugged in again.
    pub uid: String,
    /// Name to show.
    pub name: String,
    /// How it is connected: `kAudioDevicePropertyTransportType`.
    pub transport: u32,
    /// Devices with the same number run on one clock; 0 means unknown.
    pub clock_domain: u32,
    /// Whether the device exists.
    pub is_alive: bool,
    /// Whether it is meant to be hidden from the user.
    pub is_hidden: bool,
    /// Whether it is an aggregate that one process made for itself.
    pub is_private: bool,
    /// Number of process taps in an aggregate: it records what other programs play.
    pub taps: usize,
    /// Nominal rate in Hz.
    pub rate: u32,
    /// Ranges of supported rates, in Hz.
    pub rates: Vec<(u32, u32)>,
    /// Frames per callback in this process.
    pub buffer_frames: u32,
    /// Minimum and maximum frames per callback.
    pub buffer_range: Option<(u32, u32)>,
    /// Its input side.
    pub input: Side,
    /// Its output side.
    pub output: Side,
}

/// One direction of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Side {
    /// Number of channels; 0 if it doesn't have this direction.
    pub channels: u16,
    /// `kAudioDevicePropertyLatency`, in frames.
    pub device_latency: u32,
    /// `kAudioDevicePropertySafetyOffset`: how close to the hardware's own position the system reads or writes.
    pub safety_offset: u32,
    /// `kAudioStreamPropertyLatency` of its first stream, in frames.
    pub stream_latency: u32,
    /// `kAudioStreamPropertyTerminalType` of its first stream.
    pub terminal: u32,
    /// The selected source, if it has several: `kAudioDevicePropertyDataSource`.
    pub source: Option<u32>,
}

impl Facts {
    /// The id for requesting it.
    pub(crate) fn id(&self) -> DeviceId {
        DeviceId(format!("{ID_PREFIX}{}", self.uid))
    }

    pub(crate) fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::Input => &self.input,
            Direction::Output => &self.output,
        }
    }

    /// Whether the user may choose it in that direction.
    pub(crate) fn can_be_chosen(&self, direction: Direction) -> bool {
        let is_made_up = self.is_hidden || self.is_private || self.taps > 0;
        self.is_alive && !is_made_up && self.side(direction).channels > 0
    }

    /// Frames between its callback and the air: the buffer, the driver's safety offset, and the latency of the hardware
    /// itself.
    pub(crate) fn latency_frames(&self, direction: Direction) -> u32 {
        let side = self.side(direction);
        [side.device_latency, side.safety_offset, side.stream_latency]
            .into_iter()
            .fold(self.buffer_frames, u32::saturating_add)
    }

    pub(crate) fn offers(&self, rate: u32) -> bool {
        self.rates.iter().any(|(least, most)| (*least..=*most).contains(&rate))
    }

    /// The rates to list, in Hz, ascending.
    pub(crate) fn named_rates(&self) -> Vec<u32> {
        let single = self.rates.iter().filter(|(least, most)| least == most).map(|(rate, _)| *rate);
        let usual = USUAL_RATES.into_iter().filter(|rate| self.offers(*rate));
        let mut named: Vec<u32> = single.chain(usual).collect();
        named.sort_unstable();
        named.dedup();
        named
    }

    /// How it is connected, if that is a known kind.
    pub(crate) fn transport(&self) -> Option<Transport> {
        Some(match self.transport {
            BUILT_IN => Transport::BuiltIn,
            AGGREGATE => Transport::Aggregate,
            VIRTUAL => Transport::Virtual,
            PCI => Transport::Pci,
            USB => Transport::Usb,
            FIREWIRE => Transport::FireWire,
            BLUETOOTH | BLUETOOTH_LE => Transport::Bluetooth,
            HDMI | DISPLAY_PORT => Transport::Display,
            AIRPLAY | AVB => Transport::Network,
            THUNDERBOLT => Transport::Thunderbolt,
            _ => return None,
        })
    }

    /// Whether its output is heard in the room. The selected source says more than the device's kind.
    pub(crate) fn is_loudspeaker(&self) -> bool {
        match (self.transport, self.output.source) {
            (BUILT_IN, Some(source)) => [INTERNAL_SPEAKER, EXTERNAL_SPEAKER].contains(&source),
            _ => {
                let terminal = self.output.terminal;
                [SPEAKER, LFE_SPEAKER, RECEIVER_SPEAKER].contains(&terminal)
                    || USB_SPEAKERS.contains(&terminal)
            }
        }
    }
}

/// The UID in an id; `None` for an id of another sound system.
pub(crate) fn uid(id: &DeviceId) -> Option<&str> {
    id.0.strip_prefix(ID_PREFIX)
}

/// The sum of the channels in an `AudioBufferList`, given as words of 8 bytes: the number of buffers, then two words for
/// each buffer, whose first 4 bytes are its channels.
#[must_use]
pub fn channels_in(list: &[u64]) -> u16 {
    let first_half = |word: u64| u32::try_from(u64::from_le(word) & u64::from(u32::MAX)).unwrap_or(0);
    let Some((count, buffers)) = list.split_first() else { return 0 };
    let buffers = buffers.chunks_exact(2).take(size(first_half(*count)));
    let channels = buffers.fold(0_u32, |sum, buffer| sum.saturating_add(first_half(buffer[0])));
    u16::try_from(channels).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_cpal() {
        let facts = Facts { uid: "AppleUSBAudioEngine:Some:Desk".into(), ..Facts::default() };
        assert_eq!(facts.id().0, "coreaudio:AppleUSBAudioEngine:Some:Desk");
        assert_eq!(uid(&facts.id()), Some("AppleUSBAudioEngine:Some:Desk"));
        assert_eq!(uid(&DeviceId("pipewire:desk".into())), None);
    }

    #[test]
    fn what_a_process_made_for_itself_cant_be_chosen() {
        let stereo = Side { channels: 2, ..Side::default() };
        let speakers = Facts { is_alive: true, output: stereo, ..Facts::default() };
        assert!(speakers.can_be_chosen(Direction::Output));
        assert!(!speakers.can_be_chosen(Direction::Input), "an output isn't recorded by a process tap");
        for other in [
            Facts { is_alive: false, ..speakers.clone() },
            Facts { is_hidden: true, ..speakers.clone() },
            Facts { is_private: true, ..speakers.clone() },
            Facts { taps: 1, ..speakers.clone() },
        ] {
            assert!(!other.can_be_chosen(Direction::Output), "{other:?}");
        }
    }

    #[test]
    fn channels_are_those_of_all_streams() {
        // Two channels with a buffer of 4 KiB somewhere, then one.
        let list = [2, 4_096 << 32 | 2, 0x6000_0000_1000, 4_096 << 32 | 1, 0].map(u64::to_le);
        assert_eq!(channels_in(&list), 3);
        assert_eq!(channels_in(&list[..4]), 2, "the second one is cut off");
        assert_eq!((channels_in(&list[..1]), channels_in(&[0]), channels_in(&[])), (0, 0, 0));
        assert_eq!(channels_in(&[1, u64::MAX, 0]), u16::MAX);
    }

    #[test]
    fn latency_is_the_sum_of_its_parts() {
        let output = Side { device_latency: 10, safety_offset: 30, stream_latency: 5, ..Side::default() };
        let facts = Facts { buffer_frames: 128, output, ..Facts::default() };
        assert_eq!(facts.latency_frames(Direction::Output), 173);
        assert_eq!(facts.latency_frames(Direction::Input), 128);
    }

    #[test]
    fn single_rates_are_named_and_usual_ones_of_a_range() {
        let facts =
            Facts { rates: vec![(96_000, 96_000), (44_100, 48_000), (12_345, 12_345)], ..Facts::default() };
        assert_eq!(facts.named_rates(), [12_345, 44_100, 48_000, 96_000]);
        assert!(facts.offers(45_000) && !facts.offers(88_200));
    }

    #[test]
    fn transports_have_names() {
        let transport = |transport| Facts { transport, ..Facts::default() }.transport();
        for (number, named) in [
            (BUILT_IN, Transport::BuiltIn),
            (AGGREGATE, Transport::Aggregate),
            (VIRTUAL, Transport::Virtual),
            (PCI, Transport::Pci),
            (USB, Transport::Usb),
            (FIREWIRE, Transport::FireWire),
            (BLUETOOTH, Transport::Bluetooth),
            (BLUETOOTH_LE, Transport::Bluetooth),
            (HDMI, Transport::Display),
            (DISPLAY_PORT, Transport::Display),
            (AIRPLAY, Transport::Network),
            (AVB, Transport::Network),
            (THUNDERBOLT, Transport::Thunderbolt),
        ] {
            assert_eq!(transport(number), Some(named));
        }
        assert_eq!(transport(0), None);
    }

    #[test]
    fn loudspeakers_are_told_from_headphones() {
        let with = |transport, terminal, source| {
            let output = Side { terminal, source, ..Side::default() };
            Facts { transport, output, ..Facts::default() }.is_loudspeaker()
        };
        assert!(with(BUILT_IN, SPEAKER, None));
        assert!(with(BUILT_IN, 0, Some(INTERNAL_SPEAKER)) && with(BUILT_IN, 0, Some(EXTERNAL_SPEAKER)));
        assert!(!with(BUILT_IN, SPEAKER, Some(code(b"hdpn"))), "the headphones are plugged in");
        assert!(with(USB, 0x0301, None) && !with(USB, 0x0302, None), "a USB speaker, USB headphones");
        assert!(!with(BLUETOOTH, code(b"hdph"), None) && !with(USB, 0, None));
    }
}
