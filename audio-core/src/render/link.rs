//! The audio thread's side of one child of a project.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use wavecraft_audio_device::{Clock, sanitise};
use wavecraft_ring::{BlockHeader, HostRing, Reply};

use crate::config::{Limits, PART_FRAMES};
use crate::number::{count32, nanoseconds, real64, size, whole};
use crate::render::channels::{MAX_OUTPUTS, input_channels};
use crate::render::counts::Counts;
use crate::render::delay_line::DelayLine;
use crate::render::lateness::LatenessPolicy;
use crate::render::link_fade::LinkFade;
use crate::render::load::LoadMeter;
use crate::render::moment::Moment;
use crate::render::pending::{PendingBlock, PendingBlocks};
use crate::render::read_window::ReadWindow;
use crate::render::readings::Stretch;
use crate::render::rendered::RenderedBlock;
use crate::render::workspace::{BlockBuffers, HeardBuffers, InputBuffers};
use crate::snapshot::{Finiteness, LinkState, Load};

/// Sends blocks to a child, and keeps its replies until they are due.
pub(crate) struct Link {
    ring: HostRing,
    /// Cleared by the watcher of the process.
    alive: Arc<AtomicBool>,
    limits: Limits,
    sample_rate: u32,
    /// The child's output, by stream position.
    wet: [DelayLine<f32>; 2],
    /// Whether that output was made in time.
    made: DelayLine<bool>,
    pending: PendingBlocks,
    lateness: LatenessPolicy,
    fade: LinkFade,
    discontinuity: bool,
    /// Whether the child must clear its state before the next block.
    reset: bool,
    /// Whether this part's block was sent, so that the child must be woken.
    sent: bool,
    /// Whether this part's block couldn't be sent.
    unsent: bool,
    gone: bool,
    retired: bool,
    load: LoadMeter,
    finiteness: Finiteness,
    /// What its processors have shown since it was last sent.
    readings: Stretch,
    wake_ns: f64,
}

impl Link {
    /// Takes over a ring. Allocates: called on the control side.
    pub(crate) fn new(
        ring: HostRing,
        alive: Arc<AtomicBool>,
        limits: Limits,
        sample_rate: u32,
        fade_frames: u32,
    ) -> Self {
        Self {
            readings: Stretch::new(ring.generation()),
            ring,
            alive,
            limits,
            sample_rate,
            wet: [DelayLine::new(), DelayLine::new()],
            made: DelayLine::new(),
            pending: PendingBlocks::default(),
            lateness: LatenessPolicy::new(&limits),
            fade: LinkFade::new(fade_frames, limits.late_fade_frames),
            discontinuity: true,
            reset: false,
            sent: false,
            unsent: false,
            gone: false,
            retired: false,
            load: LoadMeter::new(sample_rate),
            finiteness: Finiteness::default(),
            wake_ns: 0.0,
        }
    }

    /// Takes the replies that have come, using `reply` as a buffer, then notes which missing ones are due in this part.
    /// Returns whether the child still exists.
    pub(crate) fn receive(
        &mut self,
        window: &ReadWindow,
        now_ns: u64,
        reply: &mut [f32],
        counts: &mut Counts,
    ) -> bool {
        // Also for a child that no longer gets blocks: the line's old contents there are one line length old.
        self.made.fill(window.position, window.frames, false);
        // SYNC: pairs with the supervisor's store when the process has ended; the flag carries no data.
        if !self.alive.load(Ordering::Relaxed) {
            self.gone = true;
        }
        if self.gone {
            return false;
        }
        self.collect(reply, counts);
        self.judge(window, now_ns, counts);
        true
    }

    /// Sends one block: the source's two channels as the child's inputs.
    pub(crate) fn send(
        &mut self,
        window: &ReadWindow,
        moment: Moment,
        source: [&[f32]; 2],
        buffers: &mut InputBuffers,
        counts: &mut Counts,
    ) {
        self.unsent = self.ring.free_slots() == 0;
        if self.unsent {
            self.discontinuity = true;
            counts.late.full += u64::from(self.lateness.was_on_air());
            if self.pending.oldest().is_some_and(|block| block.late) {
                self.lateness.late();
            }
            return;
        }
        let inputs = size(self.ring.geometry().inputs());
        let channels = input_channels(inputs, source, buffers);
        let header = BlockHeader {
            frames: count32(window.frames),
            sample_position: window.position,
            host_time_ns: moment.now_ns,
            discontinuity: self.discontinuity,
            reset: self.reset,
            time: moment.time,
        };
        match self.ring.send(header, &channels[..inputs.min(channels.len())]) {
            Ok(sequence) => {
                self.pending.push(PendingBlock {
                    sequence,
                    position: window.position,
                    frames: header.frames,
                    sent_ns: moment.now_ns,
                    late: false,
                });
                (self.discontinuity, self.reset) = (false, false);
                self.sent = true;
            }
            // The ring was checked before: this handles a ring whose state changes in between.
            Err(_) => {
                self.unsent = true;
                self.discontinuity = true;
                counts.late.full += u64::from(self.lateness.was_on_air());
            }
        }
    }

    /// Wakes the child if something was sent.
    pub(crate) fn wake(&mut self) {
        if std::mem::take(&mut self.sent) {
            self.ring.wake();
        }
    }

    /// Whether to wait for the child in Direct mode: only if it is, or is still, heard. Others have the time of
    /// Pipelined mode, so nothing waits for a child that warms up or hangs.
    pub(crate) fn is_awaited(&self) -> bool {
        self.ready() || (!self.gone && !self.faded_out())
    }

    /// Direct mode, after all children were woken: waits for this part's block until the deadline on the ring's clock.
    /// Returns whether the block is late. `clock` is the engine's.
    pub(crate) fn await_block(
        &mut self,
        deadline_ns: u64,
        clock: &Clock,
        reply: &mut [f32],
        counts: &mut Counts,
    ) -> bool {
        self.settle(deadline_ns, reply, counts);
        // SYNC: as in `receive`.
        if !self.alive.load(Ordering::Relaxed) {
            self.gone = true;
            return false;
        }
        let mut late = self.unsent;
        let begun = self.has_begun_oldest();
        let now_ns = clock();
        for block in self.pending.iter_mut().filter(|block| !block.late) {
            block.late = true;
            late = true;
            counts.blame(begun, block, now_ns, self.sample_rate);
        }
        late
    }

    /// Waits until every sent block is answered, the child is gone, or the deadline (on the ring's clock) has passed.
    pub(crate) fn settle(&mut self, deadline_ns: u64, reply: &mut [f32], counts: &mut Counts) {
        loop {
            self.collect(reply, counts);
            // SYNC: as in `receive`.
            if self.ring.outstanding() == 0
                || !self.alive.load(Ordering::Relaxed)
                || !self.ring.wait(deadline_ns)
            {
                return;
            }
        }
    }

    /// The child's output that is due in this part.
    pub(crate) fn render<'a>(&self, window: &ReadWindow, buffers: &'a mut BlockBuffers) -> RenderedBlock<'a> {
        let samples = buffers.samples.part_mut(window.frames);
        for (line, out) in self.wet.iter().zip(samples) {
            window.read(line, out, &mut buffers.other);
        }
        let valid = &mut buffers.valid[..window.frames];
        window.read_flags(&self.made, valid);
        RenderedBlock::new(buffers.samples.part_mut(window.frames), valid)
    }

    /// Adds the child's share to `heard`, fading towards all of it or none.
    pub(crate) fn mix(&mut self, audible: bool, block: &RenderedBlock<'_>, heard: &mut HeardBuffers) {
        self.fade.add(audible, block, heard);
    }

    /// Whether the child is heard in full and nothing fades: then the child's output is exactly what is heard.
    pub(crate) fn is_full(&self) -> bool {
        self.fade.is_full()
    }

    /// Records, for a child heard [in full](Self::is_full), its last frame and what would have been heard instead.
    pub(crate) fn note_full(&mut self, wet: [f32; 2], dry: [f32; 2]) {
        self.fade.note_full(wet, dry);
    }

    /// Fades the child out for good.
    pub(crate) fn retire(&mut self) {
        self.retired = true;
    }

    /// Whether the child may be heard.
    pub(crate) fn ready(&self) -> bool {
        self.lateness.on_air() && !self.gone && !self.retired
    }

    /// Whether nothing of the child is heard any more.
    pub(crate) fn faded_out(&self) -> bool {
        self.fade.is_silent()
    }

    /// Whether the child can be freed once it is faded out.
    pub(crate) fn over(&self) -> bool {
        self.gone || self.retired
    }

    pub(crate) fn state(&self) -> LinkState {
        match (self.gone, self.lateness.on_air(), self.lateness.was_on_air()) {
            (true, _, _) => LinkState::Gone,
            (_, true, _) => LinkState::Live,
            (_, _, true) => LinkState::Bypassed,
            _ => LinkState::Shadow,
        }
    }

    pub(crate) fn generation(&self) -> u32 {
        self.ring.generation()
    }

    /// Makes the child clear its state before the next block that is sent.
    pub(crate) fn reset(&mut self) {
        self.reset = true;
    }

    /// Whether the block before which it clears its state couldn't be sent yet.
    pub(crate) fn awaits_reset(&self) -> bool {
        self.reset
    }

    pub(crate) fn finiteness(&self) -> Finiteness {
        self.finiteness
    }

    pub(crate) fn readings(&mut self) -> &mut Stretch {
        &mut self.readings
    }

    pub(crate) fn load(&self) -> Load {
        self.load.load()
    }

    pub(crate) fn wake_ns(&self) -> u64 {
        whole(self.wake_ns)
    }

    /// Heartbeat and non-finite samples as the child itself reports them.
    pub(crate) fn reported(&self) -> (u32, u32) {
        let child = self.ring.child();
        (child.heartbeat, child.nonfinite)
    }

    fn collect(&mut self, reply: &mut [f32], counts: &mut Counts) {
        for _ in 0..self.ring.ready() {
            let Some(block) = self.pending.pop() else { return };
            let readings = &mut self.readings;
            self.ring.read_probes(|probe, values| readings.add(probe, &values));
            if block.late {
                // Its frames were played dry: they come too late to be heard, and are never played at another place.
                if let Some(reply) = self.ring.discard() {
                    self.note(&reply);
                    counts.last_late.wake_ns = reply.awake_ns.saturating_sub(reply.sent_ns);
                    counts.last_late.busy_ns = reply.done_ns.saturating_sub(reply.awake_ns);
                }
                continue;
            }
            let outputs = size(self.ring.geometry().outputs());
            let mut rest = reply.chunks_exact_mut(PART_FRAMES);
            let mut channels: [&mut [f32]; MAX_OUTPUTS] =
                std::array::from_fn(|_| rest.next().unwrap_or_default());
            let Some(answer) = self.ring.take(&mut channels[..outputs.min(MAX_OUTPUTS)]) else { return };
            debug_assert_eq!(answer.sequence, block.sequence, "replies come in the order of the blocks");
            self.note(&answer);
            self.keep(&block, outputs, reply, counts);
            self.lateness.in_time();
            counts.blocks += 1;
        }
    }

    /// Sanitises the child's output and stores it at its position.
    fn keep(&mut self, block: &PendingBlock, outputs: usize, reply: &mut [f32], counts: &mut Counts) {
        let frames = size(block.frames);
        let mut not_finite = 0;
        for (channel, line) in self.wet.iter_mut().enumerate() {
            // A mono processor is heard on both sides; of many channels, the first two.
            let channel = if outputs < 2 { 0 } else { channel };
            if outputs == 0 {
                line.fill(block.position, frames, 0.0);
                continue;
            }
            let samples = &mut reply[channel * PART_FRAMES..][..frames];
            let replaced = sanitise(samples);
            counts.nonfinite += replaced.samples;
            not_finite += replaced.not_finite;
            line.write(block.position, samples);
        }
        self.made.fill(block.position, frames, true);
        self.finiteness.frames += u64::from(block.frames);
        if not_finite > 0 {
            self.finiteness.not_finite += u64::from(block.frames);
        }
    }

    fn note(&mut self, reply: &Reply) {
        self.load.add(reply.done_ns.saturating_sub(reply.awake_ns), u64::from(reply.frames));
        self.wake_ns += (real64(reply.awake_ns.saturating_sub(reply.sent_ns)) - self.wake_ns) / 8.0;
    }

    fn judge(&mut self, window: &ReadWindow, now_ns: u64, counts: &mut Counts) {
        // A child that warms up isn't heard: its late blocks delay its turn, but aren't counted.
        let heard = self.lateness.was_on_air();
        let begun = self.has_begun_oldest();
        for block in self.pending.iter_mut().filter(|block| !block.late && window.needs(block.position)) {
            block.late = true;
            let fair_ns =
                real64(nanoseconds(u64::from(block.frames), self.sample_rate)) * self.limits.blame_share;
            if real64(now_ns.saturating_sub(block.sent_ns)) < fair_ns {
                counts.late.device += u64::from(heard);
                continue;
            }
            self.lateness.late();
            if heard {
                counts.blame(begun, block, now_ns, self.sample_rate);
            }
        }
    }

    fn has_begun_oldest(&self) -> bool {
        self.pending.oldest().is_some_and(|block| self.ring.has_begun(block.sequence))
    }
}
