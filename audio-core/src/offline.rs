//! Runs a child without an engine: for a file, as fast as the child can.
//!
//! The engine's work is timing: what is due when, what is heard instead, how it fades. A file has no clock, so none of
//! that is here: blocks are sent in order and come back in order, with up to as many under way as the ring has slots.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wavecraft_audio_device::{MAX_FRAMES, sanitise};
use wavecraft_ring::{BlockHeader, BlockTime, Geometry, GeometryError, HostRing, SendError, clock};

use crate::config::PART_FRAMES;
use crate::number::{count32, nanoseconds, position, size};
use crate::time::TEMPO;

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

/// An answer, left and right, and the time that it took in nanoseconds.
pub type Timed<'a> = ([&'a [f32]; 2], u64);

/// Sends blocks to a child of one or two channels and takes its answers, from one thread.
pub struct Offline {
    ring: HostRing,
    channels: usize,
    /// Cleared by the watcher of the process.
    alive: Arc<AtomicBool>,
    sample_rate: u32,
    patience: Duration,
    position: u64,
    time: BlockTime,
    /// The next block begins a signal of its own.
    begins: bool,
    left: Vec<f32>,
    right: Vec<f32>,
    nonfinite: u64,
}

impl Offline {
    /// The geometry of the child's segment, with one or two channels. That of every session has two.
    ///
    /// # Errors
    /// None as long as the ring takes blocks of [`MAX_FRAMES`].
    pub fn geometry(channels: usize) -> Result<Geometry, GeometryError> {
        let channels = count32(channels.clamp(1, 2));
        Geometry::new(MAX_FRAMES, channels, channels)
    }

    /// Takes over the ring of a child that was started with as many channels. `sample_rate` is in Hz, `patience` the timeout for one block.
    #[must_use]
    pub fn new(
        ring: HostRing,
        channels: usize,
        alive: Arc<AtomicBool>,
        sample_rate: u32,
        patience: Duration,
    ) -> Self {
        let buffer = vec![0.0; PART_FRAMES];
        let (left, right) = (buffer.clone(), buffer);
        Self {
            ring,
            channels: channels.clamp(1, 2),
            alive,
            sample_rate,
            patience,
            position: 0,
            time: BlockTime { tempo: Some(TEMPO), position: 0, playing: true },
            begins: false,
            left,
            right,
            nonfinite: 0,
        }
    }

    /// Whether another block can be sent before taking an answer.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.ring.free_slots() > 0
    }

    /// Has the next block begin anew, at position 0 with a processor that is reset.
    pub fn begin_again(&mut self) {
        self.seek(0);
        self.begins = true;
    }

    /// Sets the position of the next block, in frames.
    pub fn seek(&mut self, position: u64) {
        self.position = position;
        self.time.position = i64::try_from(position).unwrap_or(i64::MAX);
    }

    /// Sets the tempo of the next blocks in beats per minute, if there is one, and whether their time plays. Before this is
    /// called it plays at 120.
    pub fn play_at(&mut self, tempo: Option<f64>, playing: bool) {
        (self.time.tempo, self.time.playing) = (tempo, playing);
    }

    /// Sends the next block: left and right, of equal length, at most [`MAX_FRAMES`]. A child of one channel gets the left.
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
            reset: std::mem::take(&mut self.begins),
            time: self.time,
        };
        self.ring.send(header, &block[..self.channels])?;
        self.ring.wake();
        self.position += position(frames);
        if self.time.playing {
            self.time.position = self.time.position.saturating_add(i64::from(count32(frames)));
        }
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
        let (frames, _) = self.take()?;
        let [left, right] = [&mut self.left[..frames], &mut self.right[..frames]];
        self.nonfinite += sanitise(left).samples + sanitise(right).samples;
        Ok(Some([left, right]))
    }

    /// The same with the samples as they came, and with the time in nanoseconds from when the child began the block until it
    /// was done.
    ///
    /// # Errors
    /// As [`receive`](Self::receive).
    pub fn receive_raw(&mut self) -> Result<Option<Timed<'_>>, OfflineError> {
        if self.ring.outstanding() == 0 {
            return Ok(None);
        }
        let (frames, took_ns) = self.take()?;
        Ok(Some(([&self.left[..frames], &self.right[..frames]], took_ns)))
    }

    /// Waits for the oldest answer and takes it; returns its frames and the time that it took. One channel is both.
    fn take(&mut self) -> Result<(usize, u64), OfflineError> {
        self.wait()?;
        let mut channels: [&mut [f32]; 2] = [&mut self.left, &mut self.right];
        let reply = self.ring.take(&mut channels[..self.channels]).ok_or(OfflineError::Ended)?;
        let frames = size(reply.frames);
        if self.channels == 1 {
            self.right[..frames].copy_from_slice(&self.left[..frames]);
        }
        Ok((frames, reply.done_ns.saturating_sub(reply.awake_ns)))
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
