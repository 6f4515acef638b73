//! Runs a child without an engine: for a file, as fast as the child can.
//!
//! The engine's work is timing: what is due when, what is heard instead, how it fades. A file has no clock, so none of
//! that is here: blocks are sent in order and come back in order, with up to as many under way as the ring has slots.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wavecraft_audio_device::{MAX_FRAMES, sanitise};
use wavecraft_ring::{BlockHeader, Geometry, GeometryError, HostRing, SendError, clock};

use crate::config::PART_FRAMES;
use crate::number::{count32, nanoseconds, position, size};

/// How often a wait for the child checks whether its process still runs.
const LOOK_NS: u64 = 50_000_000;

/// Why a child can't go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OfflineError {
    /// The child's process has ended.
    #[error("the processor's program has ended")]
    Ended,
    /// The child answered no block for this long.
    #[error("the processor did not answer a block for {} s", .0.as_secs())]
    Silent(Duration),
    /// A block can't be sent.
    #[error(transparent)]
    Send(#[from] SendError),
}

/// Sends blocks to a stereo child and takes its answers, from one thread.
pub struct Offline {
    ring: HostRing,
    /// Cleared by the watcher of the process.
    alive: Arc<AtomicBool>,
    sample_rate: u32,
    patience: Duration,
    position: u64,
    left: Vec<f32>,
    right: Vec<f32>,
    nonfinite: u64,
}

impl Offline {
    /// The geometry of the child's segment: that of every session, so that a processor finds the same conditions.
    ///
    /// # Errors
    /// None as long as the ring takes blocks of [`MAX_FRAMES`].
    pub fn geometry() -> Result<Geometry, GeometryError> {
        Geometry::new(MAX_FRAMES, 2, 2)
    }

    /// Takes over the ring of a child that was started. `sample_rate` is in Hz, `patience` the timeout for one block.
    #[must_use]
    pub fn new(ring: HostRing, alive: Arc<AtomicBool>, sample_rate: u32, patience: Duration) -> Self {
        let buffer = vec![0.0; PART_FRAMES];
        let (left, right) = (buffer.clone(), buffer);
        Self { ring, alive, sample_rate, patience, position: 0, left, right, nonfinite: 0 }
    }

    /// Whether another block can be sent before taking an answer.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.ring.free_slots() > 0
    }

    /// Sends the next block: left and right, of equal length, at most [`MAX_FRAMES`].
    ///
    /// # Errors
    /// [`OfflineError::Send`], without [room](Self::has_room) for example.
    pub fn send(&mut self, block: [&[f32]; 2]) -> Result<(), OfflineError> {
        let frames = block[0].len();
        let header = BlockHeader {
            frames: count32(frames),
            sample_position: self.position,
            // A time that is the same on every run.
            host_time_ns: nanoseconds(self.position, self.sample_rate),
            discontinuity: false,
            reset: false,
        };
        self.ring.send(header, &block)?;
        self.ring.wake();
        self.position += position(frames);
        Ok(())
    }

    /// Waits for the answer to the oldest unanswered block. `None` if no block is under way. Samples that aren't
    /// finite, or are beyond ±[`LOUDEST`](crate::LOUDEST), are replaced and counted.
    ///
    /// # Errors
    /// [`OfflineError::Ended`], [`OfflineError::Silent`].
    pub fn receive(&mut self) -> Result<Option<[&[f32]; 2]>, OfflineError> {
        if self.ring.outstanding() == 0 {
            return Ok(None);
        }
        self.wait()?;
        let Some(reply) = self.ring.take(&mut [&mut self.left, &mut self.right]) else {
            return Err(OfflineError::Ended);
        };
        let frames = size(reply.frames);
        let [left, right] = [&mut self.left[..frames], &mut self.right[..frames]];
        self.nonfinite += sanitise(left).samples + sanitise(right).samples;
        Ok(Some([left, right]))
    }

    /// Number of samples so far that weren't finite, or beyond ±[`LOUDEST`](crate::LOUDEST).
    #[must_use]
    pub fn nonfinite(&self) -> u64 {
        self.nonfinite
    }

    fn wait(&self) -> Result<(), OfflineError> {
        let patience_ns = u64::try_from(self.patience.as_nanos()).unwrap_or(u64::MAX);
        let given_up_ns = clock::now_ns().saturating_add(patience_ns);
        loop {
            let now_ns = clock::now_ns();
            if self.ring.wait(given_up_ns.min(now_ns.saturating_add(LOOK_NS))) {
                return Ok(());
            }
            // SYNC: pairs with the supervisor's store when the process has ended; the flag carries no data.
            if !self.alive.load(Ordering::Relaxed) {
                return Err(OfflineError::Ended);
            }
            if now_ns >= given_up_ns {
                return Err(OfflineError::Silent(self.patience));
            }
        }
    }
}
