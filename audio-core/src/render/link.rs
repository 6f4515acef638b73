//! One child of a project, as the audio thread knows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use wavecraft_ring::{BlockHeader, HostRing, Reply};

use crate::config::Limits;
use crate::number::{count32, nanoseconds, real64, size, whole};
use crate::render::channels::{MAX_OUTPUTS, input_channels};
use crate::render::counts::Counts;
use crate::render::delay::Reach;
use crate::render::fade::{Ramp, Residue};
use crate::render::flights::{Flight, Flights};
use crate::render::ladder::Ladder;
use crate::render::line::Line;
use crate::render::load::LoadMeter;
use crate::render::workspace::Workspace;
use crate::snapshot::{LinkState, Load};
use wavecraft_audio_device::sanitise;
use wavecraft_audio_device::{Clock, MAX_FRAMES};

/// Sends blocks to a child, keeps what comes back until it is due, and mixes it with what is heard instead.
pub(crate) struct Link {
    ring: HostRing,
    /// Cleared by whoever watches the process.
    alive: Arc<AtomicBool>,
    limits: Limits,
    sample_rate: u32,
    fade_frames: u32,
    /// What the child made, by stream position.
    wet: [Line<f32>; 2],
    /// Whether it made it in time.
    made: Line<bool>,
    flights: Flights,
    ladder: Ladder,
    /// Share of the child in what is heard.
    share: Ramp,
    /// After a hole the child comes back faster than after a bypass.
    after_hole: bool,
    residue: Residue,
    /// What the child's part of the last frame was, over what is heard instead.
    last: [f32; 2],
    discontinuity: bool,
    /// The block of this part is with the child, which is to be woken.
    sent: bool,
    /// The block of this part couldn't be sent.
    unsent: bool,
    gone: bool,
    retired: bool,
    load: LoadMeter,
    wake_ns: f64,
}

impl Link {
    /// Takes a ring over. Allocates: called on the control side.
    pub(crate) fn new(
        ring: HostRing,
        alive: Arc<AtomicBool>,
        limits: Limits,
        sample_rate: u32,
        fade_frames: u32,
    ) -> Self {
        Self {
            ring,
            alive,
            limits,
            sample_rate,
            fade_frames,
            wet: [Line::new(), Line::new()],
            made: Line::new(),
            flights: Flights::default(),
            ladder: Ladder::new(&limits),
            share: Ramp::at(0.0),
            after_hole: false,
            residue: Residue::default(),
            last: [0.0; 2],
            discontinuity: true,
            sent: false,
            unsent: false,
            gone: false,
            retired: false,
            load: LoadMeter::new(sample_rate),
            wake_ns: 0.0,
        }
    }

    /// Takes the replies that are in, then notes which of the others are due in this part. Returns whether the child is
    /// still there.
    pub(crate) fn receive(
        &mut self,
        reach: &Reach,
        now_ns: u64,
        work: &mut Workspace,
        counts: &mut Counts,
    ) -> bool {
        // Also for a child that gets nothing any more: what the line has there is from a whole line ago.
        self.made.fill(reach.position, reach.frames, false);
        // SYNC: pairs with the supervisor's store when the process has ended; the flag carries no data.
        if !self.alive.load(Ordering::Relaxed) {
            self.gone = true;
        }
        if self.gone {
            return false;
        }
        self.collect(work, counts);
        self.judge(reach, now_ns, counts);
        true
    }

    /// Sends one block: the source's two channels as the child's inputs.
    pub(crate) fn send(&mut self, reach: &Reach, now_ns: u64, work: &mut Workspace, counts: &mut Counts) {
        self.unsent = self.ring.free_slots() == 0;
        if self.unsent {
            self.discontinuity = true;
            counts.late.full += u64::from(self.ladder.was_on_air());
            if self.flights.oldest().is_some_and(|flight| flight.late) {
                self.ladder.late();
            }
            return;
        }
        let inputs = size(self.ring.geometry().inputs());
        let channels =
            input_channels(inputs, &work.input, &mut work.second.left, &work.silence, reach.frames);
        let header = BlockHeader {
            frames: count32(reach.frames),
            sample_position: reach.position,
            host_time_ns: now_ns,
            discontinuity: self.discontinuity,
        };
        match self.ring.send(header, &channels[..inputs.min(channels.len())]) {
            Ok(sequence) => {
                self.flights.push(Flight {
                    sequence,
                    position: reach.position,
                    frames: header.frames,
                    sent_ns: now_ns,
                    late: false,
                });
                self.discontinuity = false;
                self.sent = true;
            }
            // The ring was looked at before: this is for a ring that changes its mind.
            Err(_) => {
                self.unsent = true;
                self.discontinuity = true;
                counts.late.full += u64::from(self.ladder.was_on_air());
            }
        }
    }

    /// Wakes the child if something was sent.
    pub(crate) fn wake(&mut self) {
        if std::mem::take(&mut self.sent) {
            self.ring.wake();
        }
    }

    /// Whether the child is, or still is, heard: in Direct mode it is waited for. One that isn't has the time of
    /// Pipelined mode, so that nobody waits for a child that warms up, or hangs.
    pub(crate) fn is_awaited(&self) -> bool {
        self.ready() || (!self.gone && !self.faded_out())
    }

    /// Direct mode, after everybody was woken: waits for the block of this part, to the deadline on the ring's clock.
    /// Returns whether the block is late. `clock` is the engine's.
    pub(crate) fn await_block(
        &mut self,
        deadline_ns: u64,
        clock: &Clock,
        work: &mut Workspace,
        counts: &mut Counts,
    ) -> bool {
        self.settle(deadline_ns, work, counts);
        // SYNC: as in `receive`.
        if !self.alive.load(Ordering::Relaxed) {
            self.gone = true;
            return false;
        }
        let mut late = self.unsent;
        let begun = self.has_begun_oldest();
        let now_ns = clock();
        for flight in self.flights.iter_mut().filter(|flight| !flight.late) {
            flight.late = true;
            late = true;
            counts.blame(begun, flight, now_ns, self.sample_rate);
        }
        late
    }

    /// Waits until every block sent is answered, the child is gone, or the deadline (on the ring's clock) has come.
    pub(crate) fn settle(&mut self, deadline_ns: u64, work: &mut Workspace, counts: &mut Counts) {
        loop {
            self.collect(work, counts);
            // SYNC: as in `receive`.
            if self.ring.outstanding() == 0
                || !self.alive.load(Ordering::Relaxed)
                || !self.ring.wait(deadline_ns)
            {
                return;
            }
        }
    }

    /// Adds the child's part of what is heard to `work.sum` and `work.weight`; `work.dry` is what is heard instead.
    /// Leaves in `work.wet` and `work.made` what the child made.
    pub(crate) fn play(&mut self, reach: &Reach, heard: bool, work: &mut Workspace) {
        let frames = reach.frames;
        let whole = self.read(reach, work);
        let target = if heard { 1.0 } else { 0.0 };
        if whole && self.share.is_steady_at(1.0) && target == 1.0 && self.residue.is_idle() {
            self.play_whole(work, frames);
        } else if self.share.is_steady_at(0.0) && target == 0.0 && self.residue.is_idle() {
            self.last = [0.0; 2];
            self.after_hole = false;
        } else {
            self.play_mixed(target, work, frames);
        }
    }

    /// Plays as the only one, where it is heard in full, nothing fades, and every frame was made in time: then `work.wet`
    /// is what is heard. `dry` is what would be heard instead in the last frame. `false`, and nothing done, where it isn't so.
    pub(crate) fn play_alone(&mut self, reach: &Reach, dry: [f32; 2], work: &mut Workspace) -> bool {
        let Some(end) = reach.frames.checked_sub(1) else { return false };
        if !self.share.is_steady_at(1.0) || !self.residue.is_idle() || !self.read(reach, work) {
            return false;
        }
        self.last = [work.wet.left[end] - dry[0], work.wet.right[end] - dry[1]];
        true
    }

    /// Reads what is due into `work`. Was all of it made in time?
    fn read(&self, reach: &Reach, work: &mut Workspace) -> bool {
        let [left, right] = work.wet.part_mut(reach.frames);
        reach.read(&self.wet[0], left, &mut work.before);
        reach.read(&self.wet[1], right, &mut work.before);
        let made = &mut work.made[..reach.frames];
        reach.read_flags(&self.made, made);
        made.iter().all(|made| *made)
    }

    /// Fades the child out for good.
    pub(crate) fn retire(&mut self) {
        self.retired = true;
    }

    /// Whether the child may be heard.
    pub(crate) fn ready(&self) -> bool {
        self.ladder.on_air() && !self.gone && !self.retired
    }

    /// Whether nothing of the child is heard any more.
    pub(crate) fn faded_out(&self) -> bool {
        self.share.is_steady_at(0.0) && self.residue.is_idle()
    }

    /// Whether it can be freed without being missed, once it is faded out.
    pub(crate) fn over(&self) -> bool {
        self.gone || self.retired
    }

    pub(crate) fn state(&self) -> LinkState {
        match (self.gone, self.ladder.on_air(), self.ladder.was_on_air()) {
            (true, _, _) => LinkState::Gone,
            (_, true, _) => LinkState::Live,
            (_, _, true) => LinkState::Bypassed,
            _ => LinkState::Shadow,
        }
    }

    pub(crate) fn generation(&self) -> u32 {
        self.ring.generation()
    }

    pub(crate) fn load(&self) -> Load {
        self.load.load()
    }

    pub(crate) fn wake_ns(&self) -> u64 {
        whole(self.wake_ns)
    }

    /// Heartbeat and non-finite samples as the child itself tells them.
    pub(crate) fn told(&self) -> (u32, u32) {
        let child = self.ring.child();
        (child.heartbeat, child.nonfinite)
    }

    fn collect(&mut self, work: &mut Workspace, counts: &mut Counts) {
        for _ in 0..self.ring.ready() {
            let Some(flight) = self.flights.pop() else { return };
            if flight.late {
                // Its frames were played dry: it comes too late to be heard, never out of its place.
                if let Some(reply) = self.ring.discard() {
                    self.note(&reply);
                    counts.last_late.wake_ns = reply.awake_ns.saturating_sub(reply.sent_ns);
                    counts.last_late.busy_ns = reply.done_ns.saturating_sub(reply.awake_ns);
                }
                continue;
            }
            let stride = size(MAX_FRAMES);
            let outputs = size(self.ring.geometry().outputs());
            let mut rest = work.channels.chunks_exact_mut(stride);
            let mut channels: [&mut [f32]; MAX_OUTPUTS] =
                std::array::from_fn(|_| rest.next().unwrap_or_default());
            let Some(reply) = self.ring.take(&mut channels[..outputs.min(MAX_OUTPUTS)]) else { return };
            debug_assert_eq!(reply.sequence, flight.sequence, "replies come in the order of the blocks");
            self.note(&reply);
            self.keep(&flight, outputs, work, counts);
            self.ladder.in_time();
            counts.blocks += 1;
        }
    }

    /// Sanitises what the child made and stores it at its place.
    fn keep(&mut self, flight: &Flight, outputs: usize, work: &mut Workspace, counts: &mut Counts) {
        let frames = size(flight.frames);
        for (channel, line) in self.wet.iter_mut().enumerate() {
            // A mono processor is heard on both sides; of many channels, the first two.
            let channel = if outputs < 2 { 0 } else { channel };
            if outputs == 0 {
                line.fill(flight.position, frames, 0.0);
                continue;
            }
            let start = channel * size(MAX_FRAMES);
            let samples = &mut work.channels[start..start + frames];
            counts.nonfinite += sanitise(samples);
            line.write(flight.position, samples);
        }
        self.made.fill(flight.position, frames, true);
    }

    fn note(&mut self, reply: &Reply) {
        self.load.add(reply.done_ns.saturating_sub(reply.awake_ns), u64::from(reply.frames));
        self.wake_ns += (real64(reply.awake_ns.saturating_sub(reply.sent_ns)) - self.wake_ns) / 8.0;
    }

    fn judge(&mut self, reach: &Reach, now_ns: u64, counts: &mut Counts) {
        // Nobody hears a child that warms up: its late blocks cost it its turn, and aren't counted.
        let heard = self.ladder.was_on_air();
        let begun = self.has_begun_oldest();
        for flight in self.flights.iter_mut().filter(|flight| !flight.late && reach.needs(flight.position)) {
            flight.late = true;
            let fair_ns =
                real64(nanoseconds(u64::from(flight.frames), self.sample_rate)) * self.limits.blame_share;
            if real64(now_ns.saturating_sub(flight.sent_ns)) < fair_ns {
                counts.late.device += u64::from(heard);
                continue;
            }
            self.ladder.late();
            if heard {
                counts.blame(begun, flight, now_ns, self.sample_rate);
            }
        }
    }

    fn has_begun_oldest(&self) -> bool {
        self.flights.oldest().is_some_and(|flight| self.ring.has_begun(flight.sequence))
    }

    fn play_whole(&mut self, work: &mut Workspace, frames: usize) {
        for (sum, wet) in [(&mut work.sum.left, &work.wet.left), (&mut work.sum.right, &work.wet.right)] {
            sum[..frames].iter_mut().zip(&wet[..frames]).for_each(|(sum, wet)| *sum += wet);
        }
        work.weight[..frames].iter_mut().for_each(|weight| *weight += 1.0);
        if let Some(end) = frames.checked_sub(1) {
            self.last = [work.wet.left[end] - work.dry.left[end], work.wet.right[end] - work.dry.right[end]];
        }
    }

    fn play_mixed(&mut self, target: f32, work: &mut Workspace, frames: usize) {
        for frame in 0..frames {
            let wet = [work.wet.left[frame], work.wet.right[frame]];
            let dry = [work.dry.left[frame], work.dry.right[frame]];
            let mut share = 0.0;
            if work.made[frame] {
                let length = if self.after_hole { self.limits.late_fade_frames } else { self.fade_frames };
                self.share.aim(target, length);
                share = self.share.next();
                self.after_hole &= !self.share.is_steady();
            } else {
                if self.share.value() > 0.0 {
                    // What was heard last goes on from where it was and fades; nothing is played twice.
                    self.residue.start(self.last, self.limits.late_fade_frames);
                    self.after_hole = true;
                }
                self.share.jump(0.0);
            }
            let residue = self.residue.next();
            work.weight[frame] += share;
            work.sum.left[frame] += share * wet[0] + residue[0];
            work.sum.right[frame] += share * wet[1] + residue[1];
            for channel in 0..2 {
                self.last[channel] = share * (wet[channel] - dry[channel]) + residue[channel];
            }
        }
        // A planned fade keeps its own length.
        self.after_hole &= target == 1.0;
    }
}
