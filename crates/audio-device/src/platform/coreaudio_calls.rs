//! CoreAudio itself. Nothing is decided here: next to each call is the rule for it from Apple's documentation or
//! header.
//!
//! Threads: the HAL's property calls (`<CoreAudio/AudioHardware.h>`) may be made on any thread. Ours are made on the
//! control thread, or on the one that opens streams. Callbacks come on other threads: see [`listener`] and [`unit`].

mod address;
mod listener;
mod properties;
mod unit;

use objc2_core_audio as ca;

use self::address::{channels, global};
use self::listener::Listening;
use self::unit::Unit;
use crate::coreaudio::callback::Callback;
use crate::coreaudio::facts::{DeviceNumber, Direction, Facts};
use crate::coreaudio::hardware::{Fault, Hardware, Heard, Setup, Watched};
#[cfg(mac_shim)]
use crate::coreaudio::mac_shim::objc2_core_audio;

/// The Mac's hardware.
pub(crate) struct System;

/// The listener type of [`System`].
#[cfg(not(mac_shim))]
pub(crate) type SystemListener = Listening;

/// The system object, whose properties are system-wide.
const SYSTEM: ca::AudioObjectID = ca::kAudioObjectSystemObject.unsigned_abs();

impl Hardware for System {
    type Unit = Unit;
    type Listener = Listening;

    fn devices(&self) -> Result<Vec<DeviceNumber>, Fault> {
        properties::numbers(SYSTEM, global(ca::kAudioHardwarePropertyDevices))
    }

    fn default_device(&self, direction: Direction) -> Option<DeviceNumber> {
        let selector = match direction {
            Direction::Input => ca::kAudioHardwarePropertyDefaultInputDevice,
            Direction::Output => ca::kAudioHardwarePropertyDefaultOutputDevice,
        };
        // Without such a device it is kAudioObjectUnknown.
        properties::number(SYSTEM, global(selector)).filter(|device| *device != ca::kAudioObjectUnknown)
    }

    fn facts(&self, device: DeviceNumber) -> Result<Facts, Fault> {
        properties::facts(device)
    }

    /// Each process has its own buffer size: the HAL runs the device with the smallest that any process requests.
    fn set_buffer_frames(&self, device: DeviceNumber, frames: u32) -> Result<(), Fault> {
        properties::set(device, global(ca::kAudioDevicePropertyBufferFrameSize), frames)
    }

    /// "The value of the property should not be considered changed until the HAL has called the listeners":
    /// `<CoreAudio/AudioHardware.h>`, `AudioObjectSetPropertyData`.
    fn set_rate(&self, device: DeviceNumber, rate: u32) -> Result<(), Fault> {
        properties::set(device, global(ca::kAudioDevicePropertyNominalSampleRate), f64::from(rate))
    }

    fn open(&self, setup: &Setup, callback: Callback) -> Result<Unit, Fault> {
        Unit::open(setup, callback)
    }

    fn most_frames(&self, unit: &Unit) -> Result<u32, Fault> {
        unit.most_frames()
    }

    fn start(&self, unit: &mut Unit) -> Result<(), Fault> {
        unit.start()
    }

    fn listen(&self, watched: Watched, heard: Heard) -> Result<Listening, Fault> {
        let (object, address) = match watched {
            Watched::Devices => (SYSTEM, global(ca::kAudioHardwarePropertyDevices)),
            Watched::DefaultOutput => (SYSTEM, global(ca::kAudioHardwarePropertyDefaultOutputDevice)),
            Watched::DefaultInput => (SYSTEM, global(ca::kAudioHardwarePropertyDefaultInputDevice)),
            Watched::Restarted => (SYSTEM, global(ca::kAudioHardwarePropertyServiceRestarted)),
            Watched::Alive(device) => (device, global(ca::kAudioDevicePropertyDeviceIsAlive)),
            Watched::Rate(device) => (device, global(ca::kAudioDevicePropertyNominalSampleRate)),
            Watched::OutputChannels(device) => (device, channels(Direction::Output)),
            Watched::InputChannels(device) => (device, channels(Direction::Input)),
            Watched::Stopped(device) => (device, global(ca::kAudioDevicePropertyIOStoppedAbnormally)),
            Watched::Overload(device) => (device, global(ca::kAudioDeviceProcessorOverload)),
        };
        Listening::begin(object, address, heard)
    }
}

// Compares the numbers that `crates/mac-shim/` has in place of Apple's with them.
#[cfg(all(test, not(mac_shim)))]
#[path = "../../../mac-shim/coreaudio/numbers.rs"]
mod numbers;

// Checks that the codes used for decisions are Apple's.
const _: () = {
    use crate::coreaudio::facts as ours;
    assert!(ours::BUILT_IN == ca::kAudioDeviceTransportTypeBuiltIn);
    assert!(ours::AGGREGATE == ca::kAudioDeviceTransportTypeAggregate);
    assert!(ours::VIRTUAL == ca::kAudioDeviceTransportTypeVirtual);
    assert!(ours::PCI == ca::kAudioDeviceTransportTypePCI);
    assert!(ours::USB == ca::kAudioDeviceTransportTypeUSB);
    assert!(ours::FIREWIRE == ca::kAudioDeviceTransportTypeFireWire);
    assert!(ours::BLUETOOTH == ca::kAudioDeviceTransportTypeBluetooth);
    assert!(ours::BLUETOOTH_LE == ca::kAudioDeviceTransportTypeBluetoothLE);
    assert!(ours::HDMI == ca::kAudioDeviceTransportTypeHDMI);
    assert!(ours::DISPLAY_PORT == ca::kAudioDeviceTransportTypeDisplayPort);
    assert!(ours::AIRPLAY == ca::kAudioDeviceTransportTypeAirPlay);
    assert!(ours::AVB == ca::kAudioDeviceTransportTypeAVB);
    assert!(ours::THUNDERBOLT == ca::kAudioDeviceTransportTypeThunderbolt);
    assert!(ours::SPEAKER == ca::kAudioStreamTerminalTypeSpeaker);
    assert!(ours::LFE_SPEAKER == ca::kAudioStreamTerminalTypeLFESpeaker);
    assert!(ours::RECEIVER_SPEAKER == ca::kAudioStreamTerminalTypeReceiverSpeaker);
};
