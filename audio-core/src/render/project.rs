//! The audio thread's side of one project.

use std::sync::Arc;

use wavecraft_audio_device::Clock;
use wavecraft_ring::BlockTime;

use crate::config::EngineConfig;
use crate::number::{count32, frames_in_ms, position};
use crate::record::RecordingTap;
use crate::render::comparison::{Comparison, Pair};
use crate::render::counts::Counts;
use crate::render::delay_line::DelayLine;
use crate::render::direct::Direct;
use crate::render::fade::Ramp;
use crate::render::link::Link;
use crate::render::links::Links;
use crate::render::meter::LevelMeter;
use crate::render::moment::Moment;
use crate::render::read_window::ReadWindow;
use crate::render::readings::{ReadingSender, Stretch};
use crate::render::report::ProjectReport;
use crate::render::source_crossfade::SourceCrossfade;
use crate::render::tap::Tap;
use crate::render::workspace::{BlockBuffers, HeardBuffers, Workspace};
use crate::snapshot::{
    Comparing, Finiteness, Hear, HeardSound, LinkState, Load, Mode, OnBypass, ProjectId, ProjectSettings,
    ProjectSnapshot,
};
use crate::source::Generator;
use crate::trash::Trash;

/// A source, its children, and their path into the mix.
pub(crate) struct Project {
    id: ProjectId,
    source: SourceCrossfade,
    links: Links,
    comparison: Comparison,
    direct: Direct,
    /// Whether the last child's process has ended and no new one was set.
    gone: bool,
    /// The source by stream position, for playing it dry, aligned with the processed sound.
    dry: [DelayLine<f32>; 2],
    on_bypass: OnBypass,
    /// Level of the dry source: 1 dry, 0 silence.
    dry_level: Ramp,
    level: Ramp,
    gain: f32,
    muted: bool,
    bypassed: bool,
    timed: bool,
    leaving: bool,
    fade_frames: u32,
    counts: Counts,
    input_meter: LevelMeter,
    tap: Tap,
    readings: ReadingSender,
    report: Arc<ProjectReport>,
}

impl Project {
    /// Allocates: called on the control side.
    pub(crate) fn new(
        id: ProjectId,
        settings: &ProjectSettings,
        generator: Box<Generator>,
        config: &EngineConfig,
        (pictures, readings, pairs): (
            rtrb::Producer<[f32; 2]>,
            rtrb::Producer<Stretch>,
            rtrb::Producer<Pair>,
        ),
        report: Arc<ProjectReport>,
    ) -> Self {
        let fade_frames = frames_in_ms(config.limits.fade_ms, config.sample_rate);
        let mut project = Self {
            id,
            source: SourceCrossfade::new(generator, fade_frames),
            links: Links::new(),
            comparison: Comparison::new(&config.limits, fade_frames, pairs),
            direct: Direct::new(settings.mode, &config.limits, fade_frames),
            gone: false,
            dry: [DelayLine::new(), DelayLine::new()],
            on_bypass: settings.on_bypass,
            dry_level: Ramp::at(dry_level(settings.on_bypass)),
            level: Ramp::at(0.0),
            gain: settings.gain,
            muted: settings.muted,
            bypassed: settings.bypassed,
            timed: settings.timed,
            leaving: false,
            fade_frames,
            counts: Counts::default(),
            input_meter: LevelMeter::new(config.sample_rate),
            tap: Tap::new(config.sample_rate, pictures),
            readings: ReadingSender::new(readings, config.sample_rate),
            report,
        };
        project.aim();
        project
    }

    pub(crate) fn id(&self) -> ProjectId {
        self.id
    }

    pub(crate) fn set_gain(&mut self, gain: f32) {
        self.gain = gain;
        self.aim();
    }

    pub(crate) fn set_muted(&mut self, muted: bool) {
        self.muted = muted;
        self.aim();
    }

    pub(crate) fn set_bypassed(&mut self, bypassed: bool) {
        self.bypassed = bypassed;
    }

    pub(crate) fn set_on_bypass(&mut self, on_bypass: OnBypass) {
        self.on_bypass = on_bypass;
        self.dry_level.aim(dry_level(on_bypass), self.fade_frames);
    }

    pub(crate) fn set_mode(&mut self, mode: Mode, wish: u32) {
        self.direct.set(mode, wish);
    }

    pub(crate) fn set_source(&mut self, generator: Box<Generator>, trash: &mut Trash) {
        self.source.change(generator, trash);
    }

    pub(crate) fn set_loop(&mut self, region: Option<[u64; 2]>) {
        self.source.set_loop(region);
    }

    pub(crate) fn seek(&mut self, frame: u64) {
        self.source.seek(frame);
    }

    pub(crate) fn set_link(&mut self, link: Box<Link>, trash: &mut Trash) {
        self.gone = false;
        self.links.add(link, trash);
    }

    /// Gives it a child beside the newest; the one that is there fades out.
    pub(crate) fn set_beside(&mut self, link: Box<Link>, trash: &mut Trash) {
        self.comparison.beside.put(link, trash);
    }

    /// Sets which child stays beside the newest when it is replaced.
    pub(crate) fn keep(&mut self, generation: Option<u32>) {
        self.comparison.beside.keep(generation);
    }

    /// Fades the child beside out, and keeps none.
    pub(crate) fn clear_beside(&mut self, trash: &mut Trash) {
        self.comparison.set(None);
        self.comparison.beside.retire(trash);
    }

    /// Compares the newest child with the one beside it, or ends that.
    pub(crate) fn compare(&mut self, comparing: Option<Comparing>) {
        self.comparison.set(comparing);
    }

    /// Makes its processors clear their state before the next block.
    pub(crate) fn reset(&mut self) {
        self.links.iter_mut().for_each(Link::reset);
    }

    /// The time has stopped: every child clears its state before its next block.
    pub(crate) fn stop(&mut self) {
        self.reset();
        self.comparison.beside.reset();
    }

    /// Sets whether its children are told the time.
    pub(crate) fn set_timed(&mut self, timed: bool) {
        self.timed = timed;
    }

    pub(crate) fn clear_link(&mut self, trash: &mut Trash) {
        self.gone = false;
        self.clear_beside(trash);
        self.links.retire();
    }

    pub(crate) fn set_recording(&mut self, recording: Option<Box<RecordingTap>>, trash: &mut Trash) {
        self.tap.record(recording, trash);
    }

    /// Fades the project out for good.
    pub(crate) fn leave(&mut self) {
        self.leaving = true;
        self.aim();
    }

    /// Whether it has faded out and can be freed.
    pub(crate) fn has_left(&self) -> bool {
        self.leaving && self.level.is_steady_at(0.0)
    }

    /// First half of a part: takes the children's replies, and sends them the source's next block.
    pub(crate) fn send(
        &mut self,
        window: &ReadWindow,
        moment: Moment,
        work: &mut Workspace,
        trash: &mut Trash,
    ) {
        let time = if self.timed { moment.time } else { BlockTime::default() };
        let moment = Moment { time, ..moment };
        let Workspace { microphone, source, inputs, reply, .. } = work;
        self.comparison.prepare(&mut self.links, window);
        let source = self.source.next(microphone.part(window.frames), source, trash);
        self.input_meter.add(source[0], source[1]);
        for (line, channel) in self.dry.iter_mut().zip(source) {
            line.write(window.position, channel);
        }
        for link in self.links.iter_mut() {
            if link.receive(window, moment.now_ns, reply, &mut self.counts) {
                link.send(window, moment, source, inputs, &mut self.counts);
            }
        }
        self.comparison.beside.exchange(window, moment, source, inputs, reply);
        self.comparison.check(&self.links);
    }

    /// Wakes the children that have something to do.
    pub(crate) fn wake(&mut self) {
        self.links.iter_mut().for_each(Link::wake);
        self.comparison.beside.wake();
    }

    /// Whether children are waited for between the two halves of a part.
    pub(crate) fn waits(&self) -> bool {
        self.direct.waits()
    }

    /// Direct mode: takes the children's answers to this part's block, waiting until the deadline on the ring's clock.
    pub(crate) fn await_children(&mut self, deadline_ns: u64, clock: &Clock, reply: &mut [f32]) {
        if !self.direct.waits() {
            return;
        }
        let on_air = self.links.on_air();
        for (index, link) in self.links.iter_mut().enumerate().filter(|(_, link)| link.is_awaited()) {
            let late = link.await_block(deadline_ns, clock, reply, &mut self.counts);
            // A late block of a child that fades out after it was replaced is no reason to fall back.
            if on_air == Some(index) {
                self.direct.note(late);
            }
        }
        // Last, and without a note: it takes the newest nothing of the time, and is no reason to fall back.
        if self.comparison.is_on() {
            self.comparison.beside.await_block(deadline_ns, clock, reply);
        }
    }

    /// Waits for the children: see [`Link::settle`].
    pub(crate) fn settle(&mut self, deadline_ns: u64, reply: &mut [f32]) {
        self.links.iter_mut().for_each(|link| link.settle(deadline_ns, reply, &mut self.counts));
        self.comparison.beside.settle(deadline_ns, reply);
    }

    /// Second half: adds what is due to the mix.
    pub(crate) fn play(&mut self, window: &ReadWindow, work: &mut Workspace, trash: &mut Trash) {
        let window = &self.direct.window(window);
        let Workspace { block, heard, compared, inputs, mix, .. } = work;
        let mix = mix.part_mut(window.frames);
        if let Some(made) = self.render_alone(window, block) {
            self.tap.keep(made);
            self.tap.show(made);
            self.level.add(made, mix);
        } else {
            let silence = &inputs.silence[..window.frames];
            self.render_mixed(&window.delayed(self.comparison.delay()), block, heard, silence);
            if !self.comparison.is_idle() {
                self.comparison.apply(window, !self.bypassed, (block, heard, compared));
            }
            let sum = heard.sum.part(window.frames);
            self.tap.show(sum);
            self.level.add(sum, mix);
        }
        self.sweep(trash);
        self.direct.advance(window.frames);
        self.send_readings(window.frames);
        self.publish(window);
    }

    fn sweep(&mut self, trash: &mut Trash) {
        self.gone |= self.links.sweep(&mut self.comparison.beside, trash);
        if self.comparison.beside.sweep(trash) {
            self.comparison.set(None);
        }
    }

    /// Sends what the child that is heard, or else the newest, shows. What the others show is of no use.
    fn send_readings(&mut self, frames: usize) {
        if !self.readings.is_due(count32(frames)) {
            return;
        }
        let lead = self.links.lead();
        for (index, link) in self.links.iter_mut().enumerate() {
            match lead == Some(index) {
                true => self.readings.send(link.readings()),
                false => link.readings().clear(),
            }
        }
    }

    /// The fast path, taken most of the time: one child, all of its frames in time, nothing fades. Then its output is
    /// what is heard, and only that buffer is touched. Otherwise returns `None` and does nothing.
    fn render_alone<'a>(
        &mut self,
        window: &ReadWindow,
        buffers: &'a mut BlockBuffers,
    ) -> Option<[&'a [f32]; 2]> {
        let (first, end) = (window.only()?, window.frames.checked_sub(1)?);
        if self.bypassed
            || !self.comparison.is_idle()
            || !self.level.is_steady()
            || !self.dry_level.is_steady()
        {
            return None;
        }
        let link = self.links.alone().filter(|link| link.is_full())?;
        let block = link.render(window, buffers);
        let wet = block.frame(end).filter(|_| block.is_whole())?;
        let last = first.wrapping_add(position(end));
        link.note_full(wet, self.dry.each_ref().map(|line| line.at(last) * self.dry_level.value()));
        Some(block.into_samples())
    }

    /// Mixes any number of children and what is heard instead, each with its share, into the sum of `heard`.
    fn render_mixed(
        &mut self,
        window: &ReadWindow,
        buffers: &mut BlockBuffers,
        heard: &mut HeardBuffers,
        silence: &[f32],
    ) {
        let frames = window.frames;
        let [left, right] = heard.dry.part_mut(frames);
        window.read(&self.dry[0], left, &mut buffers.other);
        window.read(&self.dry[1], right, &mut buffers.other);
        self.dry_level.apply(left, right);
        heard.clear(frames);

        let (on_air, lead) = (self.links.on_air(), self.links.lead());
        for (index, link) in self.links.iter_mut().enumerate() {
            let block = link.render(window, buffers);
            link.mix(on_air == Some(index) && !self.bypassed, &block, heard);
            if lead == Some(index) {
                self.tap.keep(block.into_samples());
            }
        }
        if lead.is_none() {
            self.tap.keep([silence; 2]);
        }
        heard.fill_with_dry(frames);
    }

    fn aim(&mut self) {
        let target = if self.muted || self.leaving { 0.0 } else { self.gain };
        self.level.aim(target, self.fade_frames);
    }

    /// What is heard of it, apart from gain and mute, once its fades are over.
    fn heard(&self) -> HeardSound {
        match self.on_bypass {
            _ if !self.bypassed
                && (self.links.on_air().is_some() || self.comparison.heard() != Hear::After) =>
            {
                HeardSound::Processed
            }
            OnBypass::Dry => HeardSound::Dry,
            OnBypass::Silence => HeardSound::Silence,
        }
    }

    fn publish(&self, window: &ReadWindow) {
        let newest = self.links.newest();
        let lead = self.links.lead().and_then(|index| self.links.get(index));
        let (heartbeat, child_nonfinite) = newest.map(Link::reported).unwrap_or_default();
        let link = match newest {
            Some(link) => link.state(),
            None if self.gone => LinkState::Gone,
            None => LinkState::None,
        };
        self.report.write(
            &ProjectSnapshot {
                timestamp_frames: window.position + position(window.frames),
                input: self.input_meter.level(),
                output: self.tap.level(),
                heard: self.heard(),
                blocks: self.counts.blocks,
                late: self.counts.late,
                last_late: self.counts.last_late,
                nonfinite: self.counts.nonfinite,
                finiteness: lead.map_or(Finiteness::default(), Link::finiteness),
                child_nonfinite,
                heartbeat,
                link,
                live_generation: self
                    .links
                    .on_air()
                    .and_then(|index| self.links.get(index))
                    .map(Link::generation),
                load: lead.map_or(Load::default(), Link::load),
                wake_ns: lead.map_or(0, Link::wake_ns),
                bypassed: self.bypassed,
                muted: self.muted,
                mode: self.direct.mode(),
                delay_frames: window.heard_delay() + self.comparison.delay(),
                file: self.source.file_position(),
                // Filled in by the control side, which compares the mode with its last request.
                fell_back: false,
                beside: self.comparison.beside.snapshot(),
                hear: self.comparison.heard(),
            },
            self.direct.wish(),
        );
    }
}

fn dry_level(on_bypass: OnBypass) -> f32 {
    match on_bypass {
        OnBypass::Dry => 1.0,
        OnBypass::Silence => 0.0,
    }
}
