//! Takes: what a project's processor makes, written into a file while it plays.
//!
//! The audio thread pushes the tap into a ring of some seconds; a thread of the recording's own writes it, so a slow
//! disk holds up nothing. What finds the ring full is dropped and counted.

mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

use self::writer::Writer;
use crate::number::{position, size};
use crate::wav::WavFile;

/// For how long a disk may stand still before frames are lost, in seconds.
const RING_SECONDS: u32 = 4;

/// Why a recording ended by itself. The file is valid with what fitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// There is no room.
    #[error("the disk is full: {} has what fitted; free some space and record again", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// The file has all the frames that a WAV file can have.
    #[error("{} has reached the size that a WAV file can have (4 GiB); record again into another", path.display())]
    FileFull {
        /// The file.
        path: PathBuf,
    },
    /// The system refused to write.
    #[error("{} can't be written any more: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
}

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
    shared: Arc<Shared>,
    writer: Option<JoinHandle<Option<RecordError>>>,
}

/// Between the handle, the writer and the audio thread. None of the words hands over anything but itself.
#[derive(Debug, Default)]
struct Shared {
    /// The writer shall end once it has written what is there.
    stop: AtomicBool,
    /// Frames in the file.
    frames: AtomicU64,
    /// Frames that found the ring full.
    dropped: AtomicU64,
}

/// The audio thread's end.
pub(crate) struct RecordFeed {
    ring: rtrb::Producer<[f32; 2]>,
    shared: Arc<Shared>,
}

impl RecordFeed {
    /// Takes what fits, and counts what doesn't.
    pub(crate) fn push(&mut self, left: &[f32], right: &[f32]) {
        let count = left.len().min(self.ring.slots());
        if let Ok(chunk) = self.ring.write_chunk_uninit(count) {
            chunk.fill_from_iter(left.iter().zip(right).map(|(left, right)| [*left, *right]));
        }
        let lost = position(left.len() - count);
        if lost > 0 {
            // SYNC: pairs with the load in `Recording::dropped_frames`; a count that stands for itself.
            self.shared.dropped.fetch_add(lost, Ordering::Relaxed);
        }
    }
}

/// Makes both ends and starts the thread that writes.
pub(crate) fn record(path: &Path, file: WavFile) -> std::io::Result<(RecordFeed, Recording)> {
    let sample_rate = file.sample_rate();
    let (producer, consumer) = rtrb::RingBuffer::new(size(sample_rate) * size(RING_SECONDS));
    let shared = Arc::new(Shared::default());
    let writer = Writer::new(path.to_owned(), file, consumer, Arc::clone(&shared));
    let writer = std::thread::Builder::new().name("record".into()).spawn(move || writer.run())?;
    let feed = RecordFeed { ring: producer, shared: Arc::clone(&shared) };
    Ok((feed, Recording { path: path.to_owned(), sample_rate, shared, writer: Some(writer) }))
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
        self.shared.frames.load(Ordering::Relaxed)
    }

    /// Frames lost by now, because the disk was too slow.
    #[must_use]
    pub fn dropped_frames(&self) -> u64 {
        // SYNC: pairs with the addition in `RecordFeed::push`.
        self.shared.dropped.load(Ordering::Relaxed)
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
        self.shared.stop.store(true, Ordering::Relaxed);
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
