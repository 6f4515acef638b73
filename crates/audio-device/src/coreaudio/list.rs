//! Lists the available devices and finds one.

use super::facts::{self, Direction, Facts};
use super::hardware::{Fault, Hardware};
use crate::device::{DeviceId, DeviceInfo, DeviceList};
use crate::error::AudioError;

/// Lists all devices, the default ones first.
pub(super) fn devices(hardware: &impl Hardware) -> Result<DeviceList, AudioError> {
    let all = all(hardware).map_err(|fault| AudioError::NoOutput { reason: fault.to_string() })?;
    let side = |direction| {
        let default = hardware.default_device(direction);
        let chosen = all.iter().filter(|facts| facts.can_be_chosen(direction));
        let mut side: Vec<DeviceInfo> =
            chosen.map(|facts| info(facts, direction, default == Some(facts.device))).collect();
        side.sort_by_key(|device| !device.is_default);
        side
    };
    Ok(DeviceList { inputs: side(Direction::Input), outputs: side(Direction::Output) })
}

/// The requested device, or the default one.
pub(super) fn find(
    hardware: &impl Hardware,
    wanted: Option<&DeviceId>,
    direction: Direction,
) -> Result<Facts, AudioError> {
    let none = |reason: String| match direction {
        Direction::Input => AudioError::NoInput { reason },
        Direction::Output => AudioError::NoOutput { reason },
    };
    let Some(id) = wanted else {
        let default = hardware
            .default_device(direction)
            .ok_or_else(|| none("macOS has no default device".to_owned()))?;
        return hardware
            .facts(default)
            .ok()
            .filter(|facts| facts.is_alive && facts.side(direction).channels > 0)
            .ok_or_else(|| none("macOS's default device doesn't answer".to_owned()));
    };
    let unknown = || AudioError::UnknownDevice { id: id.clone() };
    let uid = facts::uid(id).ok_or_else(unknown)?;
    let all = all(hardware).map_err(|fault| none(fault.to_string()))?;
    all.into_iter().find(|facts| facts.uid == uid && facts.can_be_chosen(direction)).ok_or_else(unknown)
}

/// All devices; a device that disappears during the query isn't listed.
fn all(hardware: &impl Hardware) -> Result<Vec<Facts>, Fault> {
    Ok(hardware.devices()?.into_iter().filter_map(|device| hardware.facts(device).ok()).collect())
}

fn info(facts: &Facts, direction: Direction, is_default: bool) -> DeviceInfo {
    DeviceInfo {
        id: facts.id(),
        name: facts.name.clone(),
        channels: facts.side(direction).channels,
        sample_rate: facts.rate,
        sample_rates: facts.named_rates(),
        buffer_frames: facts.buffer_range,
        transport: facts.transport(),
        is_loudspeaker: direction == Direction::Output && facts.is_loudspeaker(),
        is_default,
    }
}
