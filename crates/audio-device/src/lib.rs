//! Sound devices and their streams: CoreAudio on a Mac; PipeWire, ALSA and JACK by cpal on Linux; a timer that plays the
//! device's part; and one that a test steps by hand.
//!
//! [`prepare`] sets an output's stream up and gives back a [`Backend`], which calls what it is [started](Backend::start)
//! with, a [`Render`], for every callback. It opens the microphone on demand, whose frames wait for the renderer behind
//! an [`InputReader`]. [`devices`] lists what can be opened, [`listen`] tells of changes. What happens to a stream is an
//! [`AudioEvent`], what its threads count and measure is in a [`DeviceStatus`].
//!
//! What this crate doesn't have: knowledge of the engine, of projects or child processes; nor of JSON, but for the one value
//! in which PipeWire names its defaults.
//!
//! # On the audio thread
//!
//! Callbacks come on the sound system's threads. What of ours runs there, here and in the renderer, doesn't allocate, free,
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
mod native;
mod no_alloc;
pub mod number;
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
pub use loudest::{LOUDEST, sanitise};
pub use manual::{Manual, ManualSettings};
pub use native::Listener;
pub use no_alloc::no_alloc;
pub use prepare::{devices, listen, prepare};
pub use render::{MAX_FRAMES, Render, Sink};
pub use status::DeviceStatus;

#[cfg(test)]
mod tests {
    use super::*;

    /// Who may go to another thread.
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
