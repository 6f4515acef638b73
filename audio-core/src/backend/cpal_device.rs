//! The system's sound devices, through cpal.

mod format;
mod host;
#[cfg(target_os = "linux")]
mod list;
#[cfg(target_os = "linux")]
mod pipewire_graph;
mod stream;
mod teller;

#[cfg(target_os = "linux")]
pub(crate) use list::devices;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{BufferSize, ErrorKind, StreamConfig};

use self::host::SoundHost;
use self::stream::{Setup, build_input, build_output};
use self::teller::Teller;
use crate::audio::{AudioError, AudioEvent, BackendKind, DeviceId, StreamRequest};
use crate::backend::lease::{Lender, lease};
use crate::backend::{Backend, DeviceWords, InputStream, Notify, OutputStream};
use crate::input::InputFeed;
use crate::render::Renderer;

/// How long a sound server may take to set a stream up.
const OPEN_LIMIT: Duration = Duration::from_secs(2);

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
    lender: Lender,
    input: Option<Running>,
    notice: Option<String>,
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
    /// renderer it begins to play. `notice` is why cpal is used, where something else is usual.
    pub(crate) fn open(
        kind: BackendKind,
        request: StreamRequest,
        notify: Notify,
        notice: Option<String>,
    ) -> Result<Self, AudioError> {
        let host = SoundHost::find(kind)?;
        let device = host.output(request.output.as_ref())?;
        let name = host::shown_name(&device);
        let rate = request.sample_rate.or(request.session_rate.filter(|_| host.follows_session()));
        let format = format::for_output(&device, rate, host.takes_any_rate())
            .map_err(|error| no_output(host.name(), &name, &error))?;
        let config = format::config(&format, request.buffer_frames);
        let (lender, lease) = lease();
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
            lender,
            input: None,
            notice,
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
        if !self.lender.lend(renderer) {
            return Err(refused("it plays already"));
        }
        running.stream.play().map_err(|error| no_output(self.host.name(), &self.name, &error))
    }

    fn stop(&mut self) -> Option<Renderer> {
        self.close_input();
        self.output = None;
        self.lender.take_back()
    }

    fn open_input(
        &mut self,
        make_feed: &mut dyn FnMut(&InputStream) -> InputFeed,
    ) -> Result<InputStream, AudioError> {
        // Asked anew: PipeWire's list is that of the moment at which it was asked for.
        let host = SoundHost::find(self.kind)?;
        let device = host.input(self.request.input.as_ref())?;
        let name = host::shown_name(&device);
        let format = format::for_input(&device, self.config.sample_rate, host.takes_any_rate())
            .map_err(|error| no_input(&name, &error))?;
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

    fn notice(&self) -> Option<String> {
        self.notice.clone()
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
