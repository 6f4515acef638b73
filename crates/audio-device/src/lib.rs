//! Sound devices and their streams: CoreAudio on a Mac; PipeWire, ALSA and JACK through cpal on Linux; a timer in place
//! of a device; and a device that a test steps by hand.
//!
//! [`prepare()`] sets up an output's stream and returns a [`Backend`], which calls a [`Render`], given to
//! [`start`](Backend::start), for every callback. It opens the microphone on demand; its frames wait for the renderer
//! in an [`InputReader`]. [`devices`] lists the available devices, [`listen`] reports changes. Events of streams are
//! [`AudioEvent`]s; counters and measurements of their threads are in a [`DeviceStatus`].
//!
//! This crate knows nothing of the engine, projects or child processes; nor of JSON, except for the one value in which
//! PipeWire names its defaults.
//!
//! # On the audio thread
//!
//! Callbacks come on the sound system's threads. Our code there, here and in the renderer, doesn't allocate, free,
//! lock, log or panic.

mod backend;
mod clock;
pub mod coreaudio;
mod cpal_device;
mod device;
mod error;
mod event;
mod input;
mod interleave;
mod lease;
mod loudest;
mod manual;
mod no_alloc;
pub mod number;
mod platform;
mod prepare;
mod render;
mod status;
mod timestamp;
mod virtual_device;

pub use backend::{Backend, InputStream, OutputStream};
pub use clock::{Clock, system_clock};
pub use device::{BackendKind, DeviceId, DeviceInfo, DeviceList, StreamRequest, Transport};
pub use error::AudioError;
pub use event::{AudioEvent, Notify};
pub use input::{InputReader, InputWriter, LostFlag, Stamp, input_fifo};
pub use loudest::{LOUDEST, Replaced, sanitise};
pub use manual::{Manual, ManualSettings};
pub use no_alloc::no_alloc;
pub use platform::{Listener, has_backend};
pub use prepare::{devices, listen, prepare};
pub use render::{MAX_FRAMES, Render, Sink};
pub use status::DeviceStatus;

#[cfg(test)]
mod tests {
    use super::*;

    /// The types that may move to another thread.
    #[test]
    fn what_a_callback_has_can_be_sent() {
        fn is_send<T: Send + ?Sized>() {}
        is_send::<dyn Render>();
        is_send::<dyn Backend>();
        is_send::<InputWriter>();
        is_send::<InputReader>();
        fn is_shared<T: Send + Sync>() {}
        is_shared::<DeviceStatus>();
        is_shared::<AudioError>();
    }
}
