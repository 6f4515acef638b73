//! Linux's sound systems: PipeWire, ALSA, and JACK if requested.

use std::collections::HashSet;

use cpal::DeviceDirection;
use cpal::traits::{DeviceTrait, HostTrait};

use super::pipewire_graph;
use crate::device::DeviceId;
use crate::error::AudioError;

/// cpal's ids of the entries that follow PipeWire's defaults: for playing, for recording, for recording what is played.
const PIPEWIRE_OUTPUT: &str = "output_default";
const PIPEWIRE_INPUT: &str = "input_default";
const PIPEWIRE_MONITOR: &str = "sink_default";

/// The roles of the entries that cpal lists.
pub(super) struct Overview {
    /// The system's default output, if known. On PipeWire it may be one that cpal doesn't list.
    pub(super) default_output: Option<cpal::DeviceId>,
    /// The system's default input, likewise.
    pub(super) default_input: Option<cpal::DeviceId>,
    /// Entries of a sound server that aren't devices.
    pub(super) no_devices: HashSet<cpal::DeviceId>,
}

/// Information needed before a host's devices are listed. cpal's defaults are entries that follow PipeWire's: PipeWire
/// itself tells which devices those are.
pub(super) fn overview(host: &cpal::Host) -> Overview {
    let id = |device: Option<cpal::Device>| device.and_then(|device| device.id().ok());
    let (output, input) = (host.default_output_device(), host.default_input_device());
    if host.id() != cpal::HostId::PipeWire {
        return Overview { default_output: id(output), default_input: id(input), no_devices: HashSet::new() };
    }
    let graph = pipewire_graph::ask();
    let id = |name: String| cpal::DeviceId::new(cpal::HostId::PipeWire, name);
    Overview {
        default_output: graph.default_output.map(id),
        default_input: graph.default_input.map(id),
        no_devices: graph.no_devices.into_iter().map(id).collect(),
    }
}

/// PipeWire if it runs, else ALSA where the kernel has sound.
pub(crate) fn usable_host() -> Result<cpal::Host, AudioError> {
    let pipewire = match cpal::host_from_id(cpal::HostId::PipeWire) {
        Ok(host) => return Ok(host),
        Err(error) => error,
    };
    // Without the kernel's sound directory ALSA finds no card, and its library writes long messages about it to stderr.
    if !std::path::Path::new("/dev/snd").exists() {
        return Err(AudioError::NoOutput { reason: format!("{pipewire}; this machine has no sound card") });
    }
    cpal::host_from_id(cpal::HostId::Alsa)
        .map_err(|alsa| AudioError::NoOutput { reason: format!("{pipewire}; {alsa}") })
}

/// cpal makes a JACK host even without a server or JACK's library; it then has no devices.
pub(crate) fn jack_host() -> Result<cpal::Host, AudioError> {
    let reason = |reason: &str| AudioError::NoOutput { reason: format!("JACK: {reason}") };
    let host = cpal::host_from_id(cpal::HostId::Jack).map_err(|error| reason(&error.to_string()))?;
    if host.default_output_device().is_none() {
        return Err(reason("no server answers"));
    }
    Ok(host)
}

/// Whether a device plays and may be offered: PipeWire's list has a second entry of the default output, for recording
/// it.
pub(super) fn is_output(device: &cpal::Device) -> bool {
    match direction_of_jack(device) {
        Some(direction) => direction == DeviceDirection::Output,
        None => device.supports_output() && !(is_pipewire(device) && named(device, PIPEWIRE_MONITOR)),
    }
}

/// Whether a device records and may be offered. PipeWire can also record an output, but then playback would come back
/// as input, so outputs aren't offered.
pub(super) fn is_input(device: &cpal::Device) -> bool {
    if !is_pipewire(device) {
        return device.supports_input() && direction_of_jack(device) != Some(DeviceDirection::Output);
    }
    device.description().is_ok_and(|description| description.direction() == DeviceDirection::Input)
}

/// The name to show: cpal's entries for PipeWire's defaults have none that a user would know.
pub(crate) fn shown_name(device: &cpal::Device) -> String {
    if is_pipewire(device) && named(device, PIPEWIRE_OUTPUT) {
        return "Default output".to_owned();
    }
    if is_pipewire(device) && named(device, PIPEWIRE_INPUT) {
        return "Default input".to_owned();
    }
    device.to_string()
}

/// Whether this isn't a device but PipeWire's entry for the current default.
pub(super) fn follows_default(id: &DeviceId) -> bool {
    id.0.parse::<cpal::DeviceId>().is_ok_and(|id| {
        id.host() == cpal::HostId::PipeWire && [PIPEWIRE_OUTPUT, PIPEWIRE_INPUT].contains(&id.id())
    })
}

/// The direction of one of JACK's two devices, to which cpal gives formats in both; `None` for devices of other
/// systems.
fn direction_of_jack(device: &cpal::Device) -> Option<DeviceDirection> {
    device.id().ok().filter(|id| id.host() == cpal::HostId::Jack)?;
    device.description().ok().map(|description| description.direction())
}

fn is_pipewire(device: &cpal::Device) -> bool {
    device.id().is_ok_and(|id| id.host() == cpal::HostId::PipeWire)
}

fn named(device: &cpal::Device, name: &str) -> bool {
    device.id().is_ok_and(|id| id.id() == name)
}
