//! The microphone's frames on the session's clock.

use wavecraft_audio_device::{InputReader, InputStream, LostFlag, Stamp};

use super::drift::DriftLoop;
use super::matcher::Matcher;
use crate::number::{position, real, real64, whole_size};

/// Level kept in addition to what both block sizes need while two clocks are matched: reserve for callbacks that come
/// late.
const MARGIN_MS: f64 = 2.0;

/// Longest time without a delivery for which the level is still assumed to rise, in nanoseconds: 0.6 s, as 4,096 frames
/// last 0.51 s at 8 kHz, the rate at which a headset delivers the longest blocks.
const MOST_AGE_NS: f64 = 6e8;

/// What the device delivers: unchanged if it runs on the session's clock, otherwise resampled by a ratio that follows
/// it.
pub(crate) struct MatchedInput {
    reader: InputReader,
    matching: Option<Matching>,
}

/// The state for matching two clocks.
struct Matching {
    matcher: Matcher,
    drift: DriftLoop,
    device_rate: f64,
    /// Session frames for each device frame, nominally.
    ratio: f64,
    stamp: Stamp,
    /// Device frames taken from the FIFO so far.
    taken: u64,
    /// Most device frames that one block took.
    largest_read: usize,
    /// Time of the callback for which the loop was last updated, and session frames since.
    updated_ns: u64,
    since_update: usize,
}

/// The FIFO's level and its target, in device frames.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    pub(super) present: f64,
    pub(super) target: f64,
    /// Most frames that the device has delivered at once.
    pub(super) push: usize,
}

impl MatchedInput {
    /// Takes frames from a stream; a device on another clock than the session's, or at another rate, is matched to it.
    pub(crate) fn new(stream: InputStream, session_rate: u32) -> Self {
        let one_clock = stream.shares_clock && stream.sample_rate == session_rate;
        let matching = if one_clock { None } else { Matching::new(stream.sample_rate, session_rate) };
        Self { reader: stream.reader, matching }
    }

    /// Raised when the stream is dead.
    pub(crate) fn lost(&self) -> LostFlag {
        self.reader.lost()
    }

    pub(super) fn overruns(&self) -> u64 {
        self.reader.overruns()
    }

    /// Consecutive frames up to now that were exactly zero, at the device's rate.
    pub(super) fn silent_frames(&self) -> u64 {
        self.reader.silent_frames()
    }

    /// Session frames that a frame waits in here after a block was taken, including the filter's delay.
    pub(super) fn waiting(&self) -> usize {
        let frames = real(self.reader.frames());
        whole_size(match &self.matching {
            Some(matching) => (frames + f64::from(matching.matcher.delay_frames())) * matching.ratio,
            None => frames,
        })
    }

    /// How much faster than the session's the device's clock runs, in parts per million; `None` if there is one clock.
    pub(super) fn drift_ppm(&self) -> Option<f64> {
        self.matching.as_ref().map(|matching| matching.drift.ppm())
    }

    /// Whether the level is stable: there is one clock, or the two are matched.
    pub(super) fn is_settled(&self) -> bool {
        self.matching.as_ref().is_none_or(|matching| matching.drift.is_settled())
    }

    /// The FIFO's level before a block of `frames` frames is taken at `now_ns`. `spare` deliveries are kept beyond what
    /// is needed.
    pub(super) fn level(&mut self, frames: usize, spare: usize, now_ns: u64) -> Level {
        let push = self.reader.largest_push();
        let kept = push * (spare + usize::from(!self.reader.is_in_step()));
        let Some(matching) = &mut self.matching else {
            return Level { present: real(self.reader.frames()), target: real(kept + frames), push };
        };
        if let Some(stamp) = self.reader.newest_stamp() {
            matching.stamp = stamp;
        }
        matching.largest_read = matching.largest_read.max(matching.matcher.needs(frames));
        let target = real(kept + matching.largest_read) + MARGIN_MS * matching.device_rate / 1000.0;
        Level { present: matching.present(now_ns), target, push }
    }

    /// Drops the oldest frames, in whole frames.
    pub(super) fn skip(&mut self, frames: f64) {
        let frames = self.reader.skip(whole_size(frames.floor()));
        if let Some(matching) = &mut self.matching {
            matching.taken += position(frames);
            matching.drift.rest();
        }
    }

    /// Fills a block from its start, and returns the number of frames filled: all, or as many as there were.
    pub(super) fn fill(&mut self, left: &mut [f32], right: &mut [f32], level: Level, now_ns: u64) -> usize {
        let Some(matching) = &mut self.matching else {
            let count = left.len().min(self.reader.frames());
            let Some(frames) = self.reader.take(count) else { return 0 };
            for ((left, right), frame) in left.iter_mut().zip(right).zip(frames) {
                [*left, *right] = frame;
            }
            return count;
        };
        matching.follow(level, left.len(), now_ns);
        let needed = matching.matcher.needs(left.len());
        let Some(frames) = self.reader.take(needed) else { return 0 };
        matching.matcher.fill(frames, left, right);
        matching.taken += position(needed);
        left.len()
    }
}

impl Matching {
    /// `None` for rates that can't be matched: their frames are then used unchanged.
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

    /// Frames captured until `now_ns` that haven't left: those that arrived, and those under way since then.
    fn present(&self, now_ns: u64) -> f64 {
        let age_ns = if now_ns >= self.stamp.time_ns {
            real64(now_ns - self.stamp.time_ns).min(MOST_AGE_NS)
        } else {
            -real64(self.stamp.time_ns - now_ns).min(MOST_AGE_NS)
        };
        real64(self.stamp.frames) - real64(self.taken) + age_ns * 1e-9 * self.device_rate
    }

    /// Updates the ratio once per callback: all parts of a long callback come at the time of its first one.
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
