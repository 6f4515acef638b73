//! The control side: adds, links, configures and reads projects.

pub(crate) mod command;
pub(crate) mod error;
pub(crate) mod history;
mod measuring;
pub(crate) mod readings;
pub(crate) mod scope;
pub(crate) mod spectrum;
pub(crate) mod telemetry;
mod transport;
pub(crate) mod trigger;
mod wished;

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wavecraft_audio_device::{LostFlag, MAX_FRAMES};
use wavecraft_ring::HostRing;

use self::command::Command;
use self::error::EngineError;
use self::history::History;
use self::measuring::Measuring;
use self::readings::{ReadingInbox, Readings};
use self::scope::ScopeFrame;
use self::spectrum::{Analyser, Long, SpectrumFrame};
use self::trigger::Waveform;
use self::wished::Wished;
use crate::config::{EngineConfig, MAX_ALIGNMENT_FRAMES, MAX_PROJECTS};
use crate::input::MatchedInput;
use crate::latency::LatencyRecording;
use crate::number::{frames_in_ms, size, whole};
use crate::record::{Recording, record};
use crate::render::Renderer;
use crate::render::comparison::Pair;
use crate::render::link::Link;
use crate::render::project::Project;
use crate::render::readings::STRETCHES;
use crate::render::report::{EngineReport, ProjectReport};
use crate::snapshot::{Comparing, EngineStats, Mode, OnBypass, ProjectId, ProjectSettings, ProjectSnapshot};
use crate::source::{Generator, Source};
use crate::trash::Garbage;
use crate::wav::WavFile;

/// Capacity of the command ring to the renderer. Commands that don't fit wait in a list on the control side, so none is
/// lost; of several that set the same thing of the same project only the newest is kept.
const COMMANDS: usize = 1024;

/// Capacity of the ring of returned values. A callback returns at most what the commands of one callback replaced.
const GARBAGE: usize = 2048;

/// Samples of the tap on their way to the control side: at least so many, and a third of a second. When nobody reads
/// them, the newest are dropped.
const TAP_FRAMES: usize = 16_384;

/// Makes both halves of an engine. The [`Renderer`] goes to the audio thread.
#[must_use]
pub fn engine(config: EngineConfig) -> (Engine, Renderer) {
    let (commands, commands_end) = rtrb::RingBuffer::new(COMMANDS);
    let (garbage_end, garbage) = rtrb::RingBuffer::new(GARBAGE);
    let report = Arc::new(EngineReport::new());
    let faded_out = Arc::new(AtomicBool::new(false));
    let renderer =
        Renderer::new(&config, commands_end, garbage_end, Arc::clone(&report), Arc::clone(&faded_out));
    let analyser = Analyser::new(config.sample_rate);
    let engine = Engine {
        config,
        commands,
        waiting: VecDeque::new(),
        garbage,
        projects: BTreeMap::new(),
        next_id: 1,
        report,
        faded_out,
        input_lost: None,
        measuring: Measuring::default(),
        analyser,
        wished: Wished::default(),
    };
    (engine, renderer)
}

/// One project as the control side knows it.
struct Handle {
    report: Arc<ProjectReport>,
    tap: rtrb::Consumer<[f32; 2]>,
    readings: ReadingInbox,
    pairs: rtrb::Consumer<Pair>,
    history: Arc<Mutex<History>>,
    long: Long,
    microphone: bool,
    /// The mode last requested, and the number of requests so far.
    mode: (Mode, u32),
}

/// The control side of the engine: `Send`, used from one thread, never from the audio thread.
///
/// Every setter only queues a command; the renderer applies it at its next callback, with a fade.
pub struct Engine {
    config: EngineConfig,
    commands: rtrb::Producer<Command>,
    /// Commands that didn't fit into the ring, in order.
    waiting: VecDeque<Command>,
    garbage: rtrb::Consumer<Garbage>,
    projects: BTreeMap<ProjectId, Handle>,
    next_id: u64,
    report: Arc<EngineReport>,
    faded_out: Arc<AtomicBool>,
    input_lost: Option<LostFlag>,
    measuring: Measuring,
    analyser: Analyser,
    wished: Wished,
}

impl Engine {
    /// Session rate in Hz.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.config.sample_rate
    }

    /// Adds a project; it fades in.
    ///
    /// # Errors
    /// [`EngineError::TooManyProjects`].
    pub fn add_project(&mut self, settings: ProjectSettings) -> Result<ProjectId, EngineError> {
        if self.projects.len() >= MAX_PROJECTS {
            return Err(EngineError::TooManyProjects);
        }
        let id = ProjectId(self.next_id);
        self.next_id += 1;
        let (tap_end, tap) = rtrb::RingBuffer::new(TAP_FRAMES.max(size(self.config.sample_rate / 3)));
        let (readings_end, readings) = rtrb::RingBuffer::new(STRETCHES);
        let (pairs_end, pairs) = rtrb::RingBuffer::new(size(self.config.sample_rate / 3));
        let report = Arc::new(ProjectReport::new());
        let microphone = matches!(settings.source, Source::Microphone);
        let generator = self.generator(&settings.source);
        let ends = (tap_end, readings_end, pairs_end);
        let project = Project::new(id, &settings, generator, &self.config, ends, Arc::clone(&report));
        let history = Arc::new(Mutex::new(History::new(self.config.sample_rate)));
        let (long, mode, readings) = (Long::default(), (settings.mode, 0), ReadingInbox::new(readings));
        self.projects.insert(id, Handle { report, tap, readings, pairs, history, long, microphone, mode });
        self.send(Command::Add(Box::new(project)));
        Ok(id)
    }

    /// Fades a project out and frees it, its links included. Unknown ids are ignored.
    pub fn remove_project(&mut self, id: ProjectId) {
        if self.projects.remove(&id).is_some() {
            self.send(Command::Remove(id));
        }
    }

    /// Whether there are no projects.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.projects.is_empty()
    }

    /// Gives the project the ring of a (new) child. The child gets live input at once; after it has answered in time
    /// for a while, it is faded in. A child heard until then keeps playing until it is faded out at that moment. Call
    /// this once the child is ready: blocks are sent from the next callback on. The watcher of the child process clears
    /// `alive`: the renderer drops the child within the same block.
    ///
    /// # Errors
    /// [`EngineError::UnknownProject`], [`EngineError::RingTooSmall`].
    pub fn set_link(
        &mut self,
        id: ProjectId,
        ring: HostRing,
        alive: Arc<AtomicBool>,
    ) -> Result<(), EngineError> {
        let handle = self.projects.get_mut(&id).ok_or(EngineError::UnknownProject)?;
        handle.readings.linked(&ring);
        let link = self.link(ring, alive)?;
        self.send(Command::Link(id, link));
        Ok(())
    }

    /// Gives the project another child beside the newest, to be [compared](Self::compare) with it: as
    /// [`set_link`](Self::set_link), but it isn't heard by itself. One that is there already is freed.
    ///
    /// # Errors
    /// As [`set_link`](Self::set_link).
    pub fn set_beside(
        &mut self,
        id: ProjectId,
        ring: HostRing,
        alive: Arc<AtomicBool>,
    ) -> Result<(), EngineError> {
        if !self.projects.contains_key(&id) {
            return Err(EngineError::UnknownProject);
        }
        let link = self.link(ring, alive)?;
        self.send(Command::Beside(id, link));
        Ok(())
    }

    /// Lets the child of this generation stay beside the newest once that replaces it, instead of being freed. `None`:
    /// none stays.
    pub fn keep(&mut self, id: ProjectId, generation: Option<u32>) {
        self.send(Command::Keep(id, generation));
    }

    /// Fades the child beside the newest out, if it is heard, and frees it.
    pub fn clear_beside(&mut self, id: ProjectId) {
        self.send(Command::ClearBeside(id));
    }

    /// Compares the newest child with the one beside it, or ends that. A gain that isn't finite or is below 0 counts as
    /// 0; a delay is at most [`MAX_ALIGNMENT_FRAMES`].
    pub fn compare(&mut self, id: ProjectId, comparing: Option<Comparing>) {
        let comparing = comparing.map(|wanted| Comparing {
            gain: linear(wanted.gain),
            delay_frames: wanted.delay_frames.map(|frames| frames.min(MAX_ALIGNMENT_FRAMES)),
            ..wanted
        });
        self.send(Command::Compare(id, comparing));
    }

    /// The samples of two compared children, where both answered in time, aligned and before the gain: left and right of
    /// the newest, then of the one beside it. All since this was called last, a third of a second at most.
    pub fn take_pairs(&mut self, id: ProjectId) -> Vec<[f32; 4]> {
        let Some(handle) = self.projects.get_mut(&id) else { return Vec::new() };
        let available = handle.pairs.slots();
        handle.pairs.read_chunk(available).map(|chunk| chunk.into_iter().collect()).unwrap_or_default()
    }

    /// Makes a project's processors clear their state before the next block, in order with the blocks. A child of an older
    /// SDK ignores it.
    pub fn reset(&mut self, id: ProjectId) {
        self.send(Command::Reset(id));
    }

    /// Fades the project's child out and frees its ring.
    pub fn clear_link(&mut self, id: ProjectId) {
        self.send(Command::Unlink(id));
    }

    /// Crossfades to another source.
    pub fn set_source(&mut self, id: ProjectId, source: &Source) {
        let generator = self.generator(source);
        if let Some(handle) = self.projects.get_mut(&id) {
            handle.microphone = matches!(source, Source::Microphone);
            self.send(Command::Source(id, generator));
        }
    }

    /// Loops these frames of the project's file source, `None` all of it, after a crossfade where the file doesn't play
    /// within them. Other sources ignore it, and so does a file that has less than the fade in them.
    pub fn set_loop(&mut self, id: ProjectId, region: Option<[u64; 2]>) {
        self.send(Command::Loop(id, region));
    }

    /// Plays the project's file source on from another frame, after a crossfade. A frame outside of the loop counts as
    /// the loop's first. Other sources ignore it.
    pub fn seek(&mut self, id: ProjectId, frame: u64) {
        self.send(Command::Seek(id, frame));
    }

    /// Sets the linear output gain; a value that isn't finite or is below 0 counts as 0.
    pub fn set_gain(&mut self, id: ProjectId, gain: f32) {
        self.send(Command::Gain(id, linear(gain)));
    }

    /// Mutes or unmutes the project.
    pub fn set_muted(&mut self, id: ProjectId, muted: bool) {
        self.send(Command::Muted(id, muted));
    }

    /// Bypasses the project, so that [`OnBypass`] is heard instead of the processed sound, or ends that.
    pub fn set_bypassed(&mut self, id: ProjectId, bypassed: bool) {
        self.send(Command::Bypassed(id, bypassed));
    }

    /// Sets what is heard instead of the processed sound.
    pub fn set_on_bypass(&mut self, id: ProjectId, on_bypass: OnBypass) {
        self.send(Command::OnBypass(id, on_bypass));
    }

    /// Sets when the child's answers are taken; the change is a crossfade. The engine may fall back from Direct mode:
    /// see [`ProjectSnapshot::fell_back`].
    pub fn set_mode(&mut self, id: ProjectId, mode: Mode) {
        let Some(handle) = self.projects.get_mut(&id) else { return };
        handle.mode = (mode, handle.mode.1.wrapping_add(1));
        let wish = handle.mode.1;
        self.send(Command::Mode(id, mode, wish));
    }

    /// Records the output of the project's processor to `file`, whose path is `path`, until [`stop_recording`] or until
    /// the recording ends by itself. A recording that is already running ends with what it has. Silence is recorded
    /// where there is no output because the child is late or gone; there is no fade where one child replaces another.
    /// With `seconds` it ends by itself, after exactly that many frames, rounded to the nearest.
    ///
    /// [`stop_recording`]: Self::stop_recording
    ///
    /// # Errors
    /// [`EngineError::UnknownProject`], [`EngineError::OtherRate`], [`EngineError::NoThread`].
    pub fn record(
        &mut self,
        id: ProjectId,
        path: &Path,
        file: WavFile,
        seconds: Option<f64>,
    ) -> Result<Recording, EngineError> {
        if !self.projects.contains_key(&id) {
            return Err(EngineError::UnknownProject);
        }
        let (file_rate, engine_rate) = (file.sample_rate(), self.config.sample_rate);
        if file_rate != engine_rate {
            return Err(EngineError::OtherRate { file_rate, engine_rate });
        }
        let length = seconds.map(|seconds| whole(seconds * f64::from(engine_rate)));
        let (tap, recording) = record(path, file, length).map_err(|_| EngineError::NoThread)?;
        self.send(Command::Record(id, Some(Box::new(tap))));
        Ok(recording)
    }

    /// Stops feeding the project's recording; [`Recording::finish`] completes it.
    pub fn stop_recording(&mut self, id: ProjectId) {
        self.send(Command::Record(id, None));
    }

    /// Ends the howl mute: the mix fades in.
    pub fn clear_howl(&mut self) {
        self.send(Command::ClearHowl);
    }

    /// The renderer's latest report on a project. `None` if the project doesn't exist.
    pub fn snapshot(&mut self, id: ProjectId) -> Option<ProjectSnapshot> {
        let handle = self.projects.get(&id)?;
        let (snapshot, obeyed) = handle.report.read();
        let (wanted, wish) = handle.mode;
        // A request that the renderer hasn't seen yet isn't one that it gave up.
        let fell_back = snapshot.timestamp_frames > 0 && obeyed == wish && snapshot.mode != wanted;
        Some(ProjectSnapshot { fell_back, ..snapshot })
    }

    /// What the project's processors have shown by their probes since this was called last: those of the child that is
    /// heard, or else of the newest. `None` if there is nothing new.
    pub fn take_readings(&mut self, id: ProjectId) -> Option<Readings> {
        self.projects.get_mut(&id)?.readings.take()
    }

    /// The latest picture of a project's processed output. `None` if the project doesn't exist or hasn't run long
    /// enough.
    pub fn scope(&mut self, id: ProjectId) -> Option<ScopeFrame> {
        let sample_rate = self.config.sample_rate;
        let handle = self.projects.get_mut(&id)?;
        handle.drain();
        let history = handle.history();
        ScopeFrame::of(&history, sample_rate, history.end_frames())
    }

    /// The latest sound of a project, from which any thread can draw. `None` if the project doesn't exist.
    #[must_use]
    pub fn waveform(&self, id: ProjectId) -> Option<Waveform> {
        let handle = self.projects.get(&id)?;
        Some(Waveform::new(Arc::clone(&handle.history), self.config.sample_rate))
    }

    /// The spectrum of a project's processed output. `None` if the project doesn't exist or hasn't run long enough.
    pub fn spectrum(&mut self, id: ProjectId) -> Option<SpectrumFrame> {
        let handle = self.projects.get_mut(&id)?;
        handle.drain();
        let history = handle.history.lock().unwrap_or_else(PoisonError::into_inner);
        self.analyser.frame(&history, &mut handle.long)
    }

    /// Frees what the renderer sent back, sends commands that had to wait, empties the taps.
    pub fn poll(&mut self) {
        while let Ok(garbage) = self.garbage.pop() {
            if let Garbage::Probe(probe) = garbage {
                self.measuring.take(*probe);
            }
        }
        while let Some(command) = self.waiting.pop_front() {
            if let Err(rtrb::PushError::Full(command)) = self.commands.push(command) {
                self.waiting.push_front(command);
                break;
            }
        }
        for handle in self.projects.values_mut() {
            handle.drain();
        }
    }

    /// The renderer's latest report on itself. Device xruns are the backend's: [`Audio::stats`](crate::Audio::stats).
    #[must_use]
    pub fn stats(&self) -> EngineStats {
        self.report.read()
    }

    /// Whether any project's source is the microphone, or a measurement needs it.
    #[must_use]
    pub fn wants_microphone(&self) -> bool {
        self.measuring.is_under_way() || self.projects.values().any(|handle| handle.microphone)
    }

    /// Starts measuring the latency from the output back to the input: all projects fade out, the microphone is opened
    /// if it isn't yet, three chirps are played at −12 dBFS on both channels, the projects fade in. A measurement
    /// already under way is cancelled.
    ///
    /// The chirps start once the input's delay is constant: at once if it shares the output's clock, otherwise when the
    /// two clocks are matched. From then on it takes 2.1 s. How long to wait is the caller's choice.
    pub fn measure_latency(&mut self) {
        let probe = self.measuring.begin(self.config.sample_rate);
        self.send(Command::Measure(probe));
    }

    /// Cancels the measurement, if one is under way: the projects fade in.
    pub fn stop_measuring(&mut self) {
        if self.measuring.stop() {
            self.send(Command::StopMeasuring);
        }
    }

    /// The recording of a measurement that is complete or was interrupted, returned once. [`poll`](Self::poll) fetches
    /// it. The microphone may be closed at the next poll.
    pub fn latency_recording(&mut self) -> Option<LatencyRecording> {
        self.measuring.recording()
    }

    pub(crate) fn set_input(&mut self, stream: Option<MatchedInput>) {
        self.input_lost = stream.as_ref().map(MatchedInput::lost);
        self.send(Command::Input(stream.map(Box::new)));
    }

    pub(crate) fn input_lost(&self) -> bool {
        self.input_lost.as_ref().is_some_and(LostFlag::is_raised)
    }

    pub(crate) fn fade_out(&mut self) {
        self.send(Command::FadeOut);
    }

    /// Fades in again, whatever the state before, on an output with this callback size (0 if unknown).
    pub(crate) fn resume(&mut self, nominal_frames: u32) {
        // SYNC: pairs with the load in `is_faded_out`. No renderer runs now that could store it.
        self.faded_out.store(false, Ordering::Relaxed);
        self.send(Command::Resume(nominal_frames));
    }

    pub(crate) fn is_faded_out(&self) -> bool {
        // SYNC: pairs with the store in the renderer; the flag carries no data.
        self.faded_out.load(Ordering::Relaxed)
    }

    fn generator(&self, source: &Source) -> Box<Generator> {
        let fade = frames_in_ms(self.config.limits.fade_ms, self.config.sample_rate);
        Box::new(Generator::new(source, self.config.sample_rate, fade))
    }

    fn link(&self, ring: HostRing, alive: Arc<AtomicBool>) -> Result<Box<Link>, EngineError> {
        let ring_frames = ring.geometry().max_frames();
        if ring_frames < MAX_FRAMES {
            return Err(EngineError::RingTooSmall { ring_frames, needed_frames: MAX_FRAMES });
        }
        let fade = frames_in_ms(self.config.limits.fade_ms, self.config.sample_rate);
        Ok(Box::new(Link::new(ring, alive, self.config.limits, self.config.sample_rate, fade)))
    }

    fn send(&mut self, command: Command) {
        if !self.waiting.is_empty() {
            // However often a value is set while the renderer isn't running, it is sent once.
            self.waiting.retain(|older| !command.replaces(older));
            self.waiting.push_back(command);
        } else if let Err(rtrb::PushError::Full(command)) = self.commands.push(command) {
            self.waiting.push_back(command);
        }
    }
}

/// A gain that can be used.
fn linear(gain: f32) -> f32 {
    if gain.is_finite() { gain.max(0.0) } else { 0.0 }
}

impl Handle {
    fn drain(&mut self) {
        let available = self.tap.slots();
        if available == 0 {
            return;
        }
        let end_frames = self.report.read().0.timestamp_frames;
        if let Ok(chunk) = self.tap.read_chunk(available) {
            let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
            history.push(chunk.into_iter(), end_frames);
        }
    }

    fn history(&self) -> MutexGuard<'_, History> {
        // No code that holds it can panic halfway through a change.
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
