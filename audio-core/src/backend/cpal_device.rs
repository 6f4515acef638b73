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
use cpal::{BufferSize, ErrorKind, StreamConfig};

use self::host::SoundHost;
use self::stream::{Lease, Setup, build_input, build_output};
use self::teller::Teller;
use crate::audio::{AudioError, AudioEvent, BackendKind, DeviceId, StreamRequest};
use crate::backend::{Backend, DeviceWords, InputStream, Notify, OutputStream};
use crate::input::InputFeed;
use crate::render::Renderer;

/// How long a sound server may take to set a stream up.
const OPEN_LIMIT: Duration = Duration::from_secs(2);

/// How long to wait for the renderer after its stream was dropped. cpal joins its threads, so it's there at once.
const RETURN_LIMIT: Duration = Duration::from_millis(500);

/// An output device, chosen, and its streams once they run.
pub(crate) struct CpalDevice {
    kind: BackendKind,
    host: SoundHost,
    request: StreamRequest,
    notify: Notify,
    words: Arc<DeviceWords>,
    device: cpal::Device,
    name: String,
    config: StreamConfig,
    output: Option<Running>,
    /// Where the output's callback looks for its renderer, and where it comes back to.
    handover: rtrb::Producer<Renderer>,
    returned: mpsc::Receiver<Renderer>,
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
    /// Finds the sound system and the output device, and sets its stream up, silent. That is what takes time; with a
    /// renderer it begins to play.
    pub(crate) fn open(
        kind: BackendKind,
        request: StreamRequest,
        notify: Notify,
    ) -> Result<Self, AudioError> {
        let host = SoundHost::find(kind)?;
        let device = host.output(request.output.as_ref())?;
        let name = host::shown_name(&device);
        let format = format::for_output(&device, request.sample_rate)
            .map_err(|error| no_output(host.name(), &name, &error))?;
        let config = format::config(&format, request.buffer_frames);
        let (home, returned) = mpsc::channel();
        let (handover, renderer) = rtrb::RingBuffer::new(1);
        let words: Arc<DeviceWords> = Arc::default();
        let teller = Arc::new(Teller::new(Arc::clone(&words), Arc::clone(&notify)));
        let on_error = {
            let (teller, words) = (Arc::clone(&teller), Arc::clone(&words));
            move |error: cpal::Error| {
                teller.hear(&error, |reason| {
                    // SYNC: pairs with the load in `Audio::output_lost`; the flag carries no data.
                    words.output_lost.store(true, Ordering::Relaxed);
                    AudioEvent::OutputLost { reason }
                });
            }
        };
        let lease = Lease::new(renderer, home);
        let setup = Setup {
            device: &device,
            config,
            format: format.sample_format(),
            pair: usize::from(request.output_first),
            words: Arc::clone(&words),
            limit: OPEN_LIMIT,
        };
        let stream =
            build_output(setup, lease, on_error).map_err(|error| no_output(host.name(), &name, &error))?;
        Ok(Self {
            kind,
            host,
            request,
            notify,
            words,
            device,
            name,
            config,
            output: Some(Running { stream, teller }),
            handover,
            returned,
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
        let refused =
            |reason: &str| AudioError::Refused { device: self.name.clone(), reason: reason.to_owned() };
        let Some(running) = &self.output else { return Err(refused("it was stopped already")) };
        self.handover.push(renderer).map_err(|_| refused("it plays already"))?;
        running.stream.play().map_err(|error| no_output(self.host.name(), &self.name, &error))
    }

    fn stop(&mut self) -> Option<Renderer> {
        self.close_input();
        self.output = None;
        self.returned.recv_timeout(RETURN_LIMIT).ok()
    }

    fn open_input(
        &mut self,
        make_feed: &mut dyn FnMut(&InputStream) -> InputFeed,
    ) -> Result<InputStream, AudioError> {
        // Asked anew: PipeWire's list is that of the moment at which it was asked for.
        let device = SoundHost::find(self.kind)?.input(self.request.input.as_ref())?;
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
        let setup = Setup {
            device: &device,
            config,
            format: format.sample_format(),
            pair: usize::from(self.request.input_first),
            words: Arc::clone(&self.words),
            limit: OPEN_LIMIT,
        };
        let stream = build_input(setup, feed, on_error)
            .and_then(|stream| stream.play().map(|()| stream))
            .map_err(|error| no_input(&name, &error))?;
        self.input = Some(Running { stream, teller });
        Ok(opened)
    }

    fn close_input(&mut self) {
        self.input = None;
    }

    fn choose_input(&mut self, device: Option<DeviceId>, first_channel: u16) {
        (self.request.input, self.request.input_first) = (device, first_channel);
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
