//! Takes: what a project's processor makes, written into a file while it plays.
//!
//! The audio thread pushes the tap into a ring of some seconds; a thread of the recording's own writes it, so a slow
//! disk holds up nothing. What finds the ring full is dropped and counted.

mod error;
mod writer;

pub use error::RecordError;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use self::writer::{Progress, Writer};
use crate::number::{position, size};
use crate::wav::WavFile;

/// For how long a disk may stand still before frames are lost, in seconds.
const RING_SECONDS: u32 = 4;

/// What became of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// The file.
    pub path: PathBuf,
    /// Frames in it.
    pub frames: u64,
    /// Its rate in Hz.
    pub sample_rate: u32,
    /// Frames that are missing in it, because the disk was too slow.
    pub dropped_frames: u64,
    /// Why it ended, where nobody asked for that.
    pub error: Option<RecordError>,
}

/// A recording under way: see [`Engine::record`](crate::Engine::record). Dropping it ends it, without a wait for the
/// file.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    sample_rate: u32,
    progress: Arc<Progress>,
    writer: Option<JoinHandle<Option<RecordError>>>,
}

/// The audio thread's end.
pub(crate) struct RecordingTap {
    ring: rtrb::Producer<[f32; 2]>,
    progress: Arc<Progress>,
}

impl RecordingTap {
    /// Takes what fits, and counts what doesn't.
    pub(crate) fn push(&mut self, left: &[f32], right: &[f32]) {
        let count = left.len().min(self.ring.slots());
        if let Ok(chunk) = self.ring.write_chunk_uninit(count) {
            chunk.fill_from_iter(left.iter().zip(right).map(|(left, right)| [*left, *right]));
        }
        let lost = position(left.len() - count);
        if lost > 0 {
            // SYNC: pairs with the load in `Recording::dropped_frames`; a count that stands for itself.
            self.progress.dropped.fetch_add(lost, Ordering::Relaxed);
        }
    }
}

/// Makes both ends and starts the thread that writes.
pub(crate) fn record(path: &Path, file: WavFile) -> std::io::Result<(RecordingTap, Recording)> {
    let sample_rate = file.sample_rate();
    let (producer, consumer) = rtrb::RingBuffer::new(size(sample_rate) * size(RING_SECONDS));
    let progress = Arc::new(Progress::default());
    let writer = Writer::new(path.to_owned(), file, consumer, Arc::clone(&progress));
    let writer = std::thread::Builder::new().name("record".into()).spawn(move || writer.run())?;
    let tap = RecordingTap { ring: producer, progress: Arc::clone(&progress) };
    Ok((tap, Recording { path: path.to_owned(), sample_rate, progress, writer: Some(writer) }))
}

impl Recording {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's rate in Hz.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Frames in the file by now.
    #[must_use]
    pub fn frames(&self) -> u64 {
        // SYNC: pairs with the store in the writer; a count that stands for itself.
        self.progress.frames.load(Ordering::Relaxed)
    }

    /// Frames lost by now, because the disk was too slow.
    #[must_use]
    pub fn dropped_frames(&self) -> u64 {
        // SYNC: pairs with the addition in `RecordingTap::push`.
        self.progress.dropped.load(Ordering::Relaxed)
    }

    /// Has it ended by itself? Then [`finish`](Self::finish) says why.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.writer.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Writes what is there and ends. Waits for the disk: not for a thread that has other things to do.
    #[must_use]
    pub fn finish(mut self) -> Take {
        self.stop();
        let write = |reason: &str| RecordError::Write { path: self.path.clone(), reason: reason.into() };
        let error = match self.writer.take().map(JoinHandle::join) {
            Some(Ok(error)) => error,
            Some(Err(_)) | None => Some(write("the thread that writes it failed")),
        };
        Take {
            path: self.path.clone(),
            frames: self.frames(),
            sample_rate: self.sample_rate,
            dropped_frames: self.dropped_frames(),
            error,
        }
    }

    fn stop(&self) {
        // SYNC: pairs with the load in the writer; the frames themselves go through the ring.
        self.progress.stop.store(true, Ordering::Relaxed);
        if let Some(writer) = &self.writer {
            writer.thread().unpark();
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.stop();
    }
}
