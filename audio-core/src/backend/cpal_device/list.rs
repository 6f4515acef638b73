//! The devices that can be chosen.

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{Device, SupportedStreamConfig};

use super::host::{self, SoundHost};
use crate::audio::{AudioError, DeviceId, DeviceInfo, DeviceList};

/// Lists the devices of the sound system in use; the default one first, under the id that follows the default where the
/// sound system has one.
pub(crate) fn devices() -> Result<DeviceList, AudioError> {
    let host = SoundHost::find()?;
    let all: Vec<Device> =
        host.inner().devices().map_err(|error| AudioError::NoOutput { reason: error.to_string() })?.collect();
    let default = |device: Option<Device>| device.and_then(|device| device.id().ok());
    let default_input = default(host.inner().default_input_device());
    let default_output = default(host.inner().default_output_device());

    let mut list = DeviceList::default();
    for device in all {
        let Ok(id) = device.id() else { continue };
        if host::is_output(&device) {
            let is_default = default_output.as_ref() == Some(&id);
            list.outputs.extend(info(&device, &id, device.default_output_config().ok(), is_default));
        }
        if host::is_input(&device) {
            let is_default = default_input.as_ref() == Some(&id);
            list.inputs.extend(info(&device, &id, device.default_input_config().ok(), is_default));
        }
    }
    for devices in [&mut list.inputs, &mut list.outputs] {
        devices.sort_by_key(|device| !device.is_default);
    }
    Ok(list)
}

fn info(
    device: &Device,
    id: &cpal::DeviceId,
    format: Option<SupportedStreamConfig>,
    is_default: bool,
) -> Option<DeviceInfo> {
    let format = format?;
    Some(DeviceInfo {
        id: DeviceId(id.to_string()),
        name: host::shown_name(device),
        channels: format.channels(),
        sample_rate: format.sample_rate(),
        is_default,
    })
}
