//! The user's choice of devices, rate or buffer size: whether it is possible, and what is saved of it.

use super::policy;
use std::ops::RangeInclusive;
use wavecraft_audio_core::DeviceList;
use wavecraft_companion_protocol::{
    control::{BAD_DEVICE, SelectDevices},
    rpc::{ErrorObject, INVALID_PARAMS},
    settings::ChosenDevices,
};

/// The rates that may be requested, in Hz, and frames per callback.
const RATES: RangeInclusive<u32> = 8_000..=384_000;
const BUFFERS: RangeInclusive<u32> = 16..=4_096;
const CHANNELS: RangeInclusive<u32> = 1..=1024;

/// Checks that what was chosen exists, and is within its range.
///
/// # Errors
/// It isn't; the sentence is for the user.
pub(super) fn check(
    select: &SelectDevices,
    before: &ChosenDevices,
    list: &DeviceList,
) -> Result<(), ErrorObject> {
    for (kind, chosen, before, there) in [
        ("input", &select.input, &before.input, &list.inputs),
        ("output", &select.output, &before.output, &list.outputs),
    ] {
        // An earlier choice may be repeated while the device is missing.
        if let Some(Some(id)) = chosen
            && before.as_ref() != Some(id)
        {
            policy::find(kind, id, there).map_err(|told| ErrorObject::new(BAD_DEVICE, told))?;
        }
    }
    within("the sample rate", select.sample_rate, RATES)?;
    within("the buffer size", select.buffer_size, BUFFERS)?;
    within("the input channel", select.input_channel.map(|channel| channel.map(u32::from)), CHANNELS)?;
    within("the output channel", select.output_channel.map(|channel| channel.map(u32::from)), CHANNELS)
}

fn within(name: &str, value: Option<Option<u32>>, range: RangeInclusive<u32>) -> Result<(), ErrorObject> {
    match value.flatten() {
        Some(value) if !range.contains(&value) => Err(ErrorObject::new(
            INVALID_PARAMS,
            format!("{name} can be {} to {}, not {value}", range.start(), range.end()),
        )),
        _ => Ok(()),
    }
}

/// Saves the choice, with the names of the devices that exist.
pub(super) fn apply(select: &SelectDevices, devices: &mut ChosenDevices, list: &DeviceList) {
    fn set<T: Clone>(present: &mut Option<T>, chosen: &Option<Option<T>>) {
        if let Some(chosen) = chosen {
            present.clone_from(chosen);
        }
    }
    set(&mut devices.input, &select.input);
    set(&mut devices.output, &select.output);
    set(&mut devices.sample_rate, &select.sample_rate);
    set(&mut devices.buffer_size, &select.buffer_size);
    set(&mut devices.input_channel, &select.input_channel);
    set(&mut devices.output_channel, &select.output_channel);
    policy::keep_names(devices, list);
}
