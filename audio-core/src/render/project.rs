//! One project, as the audio thread knows it.

use std::sync::Arc;

use crate::config::EngineConfig;
use crate::number::frames_in_ms;
use crate::record::RecordFeed;
use crate::render::counts::Counts;
use crate::render::delay::Reach;
use crate::render::direct::Direct;
use crate::render::fade::Ramp;
use crate::render::feed::Feed;
use crate::render::line::Line;
use crate::render::link::Link;
use crate::render::links::Links;
use crate::render::meter::LevelMeter;
use crate::render::report::ProjectReport;
use crate::render::workspace::Workspace;
use crate::snapshot::{Load, Mode, OnBypass, ProjectId, ProjectSettings, ProjectSnapshot};
use crate::source::Generator;
use crate::trash::Trash;
use wavecraft_audio_device::Clock;

/// A source, its children, and the way from them into the mix.
pub(crate) struct Project {
    id: ProjectId,
    feed: Feed,
    links: Links,
    direct: Direct,
    /// Whether the last child's process has ended and no new one was set.
    gone: bool,
    /// The source by stream position, to be heard instead, aligned.
    dry: [Line<f32>; 2],
    /// How much of the source is heard instead: 1 dry, 0 silence.
    dry_level: Ramp,
    level: Ramp,
    gain: f32,
    muted: bool,
    bypassed: bool,
    leaving: bool,
    fade_frames: u32,
    counts: Counts,
    input_meter: LevelMeter,
    output_meter: LevelMeter,
    tap: rtrb::Producer<[f32; 2]>,
    recording: Option<Box<RecordFeed>>,
    report: Arc<ProjectReport>,
}

impl Project {
    /// Allocates: called on the control side.
    pub(crate) fn new(
        id: ProjectId,
        settings: &ProjectSettings,
        generator: Box<Generator>,
        config: &EngineConfig,
        tap: rtrb::Producer<[f32; 2]>,
        report: Arc<ProjectReport>,
    ) -> Self {
        let fade_frames = frames_in_ms(config.limits.fade_ms, config.sample_rate);
        let mut project = Self {
            id,
            feed: Feed::new(generator, fade_frames),
            links: Links::new(),
            direct: Direct::new(settings.mode, &config.limits, fade_frames),
            gone: false,
            dry: [Line::new(), Line::new()],
            dry_level: Ramp::at(dry_level(settings.on_bypass)),
            level: Ramp::at(0.0),
            gain: settings.gain,
            muted: settings.muted,
            bypassed: settings.bypassed,
            leaving: false,
            fade_frames,
            counts: Counts::default(),
            input_meter: LevelMeter::new(config.sample_rate),
            output_meter: LevelMeter::new(config.sample_rate),
            tap,
            recording: None,
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
        self.dry_level.aim(dry_level(on_bypass), self.fade_frames);
    }

    pub(crate) fn set_mode(&mut self, mode: Mode, wish: u32) {
        self.direct.set(mode, wish);
    }

    pub(crate) fn set_source(&mut self, generator: Box<Generator>, trash: &mut Trash) {
        self.feed.change(generator, trash);
    }

    pub(crate) fn set_link(&mut self, link: Box<Link>, trash: &mut Trash) {
        self.gone = false;
        self.links.add(link, trash);
    }

    pub(crate) fn clear_link(&mut self) {
        self.gone = false;
        self.links.retire();
    }

    pub(crate) fn set_recording(&mut self, feed: Option<Box<RecordFeed>>, trash: &mut Trash) {
        if let Some(old) = std::mem::replace(&mut self.recording, feed) {
            trash.put(old);
        }
    }

    /// Fades the project out for good.
    pub(crate) fn leave(&mut self) {
        self.leaving = true;
        self.aim();
    }

    /// Whether it can be freed without being missed.
    pub(crate) fn has_left(&self) -> bool {
        self.leaving && self.level.is_steady_at(0.0)
    }

    /// First half of a part: takes what the children have made, and hands them the source's next block.
    pub(crate) fn send(&mut self, reach: &Reach, now_ns: u64, work: &mut Workspace, trash: &mut Trash) {
        self.feed.fill(reach.frames, work, trash);
        let [left, right] = work.input.part(reach.frames);
        self.input_meter.add(left, right);
        self.dry[0].write(reach.position, left);
        self.dry[1].write(reach.position, right);
        for link in self.links.iter_mut() {
            if link.receive(reach, now_ns, work, &mut self.counts) {
                link.send(reach, now_ns, work, &mut self.counts);
            }
        }
    }

    /// Wakes the children that have something to do.
    pub(crate) fn wake(&mut self) {
        self.links.iter_mut().for_each(Link::wake);
    }

    /// Whether children are waited for between the two halves of a part.
    pub(crate) fn waits(&self) -> bool {
        self.direct.waits()
    }

    /// Direct mode: takes the children's answers to this part's block, for which it waits to the deadline on the ring's
    /// clock.
    pub(crate) fn await_children(&mut self, deadline_ns: u64, clock: &Clock, work: &mut Workspace) {
        if !self.direct.waits() {
            return;
        }
        let on_air = self.links.on_air();
        for (index, link) in self.links.iter_mut().enumerate().filter(|(_, link)| link.is_awaited()) {
            let late = link.await_block(deadline_ns, clock, work, &mut self.counts);
            // One that fades out after its successor took over is no reason to give the mode up.
            if on_air == Some(index) {
                self.direct.note(late);
            }
        }
    }

    /// Waits for the children: see [`Link::settle`].
    pub(crate) fn settle(&mut self, deadline_ns: u64, work: &mut Workspace) {
        self.links.iter_mut().for_each(|link| link.settle(deadline_ns, work, &mut self.counts));
    }

    /// Second half: adds what is due to `work.mix`.
    pub(crate) fn play(&mut self, reach: &Reach, work: &mut Workspace, trash: &mut Trash) {
        let reach = &self.direct.reach(reach);
        if !self.play_alone(reach, work) {
            self.play_mixed(reach, work);
        }
        self.gone |= self.links.sweep(trash);
        self.direct.advance(reach.frames);
        self.tell(reach);
    }

    /// Most of the time: one child, all of it in time, nothing fades. Then what it made is what is heard, and no buffer but
    /// that one is touched. `false`, and nothing done, where it isn't so.
    fn play_alone(&mut self, reach: &Reach, work: &mut Workspace) -> bool {
        let steady = !self.bypassed && self.level.is_steady() && self.dry_level.is_steady();
        let (true, Some(first), Some(link)) = (steady, reach.only(), self.links.alone()) else {
            return false;
        };
        let last = first.wrapping_add(crate::number::position(reach.frames)).wrapping_sub(1);
        let dry = self.dry.each_ref().map(|line| line.at(last) * self.dry_level.value());
        if !link.play_alone(reach, dry, work) {
            return false;
        }
        let heard = work.wet.part(reach.frames);
        self.tap(heard);
        let level = self.level.value();
        for (mix, heard) in work.mix.part_mut(reach.frames).into_iter().zip(heard) {
            mix.iter_mut().zip(heard).for_each(|(mix, heard)| *mix += heard * level);
        }
        true
    }

    /// Any number of children, and what is heard instead of them, each with its share.
    fn play_mixed(&mut self, reach: &Reach, work: &mut Workspace) {
        let frames = reach.frames;
        let [left, right] = work.dry.part_mut(frames);
        reach.read(&self.dry[0], left, &mut work.before);
        reach.read(&self.dry[1], right, &mut work.before);
        self.dry_level.apply(left, right);
        work.sum.part_mut(frames).into_iter().for_each(|channel| channel.fill(0.0));
        work.tap.part_mut(frames).into_iter().for_each(|channel| channel.fill(0.0));
        work.weight[..frames].fill(0.0);

        let (on_air, lead) = (self.links.on_air(), self.links.lead());
        for (index, link) in self.links.iter_mut().enumerate() {
            link.play(reach, on_air == Some(index) && !self.bypassed, work);
            if lead == Some(index) {
                copy_made(work, frames);
            }
        }
        self.tap(work.tap.part(frames));
        self.add_to_mix(work, frames);
    }

    /// What the processor made, for all who want to know.
    fn tap(&mut self, [left, right]: [&[f32]; 2]) {
        self.output_meter.add(left, right);
        push_tap(&mut self.tap, left, right);
        if let Some(recording) = &mut self.recording {
            recording.push(left, right);
        }
    }

    fn add_to_mix(&mut self, work: &mut Workspace, frames: usize) {
        let channels = [
            (&mut work.mix.left, &work.sum.left, &work.dry.left),
            (&mut work.mix.right, &work.sum.right, &work.dry.right),
        ];
        let start = self.level;
        for (mix, sum, dry) in channels {
            let parts = sum[..frames].iter().zip(&dry[..frames]).zip(&work.weight[..frames]);
            let heard = parts.map(|((sum, dry), weight)| dry * (1.0 - weight) + sum);
            let mixed = mix[..frames].iter_mut().zip(heard);
            if start.is_steady() {
                // Most of the time: without a state from frame to frame the compiler can use vector registers.
                let level = start.value();
                mixed.for_each(|(mix, heard)| *mix += heard * level);
            } else {
                let mut level = start;
                mixed.for_each(|(mix, heard)| *mix += heard * level.next());
                self.level = level;
            }
        }
    }

    fn aim(&mut self) {
        let target = if self.muted || self.leaving { 0.0 } else { self.gain };
        self.level.aim(target, self.fade_frames);
    }

    fn tell(&self, reach: &Reach) {
        let newest = self.links.newest();
        let lead = self.links.lead().and_then(|index| self.links.get(index));
        let (heartbeat, child_nonfinite) = newest.map(Link::told).unwrap_or_default();
        let link = match newest {
            Some(link) => link.state(),
            None if self.gone => crate::LinkState::Gone,
            None => crate::LinkState::None,
        };
        self.report.write(
            &ProjectSnapshot {
                timestamp_frames: reach.position + crate::number::position(reach.frames),
                input: self.input_meter.level(),
                output: self.output_meter.level(),
                blocks: self.counts.blocks,
                late: self.counts.late,
                last_late: self.counts.last_late,
                nonfinite: self.counts.nonfinite,
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
                delay_frames: reach.heard_delay(),
                file: self.feed.file_position(),
                // The control side knows: it compares the mode with its last wish.
                fell_back: false,
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

/// What the leading child made goes to the tap; what it didn't make is silence there.
fn copy_made(work: &mut Workspace, frames: usize) {
    let made = &work.made[..frames];
    let whole = made.iter().all(|made| *made);
    for (tap, wet) in [(&mut work.tap.left, &work.wet.left), (&mut work.tap.right, &work.wet.right)] {
        if whole {
            tap[..frames].copy_from_slice(&wet[..frames]);
            continue;
        }
        for ((tap, wet), made) in tap[..frames].iter_mut().zip(&wet[..frames]).zip(made) {
            *tap = if *made { *wet } else { 0.0 };
        }
    }
}

/// As much as fits: when nobody reads, the newest are dropped.
fn push_tap(tap: &mut rtrb::Producer<[f32; 2]>, left: &[f32], right: &[f32]) {
    let count = left.len().min(tap.slots());
    if let Ok(chunk) = tap.write_chunk_uninit(count) {
        chunk.fill_from_iter(left.iter().zip(right).map(|(left, right)| [*left, *right]));
    }
}
