//! The system's sound devices, through cpal.

mod errors;
mod format;
mod host;
mod stream;

pub(crate) use host::SoundHost;

use std::sync::Arc;
use std::time::Duration;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{BufferSize, ErrorKind, StreamConfig};

use self::errors::StreamErrors;
use self::stream::{Setup, build_input, build_output};
use crate::backend::{Backend, InputStream, OutputStream};
use crate::device::{BackendKind, DeviceId, StreamRequest};
use crate::error::AudioError;
use crate::event::{AudioEvent, Notify};
use crate::input::input_fifo;
use crate::lease::{Lender, lease};
use crate::platform::sound_host;
use crate::render::Render;
use crate::status::DeviceStatus;

/// How long a sound server may take to set up a stream.
const OPEN_LIMIT: Duration = Duration::from_secs(2);

/// The chosen output device, with its streams once they run.
pub(crate) struct CpalDevice {
    kind: BackendKind,
    host: SoundHost,
    request: StreamRequest,
    notify: Notify,
    status: Arc<DeviceStatus>,
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
    errors: Arc<StreamErrors>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.errors.close();
    }
}

impl CpalDevice {
    /// Finds the sound system and the output device, and sets up its stream, silent, which is the slow part; it starts
    /// playing when it gets a renderer. `notice` is why cpal is used, if another backend is usual.
    pub(crate) fn open(
        kind: BackendKind,
        request: StreamRequest,
        notify: Notify,
        notice: Option<String>,
    ) -> Result<Self, AudioError> {
        let host = SoundHost::find(kind)?;
        let device = host.output(request.output.as_ref())?;
        let name = sound_host::shown_name(&device);
        let rate = request.sample_rate.or(request.session_rate.filter(|_| host.follows_session()));
        let format = format::for_output(&device, rate, host.takes_any_rate())
            .map_err(|error| no_output(host.name(), &name, &error))?;
        let config = format::config(&format, request.buffer_frames);
        let (lender, lease) = lease();
        let status: Arc<DeviceStatus> = Arc::default();
        let errors = Arc::new(StreamErrors::new(Arc::clone(&status), Arc::clone(&notify)));
        let on_error = {
            let (errors, status) = (Arc::clone(&errors), Arc::clone(&status));
            move |error: cpal::Error| {
                errors.handle(&error, |reason| {
                    status.lose_output();
                    AudioEvent::OutputLost { reason }
                });
            }
        };
        let setup = Setup {
            device: &device,
            config,
            format: format.sample_format(),
            pair: usize::from(request.output_first),
            status: Arc::clone(&status),
            limit: OPEN_LIMIT,
        };
        let stream =
            build_output(setup, lease, on_error).map_err(|error| no_output(host.name(), &name, &error))?;
        Ok(Self {
            kind,
            host,
            request,
            notify,
            status,
            device,
            name,
            config,
            output: Some(Running { stream, errors }),
            lender,
            input: None,
            notice,
        })
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

    fn status(&self) -> Arc<DeviceStatus> {
        Arc::clone(&self.status)
    }

    fn start(&mut self, renderer: Box<dyn Render>) -> Result<(), AudioError> {
        let refused =
            |reason: &str| AudioError::Refused { device: self.name.clone(), reason: reason.to_owned() };
        let Some(running) = &self.output else { return Err(refused("it was stopped already")) };
        if !self.lender.lend(renderer) {
            return Err(refused("it plays already"));
        }
        running.stream.play().map_err(|error| no_output(self.host.name(), &self.name, &error))
    }

    fn stop(&mut self) -> Option<Box<dyn Render>> {
        self.close_input();
        self.output = None;
        self.lender.take_back()
    }

    fn open_input(&mut self) -> Result<InputStream, AudioError> {
        // Found again, as PipeWire's list is fixed at the moment of the query.
        let host = SoundHost::find(self.kind)?;
        let device = host.input(self.request.input.as_ref())?;
        let name = sound_host::shown_name(&device);
        let format = format::for_input(&device, self.config.sample_rate, host.takes_any_rate())
            .map_err(|error| no_input(&name, &error))?;
        let config = format::config(&format, self.asked_frames());
        let shares_clock = self.host.has_one_clock() || device.id().ok() == self.device.id().ok();
        let (writer, reader) = input_fifo();
        let lost = reader.lost();
        let errors = Arc::new(StreamErrors::new(Arc::clone(&self.status), Arc::clone(&self.notify)));
        let on_error = {
            let errors = Arc::clone(&errors);
            move |error: cpal::Error| {
                errors.handle(&error, |reason| {
                    lost.raise();
                    AudioEvent::InputLost { reason }
                });
            }
        };
        let setup = Setup {
            device: &device,
            config,
            format: format.sample_format(),
            pair: usize::from(self.request.input_first),
            status: Arc::clone(&self.status),
            limit: OPEN_LIMIT,
        };
        let stream = build_input(setup, writer, on_error)
            .and_then(|stream| stream.play().map(|()| stream))
            .map_err(|error| no_input(&name, &error))?;
        self.input = Some(Running { stream, errors });
        Ok(InputStream { name, sample_rate: config.sample_rate, shares_clock, reader })
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
