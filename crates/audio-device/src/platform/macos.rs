//! macOS: CoreAudio, or cpal if that refuses.

pub(crate) mod sound_host;

use crate::backend::Backend;
use crate::coreaudio::{self, CoreAudio};
use crate::cpal_device::CpalDevice;
use crate::device::{BackendKind, DeviceList, StreamRequest};
use crate::error::AudioError;
use crate::event::Notify;
use crate::platform::coreaudio_calls::{System, SystemListener};

/// Whether this system has the backend.
#[must_use]
pub const fn has_backend(kind: BackendKind) -> bool {
    !matches!(kind, BackendKind::Jack)
}

/// Reports changes until it is dropped.
pub struct Listener {
    _heard: Vec<SystemListener>,
}

/// Opens the output.
pub(crate) fn open(request: StreamRequest, notify: Notify) -> Result<Box<dyn Backend>, AudioError> {
    coreaudio::open_or(System, request, notify, |request, notify, reason| {
        Ok(Box::new(CpalDevice::open(BackendKind::Cpal, request, notify, Some(reason))?))
    })
}

/// Opens the output with CoreAudio only.
pub(crate) fn open_coreaudio(request: StreamRequest, notify: Notify) -> Result<Box<dyn Backend>, AudioError> {
    Ok(Box::new(CoreAudio::open(System, request, notify)?))
}

/// Lists the devices. Both interfaces give the same devices with the same ids.
pub(crate) fn devices(_: BackendKind) -> Result<DeviceList, AudioError> {
    coreaudio::devices(&System)
}

/// Listens to changes of the list; `None` if the system doesn't allow it.
pub(crate) fn listen(notify: &Notify) -> Option<Listener> {
    coreaudio::listen(&System, notify).map(|heard| Listener { _heard: heard })
}
