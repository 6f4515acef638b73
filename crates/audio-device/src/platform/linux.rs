//! Linux: cpal, with PipeWire, ALSA or JACK.

mod list;
mod pipewire_graph;
pub(crate) mod sound_host;

use crate::backend::Backend;
use crate::cpal_device::CpalDevice;
use crate::device::{BackendKind, DeviceList, StreamRequest};
use crate::error::AudioError;
use crate::event::Notify;

/// Whether this system has the backend.
#[must_use]
pub const fn has_backend(kind: BackendKind) -> bool {
    !matches!(kind, BackendKind::CoreAudio)
}

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
    list::devices(kind)
}

/// Listens to changes of the list: the sound systems here are polled instead.
pub(crate) fn listen(_: &Notify) -> Option<Listener> {
    None
}
