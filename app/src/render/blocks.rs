//! Renders into a file, block by block.

use super::input::Input;
use crate::offline::tell;
use std::time::{Duration, Instant};
use wavecraft_audio_core::{FileError, Offline, OfflineError, WavFile};
use wavecraft_companion_protocol::event::Event;

/// How often progress is reported.
const PROGRESS: Duration = Duration::from_millis(100);
/// The number of frames written at once.
const WRITTEN_AT_ONCE: usize = 8192;

/// Why a rendering wasn't completed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The input can't be read.
    #[error(transparent)]
    Input(#[from] FileError),
    /// The processor can't go on.
    #[error(transparent)]
    Child(#[from] OfflineError),
    /// The output can't be written.
    #[error("the output can't be written")]
    Output(#[from] std::io::Error),
}

/// The result of a rendering.
#[derive(Debug)]
pub(super) struct Done {
    /// Frames of the output.
    pub frames: u64,
    /// Samples that weren't finite, or were beyond any sensible level.
    pub nonfinite: u64,
    /// What is missing from the input or was changed, for the user.
    pub remarks: Vec<String>,
}

/// Renders one input. Frame n of the output belongs to frame n of the input: the processor's first output, up to its
/// latency, is cut off, and as much silence follows the input.
pub(super) struct Blocks {
    feed: Feed,
    offline: Offline,
    output: WavFile,
    /// The frames of the processor's latency that are still to be cut off.
    early_frames: u64,
    waiting: Vec<[f32; 2]>,
}

impl Blocks {
    pub(super) fn new(
        input: Input,
        offline: Offline,
        output: WavFile,
        block_frames: usize,
        latency_frames: u64,
        tail_frames: u64,
    ) -> Self {
        let feed = Feed::new(input, block_frames, latency_frames.saturating_add(tail_frames));
        let waiting = Vec::with_capacity(WRITTEN_AT_ONCE * 2);
        Self { feed, offline, output, early_frames: latency_frames, waiting }
    }

    /// Renders all of it, however long that takes.
    pub(super) fn run(mut self) -> Result<Done, Failure> {
        let mut told = Instant::now();
        loop {
            while self.offline.has_room()
                && let Some(block) = self.feed.next_block()?
            {
                self.offline.send(block)?;
            }
            let Some([left, right]) = self.offline.receive()? else { break };
            let early = left.len().min(usize::try_from(self.early_frames).unwrap_or(usize::MAX));
            self.early_frames -= u64::try_from(early).unwrap_or(0);
            let made = left[early..].iter().zip(&right[early..]);
            self.waiting.extend(made.map(|(left, right)| [*left, *right]));
            if self.waiting.len() >= WRITTEN_AT_ONCE {
                self.output.append(self.waiting.drain(..))?;
            }
            if told.elapsed() >= PROGRESS {
                told = Instant::now();
                self.feed.tell();
            }
        }
        self.output.append(self.waiting.drain(..))?;
        self.output.commit()?;
        Ok(Done {
            frames: self.output.committed_frames(),
            nonfinite: self.offline.nonfinite(),
            remarks: self.feed.input.remarks(),
        })
    }
}

/// The input in blocks of one size, followed by silence.
struct Feed {
    input: Input,
    /// The decoded frames, and how many of them were sent.
    decoded: Vec<[f32; 2]>,
    sent: usize,
    ended: bool,
    silent_frames: u64,
    read_frames: u64,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Feed {
    fn new(input: Input, block_frames: usize, silent_frames: u64) -> Self {
        let (left, right) = (vec![0.0; block_frames], vec![0.0; block_frames]);
        Self { input, decoded: Vec::new(), sent: 0, ended: false, silent_frames, read_frames: 0, left, right }
    }

    /// The next block; only the last may be shorter. `None` after that.
    fn next_block(&mut self) -> Result<Option<[&[f32]; 2]>, FileError> {
        let size = self.left.len();
        let mut filled = 0;
        while filled < size && !self.ended {
            if self.sent == self.decoded.len() {
                self.renew()?;
            }
            let count = (size - filled).min(self.decoded.len() - self.sent);
            let block = self.left[filled..].iter_mut().zip(&mut self.right[filled..]);
            for ((left, right), frame) in block.zip(&self.decoded[self.sent..self.sent + count]) {
                [*left, *right] = *frame;
            }
            (self.sent, filled) = (self.sent + count, filled + count);
        }
        let silent = (size - filled).min(usize::try_from(self.silent_frames).unwrap_or(usize::MAX));
        self.silent_frames -= u64::try_from(silent).unwrap_or(0);
        let frames = filled + silent;
        for channel in [&mut self.left, &mut self.right] {
            channel[filled..frames].fill(0.0);
        }
        Ok((frames > 0).then(|| [&self.left[..frames], &self.right[..frames]]))
    }

    fn renew(&mut self) -> Result<(), FileError> {
        self.decoded.clear();
        self.sent = 0;
        match self.input.next_frames()? {
            Some(frames) => self.decoded.extend_from_slice(frames),
            None => self.ended = true,
        }
        self.read_frames += u64::try_from(self.decoded.len()).unwrap_or(0);
        Ok(())
    }

    fn tell(&self) {
        tell(&Event::Rendering {
            frames: self.read_frames,
            total_frames: self.input.total_frames(),
            sample_rate: self.input.sample_rate(),
        });
    }
}
