//! The control side of a running engine and its streams.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wavecraft_audio_device::{
    AudioError, AudioEvent, Backend, BackendKind, DeviceId, DeviceStatus, MAX_FRAMES, Notify, StreamRequest,
    prepare,
};

use crate::config::{EngineConfig, Limits};
use crate::engine::{Engine, engine};
use crate::input::MatchedInput;
use crate::number::nanoseconds;
use crate::snapshot::EngineStats;
use crate::stream::{InputState, LatencyParts, StreamInfo};

/// Longest wait for the fade-out before the streams are stopped: several callbacks of the largest ordinary buffer. A
/// device that no longer calls back is then stopped without a fade.
const STOP_FADE_LIMIT: Duration = Duration::from_millis(250);

/// How often the engine retries a microphone that couldn't be opened or was lost.
const INPUT_RETRY: Duration = Duration::from_secs(2);

/// Opens the output and starts the engine on it.
///
/// `notify` receives device events, on whatever thread they occur, and must return quickly.
///
/// # Errors
/// As [`prepare`].
pub fn open(
    kind: BackendKind,
    request: StreamRequest,
    notify: impl Fn(AudioEvent) + Send + Sync + 'static,
) -> Result<Audio, AudioError> {
    let notify: Notify = Arc::new(notify);
    let backend = prepare(kind, request, Arc::clone(&notify))?;
    Audio::start(backend, Limits::default(), notify)
}

/// Why an engine didn't move to another output.
pub enum MoveError<B: ?Sized> {
    /// The other output has a different rate, so the engine stays where it is. Contains the other output: a new engine
    /// can be started with it.
    OtherRate(Box<B>),
    /// The engine has no output and can't go on: the old one didn't return the renderer, or the new one refused it.
    Stranded(AudioError),
}

/// A running engine with its streams: the control side, used from one thread.
///
/// Everything about projects is the [engine](Self::engine)'s. Dropping it fades out, stops the streams and
/// frees all projects.
pub struct Audio<B: Backend + ?Sized = dyn Backend> {
    engine: Engine,
    backend: Box<B>,
    status: Arc<DeviceStatus>,
    /// Xruns of earlier outputs.
    earlier_xruns: u64,
    notify: Notify,
    input: InputState,
    /// When the last source that asked for the microphone went away, if the microphone is still open.
    input_idle_since: Option<Instant>,
    input_tried: Option<Instant>,
    input_idle: Duration,
    input_kept_closed: bool,
}

impl<B: Backend + ?Sized> Audio<B> {
    /// Starts an engine on an output from [`prepare`], or on one made by a test.
    ///
    /// # Errors
    /// When the backend can't start.
    pub fn start(mut backend: Box<B>, limits: Limits, notify: Notify) -> Result<Self, AudioError> {
        let output = backend.output();
        let (engine, renderer) = engine(EngineConfig {
            sample_rate: output.sample_rate,
            nominal_frames: output.buffer_frames,
            limits,
            clock: backend.clock(),
        });
        let status = backend.status();
        backend.start(Box::new(renderer))?;
        let input_idle = Duration::from_millis(u64::from(limits.input_idle_ms));
        Ok(Self {
            engine,
            backend,
            status,
            earlier_xruns: 0,
            notify,
            input: InputState::Closed,
            input_idle_since: None,
            input_tried: None,
            input_idle,
            input_kept_closed: false,
        })
    }

    /// The streams as they are now.
    #[must_use]
    pub fn stream(&self) -> StreamInfo {
        let output = self.backend.output();
        let stats = self.engine.stats();
        let frames = |nanoseconds: u64| {
            // Rounded: devices report a number of frames as a time, cut to whole nanoseconds or microseconds.
            let frames =
                nanoseconds.saturating_mul(u64::from(output.sample_rate)).saturating_add(500_000_000);
            u32::try_from(frames / 1_000_000_000).unwrap_or(u32::MAX)
        };
        let input_open = matches!(self.input, InputState::Open { .. });
        let input_ns = if input_open { self.status.input_latency_ns() } else { 0 };
        StreamInfo {
            backend: output.backend,
            output_name: output.name,
            output_channels: output.channels,
            input: self.input.clone(),
            sample_rate: output.sample_rate,
            buffer_frames: output.buffer_frames,
            max_frames: MAX_FRAMES,
            delay_frames: stats.delay_frames,
            latency: LatencyParts {
                input_device_frames: frames(input_ns),
                input_fifo_frames: if input_open { stats.input.fifo_frames } else { 0 },
                pipeline_frames: stats.delay_frames,
                output_device_frames: frames(self.status.output_latency_ns()),
            },
            notice: self.backend.notice(),
        }
    }

    /// The engine's counters, with the device's added.
    #[must_use]
    pub fn stats(&self) -> EngineStats {
        let device_xruns = self.earlier_xruns + self.status.xruns();
        EngineStats { device_xruns, ..self.engine.stats() }
    }

    /// How long the microphone, if it is open, has delivered nothing but exact zeros.
    #[must_use]
    pub fn input_silence(&self) -> Duration {
        match self.input {
            InputState::Open { sample_rate, .. } => {
                Duration::from_nanos(nanoseconds(self.engine.stats().input.silent_frames, sample_rate))
            }
            _ => Duration::ZERO,
        }
    }

    /// Frees what the renderer sent back, collects what it measured, opens or closes the microphone as the sources
    /// need, and reports a default device that moved. Call this about 60 times a second while anything is attached, and
    /// once after the last project was removed. Opening a device may take some hundred milliseconds.
    pub fn poll(&mut self) {
        self.engine.poll();
        self.backend.poll();
        self.update_input(Instant::now());
        if self.status.take_default_moved() {
            (self.notify)(AudioEvent::DeviceChanged);
        }
    }

    /// Whether the current output reported that it is dead; [`AudioEvent::OutputLost`] may be of an earlier output.
    #[must_use]
    pub fn output_lost(&self) -> bool {
        self.status.output_lost()
    }

    /// Moves to another output: fades out, changes the stream, fades in. Projects and their children stay as they are.
    /// [`poll`](Self::poll) opens the microphone again. Takes as long as the fade and the end of the old stream, some
    /// ten milliseconds; less than a second with a device that no longer answers.
    ///
    /// # Errors
    /// See [`MoveError`].
    pub fn move_to(&mut self, backend: Box<B>) -> Result<(), MoveError<B>> {
        let output = backend.output();
        if output.sample_rate != self.engine.sample_rate() {
            return Err(MoveError::OtherRate(backend));
        }
        if !self.output_lost() {
            self.fade_out();
        }
        self.forget_input();
        self.input_tried = None;
        let Some(renderer) = self.backend.stop() else {
            let reason = "the device before it doesn't let go of the engine".to_owned();
            return Err(MoveError::Stranded(AudioError::Refused { device: output.name, reason }));
        };
        self.earlier_xruns += self.status.xruns();
        self.status = backend.status();
        self.engine.resume(output.buffer_frames);
        self.backend = backend;
        self.backend.start(renderer).map_err(MoveError::Stranded)
    }

    /// Uses another microphone, or other channels of it, from now on; `None` is the system's default. An open one is
    /// closed, and [`poll`](Self::poll) opens the other.
    pub fn choose_input(&mut self, device: Option<DeviceId>, first_channel: u16) {
        self.close_input();
        self.input_tried = None;
        self.backend.choose_input(device, first_channel);
    }

    /// Sets whether the microphone stays closed whatever the sources ask for; they are silent meanwhile. An open one is
    /// closed by the next [`poll`](Self::poll).
    pub fn keep_input_closed(&mut self, closed: bool) {
        self.input_kept_closed = closed;
    }

    /// The engine: everything about projects.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The engine, to change it.
    pub fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// The backend, for stepping a [`Manual`](crate::Manual) one.
    pub fn backend_mut(&mut self) -> &mut B {
        &mut self.backend
    }

    fn update_input(&mut self, now: Instant) {
        if matches!(self.input, InputState::Open { .. }) && self.engine.input_lost() {
            self.close_input();
        }
        if self.engine.wants_microphone() && !self.input_kept_closed {
            self.input_idle_since = None;
            let due = self.input_tried.is_none_or(|tried| now.duration_since(tried) >= INPUT_RETRY);
            if !matches!(self.input, InputState::Open { .. }) && due {
                self.input_tried = Some(now);
                self.open_input();
            }
            return;
        }
        self.input_tried = None;
        match self.input {
            InputState::Open { .. } => {
                let since = *self.input_idle_since.get_or_insert(now);
                let idle = now.duration_since(since) >= self.input_idle;
                if idle || self.engine.is_empty() || self.input_kept_closed {
                    self.close_input();
                    (self.notify)(AudioEvent::InputClosed);
                }
            }
            InputState::Failed(_) => self.input = InputState::Closed,
            InputState::Closed => {}
        }
    }

    fn open_input(&mut self) {
        match self.change_input(Backend::open_input) {
            Ok(stream) => {
                self.input = InputState::Open { name: stream.name.clone(), sample_rate: stream.sample_rate };
                self.engine.set_input(Some(MatchedInput::new(stream, self.engine.sample_rate())));
                (self.notify)(AudioEvent::InputOpened);
            }
            Err(error) => {
                let told = matches!(&self.input, InputState::Failed(before) if *before == error);
                self.input = InputState::Failed(error.clone());
                if !told {
                    (self.notify)(AudioEvent::InputFailed(error));
                }
            }
        }
    }

    /// Fades the mix out, and waits for the fade if the device runs by itself.
    fn fade_out(&mut self) {
        self.engine.fade_out();
        let limit = Instant::now() + STOP_FADE_LIMIT;
        while self.backend.runs_by_itself() && !self.engine.is_faded_out() && Instant::now() < limit {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Opens or closes the backend's input. If the input is part of the output's stream, that stream is stopped and
    /// restarted, inaudibly: the mix is faded out before and in after.
    fn change_input<T>(&mut self, change: impl FnOnce(&mut B) -> T) -> T {
        if self.output_lost() || !self.backend.input_is_in_output() {
            return change(&mut self.backend);
        }
        self.fade_out();
        let renderer = self.backend.stop();
        self.engine.resume(self.backend.output().buffer_frames);
        let changed = change(&mut self.backend);
        let started = match renderer {
            Some(renderer) => self.backend.start(renderer).map_err(|error| error.to_string()),
            None => Err("the device doesn't let go of the engine".to_owned()),
        };
        if let Err(reason) = started {
            self.status.lose_output();
            (self.notify)(AudioEvent::OutputLost { reason });
        }
        changed
    }

    fn close_input(&mut self) {
        let was_open = matches!(self.input, InputState::Open { .. });
        self.forget_input();
        if was_open {
            self.change_input(B::close_input);
        }
    }

    /// Makes the renderer stop taking input; the stream behind it is closed elsewhere.
    fn forget_input(&mut self) {
        self.engine.set_input(None);
        self.input = InputState::Closed;
        self.input_idle_since = None;
    }
}

impl<B: Backend + ?Sized> Drop for Audio<B> {
    fn drop(&mut self) {
        self.fade_out();
        drop(self.backend.stop());
    }
}
