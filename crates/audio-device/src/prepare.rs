//! Chooses the backend to open, list and listen to.

use std::sync::Arc;

use crate::backend::Backend;
use crate::cpal_device::CpalDevice;
use crate::device::{BackendKind, DeviceList, StreamRequest};
use crate::error::AudioError;
use crate::event::{AudioEvent, Notify};
use crate::platform::{self, Listener};
use crate::virtual_device::VirtualDevice;

/// Sets up an output's stream, silent. This is the slow part; it plays from [`Backend::start`] on.
///
/// # Errors
/// [`AudioError::NoOutput`] when no sound system or output is usable (then open [`BackendKind::Virtual`] and say so),
/// [`AudioError::UnknownDevice`] when the requested device isn't there, else the device's own error. Bounded: a sound
/// server that doesn't answer is given up after a few seconds.
pub fn prepare(
    kind: BackendKind,
    request: StreamRequest,
    notify: Notify,
) -> Result<Box<dyn Backend>, AudioError> {
    Ok(match kind {
        BackendKind::System => platform::open(request, notify)?,
        BackendKind::CoreAudio => platform::open_coreaudio(request, notify)?,
        BackendKind::Cpal | BackendKind::Jack => Box::new(CpalDevice::open(kind, request, notify, None)?),
        BackendKind::Virtual => {
            Box::new(VirtualDevice::new(request.sample_rate.or(request.session_rate), request.buffer_frames))
        }
    })
}

/// Lists the input and output devices of a sound system; the virtual backend has none.
///
/// # Errors
/// [`AudioError::NoOutput`] when the sound system isn't usable.
pub fn devices(kind: BackendKind) -> Result<DeviceList, AudioError> {
    match kind {
        BackendKind::Virtual => Ok(DeviceList::default()),
        kind => platform::devices(kind),
    }
}

/// Sends [`AudioEvent::ListChanged`] when the list of devices, or a default, changes, until the listener is dropped.
/// `None` if the system doesn't report changes: then poll [`devices`].
#[must_use]
pub fn listen(notify: impl Fn(AudioEvent) + Send + Sync + 'static) -> Option<Listener> {
    let notify: Notify = Arc::new(notify);
    platform::listen(&notify)
}
