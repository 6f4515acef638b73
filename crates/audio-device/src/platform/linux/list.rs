//! Lists the available devices.

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{
    Device, DeviceType, InterfaceType, SupportedBufferSize, SupportedStreamConfig, SupportedStreamConfigRange,
};

use super::sound_host::{self, Overview};
use crate::cpal_device::SoundHost;
use crate::device::{BackendKind, DeviceId, DeviceInfo, DeviceList, Transport};
use crate::error::AudioError;

/// Rates that devices are queried for, in Hz.
const USUAL_RATES: [u32; 11] =
    [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000];

/// Lists the devices of the current sound system, the default one first. An entry that follows the default, if the
/// sound system has one, is only kept for a default that isn't in the list itself.
pub(crate) fn devices(kind: BackendKind) -> Result<DeviceList, AudioError> {
    let host = SoundHost::find(kind)?;
    let all: Vec<Device> =
        host.system.devices().map_err(|error| AudioError::NoOutput { reason: error.to_string() })?.collect();
    let Overview { default_output, default_input, no_devices } = sound_host::overview(&host.system);

    let mut list = DeviceList::default();
    for device in all {
        let Ok(id) = device.id() else { continue };
        if no_devices.contains(&id) {
            continue;
        }
        if sound_host::is_output(&device) {
            let is_default = default_output.as_ref() == Some(&id);
            let offers = device.supported_output_configs().map(Iterator::collect).unwrap_or_default();
            list.outputs.extend(info(&device, &id, device.default_output_config().ok(), offers, is_default));
        }
        if sound_host::is_input(&device) {
            let is_default = default_input.as_ref() == Some(&id);
            let offers = device.supported_input_configs().map(Iterator::collect).unwrap_or_default();
            list.inputs.extend(info(&device, &id, device.default_input_config().ok(), offers, is_default));
        }
    }
    for (devices, default) in [(&mut list.inputs, default_input), (&mut list.outputs, default_output)] {
        settle_default(devices, default.is_some());
    }
    Ok(list)
}

/// Puts the default first, and keeps one entry for it: the device, or else the entry that follows the default, if there
/// is a default to follow.
fn settle_default(devices: &mut Vec<DeviceInfo>, is_there: bool) {
    let listed = devices.iter().any(|device| device.is_default);
    devices.retain_mut(|device| {
        if !sound_host::follows_default(&device.id) {
            return true;
        }
        device.is_default = is_there && !listed;
        device.is_default
    });
    devices.sort_by_key(|device| !device.is_default);
}

fn info(
    device: &Device,
    id: &cpal::DeviceId,
    format: Option<SupportedStreamConfig>,
    offers: Vec<SupportedStreamConfigRange>,
    is_default: bool,
) -> Option<DeviceInfo> {
    let format = format?;
    let description = device.description().ok();
    Some(DeviceInfo {
        id: DeviceId(id.to_string()),
        name: sound_host::shown_name(device),
        channels: format.channels(),
        sample_rate: format.sample_rate(),
        sample_rates: rates(&offers),
        buffer_frames: match *format.buffer_size() {
            SupportedBufferSize::Range { min, max } if max > 0 => Some((min, max)),
            _ => None,
        },
        transport: description.as_ref().and_then(|description| transport(description.interface_type())),
        is_loudspeaker: description
            .is_some_and(|description| description.device_type() == DeviceType::Speaker),
        is_default,
    })
}

/// The transport, if cpal knows it: on PipeWire, from the properties of the node.
fn transport(kind: InterfaceType) -> Option<Transport> {
    Some(match kind {
        InterfaceType::BuiltIn => Transport::BuiltIn,
        InterfaceType::Bluetooth => Transport::Bluetooth,
        InterfaceType::Usb => Transport::Usb,
        InterfaceType::Thunderbolt => Transport::Thunderbolt,
        InterfaceType::FireWire => Transport::FireWire,
        InterfaceType::Pci => Transport::Pci,
        InterfaceType::Hdmi | InterfaceType::DisplayPort => Transport::Display,
        InterfaceType::Network => Transport::Network,
        InterfaceType::Virtual => Transport::Virtual,
        InterfaceType::Aggregate => Transport::Aggregate,
        _ => return None,
    })
}

fn rates(offers: &[SupportedStreamConfigRange]) -> Vec<u32> {
    let offered = |rate: &u32| {
        offers.iter().any(|offer| (offer.min_sample_rate()..=offer.max_sample_rate()).contains(rate))
    };
    USUAL_RATES.into_iter().filter(offered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_rates_within_what_is_offered_are_listed() {
        let range = |min, max| {
            SupportedStreamConfigRange::new(
                2,
                min,
                max,
                SupportedBufferSize::Unknown,
                cpal::SampleFormat::F32,
            )
        };
        assert_eq!(rates(&[range(44_100, 44_100), range(47_000, 96_000)]), [44_100, 48_000, 88_200, 96_000]);
        assert_eq!(rates(&[]), [] as [u32; 0]);
    }
}
