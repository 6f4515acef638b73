//! The device as the control side sees it.

use std::sync::Arc;

use crate::clock::{Clock, system_clock};
use crate::device::DeviceId;
use crate::error::AudioError;
use crate::input::InputReader;
use crate::render::Render;
use crate::status::DeviceStatus;

/// The output stream that a backend has chosen, known before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputStream {
    /// Name of the sound system.
    pub backend: String,
    /// Name of the device.
    pub name: String,
    /// Channels of the device.
    pub channels: u16,
    /// Rate in Hz.
    pub sample_rate: u32,
    /// Frames per callback where the device has said so, else 0.
    pub buffer_frames: u32,
}

/// An input stream that was opened.
pub struct InputStream {
    /// Name of the device.
    pub name: String,
    /// The device's own rate in Hz.
    pub sample_rate: u32,
    /// It runs on the output's clock: nothing drifts apart.
    pub shares_clock: bool,
    /// Its frames. Nothing comes where the input is part of each callback: see [`Render::render`].
    pub reader: InputReader,
}

/// Plays the device's part. All methods are called from the control thread; each lives until its streams are stopped.
pub trait Backend: Send {
    /// The output as chosen; `buffer_frames` may become known only after [`start`](Self::start).
    fn output(&self) -> OutputStream;

    /// The clock that the renderer is to use.
    fn clock(&self) -> Clock {
        system_clock()
    }

    /// Whether the renderer is called without our doing: then a fade can be waited for.
    fn runs_by_itself(&self) -> bool {
        true
    }

    /// What the streams' threads count and measure.
    fn status(&self) -> Arc<DeviceStatus>;

    /// Begins to call `renderer`. What takes its time was done when the backend was made.
    ///
    /// # Errors
    /// When the device refuses; the renderer is lost then.
    fn start(&mut self, renderer: Box<dyn Render>) -> Result<(), AudioError>;

    /// Ends the output and input streams and gives the renderer back, if it is still there. A backend whose
    /// [`input_is_in_output`](Self::input_is_in_output) can be started again.
    fn stop(&mut self) -> Option<Box<dyn Render>>;

    /// Opens the microphone.
    ///
    /// # Errors
    /// When there is none, or the device refuses.
    fn open_input(&mut self) -> Result<InputStream, AudioError>;

    /// Closes the microphone.
    fn close_input(&mut self);

    /// Chooses what [`open_input`](Self::open_input) opens from now on: a device or the default one, and the first
    /// channel of the pair that is taken. For a backend without devices nothing changes.
    fn choose_input(&mut self, device: Option<DeviceId>, first_channel: u16) {
        let _ = (device, first_channel);
    }

    /// Whether the microphone that is open, or would be opened, is part of the output's stream: then that is to be
    /// stopped before the microphone is opened or closed, and started after.
    fn input_is_in_output(&self) -> bool {
        false
    }

    /// Acts on what the system has told since the last time, and tells it. Called some 60 times a second.
    fn poll(&mut self) {}

    /// For a person: why this isn't the backend that is usual here.
    fn notice(&self) -> Option<String> {
        None
    }
}
