//! The FIFO between the input device's callback and the renderer, with timestamps of its deliveries.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crate::loudest::sane;
use crate::no_alloc::no_alloc;
use crate::number::{count32, position, size};

/// Frames that the FIFO can hold: 0.7 s at 48 kHz, more than any device delivers at once.
const CAPACITY: usize = 32_768;

/// Capacity for timestamps to the renderer. It needs only the last; if it was held up for longer, it uses an older one.
const STAMPS: usize = 256;

/// State shared by both ends of the FIFO.
#[derive(Debug, Default)]
struct Shared {
    /// Most frames that the device has delivered at once.
    largest_push: AtomicU32,
    /// How often the device found the FIFO full.
    overruns: AtomicU64,
    /// Whether each delivery comes right before the renderer takes it.
    in_step: AtomicBool,
    /// Consecutive frames, up to the latest, that were exactly zero.
    silent_frames: AtomicU64,
    lost: LostFlag,
}

/// Tells the control side that an input stream is dead.
#[derive(Debug, Clone, Default)]
pub struct LostFlag(Arc<AtomicBool>);

impl LostFlag {
    /// Marks the stream as dead, on any thread.
    pub(crate) fn raise(&self) {
        // SYNC: pairs with the load in `is_raised`; the flag carries no data.
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the stream is dead.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        // SYNC: pairs with the store in `raise`.
        self.0.load(Ordering::Relaxed)
    }
}

/// The number of frames that had arrived at a given time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stamp {
    /// Frames since the stream began.
    pub frames: u64,
    /// When the last of them was captured, in nanoseconds on the system's clock, give or take a constant.
    pub time_ns: u64,
}

/// The device's end: filled by the input callback.
pub struct InputWriter {
    ring: rtrb::Producer<[f32; 2]>,
    stamps: rtrb::Producer<Stamp>,
    shared: Arc<Shared>,
    pushed: u64,
    silent_frames: u64,
}

/// The renderer's end.
pub struct InputReader {
    ring: rtrb::Consumer<[f32; 2]>,
    stamps: rtrb::Consumer<Stamp>,
    shared: Arc<Shared>,
}

/// Makes both ends.
#[must_use]
pub fn input_fifo() -> (InputWriter, InputReader) {
    let (producer, consumer) = rtrb::RingBuffer::new(CAPACITY);
    let (stamps_in, stamps_out) = rtrb::RingBuffer::new(STAMPS);
    let shared = Arc::new(Shared::default());
    let writer = InputWriter {
        ring: producer,
        stamps: stamps_in,
        shared: Arc::clone(&shared),
        pushed: 0,
        silent_frames: 0,
    };
    (writer, InputReader { ring: consumer, stamps: stamps_out, shared })
}

impl InputWriter {
    /// Takes a callback's frames: one channel goes to both sides, of many channels the two from `first` on are used.
    /// `captured_ns` is when the last of them was captured, in nanoseconds on the system's clock, give or take a
    /// constant. Doesn't allocate or wait.
    pub fn push<T: Copy>(
        &mut self,
        samples: &[T],
        channels: usize,
        first: usize,
        captured_ns: u64,
        to_f32: impl Fn(T) -> f32,
    ) {
        no_alloc(|| self.take_in(samples, channels.max(1), first, captured_ns, to_f32));
    }

    fn take_in<T: Copy>(
        &mut self,
        samples: &[T],
        channels: usize,
        first: usize,
        captured_ns: u64,
        to_f32: impl Fn(T) -> f32,
    ) {
        let (mut pushed, mut full) = (0, false);
        let first = if first < channels { first } else { 0 };
        for frame in samples.chunks_exact(channels) {
            let left = to_f32(frame[first]);
            let right = frame.get(first + 1).map_or(left, |right| to_f32(*right));
            let frame = [left, right].map(sane);
            self.silent_frames = if frame == [0.0; 2] { self.silent_frames + 1 } else { 0 };
            match self.ring.push(frame) {
                Ok(()) => pushed += 1,
                Err(_) => full = true,
            }
        }
        self.pushed += position(pushed);
        // Full only if nobody reads for long; the reader then needs only the last of many times anyway.
        let _ = self.stamps.push(Stamp { frames: self.pushed, time_ns: captured_ns });
        // SYNC: pairs with the load in `InputReader::largest_push`; an independent number.
        self.shared.largest_push.fetch_max(count32(pushed), Ordering::Relaxed);
        // SYNC: pairs with the load in `InputReader::silent_frames`; an independent number.
        self.shared.silent_frames.store(self.silent_frames, Ordering::Relaxed);
        if full {
            // SYNC: pairs with the load in `InputReader::overruns`; an independent number.
            self.shared.overruns.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Declares that each delivery comes in the output's own callback, right before the renderer takes as much, so that
    /// no frames wait.
    #[must_use]
    pub(crate) fn in_step(self) -> Self {
        // SYNC: pairs with the load in `InputReader::is_in_step`; the flag carries no data, and is raised before the first
        // delivery.
        self.shared.in_step.store(true, Ordering::Relaxed);
        self
    }
}

impl InputReader {
    /// Raised when the stream is dead.
    #[must_use]
    pub fn lost(&self) -> LostFlag {
        self.shared.lost.clone()
    }

    /// How often the device found the FIFO full, so that frames were lost.
    #[must_use]
    pub fn overruns(&self) -> u64 {
        // SYNC: pairs with the addition in `InputWriter::push`.
        self.shared.overruns.load(Ordering::Relaxed)
    }

    /// Consecutive frames up to now that were exactly zero, at the device's rate.
    #[must_use]
    pub fn silent_frames(&self) -> u64 {
        // SYNC: pairs with the store in `InputWriter::push`.
        self.shared.silent_frames.load(Ordering::Relaxed)
    }

    /// Most frames that the device has delivered at once.
    #[must_use]
    pub fn largest_push(&self) -> usize {
        // SYNC: pairs with the `fetch_max` in `InputWriter::push`.
        size(self.shared.largest_push.load(Ordering::Relaxed))
    }

    /// Whether each delivery comes right before the renderer takes it.
    #[must_use]
    pub fn is_in_step(&self) -> bool {
        // SYNC: pairs with the store in `InputWriter::in_step`.
        self.shared.in_step.load(Ordering::Relaxed)
    }

    /// Frames waiting in the FIFO.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.ring.slots()
    }

    /// The time of the newest delivery, returned once per delivery.
    pub fn newest_stamp(&mut self) -> Option<Stamp> {
        std::iter::from_fn(|| self.stamps.pop().ok()).last()
    }

    /// Takes the oldest `frames` frames; `None` if there are fewer.
    pub fn take(&mut self, frames: usize) -> Option<impl ExactSizeIterator<Item = [f32; 2]> + '_> {
        self.ring.read_chunk(frames).ok().map(IntoIterator::into_iter)
    }

    /// Drops the oldest `frames` frames, or as many as there are, and returns how many.
    pub fn skip(&mut self, frames: usize) -> usize {
        let frames = frames.min(self.ring.slots());
        if let Ok(chunk) = self.ring.read_chunk(frames) {
            chunk.commit_all();
        }
        frames
    }
}
