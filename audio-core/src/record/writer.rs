//! The thread that writes a recording.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::error::RecordError;
use crate::wav::WavFile;

/// How often the ring is emptied and the header updated: this much can be lost to a power cut or a full disk. A small
/// part of the ring's capacity.
const PERIOD: Duration = Duration::from_millis(100);

/// State shared by the handle, the writer and the audio thread. The words are independent: none publishes other data.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Asks the writer to end once it has written everything in the ring.
    pub(super) stop: AtomicBool,
    /// Frames in the file.
    pub(super) frames: AtomicU64,
    /// Frames that found the ring full.
    pub(super) dropped: AtomicU64,
}

pub(super) struct Writer {
    path: PathBuf,
    file: WavFile,
    ring: rtrb::Consumer<[f32; 2]>,
    progress: Arc<Progress>,
}

impl Writer {
    pub(super) fn new(
        path: PathBuf,
        file: WavFile,
        ring: rtrb::Consumer<[f32; 2]>,
        progress: Arc<Progress>,
    ) -> Self {
        Self { path, file, ring, progress }
    }

    /// Writes until it is stopped, until the audio thread's end is gone, or until writing fails. Returns the failure.
    pub(super) fn run(mut self) -> Option<RecordError> {
        loop {
            // Checked before the ring: everything pushed until then is written.
            // SYNC: pairs with the stores in `Recording::stop` and `RecordingTap::push`.
            let last = self.progress.stop.load(Ordering::Acquire) || self.ring.is_abandoned();
            if let Err(error) = self.write() {
                return Some(self.explain(&error));
            }
            if last {
                return None;
            }
            std::thread::park_timeout(PERIOD);
        }
    }

    fn write(&mut self) -> io::Result<()> {
        let available = self.ring.slots();
        if available == 0 {
            return Ok(());
        }
        let chunk = self.ring.read_chunk(available).map_err(io::Error::other)?;
        self.file.append(chunk.into_iter())?;
        self.file.commit()?;
        // SYNC: pairs with the load in `Recording::frames`.
        self.progress.frames.store(self.file.committed_frames(), Ordering::Relaxed);
        Ok(())
    }

    fn explain(&self, error: &io::Error) -> RecordError {
        let path = self.path.clone();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => RecordError::DiskFull { path },
            io::ErrorKind::FileTooLarge => RecordError::FileFull { path },
            _ => RecordError::Write { path, reason: error.to_string() },
        }
    }
}
