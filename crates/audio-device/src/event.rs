//! Events of devices and streams.

use std::sync::Arc;

use crate::error::AudioError;

/// Receives device events. Called from the sound system's threads, never from within a callback that renders.
pub type Notify = Arc<dyn Fn(AudioEvent) + Send + Sync>;

/// An event of the devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AudioEvent {
    /// The system's default device moved and the stream went with it.
    DeviceChanged,
    /// The output stream is dead: open a new one.
    OutputLost {
        /// The sound system's message.
        reason: String,
    },
    /// The output still plays, but should be replaced by another stream: open a new one.
    OutputStale {
        /// What changed.
        reason: String,
    },
    /// The list of devices, or a default, changed: reported while there is a listener, see [`listen`](crate::listen).
    ListChanged,
    /// The microphone's stream is dead; it's opened again while a source asks for it.
    InputLost {
        /// The sound system's message.
        reason: String,
    },
    /// The microphone couldn't be opened; the sources that ask for it are silent.
    InputFailed(AudioError),
    /// The microphone's stream was opened.
    InputOpened,
    /// The microphone's stream was closed.
    InputClosed,
    /// The system denied the audio thread its priority: dropouts under load are more likely.
    RealtimeDenied {
        /// The system's message.
        reason: String,
    },
}
