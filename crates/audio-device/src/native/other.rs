//! Other systems: cpal.

use crate::backend::Backend;
use crate::cpal_device::{self, CpalDevice};
use crate::device::{BackendKind, DeviceList, StreamRequest};
use crate::error::AudioError;
use crate::event::Notify;

/// There is nothing to listen to here.
pub enum Listener {}

/// Opens the output.
pub(crate) fn open(request: StreamRequest, notify: Notify) -> Result<Box<dyn Backend>, AudioError> {
    Ok(Box::new(CpalDevice::open(BackendKind::Cpal, request, notify, None)?))
}

/// Opens the output with CoreAudio only.
pub(crate) fn open_coreaudio(_: StreamRequest, _: Notify) -> Result<Box<dyn Backend>, AudioError> {
    Err(AudioError::NoOutput { reason: "CoreAudio is part of macOS only".to_owned() })
}

/// Lists the devices.
pub(crate) fn devices(kind: BackendKind) -> Result<DeviceList, AudioError> {
    cpal_device::devices(kind)
}

/// Listens to changes of the list: the sound systems here are polled instead.
pub(crate) fn listen(_: &Notify) -> Option<Listener> {
    None
}
