//! Which of the system's sound systems is used.

use cpal::traits::{DeviceTrait, HostTrait};

use crate::audio::{AudioError, DeviceId};

/// cpal's name of PipeWire.
const PIPEWIRE: &str = "PipeWire";

/// A sound system that has answered.
pub(super) struct SoundHost {
    host: cpal::Host,
}

impl SoundHost {
    /// On Linux PipeWire if it runs, else ALSA where the kernel has sound; elsewhere the system's own.
    pub(super) fn find() -> Result<Self, AudioError> {
        Ok(Self { host: usable_host()? })
    }

    pub(super) fn name(&self) -> &'static str {
        self.host.id().name()
    }

    /// Whether all its streams run on one clock. PipeWire's do: its graph has one driver, and it resamples what other
    /// devices give or take itself. Elsewhere each device has its own.
    pub(super) fn has_one_clock(&self) -> bool {
        self.name() == PIPEWIRE
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

impl SoundHost {
    /// The default input and the default output, where the system has them.
    #[cfg(target_os = "linux")]
    pub(super) fn default_ids(&self) -> [Option<cpal::DeviceId>; 2] {
        if self.name() != PIPEWIRE {
            return self.told_default_ids();
        }
        let defaults = super::pipewire_defaults::Defaults::ask();
        let id = |name: String| cpal::DeviceId::new(cpal::HostId::PipeWire, name);
        [defaults.input.map(id), defaults.output.map(id)]
    }

    /// The default input and the default output, where the system has them.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn default_ids(&self) -> [Option<cpal::DeviceId>; 2] {
        self.told_default_ids()
    }

    fn told_default_ids(&self) -> [Option<cpal::DeviceId>; 2] {
        [self.host.default_input_device(), self.host.default_output_device()]
            .map(|device| device.and_then(|device| device.id().ok()))
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
/// PipeWire's list has more than devices in it: entries that follow the default output, to play and to record what is
/// played, and other programs' streams, which cpal gives as outputs that can't be recorded, while every real output can.
#[cfg(target_os = "linux")]
pub(super) fn is_output(device: &cpal::Device) -> bool {
    if !is_pipewire(device) {
        return device.supports_output();
    }
    let is_duplex = |description: cpal::DeviceDescription| {
        description.direction() == cpal::DeviceDirection::Duplex && !named(device, PIPEWIRE_MONITOR)
    };
    device.description().is_ok_and(is_duplex)
}

/// Whether a device records, and is one to choose.
///
/// On PipeWire an output can be recorded too, but what is played there would come back: it isn't offered; nor is the entry
/// that follows the default input. Other programs' recording streams look like inputs, but have no description, which cpal
/// gives as "unknown".
#[cfg(target_os = "linux")]
pub(super) fn is_input(device: &cpal::Device) -> bool {
    if !is_pipewire(device) {
        return device.supports_input();
    }
    device.description().is_ok_and(|description| {
        description.direction() == cpal::DeviceDirection::Input
            && description.name() != "unknown"
            && !named(device, PIPEWIRE_INPUT)
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
