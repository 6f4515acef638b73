//! The child's end of the ring: it waits for blocks, processes them in order and replies.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::geometry::Geometry;
use crate::header::BEFORE_FIRST_SEQUENCE;
use crate::host::{FLAG_DISCONTINUITY, FLAG_PLAYING, FLAG_RESET};
use crate::interrupt::{Interrupt, Parking};
use crate::layout::{
    Layout, MAX_PARAMETERS, MAX_PROBES, SLOTS, child_line, command, host_line, index, reply,
};
use crate::memory::{Memory, Word, load_u64, store_u64};
use crate::phase::ChildPhase;
use crate::probes::{self, ProbeValues, is_name};
use crate::region::Mapping;
use crate::time::BlockTime;

/// The child's end of the ring, for one audio thread: `Send`.
#[derive(Debug)]
pub struct ChildRing<M: Memory = Mapping> {
    memory: Arc<M>,
    layout: Layout,
    generation: u32,
    parking: Arc<Parking<M::Word>>,
    /// The sequence of the newest block that was answered or skipped.
    pub(crate) handled: u32,
    /// The parameters' epoch when they were last read.
    read_epoch: u32,
    /// Number of probes that were named.
    probes: usize,
}

impl<M: Memory> ChildRing<M> {
    pub(crate) fn new(memory: Arc<M>, layout: Layout, generation: u32) -> Self {
        Self {
            memory,
            layout,
            generation,
            parking: Arc::new(Parking::new()),
            handled: BEFORE_FIRST_SEQUENCE,
            read_epoch: 0,
            probes: 0,
        }
    }

    /// The segment's geometry.
    #[must_use]
    pub fn geometry(&self) -> Geometry {
        self.layout.geometry()
    }

    /// The generation the host gave this segment: which child of the session it is for.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Sleeps until a command arrives (returns `true`), an [`Interrupt`] occurs, or the deadline on the
    /// [`clock`](crate::clock) passes. A command that is already there takes precedence: the interrupt then ends the
    /// next wait.
    #[must_use]
    pub fn wait(&mut self, deadline_ns: u64) -> bool {
        // SYNC: partner is the Release in `HostRing::send`, here and in the loop.
        if self.pending(self.memory.word(host_line::COMMAND_SEQ).load(Ordering::Acquire)) > 0 {
            return true;
        }
        let waiting = self.memory.word(child_line::WAITING);
        waiting.store(1, Ordering::Relaxed);
        self.parking.parked.store(1, Ordering::Relaxed);
        // SYNC: partners are the fences in `HostRing::wake` and `Interrupt::interrupt`. The flags are stored before
        // the command and the interrupt are read; there those are stored before the flags are read.
        M::fence();
        let commanded = loop {
            let seen = self.memory.word(host_line::COMMAND_SEQ).load(Ordering::Acquire);
            if self.pending(seen) > 0 {
                break true;
            }
            // SYNC: partner is the Release in `Interrupt::interrupt`.
            if self.parking.interrupted.load(Ordering::Acquire) != 0 {
                // A second interrupt that arrives just now ends this wait too.
                self.parking.interrupted.store(0, Ordering::Relaxed);
                break false;
            }
            if self.memory.now_ns() >= deadline_ns {
                break false;
            }
            self.memory.wait(host_line::COMMAND_SEQ, seen, deadline_ns);
        };
        self.parking.parked.store(0, Ordering::Relaxed);
        waiting.store(0, Ordering::Relaxed);
        commanded
    }

    /// The number of unhandled commands up to this sequence; an impossibly large number counts as none.
    fn pending(&self, command_seq: u32) -> usize {
        let pending = index(command_seq.wrapping_sub(self.handled));
        if pending <= SLOTS { pending } else { 0 }
    }

    /// Returns the oldest unanswered command. End each with [`ChildBlock::reply`]; one that is dropped is returned
    /// again.
    #[expect(
        clippy::should_implement_trait,
        reason = "a block borrows the ring, which an Iterator's item can't"
    )]
    pub fn next(&mut self) -> Option<ChildBlock<'_, M>> {
        loop {
            // SYNC: partner is the Release in `HostRing::send`; the slot is ours from here to the reply.
            if self.pending(self.memory.word(host_line::COMMAND_SEQ).load(Ordering::Acquire)) == 0 {
                return None;
            }
            let sequence = self.handled.wrapping_add(1);
            let slot = self.layout.slot(sequence);
            if self.memory.word(slot + command::SEQ).load(Ordering::Relaxed) == sequence {
                self.memory.word(child_line::BEGUN).store(sequence, Ordering::Relaxed);
                return Some(ChildBlock::new(self, sequence));
            }
            // A command line that doesn't belong to its block: the host counts the block as wrongly answered.
            self.handled = sequence;
        }
    }

    /// Shows the host that this thread is alive.
    pub fn beat(&self) {
        self.memory.word(child_line::HEARTBEAT).add(1, Ordering::Relaxed);
    }

    /// Reports this thread's phase to the host.
    pub fn set_phase(&self, phase: ChildPhase) {
        self.memory.word(child_line::PHASE).store(phase.to_word(), Ordering::Relaxed);
    }

    /// Adds to the count of output samples that were NaN or infinite.
    pub fn add_nonfinite(&self, samples: u32) {
        self.memory.word(child_line::NONFINITE).add(samples, Ordering::Relaxed);
    }

    /// A handle with which another thread of this process can end a wait.
    #[must_use]
    pub fn interrupt_handle(&self) -> Interrupt<M> {
        Interrupt::new(Arc::clone(&self.memory), Arc::clone(&self.parking))
    }
}

impl ChildRing {
    /// Whether this process's pages are locked into memory; see [`HostRing::locked`](crate::HostRing::locked).
    #[must_use]
    pub fn locked(&self) -> bool {
        self.memory.locked()
    }
}

/// A block to process.
#[derive(Debug)]
pub struct ChildBlock<'a, M: Memory = Mapping> {
    ring: &'a mut ChildRing<M>,
    sequence: u32,
    frames: u32,
    sample_position: u64,
    host_time_ns: u64,
    epoch: u32,
    flags: u32,
    time: BlockTime,
    /// Number of probes with values in this block.
    probes: u32,
}

impl<'a, M: Memory> ChildBlock<'a, M> {
    /// Copies the command out, once, and clamps it.
    fn new(ring: &'a mut ChildRing<M>, sequence: u32) -> Self {
        let memory = &*ring.memory;
        let slot = ring.layout.slot(sequence);
        let get = |offset| memory.word(slot + offset).load(Ordering::Relaxed);
        let frames = get(command::FRAMES).min(ring.geometry().max_frames());
        let sample_position = load_u64(memory, slot + command::SAMPLE_POSITION);
        let host_time_ns = load_u64(memory, slot + command::HOST_TIME_NS);
        let (epoch, flags) = (get(command::PARAMETER_EPOCH), get(command::FLAGS));
        let time = BlockTime::read(memory, slot, flags & FLAG_PLAYING != 0);
        Self { sequence, frames, sample_position, host_time_ns, epoch, flags, time, probes: 0, ring }
    }

    /// Frames in the block, 0 to the geometry's `max_frames`.
    #[must_use]
    pub fn frames(&self) -> u32 {
        self.frames
    }

    /// The first frame's position in the session, in frames.
    #[must_use]
    pub fn sample_position(&self) -> u64 {
        self.sample_position
    }

    /// When the first frame is heard or was captured, on the [`clock`](crate::clock).
    #[must_use]
    pub fn host_time_ns(&self) -> u64 {
        self.host_time_ns
    }

    /// Whether audio is missing between the previous block and this one.
    #[must_use]
    pub fn discontinuity(&self) -> bool {
        self.flags & FLAG_DISCONTINUITY != 0
    }

    /// Whether the processors must clear their state before this block.
    #[must_use]
    pub fn reset(&self) -> bool {
        self.flags & FLAG_RESET != 0
    }

    /// The musical time of the first frame: its tempo is in [`TEMPI`](crate::TEMPI), its position not below 0.
    #[must_use]
    pub fn time(&self) -> BlockTime {
        self.time
    }

    /// Whether a parameter was set since the last block that read the parameters. `false` until the host has set any.
    #[must_use]
    pub fn parameters_changed(&self) -> bool {
        self.epoch != self.ring.read_epoch
    }

    /// Copies the parameters from 0 on, as many as `out` holds and at most [`MAX_PARAMETERS`]. Includes every value set
    /// before this block was sent, and possibly newer ones.
    pub fn read_parameters(&mut self, out: &mut [f32]) {
        for (parameter, value) in out.iter_mut().take(MAX_PARAMETERS).enumerate() {
            let word = self.ring.memory.word(self.ring.layout.parameter(parameter));
            *value = f32::from_bits(word.load(Ordering::Relaxed));
        }
        self.ring.read_epoch = self.epoch;
    }

    /// Copies an input channel: [`ChildBlock::frames`] samples, or as many as `out` holds. For a channel that the
    /// geometry doesn't have, `out` stays unchanged.
    pub fn read_input(&self, channel: u32, out: &mut [f32]) {
        let count = out.len().min(index(self.frames));
        if let Some(out) = out.get_mut(..count)
            && channel < self.ring.geometry().inputs()
        {
            self.ring.memory.read_samples(self.ring.layout.input(self.sequence, channel), out);
        }
    }

    /// Copies an output channel, at most [`ChildBlock::frames`] samples. Write each channel completely: samples not
    /// written are left over from an earlier block. A channel that the geometry doesn't have is ignored.
    pub fn write_output(&mut self, channel: u32, samples: &[f32]) {
        let count = samples.len().min(index(self.frames));
        if let Some(samples) = samples.get(..count)
            && channel < self.ring.geometry().outputs()
        {
            self.ring.memory.write_samples(self.ring.layout.output(self.sequence, channel), samples);
        }
    }

    /// Names the next probe, in this segment for good; `processor` is its processor's place in the chain. Returns false,
    /// and tells the host that one was left out, for one more than [`MAX_PROBES`] and for what is no
    /// [name](crate::is_name).
    pub fn name_probe(&mut self, name: &[u8], processor: Option<u32>) -> bool {
        let fits = self.ring.probes < MAX_PROBES && is_name(name);
        if fits {
            probes::add(&*self.ring.memory, &self.ring.layout, self.ring.probes, name, processor);
            self.ring.probes += 1;
        } else {
            self.ignore_probe();
        }
        fits
    }

    /// Tells the host that a probe was left out.
    pub fn ignore_probe(&mut self) {
        probes::ignore(&*self.ring.memory, &self.ring.layout);
    }

    /// Writes this block's values of the probes that were named, in that order; more than those are left out.
    pub fn write_probes(&mut self, values: &[ProbeValues]) {
        self.probes = 0;
        for (probe, values) in values.iter().take(self.ring.probes).enumerate() {
            values.write(&*self.ring.memory, self.ring.layout.probe_values(self.sequence, probe));
            self.probes += 1;
        }
    }

    /// Hands the block back, and wakes the host if it waits. `awake_ns` is when processing began, on the
    /// [`clock`](crate::clock); the time of completion is measured here.
    pub fn reply(self, awake_ns: u64) {
        let memory = &*self.ring.memory;
        let slot = self.ring.layout.slot(self.sequence);
        memory.word(slot + reply::SEQ).store(self.sequence, Ordering::Relaxed);
        store_u64(memory, slot + reply::AWAKE_NS, awake_ns);
        memory.word(slot + reply::PROBES).store(self.probes, Ordering::Relaxed);
        store_u64(memory, slot + reply::DONE_NS, memory.now_ns());
        self.ring.handled = self.sequence;
        // SYNC: partner is the Acquire of REPLY_SEQ in `HostRing`; hands the slot back.
        memory.word(child_line::REPLY_SEQ).store(self.sequence, Ordering::Release);
        // SYNC: partner is the fence in `HostRing::wait`. The reply is stored before the flag is read, there the flag
        // is stored before the reply is read.
        M::fence();
        if memory.word(host_line::WAITING).load(Ordering::Relaxed) != 0 {
            memory.wake(child_line::REPLY_SEQ);
        }
    }
}
