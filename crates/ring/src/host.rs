//! The host's end of the ring: sends blocks and takes replies on the audio thread.

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use thiserror::Error;

use crate::geometry::Geometry;
use crate::header::BEFORE_FIRST_SEQUENCE;
use crate::layout::{Layout, MAX_PROBES, SLOTS, child_line, command, host_line, index, reply, slot_index};
use crate::memory::{Memory, Word, load_u64, store_u64};
use crate::phase::{ChildPhase, ChildReport};
use crate::probes::{ProbeNames, ProbeValues};
use crate::region::Mapping;
use crate::time::BlockTime;

/// Set in a command's flags when audio is missing between it and the command before.
pub(crate) const FLAG_DISCONTINUITY: u32 = 1;
/// Set in a command's flags when the processors must clear their state before it.
pub(crate) const FLAG_RESET: u32 = 2;
/// Set in a command's flags while the time plays.
pub(crate) const FLAG_PLAYING: u32 = 4;

/// A block's header, sent to the child with the samples.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BlockHeader {
    /// Frames in the block, at most the geometry's `max_frames`.
    pub frames: u32,
    /// The first frame's position in the session, in frames.
    pub sample_position: u64,
    /// When the first frame is heard or was captured, on the [`clock`](crate::clock).
    pub host_time_ns: u64,
    /// Whether audio is missing between the previous block and this one.
    pub discontinuity: bool,
    /// Whether the processors clear their state before this block, as a plugin host makes them do when it stops.
    pub reset: bool,
    /// The musical time of the first frame.
    pub time: BlockTime,
}

impl BlockHeader {
    fn flags(self) -> u32 {
        let flag = |set: bool, flag: u32| if set { flag } else { 0 };
        flag(self.discontinuity, FLAG_DISCONTINUITY)
            | flag(self.reset, FLAG_RESET)
            | flag(self.time.playing, FLAG_PLAYING)
    }
}

/// An answered block.
///
/// Everything except the times is what the host itself sent. The times are the child's claims, clamped so that
/// `sent_ns ≤ awake_ns ≤ done_ns ≤ now`; on the [`clock`](crate::clock).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// The sequence that [`HostRing::send`] returned.
    pub sequence: u32,
    /// Frames in the block.
    pub frames: u32,
    /// The first frame's position in the session, in frames.
    pub sample_position: u64,
    /// When the block was sent.
    pub sent_ns: u64,
    /// When the child began processing.
    pub awake_ns: u64,
    /// When the child finished.
    pub done_ns: u64,
}

/// Why a block wasn't sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SendError {
    /// All slots hold unanswered or untaken blocks: the child is late.
    #[error("all {SLOTS} slots are taken by blocks without an answer")]
    Full,
    /// The block is longer than the geometry allows.
    #[error("a block of {frames} frames, {max_frames} are possible")]
    TooManyFrames {
        /// The block's frames.
        frames: u32,
        /// The geometry's limit.
        max_frames: u32,
    },
    /// The number of channels differs from the geometry's inputs.
    #[error("{found} input channels, {expected} are needed")]
    Channels {
        /// Channels given.
        found: usize,
        /// The geometry's inputs.
        expected: u32,
    },
    /// A channel has fewer samples than the block has frames.
    #[error("input channel {channel} has {samples} samples for {frames} frames")]
    ShortChannel {
        /// The channel, from 0.
        channel: usize,
        /// Samples in it.
        samples: usize,
        /// The block's frames.
        frames: u32,
    },
}

/// The host's end of the ring, for one audio thread: `Send`, not `Sync`.
///
/// Nothing here allocates, locks, logs or panics; [`HostRing::wake`] is one system call at most, and only
/// [`HostRing::wait`] sleeps. Dropping the ring (and with it the last reference to the segment) unmaps pages: the audio
/// thread sends it elsewhere to be dropped.
#[derive(Debug)]
pub struct HostRing<M: Memory = Mapping> {
    memory: Arc<M>,
    layout: Layout,
    generation: u32,
    /// Counts the changes of the parameters; shared with [`ParameterWriter`](crate::ParameterWriter), not with the
    /// child.
    epoch: Arc<M::Word>,
    /// The newest sequence sent.
    sent: u32,
    /// The newest sequence taken or discarded. Invariant: `sent − taken` is at most [`SLOTS`].
    taken: u32,
    /// What was sent in each slot: the authoritative record of a block, whatever its slot contains by now.
    blocks: [SentBlock; SLOTS],
    violations: u32,
    not_sync: PhantomData<Cell<()>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct SentBlock {
    frames: u32,
    sample_position: u64,
    sent_ns: u64,
}

impl<M: Memory> HostRing<M> {
    pub(crate) fn new(memory: Arc<M>, layout: Layout, generation: u32, epoch: Arc<M::Word>) -> Self {
        Self {
            memory,
            layout,
            generation,
            epoch,
            sent: BEFORE_FIRST_SEQUENCE,
            taken: BEFORE_FIRST_SEQUENCE,
            blocks: [SentBlock::default(); SLOTS],
            violations: 0,
            not_sync: PhantomData,
        }
    }

    /// The segment's geometry.
    #[must_use]
    pub fn geometry(&self) -> Geometry {
        self.layout.geometry()
    }

    /// The segment's generation: which child of the session it was made for.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Number of blocks sent but neither taken nor discarded: 0 to [`SLOTS`].
    #[must_use]
    pub fn outstanding(&self) -> usize {
        index(self.sent.wrapping_sub(self.taken))
    }

    /// Number of blocks that can be sent before a reply is taken: [`SLOTS`] minus [`HostRing::outstanding`].
    #[must_use]
    pub fn free_slots(&self) -> usize {
        SLOTS.saturating_sub(self.outstanding())
    }

    /// Copies a block into the segment and publishes it; returns its sequence, which is one more than the previous one,
    /// wrapping around. Makes no system call: call [`HostRing::wake`] afterwards.
    ///
    /// `input` is planar, one slice for each of the geometry's inputs, each of at least `block.frames` samples.
    ///
    /// # Errors
    ///
    /// [`SendError`]; nothing was sent then.
    pub fn send(&mut self, block: BlockHeader, input: &[&[f32]]) -> Result<u32, SendError> {
        self.check(block, input)?;
        let sequence = self.sent.wrapping_add(1);
        let frames = index(block.frames);
        for (channel, samples) in (0_u32..).zip(input) {
            let samples = samples.get(..frames).unwrap_or_default();
            self.memory.write_samples(self.layout.input(sequence, channel), samples);
        }

        let memory = &*self.memory;
        let slot = self.layout.slot(sequence);
        let put = |offset, value| memory.word(slot + offset).store(value, Ordering::Relaxed);
        put(command::SEQ, sequence);
        put(command::FRAMES, block.frames);
        store_u64(memory, slot + command::SAMPLE_POSITION, block.sample_position);
        store_u64(memory, slot + command::HOST_TIME_NS, block.host_time_ns);
        // SYNC: partner is the Release in `ParameterWriter`; every value set before that count is passed on by the
        // Release below.
        put(command::PARAMETER_EPOCH, self.epoch.load(Ordering::Acquire));
        put(command::FLAGS, block.flags());
        block.time.write(memory, slot);

        if let Some(entry) = self.blocks.get_mut(slot_index(sequence)) {
            *entry = SentBlock {
                frames: block.frames,
                sample_position: block.sample_position,
                sent_ns: memory.now_ns(),
            };
        }
        self.sent = sequence;
        // SYNC: partner is the Acquire of COMMAND_SEQ in `ChildRing`; hands the slot to the child.
        memory.word(host_line::COMMAND_SEQ).store(sequence, Ordering::Release);
        Ok(sequence)
    }

    fn check(&self, block: BlockHeader, input: &[&[f32]]) -> Result<(), SendError> {
        if self.free_slots() == 0 {
            return Err(SendError::Full);
        }
        let (frames, max_frames) = (block.frames, self.geometry().max_frames());
        if frames > max_frames {
            return Err(SendError::TooManyFrames { frames, max_frames });
        }
        let expected = self.geometry().inputs();
        if input.len() != index(expected) {
            return Err(SendError::Channels { found: input.len(), expected });
        }
        match input.iter().position(|samples| samples.len() < index(frames)) {
            Some(channel) => {
                let samples = input.get(channel).map_or(0, |samples| samples.len());
                Err(SendError::ShortChannel { channel, samples, frames })
            }
            None => Ok(()),
        }
    }

    /// Wakes the child if it waits for a command: with one system call, or none if it doesn't wait.
    pub fn wake(&self) {
        // SYNC: partner is the fence in `ChildRing::wait`. The command is stored before the flag is read, there the
        // flag is stored before the command is read: one of the two sides sees the other.
        M::fence();
        if self.memory.word(child_line::WAITING).load(Ordering::Relaxed) != 0 {
            self.memory.wake(host_line::COMMAND_SEQ);
        }
    }

    /// Number of replies that have arrived and aren't taken: 0 to [`HostRing::outstanding`]. A sequence outside that
    /// range counts as none.
    #[must_use]
    pub fn ready(&self) -> usize {
        // SYNC: partner is the Release in `ChildBlock::reply`; hands the slots up to it back to the host.
        self.answered(self.memory.word(child_line::REPLY_SEQ).load(Ordering::Acquire))
    }

    /// The number of outstanding blocks answered by a reply sequence.
    fn answered(&self, reply_seq: u32) -> usize {
        let answered = index(reply_seq.wrapping_sub(self.taken));
        if answered <= self.outstanding() { answered } else { 0 }
    }

    /// Takes the oldest reply and copies its samples out as the child left them: they may be NaN or infinite.
    ///
    /// `output` is planar, one slice for each of the geometry's outputs, each of at least as many samples as the block
    /// has frames. A missing channel is skipped, a shorter one is filled, and samples beyond the block stay unchanged.
    pub fn take(&mut self, output: &mut [&mut [f32]]) -> Option<Reply> {
        let reply = self.collect()?;
        for (channel, samples) in (0..self.geometry().outputs()).zip(output) {
            let count = samples.len().min(index(reply.frames));
            if let Some(samples) = samples.get_mut(..count) {
                self.memory.read_samples(self.layout.output(reply.sequence, channel), samples);
            }
        }
        self.taken = reply.sequence;
        Some(reply)
    }

    /// Reads the probes' values that came with the oldest reply, which isn't taken yet: calls `each` with a probe's index,
    /// below [`MAX_PROBES`], and its values in that block. Does nothing if no reply has arrived.
    pub fn read_probes(&self, mut each: impl FnMut(usize, ProbeValues)) {
        if self.ready() == 0 {
            return;
        }
        let (memory, sequence) = (&*self.memory, self.taken.wrapping_add(1));
        let count = memory.word(self.layout.slot(sequence) + reply::PROBES).load(Ordering::Relaxed);
        for probe in 0..index(count).min(MAX_PROBES) {
            each(probe, ProbeValues::read(memory, self.layout.probe_values(sequence, probe)));
        }
    }

    /// A reader of the probes' names, for the control side.
    #[must_use]
    pub fn probe_names(&self) -> ProbeNames<M> {
        ProbeNames::new(Arc::clone(&self.memory), self.layout)
    }

    /// Takes the oldest reply without its samples.
    pub fn discard(&mut self) -> Option<Reply> {
        let reply = self.collect()?;
        self.taken = reply.sequence;
        Some(reply)
    }

    /// The oldest reply that has arrived; its slot still belongs to the block.
    fn collect(&mut self) -> Option<Reply> {
        if self.ready() == 0 {
            return None;
        }
        let sequence = self.taken.wrapping_add(1);
        let memory = &*self.memory;
        let slot = self.layout.slot(sequence);
        if memory.word(slot + reply::SEQ).load(Ordering::Relaxed) != sequence {
            self.violations = self.violations.saturating_add(1);
        }
        let block = self.blocks.get(slot_index(sequence)).copied().unwrap_or_default();
        // If the clock seems to go back, the limits must not be reversed.
        let now_ns = memory.now_ns().max(block.sent_ns);
        let awake_ns = load_u64(memory, slot + reply::AWAKE_NS).clamp(block.sent_ns, now_ns);
        let done_ns = load_u64(memory, slot + reply::DONE_NS).clamp(awake_ns, now_ns);
        Some(Reply {
            sequence,
            frames: block.frames,
            sample_position: block.sample_position,
            sent_ns: block.sent_ns,
            awake_ns,
            done_ns,
        })
    }

    /// Sleeps until a reply has arrived or the deadline on the [`clock`](crate::clock) passes; returns whether one has
    /// arrived. Returns at once if nothing is outstanding. For Direct mode; a child that lies about its replies can at
    /// most keep this thread awake until the deadline.
    #[must_use]
    pub fn wait(&self, deadline_ns: u64) -> bool {
        if self.ready() > 0 {
            return true;
        }
        if self.outstanding() == 0 {
            return false;
        }
        let waiting = self.memory.word(host_line::WAITING);
        waiting.store(1, Ordering::Relaxed);
        // SYNC: partner is the fence in `ChildBlock::reply`. The flag is stored before the reply is read, there the
        // reply is stored before the flag is read.
        M::fence();
        let replied = loop {
            // SYNC: partner is the Release in `ChildBlock::reply`.
            let seen = self.memory.word(child_line::REPLY_SEQ).load(Ordering::Acquire);
            if self.answered(seen) > 0 {
                break true;
            }
            if self.memory.now_ns() >= deadline_ns {
                break false;
            }
            self.memory.wait(child_line::REPLY_SEQ, seen, deadline_ns);
        };
        waiting.store(0, Ordering::Relaxed);
        replied
    }

    /// Whether the child has begun an outstanding block: distinguishes a child that wasn't scheduled from one that is
    /// too slow. This is the child's claim.
    #[must_use]
    pub fn has_begun(&self, sequence: u32) -> bool {
        let begun =
            index(self.memory.word(child_line::BEGUN).load(Ordering::Relaxed).wrapping_sub(self.taken));
        let place = index(sequence.wrapping_sub(self.taken));
        begun <= self.outstanding() && (1..=begun).contains(&place)
    }

    /// The child's report about itself.
    #[must_use]
    pub fn child(&self) -> ChildReport {
        // Each word is independent, so no memory ordering is needed.
        let get = |offset| self.memory.word(offset).load(Ordering::Relaxed);
        ChildReport {
            phase: ChildPhase::from_word(get(child_line::PHASE)),
            heartbeat: get(child_line::HEARTBEAT),
            nonfinite: get(child_line::NONFINITE),
            violations: self.violations,
        }
    }
}

impl HostRing {
    /// Whether the host's pages are locked into memory. If the system refused (a low RLIMIT_MEMLOCK), the ring still
    /// works, but a page may have to be read back in under memory pressure.
    #[must_use]
    pub fn locked(&self) -> bool {
        self.memory.locked()
    }
}
