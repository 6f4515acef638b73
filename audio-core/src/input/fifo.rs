//! The FIFO between the input device's callback and the renderer, with the time at which it was filled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use super::drift::DriftLoop;
use super::matcher::Matcher;
use crate::backend::InputStream;
use crate::gate::guarded;
use crate::loudest::sane;
use crate::number::{count32, position, real, real64, size, whole};

/// Frames that the FIFO can hold: 0.7 s at 48 kHz, more than any device delivers at once.
const CAPACITY: usize = 32_768;

/// Times that can wait for the renderer. It needs the last only; when it was held up for longer, it goes by an older one.
const STAMPS: usize = 256;

/// Level that is kept beyond what both block sizes need while two clocks are matched: for callbacks that come late.
const MARGIN_MS: f64 = 2.0;

/// After so long without a delivery the level is no longer taken to rise, in nanoseconds: 0.6 s, as 4,096 frames last 0.51 s
/// at 8 kHz, where a headset delivers the longest of them.
const MOST_AGE_NS: f64 = 6e8;

/// What both ends of the FIFO know.
#[derive(Debug, Default)]
struct Shared {
    /// Most frames that the device has delivered at once.
    largest_push: AtomicU32,
    /// Times the device found the FIFO full.
    overruns: AtomicU64,
    /// Each delivery comes right before the renderer takes it.
    in_step: AtomicBool,
    /// Frames in a row, up to the last that came, that were exactly zero.
    silent_frames: AtomicU64,
    /// The stream is dead.
    lost: Arc<AtomicBool>,
}

/// How many frames had come at which time, on the engine's clock.
#[derive(Debug, Clone, Copy, Default)]
struct Stamp {
    frames: u64,
    time_ns: u64,
}

/// The device's end: filled by the input callback.
pub struct InputFeed {
    ring: rtrb::Producer<[f32; 2]>,
    stamps: rtrb::Producer<Stamp>,
    shared: Arc<Shared>,
    pushed: u64,
    silent_frames: u64,
}

/// The renderer's end.
pub(crate) struct InputTap {
    ring: rtrb::Consumer<[f32; 2]>,
    stamps: rtrb::Consumer<Stamp>,
    shared: Arc<Shared>,
    matching: Option<Matching>,
}

/// What two clocks need.
struct Matching {
    matcher: Matcher,
    drift: DriftLoop,
    device_rate: f64,
    /// Session frames for each device frame, nominally.
    ratio: f64,
    stamp: Stamp,
    /// Device frames that left the FIFO.
    taken: u64,
    /// Most device frames that a block took.
    largest_read: usize,
    /// The callback that the loop was last told of, and session frames since.
    updated_ns: u64,
    since_update: usize,
}

/// How full the FIFO is, and is to be, in device frames.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    pub(super) present: f64,
    pub(super) target: f64,
    /// Most frames that the device has delivered at once.
    pub(super) push: usize,
}

/// Makes both ends. A device on another clock than the session's, or at another rate, is matched to it at the renderer's
/// end.
pub(crate) fn fifo(stream: &InputStream, session_rate: u32) -> (InputFeed, InputTap) {
    let (producer, consumer) = rtrb::RingBuffer::new(CAPACITY);
    let (stamps_in, stamps_out) = rtrb::RingBuffer::new(STAMPS);
    let shared = Arc::new(Shared::default());
    let one_clock = stream.shares_clock && stream.sample_rate == session_rate;
    let matching = if one_clock { None } else { Matching::new(stream.sample_rate, session_rate) };
    let feed = InputFeed {
        ring: producer,
        stamps: stamps_in,
        shared: Arc::clone(&shared),
        pushed: 0,
        silent_frames: 0,
    };
    (feed, InputTap { ring: consumer, stamps: stamps_out, shared, matching })
}

impl InputFeed {
    /// Takes a callback's frames: one channel is heard on both sides, of many the two from `first` on. `captured_ns` is
    /// when the last of them was captured, on the engine's clock, give or take a constant. Doesn't allocate or wait.
    pub(crate) fn push<T: Copy>(
        &mut self,
        samples: &[T],
        channels: usize,
        first: usize,
        captured_ns: u64,
        to_f32: impl Fn(T) -> f32,
    ) {
        guarded(|| self.take_in(samples, channels.max(1), first, captured_ns, to_f32));
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
        // Full only when nobody reads for long, who then needs the last of many times anyhow.
        let _ = self.stamps.push(Stamp { frames: self.pushed, time_ns: captured_ns });
        // SYNC: pairs with the load in `InputTap::push`; a number that stands for itself.
        self.shared.largest_push.fetch_max(count32(pushed), Ordering::Relaxed);
        // SYNC: pairs with the load in `InputTap::silent_frames`; a number that stands for itself.
        self.shared.silent_frames.store(self.silent_frames, Ordering::Relaxed);
        if full {
            self.shared.overruns.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Says that each delivery comes in the output's own callback, right before the renderer takes as much: none is kept
    /// waiting then.
    #[allow(dead_code, reason = "only a Mac's backend delivers so")]
    pub(crate) fn in_step(self) -> Self {
        // SYNC: pairs with the load in `InputTap::level`; the flag carries no data, and is raised before the first delivery.
        self.shared.in_step.store(true, Ordering::Relaxed);
        self
    }

    /// The flag that tells the control side that the stream is dead.
    pub(crate) fn lost(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.shared.lost)
    }
}

impl InputTap {
    pub(crate) fn lost(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.shared.lost)
    }

    pub(super) fn overruns(&self) -> u64 {
        self.shared.overruns.load(Ordering::Relaxed)
    }

    /// Frames in a row until now that were exactly zero, at the device's rate.
    pub(super) fn silent_frames(&self) -> u64 {
        // SYNC: pairs with the store in `InputFeed::push`; a number that stands for itself.
        self.shared.silent_frames.load(Ordering::Relaxed)
    }

    /// Session frames that a frame waits in here after a block was taken, with the filter's delay.
    pub(super) fn waiting(&self) -> usize {
        let slots = real(self.ring.slots());
        let frames = match &self.matching {
            Some(matching) => (slots + f64::from(matching.matcher.delay_frames())) * matching.ratio,
            None => slots,
        };
        usize::try_from(whole(frames)).unwrap_or(usize::MAX)
    }

    /// By how much the device's clock is faster than the session's, in parts per million; `None` for one clock.
    pub(super) fn drift_ppm(&self) -> Option<f64> {
        self.matching.as_ref().map(|matching| matching.drift.ppm())
    }

    /// Nothing moves the level any more: there is one clock, or the two are matched.
    pub(super) fn is_settled(&self) -> bool {
        self.matching.as_ref().is_none_or(|matching| matching.drift.is_settled())
    }

    /// How full the FIFO is before a block of `frames` frames is taken at `now_ns`. `spare` deliveries are kept beyond
    /// what is needed.
    pub(super) fn level(&mut self, frames: usize, spare: usize, now_ns: u64) -> Level {
        // SYNC: pairs with the `fetch_max` in `InputFeed::push`; a number that stands for itself.
        let push = size(self.shared.largest_push.load(Ordering::Relaxed));
        // SYNC: pairs with the store in `InputFeed::in_step`; the flag carries no data.
        let kept = push * (spare + usize::from(!self.shared.in_step.load(Ordering::Relaxed)));
        let Some(matching) = &mut self.matching else {
            return Level { present: real(self.ring.slots()), target: real(kept + frames), push };
        };
        while let Ok(stamp) = self.stamps.pop() {
            matching.stamp = stamp;
        }
        matching.largest_read = matching.largest_read.max(matching.matcher.needs(frames));
        let target = real(kept + matching.largest_read) + MARGIN_MS * matching.device_rate / 1000.0;
        Level { present: matching.present(now_ns), target, push }
    }

    /// Drops the oldest frames, whole ones.
    pub(super) fn skip(&mut self, frames: f64) {
        let frames = usize::try_from(whole(frames.floor())).unwrap_or(usize::MAX).min(self.ring.slots());
        if let Ok(chunk) = self.ring.read_chunk(frames) {
            chunk.commit_all();
        }
        if let Some(matching) = &mut self.matching {
            matching.taken += position(frames);
            matching.drift.rest();
        }
    }

    /// Fills a block from its start, and says how much of it: all, or as much as there was.
    pub(super) fn fill(&mut self, left: &mut [f32], right: &mut [f32], level: Level, now_ns: u64) -> usize {
        let Some(matching) = &mut self.matching else {
            let count = left.len().min(self.ring.slots());
            let Ok(chunk) = self.ring.read_chunk(count) else { return 0 };
            for ((left, right), frame) in left.iter_mut().zip(right).zip(chunk) {
                [*left, *right] = frame;
            }
            return count;
        };
        matching.follow(level, left.len(), now_ns);
        let needed = matching.matcher.needs(left.len());
        let Ok(chunk) = self.ring.read_chunk(needed) else { return 0 };
        matching.matcher.fill(chunk.into_iter(), left, right);
        matching.taken += position(needed);
        left.len()
    }
}

impl Matching {
    /// `None` for rates that can't be matched: their frames are then taken as they are.
    fn new(device_rate: u32, session_rate: u32) -> Option<Self> {
        let matcher = Matcher::new(device_rate, session_rate)?;
        Some(Self {
            ratio: matcher.ratio(),
            matcher,
            drift: DriftLoop::new(session_rate),
            device_rate: f64::from(device_rate),
            stamp: Stamp::default(),
            taken: 0,
            largest_read: 0,
            updated_ns: 0,
            since_update: 0,
        })
    }

    /// Frames captured until `now_ns` that haven't left: those that came, and those that are on their way since then.
    fn present(&self, now_ns: u64) -> f64 {
        let age_ns = if now_ns >= self.stamp.time_ns {
            real64(now_ns - self.stamp.time_ns).min(MOST_AGE_NS)
        } else {
            -real64(self.stamp.time_ns - now_ns).min(MOST_AGE_NS)
        };
        real64(self.stamp.frames) - real64(self.taken) + age_ns * 1e-9 * self.device_rate
    }

    /// Moves the ratio, once a callback: the parts of a long one all come at the time of its first.
    fn follow(&mut self, level: Level, frames: usize, now_ns: u64) {
        if now_ns != self.updated_ns {
            let error = (level.present - level.target) * self.ratio;
            let share = self.drift.update(error, self.since_update);
            self.matcher.move_ratio(share);
            (self.updated_ns, self.since_update) = (now_ns, 0);
        }
        self.since_update += frames;
    }
}
