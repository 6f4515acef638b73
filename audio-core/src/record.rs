//! Takes: recordings of a project's processed output, written to a file while it plays.
//!
//! The audio thread pushes the tap into a ring of a few seconds; the recording's own thread writes it, so a slow disk
//! holds up nothing. Frames that find the ring full are dropped and counted.

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

/// How long a disk may stall before frames are lost, in seconds.
const RING_SECONDS: u32 = 4;

/// The result of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// The file's path.
    pub path: PathBuf,
    /// Frames in the file.
    pub frames: u64,
    /// The file's rate in Hz.
    pub sample_rate: u32,
    /// Frames missing from the file because the disk was too slow.
    pub dropped_frames: u64,
    /// Why the recording ended, if it ended by itself.
    pub error: Option<RecordError>,
}

/// A running recording: see [`Engine::record`](crate::Engine::record). Dropping it ends it without waiting for the
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
    /// Frames that are still wanted, if there is an end.
    left: Option<u64>,
}

impl RecordingTap {
    /// Pushes the frames that fit, up to the recording's end, and counts the rest as dropped.
    pub(crate) fn push(&mut self, left: &[f32], right: &[f32]) {
        let wanted = self
            .left
            .map_or(left.len(), |wanted| left.len().min(usize::try_from(wanted).unwrap_or(usize::MAX)));
        let count = wanted.min(self.ring.slots());
        if let Ok(chunk) = self.ring.write_chunk_uninit(count) {
            chunk.fill_from_iter(left.iter().zip(right).map(|(left, right)| [*left, *right]));
        }
        if let Some(wanted) = &mut self.left {
            *wanted -= position(count);
            if *wanted == 0 {
                // SYNC: pairs with the load in the writer, which then sees every frame before it in the ring.
                self.progress.stop.store(true, Ordering::Release);
            }
        }
        let lost = position(wanted - count);
        if lost > 0 {
            // SYNC: pairs with the load in `Recording::dropped_frames`; an independent count.
            self.progress.dropped.fetch_add(lost, Ordering::Relaxed);
        }
    }
}

/// Makes both ends and starts the thread that writes; after `length` frames it ends by itself.
pub(crate) fn record(
    path: &Path,
    file: WavFile,
    length: Option<u64>,
) -> std::io::Result<(RecordingTap, Recording)> {
    let sample_rate = file.sample_rate();
    let (producer, consumer) = rtrb::RingBuffer::new(size(sample_rate) * size(RING_SECONDS));
    let progress = Arc::new(Progress::default());
    let writer = Writer::new(path.to_owned(), file, consumer, Arc::clone(&progress));
    let writer = std::thread::Builder::new().name("record".into()).spawn(move || writer.run())?;
    let tap = RecordingTap { ring: producer, progress: Arc::clone(&progress), left: length };
    Ok((tap, Recording { path: path.to_owned(), sample_rate, progress, writer: Some(writer) }))
}

impl Recording {
    /// The file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's rate in Hz.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Frames in the file so far.
    #[must_use]
    pub fn frames(&self) -> u64 {
        // SYNC: pairs with the store in the writer; an independent count.
        self.progress.frames.load(Ordering::Relaxed)
    }

    /// Frames lost so far because the disk was too slow.
    #[must_use]
    pub fn dropped_frames(&self) -> u64 {
        // SYNC: pairs with the addition in `RecordingTap::push`.
        self.progress.dropped.load(Ordering::Relaxed)
    }

    /// Whether the recording has ended by itself; [`finish`](Self::finish) then returns the reason.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.writer.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Writes the remaining frames and ends. Waits for the disk: not for a thread that must not block.
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
