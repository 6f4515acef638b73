//! Elsewhere: cpal.

use crate::audio::{AudioError, DeviceList, StreamRequest};
use crate::backend::cpal_device::{self, CpalDevice};
use crate::backend::{Backend, Notify};

/// Whether this system has CoreAudio.
pub(crate) const HAS_COREAUDIO: bool = false;

/// There is nothing to listen to here.
pub enum Listener {}

/// Opens the output.
pub(crate) fn open(request: StreamRequest, notify: Notify) -> Result<Box<dyn Backend>, AudioError> {
    Ok(Box::new(CpalDevice::open(request, notify, None)?))
}

/// Opens it by CoreAudio or not at all.
pub(crate) fn open_coreaudio(_: StreamRequest, _: Notify) -> Result<Box<dyn Backend>, AudioError> {
    Err(AudioError::NoOutput { reason: "CoreAudio is part of macOS only".to_owned() })
}

/// Lists the devices.
pub(crate) fn devices() -> Result<DeviceList, AudioError> {
    cpal_device::devices()
}

/// Listens to changes of the list: the sound systems here are polled.
pub(crate) fn listen(_: &Notify) -> Option<Listener> {
    None
}
