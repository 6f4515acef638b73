//! Who calls the renderer: the sound system, a timer, or a test.

#[cfg(any(target_os = "macos", test))]
pub(crate) mod coreaudio;
pub(crate) mod cpal_device;
mod interleave;
mod lease;
pub(crate) mod manual;
mod moment;
pub(crate) mod native;
pub(crate) mod virtual_device;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use crate::audio::{AudioError, AudioEvent, DeviceId};
use crate::engine::config::Clock;
use crate::input::InputFeed;
use crate::render::Renderer;

/// Tells of device events. Called from the sound system's threads, never from within a callback that renders.
pub type Notify = Arc<dyn Fn(AudioEvent) + Send + Sync>;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputStream {
    /// Name of the device.
    pub name: String,
    /// The device's own rate in Hz.
    pub sample_rate: u32,
    /// It runs on the output's clock: nothing drifts apart.
    pub shares_clock: bool,
}

/// Words that a backend's threads write and the control side reads.
#[derive(Debug, Default)]
pub struct DeviceWords {
    /// Underruns and overruns that the device reported, in and out.
    pub(crate) xruns: AtomicU64,
    /// Nanoseconds from the output callback to the loudspeaker.
    pub(crate) output_latency_ns: AtomicU64,
    /// Nanoseconds from the microphone to the input callback.
    pub(crate) input_latency_ns: AtomicU64,
    /// The output stream is dead.
    pub(crate) output_lost: AtomicBool,
    /// The default device moved (raised on the audio thread, told from the control side).
    pub(crate) moved: AtomicBool,
}

/// Plays the device's part. All methods are called from the control thread; each lives until its streams are stopped.
pub trait Backend: Send {
    /// The output as chosen; `buffer_frames` may become known only after [`start`](Self::start).
    fn output(&self) -> OutputStream;

    /// The clock that the renderer is to use.
    fn clock(&self) -> Clock {
        crate::engine::config::system_clock()
    }

    /// Whether the renderer is called without our doing: then a fade can be waited for.
    fn runs_by_itself(&self) -> bool {
        true
    }

    /// Words written by the streams' threads.
    fn words(&self) -> Arc<DeviceWords>;

    /// Begins to call `renderer`. What takes its time was done when the backend was made.
    ///
    /// # Errors
    /// When the device refuses; the renderer is lost then.
    fn start(&mut self, renderer: Renderer) -> Result<(), AudioError>;

    /// Ends the output and input streams and gives the renderer back, if it is still there. A backend whose
    /// [`input_is_in_output`](Self::input_is_in_output) can be started again.
    fn stop(&mut self) -> Option<Renderer>;

    /// Opens the microphone. `make_feed` gets what is being opened and gives the feed that its callback is to
    /// fill.
    ///
    /// # Errors
    /// When there is none, or the device refuses.
    fn open_input(
        &mut self,
        make_feed: &mut dyn FnMut(&InputStream) -> InputFeed,
    ) -> Result<InputStream, AudioError>;

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

    /// Looks at what the system has told since the last time, and tells it. Called some 60 times a second.
    fn look(&mut self) {}

    /// For a person: why this isn't the backend that is usual here.
    fn notice(&self) -> Option<String> {
        None
    }
}

impl Backend for Box<dyn Backend> {
    fn output(&self) -> OutputStream {
        self.as_ref().output()
    }
    fn clock(&self) -> Clock {
        self.as_ref().clock()
    }
    fn runs_by_itself(&self) -> bool {
        self.as_ref().runs_by_itself()
    }
    fn words(&self) -> Arc<DeviceWords> {
        self.as_ref().words()
    }
    fn start(&mut self, renderer: Renderer) -> Result<(), AudioError> {
        self.as_mut().start(renderer)
    }
    fn stop(&mut self) -> Option<Renderer> {
        self.as_mut().stop()
    }
    fn open_input(
        &mut self,
        make_feed: &mut dyn FnMut(&InputStream) -> InputFeed,
    ) -> Result<InputStream, AudioError> {
        self.as_mut().open_input(make_feed)
    }
    fn close_input(&mut self) {
        self.as_mut().close_input();
    }
    fn choose_input(&mut self, device: Option<DeviceId>, first_channel: u16) {
        self.as_mut().choose_input(device, first_channel);
    }
    fn input_is_in_output(&self) -> bool {
        self.as_ref().input_is_in_output()
    }
    fn look(&mut self) {
        self.as_mut().look();
    }
    fn notice(&self) -> Option<String> {
        self.as_ref().notice()
    }
}
