//! The audio side: the engine with its streams, open only while something is attached. Closed, it takes every order and
//! does nothing.

mod backend;
mod devices;
mod event;
mod figures;
mod howl;
mod latency;
mod open;
mod policy;
mod selection;
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
    ProjectSettings, ProjectSnapshot, Recording, ScopeFrame, Source, SpectrumFrame, WavFile,
};
use wavecraft_companion_protocol::{
    control::DeviceList,
    latency::{MeasureLatency, ProjectLatency},
    rpc::ErrorObject,
    session::AudioDevices,
    settings::ChosenDevices,
};
use wavecraft_ring::HostRing;

/// AudioFigures that are sent unasked go out so often.
const STATS_PERIOD: Duration = Duration::from_secs(1);
/// A microphone that delivers nothing but exact zeros for so long isn't just in a quiet room.
const SILENCE: Duration = Duration::from_secs(2);

/// The audio side.
pub(crate) struct Audio {
    side: Side,
    devices: Devices,
    /// While it is open.
    activity: Option<Activity>,
    howl: Howl,
    measuring: Option<Measuring>,
    /// The devices in use as they were last told.
    told: Option<AudioDevices>,
    stats_due: Instant,
    /// What the limiter had done when figures were last sent.
    limited_frames: u64,
}

#[derive(Default)]
enum Side {
    /// No stream, no thread.
    #[default]
    Closed,
    /// On a thread of its own, as devices may take their time.
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
    /// A closed one.
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

    // Its life.

    /// Makes sure that it runs, or will.
    pub(crate) fn need(&mut self, chosen: &ChosenDevices) {
        if matches!(self.side, Side::Closed) {
            self.side = Side::Opening;
            self.devices.open(chosen);
        }
    }

    /// Stops the streams. Doing so may take a moment, so it is done elsewhere.
    pub(crate) fn close(&mut self) {
        self.activity = None;
        if let Side::Open(open) = std::mem::take(&mut self.side) {
            info!("audio: closed");
            self.devices.end();
            drop(tokio::task::spawn_blocking(move || drop(open)));
        }
    }

    /// Begins anew where the engine can't just move: on an output of another rate, or without one that it could go on
    /// with. Nothing plays any more after it.
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

    /// Why a recording can't go on in an engine that is begun anew.
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

    /// Looks whether the output still calls, and whether it is time for the list. Called with every tick.
    pub(crate) fn poll_devices(&mut self, now: Instant) -> Change {
        match self.side.open() {
            Some(open) => self.devices.poll(now, open),
            None => Change::None,
        }
    }

    /// Looks whether the microphone delivers anything. Called with every tick.
    pub(crate) fn poll_microphone(&mut self) -> Change {
        let Some(open) = self.side.open() else { return Change::None };
        let silent = open.audio.input_silence() >= SILENCE;
        if std::mem::replace(&mut open.input_is_silent, silent) == silent {
            return Change::None;
        }
        info!("audio: the microphone delivers {}", if silent { "exact zeros" } else { "sound again" });
        Change::Devices
    }

    /// Frees what the audio thread sent back, and says what is due. Nothing while it isn't open.
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

    // Its devices.

    /// What is in use.
    pub(crate) fn devices(&self) -> Option<AudioDevices> {
        self.open().map(Open::devices)
    }

    /// The devices in use, where they changed by themselves since they were told: the frames per callback, and what a source
    /// asks of the microphone.
    pub(crate) fn has_news(&self) -> bool {
        self.open()
            .is_some_and(|open| self.told.as_ref().is_none_or(|told| open::is_news(told, &open.devices())))
    }

    /// These were told.
    pub(crate) fn told(&mut self, devices: AudioDevices) {
        self.told = Some(devices);
    }

    /// For a person: which device is missing and what to do.
    pub(crate) fn notice(&self) -> Option<&str> {
        self.open()?.notice.as_deref()
    }

    /// The microphone stands beside the loudspeaker: what it hears would come back to it.
    pub(crate) fn hears_output(&self) -> bool {
        self.open().is_some_and(|open| open.microphone.hears_output)
    }

    /// Which devices there were when they were listed last.
    pub(crate) fn seen_devices(&self, chosen: &ChosenDevices) -> DeviceList {
        self.devices.seen(self.open(), chosen)
    }

    /// Lists the devices for somebody.
    pub(crate) fn list_devices(&mut self, asked_by: ListedFor) {
        self.devices.list(asked_by);
    }

    /// Lists them for the menu, which shows them.
    pub(crate) fn refresh_devices(&mut self) {
        self.devices.refresh();
    }

    /// The computer woke up.
    pub(crate) fn woke(&mut self) {
        self.devices.woke(self.is_open());
    }

    // What plays.

    pub(crate) fn is_open(&self) -> bool {
        self.open().is_some()
    }

    /// The engine's rate in Hz.
    pub(crate) fn sample_rate(&self) -> Option<u32> {
        Some(self.open()?.audio.engine().sample_rate())
    }

    /// The output's rate in Hz, and the most frames of a block.
    pub(crate) fn stream(&self) -> Option<(u32, u32)> {
        let stream = self.open()?.audio.stream();
        Some((stream.sample_rate, stream.max_frames))
    }

    /// What concerns all projects.
    pub(crate) fn figures(&self) -> Option<AudioFigures> {
        let open = self.open()?;
        let (engine, latency) = (open.audio.stats(), open.audio.stream().latency);
        Some(AudioFigures { engine, latency, devices: open.devices() })
    }

    /// Gives a project a place in the mix. None while it isn't open.
    pub(crate) fn add_project(
        &mut self,
        settings: ProjectSettings,
    ) -> Option<Result<ProjectId, EngineError>> {
        Some(self.side.open()?.audio.engine_mut().add_project(settings))
    }

    /// Fades a project out, and takes its place away.
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

    /// Whoever unmutes wants to hear something, so a mix that ran away gets another try.
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

    /// Records what a project's processor makes. None while it has no place in the mix.
    pub(crate) fn record(
        &mut self,
        project: Option<ProjectId>,
        path: &Path,
        file: WavFile,
    ) -> Option<Result<Recording, EngineError>> {
        self.on(project, |engine, project| engine.record(project, path, file))
    }

    pub(crate) fn stop_recording(&mut self, project: Option<ProjectId>) {
        self.on(project, |engine, project| engine.stop_recording(project));
    }

    pub(crate) fn snapshot(&mut self, project: Option<ProjectId>) -> Option<ProjectSnapshot> {
        self.on(project, |engine, project| engine.snapshot(project))?
    }

    /// The pictures of a project's output, where there are newer ones than before.
    pub(crate) fn pictures(
        &mut self,
        project: Option<ProjectId>,
    ) -> (Option<ScopeFrame>, Option<SpectrumFrame>) {
        self.on(project, |engine, project| (engine.scope(project), engine.spectrum(project)))
            .unwrap_or_default()
    }

    /// The howl mute has just begun to act, with these peaks of the projects.
    pub(crate) fn blame(&mut self, peaks: &[(ProjectId, f32)]) {
        self.howl.blame(peaks);
    }

    /// A project is gone, silent, or sounds otherwise: where it was the cause of a howl, the mix is heard again.
    pub(crate) fn quieter(&mut self, project: Option<ProjectId>) {
        if project.is_some_and(|project| self.howl.acquit(&project))
            && let Some(open) = self.side.open()
        {
            info!("the project that made the level run away is quiet now: the mix fades in");
            open.audio.engine_mut().clear_howl();
        }
    }

    // The latency of a loop.

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

    /// Why no latency can be measured, as a call is told.
    pub(crate) fn not_measured(reason: &str) -> ErrorObject {
        latency::refused(reason)
    }

    /// Looks how far the measurement is, which stands beside what is known of the projects. Called with every tick.
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

    /// Does something to the engine, for a project that has a place in its mix.
    fn on<T>(
        &mut self,
        project: Option<ProjectId>,
        act: impl FnOnce(&mut Engine, ProjectId) -> T,
    ) -> Option<T> {
        Some(act(self.side.open()?.audio.engine_mut(), project?))
    }
}
