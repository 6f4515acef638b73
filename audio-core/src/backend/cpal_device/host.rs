//! Which of the system's sound systems is used.

#[cfg(target_os = "linux")]
use cpal::DeviceDirection;
use cpal::traits::{DeviceTrait, HostTrait};

use crate::audio::{AudioError, BackendKind, DeviceId};

/// cpal's names of PipeWire and JACK.
const PIPEWIRE: &str = "PipeWire";
const JACK: &str = "JACK";

/// A sound system that has answered.
pub(super) struct SoundHost {
    host: cpal::Host,
}

impl SoundHost {
    /// JACK if that is asked for. Else on Linux PipeWire if it runs, or ALSA where the kernel has sound; elsewhere the
    /// system's own.
    pub(super) fn find(kind: BackendKind) -> Result<Self, AudioError> {
        let host = if kind == BackendKind::Jack { jack_host()? } else { usable_host()? };
        Ok(Self { host })
    }

    pub(super) fn name(&self) -> &'static str {
        self.host.id().name()
    }

    /// Whether all its streams run on one clock. PipeWire's and JACK's do: their graph has one driver, and PipeWire
    /// resamples what other devices give or take itself. Elsewhere each device has its own.
    pub(super) fn has_one_clock(&self) -> bool {
        [PIPEWIRE, JACK].contains(&self.name())
    }

    pub(super) fn inner(&self) -> &cpal::Host {
        &self.host
    }

    /// The output asked for, or the default one.
    pub(super) fn output(&self, wanted: Option<&DeviceId>) -> Result<cpal::Device, AudioError> {
        match wanted {
            Some(id) => self.find_device(id, DeviceTrait::supports_output),
            None => self.host.default_output_device().ok_or_else(|| AudioError::NoOutput {
                reason: format!("{} has no output device", self.name()),
            }),
        }
    }

    /// The input asked for, or the default one.
    pub(super) fn input(&self, wanted: Option<&DeviceId>) -> Result<cpal::Device, AudioError> {
        match wanted {
            Some(id) => self.find_device(id, DeviceTrait::supports_input),
            None => self.host.default_input_device().ok_or_else(|| AudioError::NoInput {
                reason: format!("{} has no input device", self.name()),
            }),
        }
    }

    fn find_device(
        &self,
        id: &DeviceId,
        fits: fn(&cpal::Device) -> bool,
    ) -> Result<cpal::Device, AudioError> {
        let unknown = || AudioError::UnknownDevice { id: id.clone() };
        let wanted: cpal::DeviceId = id.0.parse().map_err(|_| unknown())?;
        self.host.device_by_id(&wanted).filter(fits).ok_or_else(unknown)
    }
}

#[cfg(target_os = "linux")]
fn usable_host() -> Result<cpal::Host, AudioError> {
    let pipewire = match cpal::host_from_id(cpal::HostId::PipeWire) {
        Ok(host) => return Ok(host),
        Err(error) => error,
    };
    // Without the kernel's sound directory ALSA finds no card, and its library writes that to stderr at length.
    if !std::path::Path::new("/dev/snd").exists() {
        return Err(AudioError::NoOutput { reason: format!("{pipewire}; this machine has no sound card") });
    }
    cpal::host_from_id(cpal::HostId::Alsa)
        .map_err(|alsa| AudioError::NoOutput { reason: format!("{pipewire}; {alsa}") })
}

/// cpal makes a JACK host whether there is a server, or JACK's library, or not; without them it has no devices.
#[cfg(target_os = "linux")]
fn jack_host() -> Result<cpal::Host, AudioError> {
    let reason = |reason: &str| AudioError::NoOutput { reason: format!("JACK: {reason}") };
    let host = cpal::host_from_id(cpal::HostId::Jack).map_err(|error| reason(&error.to_string()))?;
    if host.default_output_device().is_none() {
        return Err(reason("no server answers"));
    }
    Ok(host)
}

#[cfg(not(target_os = "linux"))]
fn jack_host() -> Result<cpal::Host, AudioError> {
    Err(AudioError::NoOutput { reason: "JACK is used on Linux only".to_owned() })
}

#[cfg(not(target_os = "linux"))]
fn usable_host() -> Result<cpal::Host, AudioError> {
    let reason = |error: cpal::Error| AudioError::NoOutput { reason: error.to_string() };
    let id = cpal::available_hosts()
        .into_iter()
        .next()
        .ok_or_else(|| AudioError::NoOutput { reason: "the system has no sound system".to_owned() })?;
    cpal::host_from_id(id).map_err(reason)
}

/// Whether a device plays, and is one to choose.
///
/// PipeWire's list has more than devices in it: a second name of the default output to record from it, and other programs'
/// streams, which cpal gives as outputs that can't be recorded, while every real output can.
#[cfg(target_os = "linux")]
pub(super) fn is_output(device: &cpal::Device) -> bool {
    if !is_pipewire(device) {
        return device.supports_output() && direction_of_jack(device) != Some(DeviceDirection::Input);
    }
    match device.description() {
        Ok(description) if description.direction() == DeviceDirection::Duplex => {
            !named(device, PIPEWIRE_MONITOR)
        }
        _ => named(device, PIPEWIRE_OUTPUT),
    }
}

/// Whether a device records, and is one to choose.
///
/// On PipeWire an output can be recorded too, but what is played there would come back: it isn't offered. Other programs'
/// recording streams look like inputs, but have no description, which cpal gives as "unknown".
#[cfg(target_os = "linux")]
pub(super) fn is_input(device: &cpal::Device) -> bool {
    if !is_pipewire(device) {
        return device.supports_input() && direction_of_jack(device) != Some(DeviceDirection::Output);
    }
    device.description().is_ok_and(|description| {
        description.direction() == DeviceDirection::Input && description.name() != "unknown"
    })
}

/// The name to show: cpal's entries for PipeWire's defaults have none that a person would know.
#[cfg(target_os = "linux")]
pub(super) fn shown_name(device: &cpal::Device) -> String {
    if is_pipewire(device) && named(device, PIPEWIRE_OUTPUT) {
        return "Default output".to_owned();
    }
    if is_pipewire(device) && named(device, PIPEWIRE_INPUT) {
        return "Default input".to_owned();
    }
    device.to_string()
}

/// cpal's ids of the entries that follow PipeWire's defaults: to play, to record, to record what is played.
#[cfg(target_os = "linux")]
const PIPEWIRE_OUTPUT: &str = "output_default";
#[cfg(target_os = "linux")]
const PIPEWIRE_INPUT: &str = "input_default";
#[cfg(target_os = "linux")]
const PIPEWIRE_MONITOR: &str = "sink_default";

/// Whether this is no device but PipeWire's entry for whichever is the default.
#[cfg(target_os = "linux")]
pub(super) fn follows_default(id: &DeviceId) -> bool {
    id.0.parse::<cpal::DeviceId>().is_ok_and(|id| {
        id.host() == cpal::HostId::PipeWire && [PIPEWIRE_OUTPUT, PIPEWIRE_INPUT].contains(&id.id())
    })
}

/// Whether this is no device but an entry for whichever is the default: there are none such elsewhere.
#[cfg(not(target_os = "linux"))]
pub(super) fn follows_default(_id: &DeviceId) -> bool {
    false
}

/// Of one of JACK's two devices, which cpal gives formats in both directions; `None` for another system's device.
#[cfg(target_os = "linux")]
fn direction_of_jack(device: &cpal::Device) -> Option<DeviceDirection> {
    device.id().ok().filter(|id| id.host() == cpal::HostId::Jack)?;
    device.description().ok().map(|description| description.direction())
}

#[cfg(target_os = "linux")]
fn is_pipewire(device: &cpal::Device) -> bool {
    device.id().is_ok_and(|id| id.host() == cpal::HostId::PipeWire)
}

#[cfg(target_os = "linux")]
fn named(device: &cpal::Device, name: &str) -> bool {
    device.id().is_ok_and(|id| id.id() == name)
}

/// Whether a device plays.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_output(device: &cpal::Device) -> bool {
    device.supports_output()
}

/// Whether a device records. On macOS cpal asks CoreAudio for the formats of the input scope: an output-only device has
/// none, though cpal could record it by a process tap.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_input(device: &cpal::Device) -> bool {
    device.supports_input()
}

/// The name to show.
#[cfg(not(target_os = "linux"))]
pub(super) fn shown_name(device: &cpal::Device) -> String {
    device.to_string()
}
