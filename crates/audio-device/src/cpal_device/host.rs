//! Chooses one of the system's sound systems.

use cpal::traits::{DeviceTrait, HostTrait};

use crate::device::{BackendKind, DeviceId};
use crate::error::AudioError;
use crate::platform::sound_host::{jack_host, usable_host};

/// cpal's names of PipeWire and JACK.
const PIPEWIRE: &str = "PipeWire";
const JACK: &str = "JACK";

/// A sound system that has answered.
pub(crate) struct SoundHost {
    /// As cpal knows it.
    pub(crate) system: cpal::Host,
}

impl SoundHost {
    /// JACK if requested. Otherwise, on Linux, PipeWire if it runs, or ALSA if the kernel has sound; elsewhere the
    /// system's own.
    pub(crate) fn find(kind: BackendKind) -> Result<Self, AudioError> {
        let system = if kind == BackendKind::Jack { jack_host()? } else { usable_host()? };
        Ok(Self { system })
    }

    pub(super) fn name(&self) -> &'static str {
        self.system.id().name()
    }

    /// Whether all its streams run on one clock. PipeWire's and JACK's do: their graph has one driver, and PipeWire
    /// itself resamples for other devices. Elsewhere each device has its own.
    pub(super) fn has_one_clock(&self) -> bool {
        [PIPEWIRE, JACK].contains(&self.name())
    }

    /// Whether the output may be asked for the engine's rate: not with CoreAudio, where cpal would change the device's
    /// rate for every program.
    pub(super) fn follows_session(&self) -> bool {
        self.name() != "CoreAudio"
    }

    /// Whether a stream may have any rate. On PipeWire it may: the server converts if the device has another.
    pub(super) fn takes_any_rate(&self) -> bool {
        self.name() == PIPEWIRE
    }

    /// The requested output, or the default one.
    pub(super) fn output(&self, wanted: Option<&DeviceId>) -> Result<cpal::Device, AudioError> {
        match wanted {
            Some(id) => self.find_device(id, DeviceTrait::supports_output),
            None => self.system.default_output_device().ok_or_else(|| AudioError::NoOutput {
                reason: format!("{} has no output device", self.name()),
            }),
        }
    }

    /// The requested input, or the default one.
    pub(super) fn input(&self, wanted: Option<&DeviceId>) -> Result<cpal::Device, AudioError> {
        match wanted {
            Some(id) => self.find_device(id, DeviceTrait::supports_input),
            None => self.system.default_input_device().ok_or_else(|| AudioError::NoInput {
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
        self.system.device_by_id(&wanted).filter(fits).ok_or_else(unknown)
    }
}
