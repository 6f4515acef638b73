//! The audio side: everything that runs inside a device's callback.

pub(crate) mod beside;
pub(crate) mod channels;
pub(crate) mod comparison;
pub(crate) mod counts;
pub(crate) mod delay;
pub(crate) mod delay_line;
pub(crate) mod difference;
pub(crate) mod dip;
pub(crate) mod direct;
pub(crate) mod fade;
pub(crate) mod lateness;
pub(crate) mod limiter;
pub(crate) mod link;
pub(crate) mod link_fade;
pub(crate) mod links;
pub(crate) mod load;
pub(crate) mod meter;
pub(crate) mod moment;
pub(crate) mod pending;
pub(crate) mod percentile;
pub(crate) mod probe;
pub(crate) mod project;
pub(crate) mod read_window;
pub(crate) mod readings;
pub(crate) mod rendered;
pub(crate) mod report;
pub(crate) mod source_crossfade;
pub(crate) mod tap;
pub(crate) mod workspace;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use wavecraft_audio_device::{Clock, Render, Sink, no_alloc};

use self::delay::Delay;
use self::fade::Ramp;
use self::limiter::Limiter;
use self::load::LoadMeter;
use self::meter::LevelMeter;
use self::moment::Moment;
use self::probe::Probing;
use self::project::Project;
use self::read_window::ReadWindow;
use self::report::EngineReport;
use self::workspace::Workspace;
use crate::config::{EngineConfig, MAX_PROJECTS, PART_FRAMES};
use crate::engine::command::Command;
use crate::input::MicrophoneInput;
use crate::number::{count32, frames_in_ms, nanoseconds, position, real64, whole};
use crate::snapshot::{EngineStats, ProjectId};
use crate::time::{FIRST_CHANGE, Time, TimeChange};
use crate::trash::{Garbage, Trash};

/// The audio side of the engine: `Send`, moved into the device's callback.
///
/// [`Render::render`] is its only entry point. It takes commands, passes blocks to the children and back, mixes and
/// limits. It never allocates, frees, locks, logs or panics, and waits for nothing but the children of projects in
/// Direct mode, up to a deadline; values to be freed go back to the [`Engine`](crate::Engine). In debug builds any
/// allocation inside it ends a program that uses `assert_no_alloc`'s allocator.
pub struct Renderer {
    commands: rtrb::Consumer<Command>,
    trash: Trash,
    #[expect(
        clippy::vec_box,
        reason = "the boxes come and go through rings, where unboxing would free here"
    )]
    projects: Vec<Box<Project>>,
    input: MicrophoneInput,
    probing: Probing,
    work: Workspace,
    delay: Delay,
    limiter: Limiter,
    /// Fades the whole mix at the start and the end of the stream.
    master: Ramp,
    ending: bool,
    faded_out: Arc<AtomicBool>,
    clock: Clock,
    sample_rate: u32,
    /// See `Limits::direct_wait_share`.
    wait_share: f64,
    load: LoadMeter,
    output_meter: LevelMeter,
    report: Arc<EngineReport>,
    fade_frames: u32,
    position: u64,
    time: Time,
    /// The number of its last change.
    time_changes: u32,
    callbacks: u64,
    largest_callback: u32,
}

impl Render for Renderer {
    fn render(&mut self, frames: usize, input: Option<&[&[f32]]>, due_ns: Option<u64>, sink: Sink<'_>) {
        no_alloc(|| self.run(frames, input, due_ns, sink));
    }

    /// Waits until the children have answered all blocks.
    fn settle(&mut self, deadline_ns: u64) {
        for project in &mut self.projects {
            project.settle(deadline_ns, &mut self.work.reply);
        }
    }
}

impl Renderer {
    pub(crate) fn new(
        config: &EngineConfig,
        commands: rtrb::Consumer<Command>,
        garbage: rtrb::Producer<Garbage>,
        report: Arc<EngineReport>,
        faded_out: Arc<AtomicBool>,
    ) -> Self {
        let fade_frames = frames_in_ms(config.limits.fade_ms, config.sample_rate);
        let mut master = Ramp::at(0.0);
        master.aim(1.0, fade_frames);
        Self {
            commands,
            trash: Trash::new(garbage),
            projects: Vec::with_capacity(MAX_PROJECTS * 2),
            input: MicrophoneInput::new(fade_frames, config.sample_rate),
            probing: Probing::new(fade_frames),
            work: Workspace::new(),
            delay: Delay::new(config.nominal_frames),
            limiter: Limiter::new(&config.limits, config.sample_rate, fade_frames),
            master,
            ending: false,
            faded_out,
            clock: Arc::clone(&config.clock),
            sample_rate: config.sample_rate,
            wait_share: config.limits.direct_wait_share,
            load: LoadMeter::new(config.sample_rate),
            output_meter: LevelMeter::new(config.sample_rate),
            report,
            fade_frames,
            position: 0,
            time: Time::default(),
            time_changes: FIRST_CHANGE,
            callbacks: 0,
            largest_callback: 0,
        }
    }

    fn run(&mut self, frames: usize, input: Option<&[&[f32]]>, due_ns: Option<u64>, sink: Sink<'_>) {
        let began_ns = (self.clock)();
        let due_ns = due_ns.unwrap_or(began_ns);
        self.apply_commands();
        self.callbacks += 1;
        self.largest_callback = self.largest_callback.max(count32(frames));
        let mut grown_from = self.delay.observe(frames).filter(|_| self.position > 0);
        let mut done = 0;
        while done < frames {
            let whole_part = (frames - done).min(PART_FRAMES);
            // A block never crosses the end of a loop.
            let part = self.time.together(whole_part, self.sample_rate);
            let window = self.delay.window(self.position, part, grown_from.take(), self.fade_frames);
            self.read_input(input, done, part, due_ns);
            let steady = input.is_some() || self.input.is_steady();
            self.part(&window, steady, began_ns.saturating_add(self.patience_ns(done + whole_part)));
            let [left, right] = self.work.mix.part(part);
            sink(done, left, right);
            self.position += position(part);
            self.time.advance(position(part), self.sample_rate);
            done += part;
        }
        self.sweep();
        self.load.add((self.clock)().saturating_sub(began_ns), position(frames));
        self.publish();
    }

    /// Renders one part of a callback. `steady` says whether the input's delay is constant. Children in Direct mode are
    /// waited for until `wait_until_ns` on the engine's clock.
    fn part(&mut self, window: &ReadWindow, steady: bool, wait_until_ns: u64) {
        let moment = Moment { now_ns: (self.clock)(), time: self.time.of_block() };
        for project in &mut self.projects {
            project.send(window, moment, &mut self.work, &mut self.trash);
        }
        self.projects.iter_mut().for_each(|project| project.wake());
        self.await_children(wait_until_ns);
        self.work.mix.part_mut(window.frames).into_iter().for_each(|channel| channel.fill(0.0));
        for project in &mut self.projects {
            project.play(window, &mut self.work, &mut self.trash);
        }
        let [left, right] = self.work.mix.part_mut(window.frames);
        self.probing.hush(left, right);
        self.limiter.apply(left, right);
        let input = self.work.microphone.part(window.frames);
        if let Some(probe) = self.probing.measure(steady, input, left, right) {
            self.trash.put_probe(probe);
        }
        self.master.apply(left, right);
        self.output_meter.add(left, right);
    }

    /// Waits for the children: all were woken before, so they work in parallel, and one deadline holds for all.
    fn await_children(&mut self, wait_until_ns: u64) {
        if !self.projects.iter().any(|project| project.waits()) {
            return;
        }
        // The remaining time is measured on the engine's clock, the deadline from here on on the ring's: these are the
        // same, except where a test or a rendering without a device has its own clock.
        let left_ns = wait_until_ns.saturating_sub((self.clock)());
        let deadline_ns = wavecraft_ring::clock::now_ns().saturating_add(left_ns);
        for project in &mut self.projects {
            project.await_children(deadline_ns, &self.clock, &mut self.work.reply);
        }
    }

    /// How long after its start a callback of `frames` frames may wait for children, in nanoseconds.
    fn patience_ns(&self, frames: usize) -> u64 {
        whole(real64(nanoseconds(position(frames), self.sample_rate)) * self.wait_share)
    }

    fn read_input(&mut self, input: Option<&[&[f32]]>, done: usize, part: usize, due_ns: u64) {
        let [left, right] = self.work.microphone.part_mut(part);
        match input {
            Some(channels) => {
                for (side, out) in [left, right].into_iter().enumerate() {
                    let channel = channels.get(side).or(channels.first());
                    match channel.and_then(|channel| channel.get(done..done + part)) {
                        Some(samples) => out.copy_from_slice(samples),
                        None => out.fill(0.0),
                    }
                }
            }
            None => self.input.read(left, right, due_ns),
        }
    }

    fn apply_commands(&mut self) {
        // Commands that arrive meanwhile wait for the next callback: the time spent here is bounded.
        for _ in 0..self.commands.slots() {
            let Ok(command) = self.commands.pop() else { return };
            match command {
                Command::Add(project) => self.add(project),
                Command::Remove(id) => self.with(id, |project| project.leave()),
                Command::Link(id, link) => match self.find(id) {
                    Some(index) => self.projects[index].set_link(link, &mut self.trash),
                    None => self.trash.put(link),
                },
                Command::Beside(id, link) => match self.find(id) {
                    Some(index) => self.projects[index].set_beside(link, &mut self.trash),
                    None => self.trash.put(link),
                },
                Command::Keep(id, generation) => self.with(id, |project| project.keep(generation)),
                Command::ClearBeside(id) => {
                    if let Some(index) = self.find(id) {
                        self.projects[index].clear_beside(&mut self.trash);
                    }
                }
                Command::Compare(id, comparing) => self.with(id, |project| project.compare(comparing)),
                Command::Reset(id) => self.with(id, |project| project.reset()),
                Command::Time(change, number) => self.change_time(change, number),
                Command::Timed(id, timed) => self.with(id, |project| project.set_timed(timed)),
                Command::Unlink(id) => {
                    if let Some(index) = self.find(id) {
                        self.projects[index].clear_link(&mut self.trash);
                    }
                }
                Command::Source(id, source) => match self.find(id) {
                    Some(index) => self.projects[index].set_source(source, &mut self.trash),
                    None => self.trash.put(source),
                },
                Command::Loop(id, region) => self.with(id, |project| project.set_loop(region)),
                Command::Seek(id, frame) => self.with(id, |project| project.seek(frame)),
                Command::Gain(id, gain) => self.with(id, |project| project.set_gain(gain)),
                Command::Muted(id, muted) => self.with(id, |project| project.set_muted(muted)),
                Command::Bypassed(id, bypassed) => self.with(id, |project| project.set_bypassed(bypassed)),
                Command::OnBypass(id, choice) => self.with(id, |project| project.set_on_bypass(choice)),
                Command::Mode(id, mode, wish) => self.with(id, |project| project.set_mode(mode, wish)),
                Command::Record(id, recording) => match self.find(id) {
                    Some(index) => self.projects[index].set_recording(recording, &mut self.trash),
                    None => recording.into_iter().for_each(|recording| self.trash.put(recording)),
                },
                Command::Input(stream) => {
                    if let Some(old) = self.input.replace(stream) {
                        self.trash.put(old);
                    }
                }
                Command::ClearHowl => self.limiter.clear_howl(),
                Command::Measure(probe) => {
                    if let Some(given_up) = self.probing.begin(probe) {
                        self.trash.put_probe(given_up);
                    }
                }
                Command::StopMeasuring => self.stop_measuring(),
                Command::FadeOut => {
                    self.ending = true;
                    self.master.aim(0.0, self.fade_frames);
                }
                Command::Resume(nominal_frames) => self.resume(nominal_frames),
            }
        }
    }

    /// Takes effect with this callback's first block: a stop as well as what the children do before it.
    fn change_time(&mut self, change: TimeChange, number: u32) {
        let stops = self.time.playing && change == TimeChange::Playing(false);
        self.time.change(change, self.sample_rate);
        self.time_changes = number;
        if stops {
            self.projects.iter_mut().for_each(|project| project.stop());
        }
    }

    fn stop_measuring(&mut self) {
        if let Some(probe) = self.probing.end() {
            self.trash.put_probe(probe);
        }
    }

    /// Continues on another output. Nothing is heard at this moment, so the delay may also become shorter; what was
    /// measured of the previous output doesn't apply to this one.
    fn resume(&mut self, nominal_frames: u32) {
        self.stop_measuring();
        self.delay = Delay::new(nominal_frames);
        self.largest_callback = 0;
        self.ending = false;
        self.master.jump(0.0);
        self.master.aim(1.0, self.fade_frames);
    }

    fn add(&mut self, project: Box<Project>) {
        if self.projects.len() < self.projects.capacity() {
            self.projects.push(project);
        } else {
            self.trash.put(project);
        }
    }

    fn find(&self, id: ProjectId) -> Option<usize> {
        self.projects.iter().position(|project| project.id() == id)
    }

    fn with(&mut self, id: ProjectId, act: impl FnOnce(&mut Project)) {
        if let Some(index) = self.find(id) {
            act(&mut self.projects[index]);
        }
    }

    /// Sends projects that have faded out back to be freed.
    fn sweep(&mut self) {
        let mut index = 0;
        while index < self.projects.len() {
            if self.projects[index].has_left() {
                self.trash.put(self.projects.remove(index));
            } else {
                index += 1;
            }
        }
    }

    fn publish(&mut self) {
        if self.ending && self.master.is_steady_at(0.0) {
            // SYNC: pairs with the load in `Engine::is_faded_out`; the flag carries no data.
            self.faded_out.store(true, Ordering::Relaxed);
        }
        self.report.write(&EngineStats {
            callbacks: self.callbacks,
            position_frames: self.position,
            delay_frames: self.delay.frames(),
            largest_callback: self.largest_callback,
            load: self.load.load(),
            device_xruns: 0,
            output: self.output_meter.level(),
            limiter: self.limiter.state(),
            input: self.input.stats(),
            time: self.time,
            time_changes: self.time_changes,
            leaked: self.trash.leaked(),
        });
    }
}
