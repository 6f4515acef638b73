//! Which of the system's sound systems is used.

#[cfg(target_os = "linux")]
use std::collections::HashSet;

#[cfg(target_os = "linux")]
use cpal::DeviceDirection;
use cpal::traits::{DeviceTrait, HostTrait};

use crate::audio::{AudioError, BackendKind, DeviceId};

/// cpal's names of PipeWire and JACK.
const PIPEWIRE: &str = "PipeWire";
const JACK: &str = "JACK";

/// Who is who among what cpal lists.
#[cfg(target_os = "linux")]
pub(super) struct Overview {
    /// The system's default output, where that is known. On PipeWire it may be one that cpal doesn't list.
    pub(super) default_output: Option<cpal::DeviceId>,
    /// The system's default input, in the same way.
    pub(super) default_input: Option<cpal::DeviceId>,
    /// No devices, but what a sound server has beside them.
    pub(super) no_devices: HashSet<cpal::DeviceId>,
}

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

    /// Whether the output may be asked for the rate that the engine has: not CoreAudio's, where cpal would change the device's
    /// rate for every program.
    pub(super) fn follows_session(&self) -> bool {
        self.name() != "CoreAudio"
    }

    /// Whether a stream may have any rate. On PipeWire it may: the server converts where the device has another.
    pub(super) fn takes_any_rate(&self) -> bool {
        self.name() == PIPEWIRE
    }

    /// What there is to know before its devices are listed.
    #[cfg(target_os = "linux")]
    pub(super) fn overview(&self) -> Overview {
        let id = |device: Option<cpal::Device>| device.and_then(|device| device.id().ok());
        overview(Overview {
            default_output: id(self.host.default_output_device()),
            default_input: id(self.host.default_input_device()),
            no_devices: HashSet::new(),
        })
    }

    #[cfg(target_os = "linux")]
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

/// Whether a device plays, and is one to choose: PipeWire's list has a second name of the default output, to record from
/// it.
#[cfg(target_os = "linux")]
pub(super) fn is_output(device: &cpal::Device) -> bool {
    match direction_of_jack(device) {
        Some(direction) => direction == DeviceDirection::Output,
        None => device.supports_output() && !(is_pipewire(device) && named(device, PIPEWIRE_MONITOR)),
    }
}

/// Whether a device records, and is one to choose. On PipeWire an output can be recorded too, but what is played there
/// would come back: it isn't offered.
#[cfg(target_os = "linux")]
pub(super) fn is_input(device: &cpal::Device) -> bool {
    if !is_pipewire(device) {
        return device.supports_input() && direction_of_jack(device) != Some(DeviceDirection::Output);
    }
    device.description().is_ok_and(|description| description.direction() == DeviceDirection::Input)
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

/// cpal's defaults are entries that follow PipeWire's: PipeWire itself says which devices those are.
#[cfg(target_os = "linux")]
fn overview(by_cpal: Overview) -> Overview {
    let is_pipewire = |id: &cpal::DeviceId| id.host() == cpal::HostId::PipeWire;
    if !by_cpal.default_output.as_ref().is_some_and(is_pipewire) {
        return by_cpal;
    }
    let graph = super::pipewire_graph::ask();
    let id = |name: String| cpal::DeviceId::new(cpal::HostId::PipeWire, name);
    Overview {
        default_output: graph.default_output.map(id),
        default_input: graph.default_input.map(id),
        no_devices: graph.no_devices.into_iter().map(id).collect(),
    }
}

/// Whether this is no device but PipeWire's entry for whichever is the default.
#[cfg(target_os = "linux")]
pub(super) fn follows_default(id: &DeviceId) -> bool {
    id.0.parse::<cpal::DeviceId>().is_ok_and(|id| {
        id.host() == cpal::HostId::PipeWire && [PIPEWIRE_OUTPUT, PIPEWIRE_INPUT].contains(&id.id())
    })
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

/// The name to show.
#[cfg(not(target_os = "linux"))]
pub(super) fn shown_name(device: &cpal::Device) -> String {
    device.to_string()
}
