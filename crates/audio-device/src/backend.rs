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
    /// Frames per callback if the device has reported them, else 0.
    pub buffer_frames: u32,
}

/// An input stream that was opened.
pub struct InputStream {
    /// Name of the device.
    pub name: String,
    /// The device's own rate in Hz.
    pub sample_rate: u32,
    /// Whether it runs on the output's clock, so that nothing drifts apart.
    pub shares_clock: bool,
    /// Its frames. Stays empty if the input is part of each callback: see [`Render::render`].
    pub reader: InputReader,
}

/// A device. All methods are called from the control thread. A backend lives until its streams are stopped.
pub trait Backend: Send {
    /// The chosen output; `buffer_frames` may become known only after [`start`](Self::start).
    fn output(&self) -> OutputStream;

    /// The clock for the renderer.
    fn clock(&self) -> Clock {
        system_clock()
    }

    /// Whether the device calls the renderer by itself: then a fade can be waited for.
    fn runs_by_itself(&self) -> bool {
        true
    }

    /// The counters and measurements of the streams' threads.
    fn status(&self) -> Arc<DeviceStatus>;

    /// Starts calling `renderer`. The slow part of the setup was done when the backend was made.
    ///
    /// # Errors
    /// When the device refuses; the renderer is lost then.
    fn start(&mut self, renderer: Box<dyn Render>) -> Result<(), AudioError>;

    /// Ends the output and input streams and returns the renderer, if it still exists. A backend whose
    /// [`input_is_in_output`](Self::input_is_in_output) can be started again.
    fn stop(&mut self) -> Option<Box<dyn Render>>;

    /// Opens the microphone.
    ///
    /// # Errors
    /// When there is none, or the device refuses.
    fn open_input(&mut self) -> Result<InputStream, AudioError>;

    /// Closes the microphone.
    fn close_input(&mut self);

    /// Sets what [`open_input`](Self::open_input) opens from now on: a device or the default one, and the first channel
    /// of the pair to use. Has no effect on a backend without devices.
    fn choose_input(&mut self, device: Option<DeviceId>, first_channel: u16) {
        let _ = (device, first_channel);
    }

    /// Whether the microphone that is open, or would be opened, is part of the output's stream: then the stream must be
    /// stopped before the microphone is opened or closed, and started afterwards.
    fn input_is_in_output(&self) -> bool {
        false
    }

    /// Acts on the system's notifications since the last call, and reports them. Called about 60 times a second.
    fn poll(&mut self) {}

    /// For the user: why this isn't the usual backend here.
    fn notice(&self) -> Option<String> {
        None
    }
}
