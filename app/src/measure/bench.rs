//! A child as the analysis asks it.

use wavecraft_audio_core::{Offline, OfflineError};
use wavecraft_companion_analysis::survey::{Answer, Device};

/// A child, and the frames that it gets at once.
pub(crate) struct Bench {
    offline: Offline,
    block_frames: usize,
}

/// Is that the word of a child whose process has ended?
pub(crate) fn is_end(trouble: &str) -> bool {
    trouble == OfflineError::Ended.to_string()
}

impl Bench {
    pub(crate) fn new(offline: Offline, block_frames: usize) -> Self {
        Self { offline, block_frames }
    }

    /// Plays a signal from a reset on, and hands on each answer with the time that it took, in nanoseconds.
    fn play(
        &mut self,
        signal: &[&[f32]],
        block_frames: usize,
        mut each: impl FnMut([&[f32]; 2], u64),
    ) -> Result<(), OfflineError> {
        self.offline.begin_again();
        // One channel is sent as both, of which a child of one channel gets the first.
        let (left, right) = (signal[0], signal[signal.len() - 1]);
        let mut blocks = left.chunks(block_frames.max(1)).zip(right.chunks(block_frames.max(1)));
        loop {
            while self.offline.has_room()
                && let Some((left, right)) = blocks.next()
            {
                self.offline.send([left, right])?;
            }
            let Some((answer, took_ns)) = self.offline.receive_raw()? else { return Ok(()) };
            each(answer, took_ns);
        }
    }
}

impl Device for Bench {
    fn answer(&mut self, signal: &[&[f32]]) -> Result<Answer, String> {
        let mut answer: Answer = signal.iter().map(|channel| Vec::with_capacity(channel.len())).collect();
        let played = self.play(signal, self.block_frames, |channels, _| {
            answer.iter_mut().zip(channels).for_each(|(answer, samples)| answer.extend_from_slice(samples));
        });
        played.map(|()| answer).map_err(|error| error.to_string())
    }

    fn times(&mut self, signal: &[&[f32]], block_frames: usize) -> Result<Vec<u64>, String> {
        let mut times = Vec::with_capacity(signal[0].len() / block_frames.max(1) + 1);
        let played = self.play(signal, block_frames, |_, took_ns| times.push(took_ns));
        played.map(|()| times).map_err(|error| error.to_string())
    }
}
