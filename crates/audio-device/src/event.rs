//! What happens to devices and streams.

use std::sync::Arc;

use crate::error::AudioError;

/// Tells of device events. Called from the sound system's threads, never from within a callback that renders.
pub type Notify = Arc<dyn Fn(AudioEvent) + Send + Sync>;

/// Something happened to the devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AudioEvent {
    /// The system's default device moved and the stream went with it.
    DeviceChanged,
    /// The output stream is dead: open a new one.
    OutputLost {
        /// What the sound system said.
        reason: String,
    },
    /// The output plays on, but another stream is to take its place: open a new one.
    OutputStale {
        /// What changed.
        reason: String,
    },
    /// The list of devices, or a default, is another: told while there is a listener, see [`listen`](crate::listen).
    ListChanged,
    /// The microphone's stream is dead; it's opened again while a source asks for it.
    InputLost {
        /// What the sound system said.
        reason: String,
    },
    /// The microphone couldn't be opened; the sources that ask for it are silent.
    InputFailed(AudioError),
    /// The microphone's stream was opened.
    InputOpened,
    /// The microphone's stream was closed.
    InputClosed,
    /// The system didn't grant the audio thread its priority: dropouts under load are likelier.
    RealtimeDenied {
        /// What the system said.
        reason: String,
    },
}
