//! The audio side: the engine with its streams, open only while something is attached. While it is closed, every call
//! is accepted and does nothing.

mod backend;
mod comparing;
mod devices;
mod event;
mod figures;
mod howl;
mod latency;
mod open;
mod policy;
mod selection;
mod source;
mod time;
mod watch;

pub(crate) use backend::BackendChoice;
pub(crate) use event::{AudioMessage, Change, ListedFor, Next};
pub(crate) use figures::{AudioFigures, Pulse};
pub(crate) use policy::USUAL_BUFFER_FRAMES;

use crate::{
    control::{ConnectionId, Owed},
    outlet::Outlet,
    platform::Activity,
    settings::Settings,
};
use devices::Devices;
use howl::Howl;
use latency::{Measuring, Surroundings};
use open::Open;
use std::{
    path::Path,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};
use tracing::{info, warn};
use wavecraft_audio_core::{
    Audio as Streams, AudioError, Engine, EngineError, LatencyError, Limits, Mode, OnBypass, ProjectId,
    ProjectSettings, ProjectSnapshot, Readings, Recording, ScopeFrame, Source, SpectrumFrame, WavFile,
};
use wavecraft_companion_protocol::{
    control::DeviceList,
    latency::{MeasureLatency, ProjectLatency},
    rpc::ErrorObject,
    session::AudioDevices,
    settings::ChosenDevices,
};
use wavecraft_ring::HostRing;

/// How often the figures that are pushed to clients go out.
const STATS_PERIOD: Duration = Duration::from_secs(1);
/// A microphone that delivers nothing but exact zeros for this long isn't just in a quiet room.
const SILENCE: Duration = Duration::from_secs(2);

/// The audio side.
pub(crate) struct Audio {
    side: Side,
    devices: Devices,
    /// Set while it is open.
    activity: Option<Activity>,
    howl: Howl,
    measuring: Option<Measuring>,
    /// The devices in use as they were last reported.
    told: Option<AudioDevices>,
    stats_due: Instant,
    /// The limiter's count when figures were last sent.
    limited_frames: u64,
}

#[derive(Default)]
enum Side {
    /// No stream, no thread.
    #[default]
    Closed,
    /// Opening on a separate thread, since devices may take their time.
    Opening,
    Open(Box<Open>),
}

impl Side {
    fn open(&mut self) -> Option<&mut Open> {
        match self {
            Self::Open(open) => Some(open),
            _ => None,
        }
    }
}

impl Audio {
    /// An audio side that is closed.
    pub(crate) fn new(choice: BackendChoice, events: Outlet<AudioMessage>) -> Self {
        Self {
            side: Side::default(),
            devices: Devices::new(choice, events),
            activity: None,
            howl: Howl::new(),
            measuring: None,
            told: None,
            stats_due: Instant::now(),
            limited_frames: 0,
        }
    }

    // Opening and closing.

    /// Makes sure that it is open or being opened.
    pub(crate) fn need(&mut self, chosen: &ChosenDevices) {
        if matches!(self.side, Side::Closed) {
            self.side = Side::Opening;
            self.devices.open(chosen);
        }
    }

    /// Stops the streams. That may take a moment, so it is done on another thread.
    pub(crate) fn close(&mut self) {
        self.activity = None;
        if let Side::Open(open) = std::mem::take(&mut self.side) {
            info!("audio: closed");
            self.devices.end();
            drop(tokio::task::spawn_blocking(move || drop(open)));
        }
    }

    /// Starts a new engine where the present one can't just move: for an output of another rate, or if there is no
    /// output to go on with. Nothing plays after this until projects begin again.
    pub(crate) fn begin_anew(&mut self, next: Next, chosen: &ChosenDevices) -> Change {
        self.refuse_measuring(&LatencyError::Interrupted.to_string());
        self.close();
        let change = match next {
            None => {
                self.need(chosen);
                Change::None
            }
            Some((backend, wanted)) => {
                let started = Streams::start(backend, Limits::default(), Arc::new(self.devices.notify()));
                self.opened(started.map(|audio| Box::new(Open::new(audio, wanted))))
            }
        };
        self.devices.answer_selecting(None, self.side.open().map(|open| &*open), chosen);
        change
    }

    /// Why a recording can't go on when the engine is replaced.
    pub(crate) fn why_anew(&self, next: &Next) -> String {
        match (&self.side, next.as_ref().map(|(next, _)| next.output().sample_rate)) {
            (Side::Open(open), Some(rate)) if rate != open.audio.stream().sample_rate => {
                format!("the sound has {rate} Hz from now on, and a WAV file has one rate: record again")
            }
            _ => "the audio output is opened anew: record again".into(),
        }
    }

    pub(crate) fn handle(&mut self, message: AudioMessage, settings: &mut Settings) -> Change {
        match message {
            AudioMessage::Opened(result) => self.opened(result),
            AudioMessage::Noticed(event) => self.devices.noticed(event, self.side.open()),
            AudioMessage::Prepared { wanted, result } => {
                let chosen = &settings.get().devices;
                self.devices.prepared(wanted, result, self.side.open(), chosen)
            }
            AudioMessage::Listed { list, asked_by } => {
                self.devices.listed(list, asked_by, self.side.open(), settings)
            }
        }
    }

    fn opened(&mut self, result: Result<Box<Open>, AudioError>) -> Change {
        match result {
            Ok(open) => {
                let devices = open.devices();
                info!(
                    "audio: {} at {} Hz, {} frames, output {}",
                    devices.backend,
                    devices.sample_rate,
                    devices.buffer_frames,
                    devices.output.as_deref().unwrap_or("none")
                );
                if let Some(notice) = &devices.notice {
                    warn!("audio: {notice}");
                }
                self.side = Side::Open(open);
                self.activity = Some(Activity::begin());
                self.devices.begin();
                self.begin_measuring();
                Change::Opened
            }
            Err(error) => {
                self.side = Side::Closed;
                warn!("audio: {error}");
                self.refuse_measuring(&error.to_string());
                Change::Failed(error.to_string())
            }
        }
    }

    /// Checks whether the output still makes callbacks, and whether the device list is due. Called with every tick.
    pub(crate) fn poll_devices(&mut self, now: Instant) -> Change {
        match self.side.open() {
            Some(open) => self.devices.poll(now, open),
            None => Change::None,
        }
    }

    /// Checks whether the microphone delivers anything. Called with every tick.
    pub(crate) fn poll_microphone(&mut self) -> Change {
        let Some(open) = self.side.open() else { return Change::None };
        let silent = open.audio.input_silence() >= SILENCE;
        if std::mem::replace(&mut open.input_is_silent, silent) == silent {
            return Change::None;
        }
        info!("audio: the microphone delivers {}", if silent { "exact zeros" } else { "sound again" });
        Change::Devices
    }

    /// Frees what the audio thread sent back, and says what is due. Does nothing while it isn't open.
    pub(crate) fn pulse(&mut self, now: Instant) -> Option<Pulse> {
        let silent = self.devices.is_silent(now);
        let open = self.side.open()?;
        open.audio.poll();
        let limiter = open.audio.stats().limiter;
        let stats_due = now >= self.stats_due;
        let limiting = limiter.limited_frames > self.limited_frames;
        if stats_due {
            self.stats_due = now + STATS_PERIOD;
            self.limited_frames = limiter.limited_frames;
        }
        Some(Pulse { stats_due, limiting, howl_began: self.howl.follow(limiter.howl_muted), silent })
    }

    // The devices.

    /// The devices in use.
    pub(crate) fn devices(&self) -> Option<AudioDevices> {
        self.open().map(Open::devices)
    }

    /// Have the devices in use changed by themselves since they were reported: the frames per callback, or what a
    /// source needs of the microphone?
    pub(crate) fn has_news(&self) -> bool {
        self.open()
            .is_some_and(|open| self.told.as_ref().is_none_or(|told| open::is_news(told, &open.devices())))
    }

    /// Notes that these devices were reported.
    pub(crate) fn told(&mut self, devices: AudioDevices) {
        self.told = Some(devices);
    }

    /// For the user: which device is missing and what to do.
    pub(crate) fn notice(&self) -> Option<&str> {
        self.open()?.notice.as_deref()
    }

    /// Is the microphone next to the loudspeaker, so that it would pick up its own sound?
    pub(crate) fn hears_output(&self) -> bool {
        self.open().is_some_and(|open| open.microphone.hears_output)
    }

    /// The devices as they were last listed.
    pub(crate) fn seen_devices(&self, chosen: &ChosenDevices) -> DeviceList {
        self.devices.seen(self.open(), chosen)
    }

    /// Lists the devices for the given purpose.
    pub(crate) fn list_devices(&mut self, asked_by: ListedFor) {
        self.devices.list(asked_by);
    }

    /// Lists the devices for the menu.
    pub(crate) fn refresh_devices(&mut self) {
        self.devices.refresh();
    }

    /// The computer woke up.
    pub(crate) fn woke(&mut self) {
        self.devices.woke(self.is_open());
    }

    // What is played.

    pub(crate) fn is_open(&self) -> bool {
        self.open().is_some()
    }

    /// The engine's rate in Hz.
    pub(crate) fn sample_rate(&self) -> Option<u32> {
        Some(self.open()?.audio.engine().sample_rate())
    }

    /// The output's rate in Hz, and the most frames in a block.
    pub(crate) fn stream(&self) -> Option<(u32, u32)> {
        let stream = self.open()?.audio.stream();
        Some((stream.sample_rate, stream.max_frames))
    }

    /// The figures that concern all projects.
    pub(crate) fn figures(&self) -> Option<AudioFigures> {
        let open = self.open()?;
        let (engine, latency) = (open.audio.stats(), open.audio.stream().latency);
        Some(AudioFigures { engine, latency, devices: open.devices() })
    }

    /// Gives a project a place in the mix. None while the audio side isn't open.
    pub(crate) fn add_project(
        &mut self,
        settings: ProjectSettings,
    ) -> Option<Result<ProjectId, EngineError>> {
        Some(self.side.open()?.audio.engine_mut().add_project(settings))
    }

    /// Fades a project out, and removes its place.
    pub(crate) fn remove_project(&mut self, project: Option<ProjectId>) {
        self.on(project, |engine, project| {
            engine.set_on_bypass(project, OnBypass::Silence);
            engine.remove_project(project);
        });
        self.quieter(project);
    }

    pub(crate) fn set_link(
        &mut self,
        project: Option<ProjectId>,
        ring: HostRing,
        alive: Arc<AtomicBool>,
    ) -> Result<(), EngineError> {
        self.on(project, |engine, project| engine.set_link(project, ring, alive)).unwrap_or(Ok(()))
    }

    pub(crate) fn set_source(&mut self, project: Option<ProjectId>, source: &Source) {
        self.on(project, |engine, project| engine.set_source(project, source));
    }

    /// The gain is linear.
    pub(crate) fn set_gain(&mut self, project: Option<ProjectId>, gain: f32) {
        self.on(project, |engine, project| engine.set_gain(project, gain));
    }

    /// Unmuting also gives a mix that ran away another try, since the user wants to hear something.
    pub(crate) fn set_muted(&mut self, project: Option<ProjectId>, on: bool) {
        self.on(project, |engine, project| {
            engine.set_muted(project, on);
            if !on {
                engine.clear_howl();
            }
        });
        if on {
            self.quieter(project);
        }
    }

    pub(crate) fn set_bypassed(&mut self, project: Option<ProjectId>, on: bool) {
        self.on(project, |engine, project| engine.set_bypassed(project, on));
        if on {
            self.quieter(project);
        }
    }

    pub(crate) fn set_on_bypass(&mut self, project: Option<ProjectId>, heard: OnBypass) {
        self.on(project, |engine, project| engine.set_on_bypass(project, heard));
    }

    pub(crate) fn set_mode(&mut self, project: Option<ProjectId>, mode: Mode) {
        self.on(project, |engine, project| engine.set_mode(project, mode));
    }

    /// Records the output of a project's processor. None if the project has no place in the mix.
    pub(crate) fn record(
        &mut self,
        project: Option<ProjectId>,
        path: &Path,
        file: WavFile,
        seconds: Option<f64>,
    ) -> Option<Result<Recording, EngineError>> {
        self.on(project, |engine, project| engine.record(project, path, file, seconds))
    }

    pub(crate) fn stop_recording(&mut self, project: Option<ProjectId>) {
        self.on(project, |engine, project| engine.stop_recording(project));
    }

    pub(crate) fn snapshot(&mut self, project: Option<ProjectId>) -> Option<ProjectSnapshot> {
        self.on(project, |engine, project| engine.snapshot(project))?
    }

    /// What a project's processors have shown since this was called last, if anything.
    pub(crate) fn take_readings(&mut self, project: Option<ProjectId>) -> Option<Readings> {
        self.on(project, |engine, project| engine.take_readings(project))?
    }

    /// The waveform and spectrum of a project's output, if there are newer ones than before.
    pub(crate) fn pictures(
        &mut self,
        project: Option<ProjectId>,
    ) -> (Option<ScopeFrame>, Option<SpectrumFrame>) {
        self.on(project, |engine, project| (engine.scope(project), engine.spectrum(project)))
            .unwrap_or_default()
    }

    /// The howl mute has just become active; these are the projects' peaks.
    pub(crate) fn blame(&mut self, peaks: &[(ProjectId, f32)]) {
        self.howl.blame(peaks);
    }

    /// A project is gone, silent, or sounds different: if it was the last cause of a howl, the mix is unmuted.
    pub(crate) fn quieter(&mut self, project: Option<ProjectId>) {
        if project.is_some_and(|project| self.howl.acquit(&project))
            && let Some(open) = self.side.open()
        {
            info!("the project that made the level run away is quiet now: the mix fades in");
            open.audio.engine_mut().clear_howl();
        }
    }

    // Measuring the latency of a loop.

    pub(crate) fn is_measuring(&self) -> bool {
        self.measuring.is_some()
    }

    /// Measures the latency of a loop, and answers when that is done.
    pub(crate) fn measure_latency(
        &mut self,
        asked_by: ConnectionId,
        reply: Owed<MeasureLatency>,
        chosen: &ChosenDevices,
    ) {
        self.measuring = Some(Measuring::new(asked_by, reply));
        self.need(chosen);
        self.begin_measuring();
    }

    /// The error of a call whose latency measurement failed.
    pub(crate) fn not_measured(reason: &str) -> ErrorObject {
        latency::refused(reason)
    }

    /// Checks the progress of the measurement; its result is reported together with the projects' latencies. Called
    /// with every tick.
    pub(crate) fn poll_measuring(
        &mut self,
        now: Instant,
        projects: impl FnOnce(&mut Self) -> Vec<ProjectLatency>,
    ) {
        let (Some(measuring), Some(open)) = (&self.measuring, self.side.open()) else { return };
        if let Some(recording) = open.audio.engine_mut().latency_recording() {
            let projects = projects(self);
            if let (Some(measuring), Some(open)) = (self.measuring.take(), self.side.open()) {
                measuring.answer(recording, Surroundings::of(open, projects));
            }
        } else if let Some(reason) = measuring.hopeless(open, now) {
            self.refuse_measuring(&reason);
        }
    }

    /// Ends the measurement of a caller that is gone.
    pub(crate) fn forget_measuring_of(&mut self, caller: ConnectionId) {
        if self.measuring.as_ref().is_some_and(|measuring| measuring.is_of(caller)) {
            info!("who asked for the latency is gone: not measuring any more");
            self.refuse_measuring("the connection was closed meanwhile");
        }
    }

    fn begin_measuring(&mut self) {
        if let (Some(_), Some(open)) = (&self.measuring, self.side.open()) {
            open.audio.engine_mut().measure_latency();
            info!("measuring the latency: projects are silent meanwhile");
        }
    }

    fn refuse_measuring(&mut self, reason: &str) {
        if let Some(measuring) = self.measuring.take() {
            measuring.refuse(reason);
            if let Some(open) = self.side.open() {
                open.audio.engine_mut().stop_measuring();
            }
        }
    }

    fn open(&self) -> Option<&Open> {
        match &self.side {
            Side::Open(open) => Some(open),
            _ => None,
        }
    }

    /// Calls the engine for a project that has a place in its mix.
    fn on<T>(
        &mut self,
        project: Option<ProjectId>,
        act: impl FnOnce(&mut Engine, ProjectId) -> T,
    ) -> Option<T> {
        Some(act(self.side.open()?.audio.engine_mut(), project?))
    }
}
