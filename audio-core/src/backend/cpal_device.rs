//! The system's sound devices, through cpal.

mod format;
mod host;
mod list;
mod moment;
mod stream;
mod teller;

pub(crate) use list::devices;

use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{BufferSize, ErrorKind, SampleFormat, StreamConfig};

use self::host::SoundHost;
use self::stream::{Lease, build_input, build_output};
use self::teller::Teller;
use crate::audio::{AudioError, AudioEvent, StreamRequest};
use crate::backend::{Backend, DeviceWords, InputStream, Notify, OutputStream};
use crate::input::InputFeed;
use crate::render::Renderer;

/// How long a sound server may take to set a stream up.
const OPEN_LIMIT: Duration = Duration::from_secs(2);

/// How long to wait for the renderer after its stream was dropped. cpal joins its threads, so it's there at once.
const RETURN_LIMIT: Duration = Duration::from_millis(500);

/// An output device, chosen, and its streams once they run.
pub(crate) struct CpalDevice {
    host: SoundHost,
    request: StreamRequest,
    notify: Notify,
    words: Arc<DeviceWords>,
    device: cpal::Device,
    name: String,
    format: SampleFormat,
    config: StreamConfig,
    output: Option<Running>,
    returned: Option<mpsc::Receiver<Renderer>>,
    input: Option<Running>,
}

/// A stream that runs until this is dropped.
struct Running {
    stream: cpal::Stream,
    teller: Arc<Teller>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.teller.close();
    }
}

impl CpalDevice {
    /// Finds the sound system, the output device and its format, without opening it.
    pub(crate) fn choose(request: StreamRequest, notify: Notify) -> Result<Self, AudioError> {
        let host = SoundHost::find()?;
        let device = host.output(request.output.as_ref())?;
        let name = host::shown_name(&device);
        let format = format::for_output(&device, request.sample_rate)
            .map_err(|error| no_output(host.name(), &name, &error))?;
        Ok(Self {
            host,
            notify,
            words: Arc::default(),
            device,
            name,
            config: format::config(&format, request.buffer_frames),
            format: format.sample_format(),
            request,
            output: None,
            returned: None,
            input: None,
        })
    }

    fn teller(&self) -> Arc<Teller> {
        Arc::new(Teller::new(Arc::clone(&self.words), Arc::clone(&self.notify)))
    }

    fn asked_frames(&self) -> Option<u32> {
        match self.config.buffer_size {
            BufferSize::Fixed(frames) => Some(frames),
            BufferSize::Default => None,
        }
    }
}

impl Backend for CpalDevice {
    fn output(&self) -> OutputStream {
        let told = self.output.as_ref().and_then(|running| running.stream.buffer_size().ok());
        OutputStream {
            backend: self.host.name().to_owned(),
            name: self.name.clone(),
            channels: self.config.channels,
            sample_rate: self.config.sample_rate,
            buffer_frames: told.filter(|frames| *frames > 0).or(self.asked_frames()).unwrap_or(0),
        }
    }

    fn words(&self) -> Arc<DeviceWords> {
        Arc::clone(&self.words)
    }

    fn start(&mut self, renderer: Renderer) -> Result<(), AudioError> {
        let (home, returned) = mpsc::channel();
        let teller = self.teller();
        let on_error = {
            let teller = Arc::clone(&teller);
            move |error: cpal::Error| teller.hear(&error, |reason| AudioEvent::OutputLost { reason })
        };
        let (lease, words) = (Lease::new(renderer, home), Arc::clone(&self.words));
        let stream = build_output(&self.device, self.config, self.format, lease, words, on_error, OPEN_LIMIT)
            .and_then(|stream| stream.play().map(|()| stream))
            .map_err(|error| no_output(self.host.name(), &self.name, &error))?;
        self.output = Some(Running { stream, teller });
        self.returned = Some(returned);
        Ok(())
    }

    fn stop(&mut self) -> Option<Renderer> {
        self.close_input();
        self.output = None;
        self.returned.take()?.recv_timeout(RETURN_LIMIT).ok()
    }

    fn open_input(
        &mut self,
        make_feed: &mut dyn FnMut(&InputStream) -> InputFeed,
    ) -> Result<InputStream, AudioError> {
        let device = self.host.input(self.request.input.as_ref())?;
        let name = host::shown_name(&device);
        let format =
            format::for_input(&device, self.config.sample_rate).map_err(|error| no_input(&name, &error))?;
        let config = format::config(&format, self.asked_frames());
        let shares_clock = self.host.has_one_clock() || device.id().ok() == self.device.id().ok();
        let opened = InputStream { name: name.clone(), sample_rate: config.sample_rate, shares_clock };
        let feed = make_feed(&opened);
        let (lost, teller) = (feed.lost(), self.teller());
        let on_error = {
            let teller = Arc::clone(&teller);
            move |error: cpal::Error| {
                teller.hear(&error, |reason| {
                    // SYNC: pairs with the load in `Engine::input_lost`; the flag carries no data.
                    lost.store(true, Ordering::Relaxed);
                    AudioEvent::InputLost { reason }
                });
            }
        };
        let words = Arc::clone(&self.words);
        let stream = build_input(&device, config, format.sample_format(), feed, words, on_error, OPEN_LIMIT)
            .and_then(|stream| stream.play().map(|()| stream))
            .map_err(|error| no_input(&name, &error))?;
        self.input = Some(Running { stream, teller });
        Ok(opened)
    }

    fn close_input(&mut self) {
        self.input = None;
    }
}

fn no_output(host: &str, device: &str, error: &cpal::Error) -> AudioError {
    match error.kind() {
        ErrorKind::PermissionDenied => AudioError::PermissionDenied { device: device.to_owned() },
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => {
            AudioError::NoOutput { reason: format!("{host}: {error}") }
        }
        _ => AudioError::Refused { device: device.to_owned(), reason: error.to_string() },
    }
}

fn no_input(device: &str, error: &cpal::Error) -> AudioError {
    match error.kind() {
        ErrorKind::PermissionDenied => AudioError::PermissionDenied { device: device.to_owned() },
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => {
            AudioError::NoInput { reason: error.to_string() }
        }
        _ => AudioError::Refused { device: device.to_owned(), reason: error.to_string() },
    }
}
