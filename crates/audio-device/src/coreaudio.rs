//! macOS devices through CoreAudio directly: one unit for output and input if they are one device, with the device's
//! own buffer, latency and notifications.
//!
//! All decisions are made here and in the modules below, over [`Hardware`]; only `platform::coreaudio_calls`, which
//! exists on a Mac only, calls Apple. On other systems tests simulate the hardware, here and with an engine.

pub(crate) mod callback;
pub(crate) mod facts;
pub(crate) mod hardware;
mod list;
#[cfg(all(test, mac_shim))]
#[path = "../../mac-shim/coreaudio.rs"]
pub(crate) mod mac_shim;
#[cfg(all(test, mac_shim))]
mod mac_shim_tests;
mod plan;
mod signals;
#[cfg(test)]
mod tests;
mod tune;

pub use callback::{Callback, Capture, Player, Recorder};
pub use facts::{DeviceNumber, Direction, Facts, Side, channels_in};
pub use hardware::{Fault, Hardware, Heard, Setup, Watched};

use std::sync::Arc;
use std::time::{Duration, Instant};

use self::plan::{Opened, Verdict, Way};
use self::signals::Signals;
use self::tune::tune;
use crate::backend::{Backend, InputStream, OutputStream};
use crate::device::{DeviceId, DeviceList, StreamRequest};
use crate::error::AudioError;
use crate::event::{AudioEvent, Notify};
use crate::input::{LostFlag, input_fifo};
use crate::lease::{Lender, lease};
use crate::number::nanoseconds;
use crate::render::Render;
use crate::status::DeviceStatus;

/// How long a microphone whose rate changed keeps running, unheard, until it is reopened at the new rate.
const HOLD_LIMIT: Duration = Duration::from_secs(5);

/// An output device, and its streams once they run.
pub struct CoreAudio<H: Hardware> {
    hardware: H,
    request: StreamRequest,
    notify: Notify,
    status: Arc<DeviceStatus>,
    signals: Arc<Signals>,
    device: Facts,
    /// Made in advance; runs once there is a renderer.
    output: Option<Running<H>>,
    lender: Lender,
    input: Option<Microphone<H>>,
    /// See [`HOLD_LIMIT`].
    held: Option<(Running<H>, Instant)>,
    /// Whether a unit for both output and input was refused.
    output_alone: bool,
    _defaults: Vec<H::Listener>,
}

/// A unit with the listeners on its device. Dropping it ends both, the listeners first.
struct Running<H: Hardware> {
    _listeners: Vec<H::Listener>,
    unit: H::Unit,
}

/// The open input.
struct Microphone<H: Hardware> {
    opened: Opened,
    lost: LostFlag,
    /// Whether its device now has another rate than when it was opened.
    has_other_rate: bool,
    /// Its own unit; `None` if it is part of the output's unit.
    alone: Option<Running<H>>,
}

/// Lists the devices.
///
/// # Errors
/// CoreAudio doesn't answer.
pub fn devices(hardware: &impl Hardware) -> Result<DeviceList, AudioError> {
    list::devices(hardware)
}

/// Calls `notify` on each change of the list of devices, or of a default, until the returned listeners are dropped.
/// `None` if one of them can't be listened to: then the list must be polled.
pub fn listen<H: Hardware>(hardware: &H, notify: &Notify) -> Option<Vec<H::Listener>> {
    let watched = [Watched::Devices, Watched::DefaultOutput, Watched::DefaultInput, Watched::Restarted];
    let tell = || -> Heard {
        let notify = Arc::clone(notify);
        Box::new(move || notify(AudioEvent::ListChanged))
    };
    watched.into_iter().map(|watched| hardware.listen(watched, tell()).ok()).collect()
}

/// Opens the output with CoreAudio, or with `cpal` if that refuses; `cpal` gets the reason, to be shown to the user.
///
/// # Errors
/// Neither can open it.
pub fn open_or<H: Hardware + 'static>(
    hardware: H,
    request: StreamRequest,
    notify: Notify,
    cpal: impl FnOnce(StreamRequest, Notify, String) -> Result<Box<dyn Backend>, AudioError>,
) -> Result<Box<dyn Backend>, AudioError> {
    match CoreAudio::open(hardware, request.clone(), Arc::clone(&notify)) {
        Ok(backend) => Ok(Box::new(backend)),
        Err(error) => match plan::reason_for_cpal(&error) {
            Some(reason) => cpal(request, notify, reason),
            None => Err(error),
        },
    }
}

impl<H: Hardware> CoreAudio<H> {
    /// Finds the output device, sets its rate and buffer as far as requested, and makes its unit, silent.
    ///
    /// # Errors
    /// There is no such device, or CoreAudio refuses.
    pub fn open(hardware: H, request: StreamRequest, notify: Notify) -> Result<Self, AudioError> {
        let device = list::find(&hardware, request.output.as_ref(), Direction::Output)?;
        let refused = refusal(device.name.clone());
        let device = tune(&hardware, device, request.sample_rate, request.buffer_frames).map_err(refused)?;
        let signals: Arc<Signals> = Arc::default();
        let defaults = signals.of_defaults(&hardware);
        let mut opened = Self {
            hardware,
            request,
            notify,
            status: Arc::default(),
            signals,
            device,
            output: None,
            lender: lease().0,
            input: None,
            held: None,
            output_alone: false,
            _defaults: defaults,
        };
        opened.make_output(None)?;
        Ok(opened)
    }

    /// Makes the output's unit, which also records if there is a recorder (with its number of channels).
    fn make_output(&mut self, recorder: Option<(Recorder, u16)>) -> Result<(), AudioError> {
        let device = &self.device;
        let refused = refusal(device.name.clone());
        let (lender, lease) = lease();
        let (recorder, input_channels) = recorder.unzip();
        let channels = device.output.channels;
        let setup = Setup {
            device: device.device,
            rate: device.rate,
            output_channels: Some(channels),
            input_channels,
        };
        let player = Player::new(lease, channels, self.request.output_first, recorder);
        let unit = self.unit(device, &setup, Callback::Play(Box::new(player))).map_err(refused)?;
        let listeners =
            self.signals.of_device(&self.hardware, device.device, Direction::Output, &self.status);
        let latency = latency_ns(device, Direction::Output);
        self.status.set_output_latency_ns(latency);
        self.lender = lender;
        self.output = Some(Running { _listeners: listeners, unit });
        Ok(())
    }

    fn unit(&self, device: &Facts, setup: &Setup, callback: Callback) -> Result<H::Unit, String> {
        let told = |fault: Fault| fault.to_string();
        let unit = self.hardware.open(setup, callback).map_err(told)?;
        let most = self.hardware.most_frames(&unit).map_err(told)?;
        if most < device.buffer_frames {
            return Err(format!(
                "it takes {most} frames at once, and its buffer has {}",
                device.buffer_frames
            ));
        }
        Ok(unit)
    }

    /// Opens the microphone in one of the possible ways.
    fn open_in(&mut self, way: Way, device: &Facts) -> Result<InputStream, AudioError> {
        let (writer, reader) = input_fifo();
        let writer = if way == Way::InOutput { writer.in_step() } else { writer };
        let channels = device.input.channels;
        let status = Arc::clone(&self.status);
        let recorder = Recorder::new(writer, status, device.rate, channels, self.request.input_first);
        let alone = if way == Way::InOutput {
            self.make_output(Some((recorder, channels)))?;
            None
        } else {
            Some(self.record(device, recorder).map_err(refusal(device.name.clone()))?)
        };
        let latency = latency_ns(device, Direction::Input);
        self.status.set_input_latency_ns(latency);
        let follows_default = self.request.input.is_none();
        let opened = opened(device, Direction::Input, follows_default);
        self.input = Some(Microphone { opened, lost: reader.lost(), has_other_rate: false, alone });
        Ok(InputStream {
            name: device.name.clone(),
            sample_rate: device.rate,
            shares_clock: way != Way::OnAnotherClock,
            reader,
        })
    }

    /// Records with a separate unit.
    fn record(&self, device: &Facts, recorder: Recorder) -> Result<Running<H>, String> {
        let setup = Setup {
            device: device.device,
            rate: device.rate,
            output_channels: None,
            input_channels: Some(device.input.channels),
        };
        let mut unit = self.unit(device, &setup, Callback::Record(recorder))?;
        self.hardware.start(&mut unit).map_err(|fault| fault.to_string())?;
        // Overloads of the output's own device are already counted there.
        let listeners = if device.device == self.device.device {
            Vec::new()
        } else {
            self.signals.of_device(&self.hardware, device.device, Direction::Input, &self.status)
        };
        Ok(Running { _listeners: listeners, unit })
    }
}

impl<H: Hardware> Backend for CoreAudio<H> {
    fn output(&self) -> OutputStream {
        OutputStream {
            backend: "CoreAudio".to_owned(),
            name: self.device.name.clone(),
            channels: self.device.output.channels,
            sample_rate: self.device.rate,
            buffer_frames: self.device.buffer_frames,
        }
    }

    fn status(&self) -> Arc<DeviceStatus> {
        Arc::clone(&self.status)
    }

    fn start(&mut self, renderer: Box<dyn Render>) -> Result<(), AudioError> {
        let refused = refusal(self.device.name.clone());
        if self.output.is_none() {
            self.make_output(None)?;
        }
        let Some(output) = &mut self.output else { return Err(refused("it has no unit".to_owned())) };
        if !self.lender.lend(renderer) {
            return Err(refused("it plays already".to_owned()));
        }
        let Err(fault) = self.hardware.start(&mut output.unit) else { return Ok(()) };
        // The output goes on without the microphone in it.
        self.output = None;
        let with_input = self.input.take_if(|input| input.alone.is_none());
        match (with_input, self.lender.take_back()) {
            (Some(input), Some(renderer)) => {
                self.output_alone = true;
                input.lost.raise();
                self.start(renderer)
            }
            _ => Err(refused(fault.to_string())),
        }
    }

    fn stop(&mut self) -> Option<Box<dyn Render>> {
        self.input = None;
        self.output.take()?;
        self.lender.take_back()
    }

    fn open_input(&mut self) -> Result<InputStream, AudioError> {
        // Held until this function ends: a Bluetooth microphone switches to a call's rate when it is opened, and back a
        // moment after it is closed. Without this it would be opened at one rate and then stay at the other.
        let _held = self.held.take();
        let device = list::find(&self.hardware, self.request.input.as_ref(), Direction::Input)?;
        let device = if device.device == self.device.device {
            device
        } else {
            let refused = refusal(device.name.clone());
            tune(&self.hardware, device, None, self.request.buffer_frames).map_err(refused)?
        };
        let mut failed = AudioError::NoInputHere;
        for way in plan::ways(&self.device, &device, self.output_alone) {
            // The output's unit can't be replaced while it plays.
            if *way == Way::InOutput && self.output.is_some() {
                continue;
            }
            match self.open_in(*way, &device) {
                Ok(stream) => return Ok(stream),
                Err(error) => failed = error,
            }
            self.output_alone |= *way == Way::InOutput;
        }
        Err(failed)
    }

    fn close_input(&mut self) {
        // A microphone in the output's unit ends with that unit, which was stopped before.
        self.held = self
            .input
            .take()
            .filter(|input| input.has_other_rate)
            .and_then(|input| input.alone)
            .map(|running| (running, Instant::now()));
    }

    fn choose_input(&mut self, device: Option<DeviceId>, first_channel: u16) {
        self.held = None;
        (self.request.input, self.request.input_first) = (device, first_channel);
    }

    fn input_is_in_output(&self) -> bool {
        if let Some(input) = &self.input {
            return input.alone.is_none();
        }
        let found = list::find(&self.hardware, self.request.input.as_ref(), Direction::Input);
        found.is_ok_and(|input| plan::ways(&self.device, &input, self.output_alone)[0] == Way::InOutput)
    }

    fn poll(&mut self) {
        self.held.take_if(|(_, since)| since.elapsed() >= HOLD_LIMIT);
        let raised = self.signals.take();
        if raised == 0 {
            return;
        }
        let output = opened(&self.device, Direction::Output, self.request.output.is_none());
        let verdict = plan::judge(&output, &signals::now(&self.hardware, &output, raised));
        let stays = verdict == Verdict::Stay;
        match verdict {
            Verdict::Stay => {}
            Verdict::Stale(reason) => (self.notify)(AudioEvent::OutputStale { reason }),
            Verdict::Dead(reason) => {
                self.status.lose_output();
                (self.notify)(AudioEvent::OutputLost { reason });
            }
        }
        // A microphone in an output that is being replaced is reopened with it.
        let Some(input) = self.input.as_mut().filter(|input| stays || input.alone.is_some()) else { return };
        let now = signals::now(&self.hardware, &input.opened, raised);
        input.has_other_rate = now.facts.as_ref().is_some_and(|facts| facts.rate != input.opened.rate);
        match plan::judge(&input.opened, &now) {
            Verdict::Stay => {}
            // It is closed and reopened at once, which is all that a change of microphone needs.
            Verdict::Stale(reason) | Verdict::Dead(reason) => {
                input.lost.raise();
                (self.notify)(AudioEvent::InputLost { reason });
            }
        }
    }
}

fn opened(device: &Facts, direction: Direction, follows_default: bool) -> Opened {
    Opened {
        direction,
        device: device.device,
        rate: device.rate,
        channels: device.side(direction).channels,
        follows_default,
    }
}

fn latency_ns(device: &Facts, direction: Direction) -> u64 {
    nanoseconds(u64::from(device.latency_frames(direction)), device.rate)
}

fn refusal(device: String) -> impl Fn(String) -> AudioError {
    move |reason| AudioError::Refused { device: device.clone(), reason }
}
