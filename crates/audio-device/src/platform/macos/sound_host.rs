//! The one sound system that cpal supports on a Mac.

use crate::error::AudioError;

pub(crate) fn usable_host() -> Result<cpal::Host, AudioError> {
    let reason = |error: cpal::Error| AudioError::NoOutput { reason: error.to_string() };
    let id = cpal::available_hosts()
        .into_iter()
        .next()
        .ok_or_else(|| AudioError::NoOutput { reason: "the system has no sound system".to_owned() })?;
    cpal::host_from_id(id).map_err(reason)
}

pub(crate) fn jack_host() -> Result<cpal::Host, AudioError> {
    Err(AudioError::NoOutput { reason: "JACK is used on Linux only".to_owned() })
}

/// The name to show.
pub(crate) fn shown_name(device: &cpal::Device) -> String {
    device.to_string()
}
