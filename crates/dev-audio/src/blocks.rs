//! The real-time part: receives blocks, processes them and returns them.

use std::hint::black_box;
use std::time::Duration;

use wavecraft::Transport;
use wavecraft_ring::{ChildBlock, ChildRing, Geometry, MAX_CHANNELS, clock};

use crate::chain::Chain;
use crate::probes;
use crate::realtime::{Priority, lock_memory};
use crate::twin::Twin;
use crate::watch;

/// How often the heartbeat counter moves while there is nothing to do: well within the 250 ms after which the companion
/// calls a child not responding.
pub(crate) const BEAT: Duration = Duration::from_millis(BEAT_MS);

const BEAT_MS: u64 = 100;

const BEAT_NS: u64 = BEAT_MS * 1_000_000;

const MOST_CHANNELS: usize = index(MAX_CHANNELS);

/// The state for processing blocks, allocated before the first one arrives.
pub(crate) struct Blocks {
    buffer: Buffer,
    values: Vec<f32>,
    twin: Option<Twin>,
}

impl Blocks {
    /// Allocates for blocks of this geometry and this number of parameters.
    pub(crate) fn new(geometry: Geometry, parameters: usize) -> Self {
        let values = vec![0.0; parameters];
        lock_memory(&values);
        Self { buffer: Buffer::new(geometry), values, twin: None }
    }

    /// Runs a second chain beside the first from now on.
    pub(crate) fn run_beside(&mut self, twin: Twin) {
        self.twin = Some(twin);
    }

    /// Sets the second chain's rate, in Hz.
    pub(crate) fn prepare_twin(&mut self, sample_rate: f32) {
        if let Some(twin) = &mut self.twin {
            twin.prepare(sample_rate);
        }
    }

    /// Processes blocks as they arrive, until `interrupted` is true or the priority is lost. Nothing in here allocates,
    /// locks or waits without a deadline, except what the user's processors do.
    pub(crate) fn run(
        &mut self,
        ring: &mut ChildRing,
        chain: &mut Chain,
        priority: &mut Priority,
        interrupted: impl Fn() -> bool,
    ) {
        loop {
            // Checked before blocks are taken: blocks sent before a command are processed before it is applied.
            let stop = interrupted() || priority.has_unreported_loss();
            while let Some(block) = ring.next() {
                priority.follow(block.frames());
                let nonfinite = self.process(block, chain);
                if nonfinite > 0 {
                    ring.add_nonfinite(nonfinite);
                }
                ring.beat();
            }
            if stop {
                return;
            }
            if !ring.wait(clock::now_ns().saturating_add(BEAT_NS)) {
                ring.beat();
            }
        }
    }

    /// Processes a block and hands it back; returns how many of its samples aren't finite.
    fn process(&mut self, mut block: ChildBlock<'_>, chain: &mut Chain) -> u32 {
        let awake_ns = clock::now_ns();
        if block.reset() {
            chain.reset();
        }
        if block.parameters_changed() {
            block.read_parameters(&mut self.values);
            chain.apply(&self.values);
        }
        let time = block.time();
        let transport = Transport { tempo: time.tempo, pos_samples: time.position, playing: time.playing };
        if let Some(twin) = &mut self.twin {
            twin.process(index(block.frames()), &transport);
        }
        self.buffer.read(&block);
        self.buffer.with(|channels| watch::inside(|| chain.process(channels, &transport)));
        self.buffer.write(&mut block);
        probes::hand_over(&mut block);
        block.reply(awake_ns);
        // After the reply, so that it delays nothing.
        self.buffer.count_nonfinite()
    }
}

/// Room for the longest block, channel after channel, holding the current block.
struct Buffer {
    samples: Vec<f32>,
    geometry: Geometry,
    frames: usize,
}

impl Buffer {
    /// Has as many channels as the larger side. Writes to every page, so that none has to be paged in later.
    fn new(geometry: Geometry) -> Self {
        let channels = index(geometry.inputs().max(geometry.outputs()));
        let mut samples = vec![0.0; index(geometry.max_frames()) * channels];
        // Otherwise the compiler would leave the fresh allocation's pages untouched.
        black_box(&mut samples[..]).fill(0.0);
        lock_memory(&samples);
        Self { samples, geometry, frames: 0 }
    }

    /// Copies a block's input in. A single channel is copied to all; otherwise channels beyond the inputs are silent.
    fn read(&mut self, block: &ChildBlock<'_>) {
        self.frames = index(block.frames());
        let inputs = self.geometry.inputs();
        self.with(|channels| {
            for (channel, samples) in (0..).zip(channels) {
                match inputs {
                    1 => block.read_input(0, samples),
                    _ if channel < inputs => block.read_input(channel, samples),
                    _ => samples.fill(0.0),
                }
            }
        });
    }

    /// Copies the output into a block.
    fn write(&mut self, block: &mut ChildBlock<'_>) {
        self.with_outputs(|channels| {
            for (channel, samples) in (0..).zip(channels) {
                block.write_output(channel, samples);
            }
        });
    }

    /// The number of output samples that are NaN or infinite.
    fn count_nonfinite(&mut self) -> u32 {
        let count =
            |samples: &&mut [f32]| samples.iter().map(|sample| u32::from(!sample.is_finite())).sum::<u32>();
        self.with_outputs(|channels| channels.iter().map(count).sum())
    }

    /// Calls `work` with all channels of the block.
    fn with<T>(&mut self, work: impl FnOnce(&mut [&mut [f32]]) -> T) -> T {
        let frames = self.frames;
        let mut channels: [&mut [f32]; MOST_CHANNELS] = Default::default();
        let mut count = 0;
        let rooms = self.samples.chunks_exact_mut(index(self.geometry.max_frames()));
        for (channel, room) in channels.iter_mut().zip(rooms) {
            *channel = &mut room[..frames];
            count += 1;
        }
        work(&mut channels[..count])
    }

    fn with_outputs<T>(&mut self, work: impl FnOnce(&mut [&mut [f32]]) -> T) -> T {
        let outputs = index(self.geometry.outputs());
        self.with(|channels| work(&mut channels[..outputs]))
    }
}

/// Converts a count from the segment to an index: lossless on every system we build for.
const fn index(count: u32) -> usize {
    count as usize
}

#[cfg(test)]
mod tests;
