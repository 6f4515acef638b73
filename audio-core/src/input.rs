//! The way from the input device's callback to the renderer: a plain FIFO with counted slips.
//!
//! Both run on their own clocks, with their own block sizes. The FIFO holds as much as the sizes need; when the clocks
//! drift apart it runs dry or over, which is heard as a short fade and counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crate::engine::snapshot::InputStats;
use crate::gate::guarded;
use crate::number::{count32, size};
use crate::render::fade::{Ramp, Residue};
use crate::resample::StreamConverter;

/// Frames that the FIFO can hold: 0.7 s at 48 kHz, more than any device delivers at once.
const CAPACITY: usize = 32_768;

/// After each underrun the FIFO is allowed to hold one more of the device's deliveries, this many at most: jitter between the
/// two callbacks is then covered, while a slow clock doesn't add delay for ever.
const MOST_SPARE_PUSHES: usize = 4;

/// Fade over a jump that couldn't be foreseen, in frames.
const SLIP_FADE_FRAMES: u32 = 64;

/// What both ends of the FIFO know.
#[derive(Debug, Default)]
struct Shared {
    /// Most frames that the device has delivered at once.
    largest_push: AtomicU32,
    /// Times the device found the FIFO full.
    overruns: AtomicU64,
    /// The stream is dead.
    lost: Arc<AtomicBool>,
}

/// The device's end: filled by the input callback.
pub struct InputFeed {
    ring: rtrb::Producer<[f32; 2]>,
    shared: Arc<Shared>,
    converter: Option<StreamConverter>,
}

/// The renderer's end.
pub(crate) struct InputTap {
    ring: rtrb::Consumer<[f32; 2]>,
    shared: Arc<Shared>,
}

/// Makes both ends. A device that runs at another rate than the session is converted at its end.
pub(crate) fn fifo(device_rate: u32, session_rate: u32) -> (InputFeed, InputTap) {
    let (producer, consumer) = rtrb::RingBuffer::new(CAPACITY);
    let shared = Arc::new(Shared::default());
    let converter = StreamConverter::new(device_rate, session_rate);
    let feed = InputFeed { ring: producer, shared: Arc::clone(&shared), converter };
    (feed, InputTap { ring: consumer, shared })
}

impl InputFeed {
    /// Takes a callback's frames: one channel is heard on both sides, of many the first two. Doesn't allocate or wait.
    pub(crate) fn push<T: Copy>(&mut self, samples: &[T], channels: usize, to_f32: impl Fn(T) -> f32) {
        guarded(|| self.take_in(samples, channels, to_f32));
    }

    fn take_in<T: Copy>(&mut self, samples: &[T], channels: usize, to_f32: impl Fn(T) -> f32) {
        let ring = &mut self.ring;
        let (mut pushed, mut full) = (0_u32, false);
        let mut push = |frame: [f32; 2]| {
            pushed += 1;
            full |= ring.push(frame).is_err();
        };
        for frame in samples.chunks_exact(channels.max(1)) {
            let left = to_f32(frame[0]);
            let right = frame.get(1).map_or(left, |right| to_f32(*right));
            let frame = [left, right].map(|sample| if sample.is_finite() { sample } else { 0.0 });
            match &mut self.converter {
                Some(converter) => converter.push(frame, &mut push),
                None => push(frame),
            }
        }
        // SYNC: pairs with the load in `MicrophoneInput::read`; a number that stands for itself.
        self.shared.largest_push.fetch_max(pushed, Ordering::Relaxed);
        if full {
            self.shared.overruns.fetch_add(1, Ordering::Relaxed);
        }
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
}

/// The microphone as the renderer sees it, with or without a stream behind it.
pub(crate) struct MicrophoneInput {
    tap: Option<Box<InputTap>>,
    running: bool,
    level: Ramp,
    residue: Residue,
    last: [f32; 2],
    fade_frames: u32,
    fifo_frames: usize,
    spare_pushes: usize,
    underruns: u64,
    overruns: u64,
}

impl MicrophoneInput {
    pub(crate) fn new(fade_frames: u32) -> Self {
        Self {
            tap: None,
            running: false,
            level: Ramp::at(0.0),
            residue: Residue::default(),
            last: [0.0; 2],
            fade_frames,
            fifo_frames: 0,
            spare_pushes: 0,
            underruns: 0,
            overruns: 0,
        }
    }

    /// Takes another stream, or none; the old sound fades. Gives the old end back.
    pub(crate) fn replace(&mut self, tap: Option<Box<InputTap>>) -> Option<Box<InputTap>> {
        self.halt(self.fade_frames);
        (self.fifo_frames, self.spare_pushes) = (0, 0);
        if let Some(old) = &self.tap {
            self.overruns += old.shared.overruns.load(Ordering::Relaxed);
        }
        std::mem::replace(&mut self.tap, tap)
    }

    pub(crate) fn stats(&self) -> InputStats {
        let full = self.tap.as_ref().map_or(0, |tap| tap.shared.overruns.load(Ordering::Relaxed));
        InputStats {
            fifo_frames: count32(self.fifo_frames),
            underruns: self.underruns,
            overruns: self.overruns + full,
        }
    }

    /// Fills one block: frames of the stream, silence where there are none.
    pub(crate) fn read(&mut self, left: &mut [f32], right: &mut [f32]) {
        let wanted = left.len();
        let mut taken = 0;
        if let Some(mut tap) = self.tap.take() {
            taken = self.take(&mut tap, left, right);
            self.fifo_frames = tap.ring.slots();
            self.tap = Some(tap);
        }
        for frame in 0..taken {
            let level = self.level.next();
            let residue = self.residue.next();
            left[frame] = left[frame] * level + residue[0];
            right[frame] = right[frame] * level + residue[1];
            self.last = [left[frame], right[frame]];
        }
        if taken < wanted && self.running {
            self.underruns += 1;
            self.spare_pushes = (self.spare_pushes + 1).min(MOST_SPARE_PUSHES);
            self.halt(SLIP_FADE_FRAMES);
        }
        for (left, right) in left[taken..].iter_mut().zip(&mut right[taken..]) {
            [*left, *right] = self.residue.next();
            self.last = [*left, *right];
        }
    }

    /// Copies out as many frames as there are and are wanted; none before the FIFO holds what both block sizes need.
    fn take(&mut self, tap: &mut InputTap, left: &mut [f32], right: &mut [f32]) -> usize {
        // SYNC: pairs with the `fetch_max` in `InputFeed::push`; a number that stands for itself.
        let push = size(tap.shared.largest_push.load(Ordering::Relaxed));
        let target = push * (1 + self.spare_pushes) + left.len();
        let available = tap.ring.slots();
        if !self.running {
            if push == 0 || available < target {
                return 0;
            }
            self.running = true;
            self.level.jump(0.0);
            self.level.aim(1.0, self.fade_frames);
            skip(tap, available - target);
        } else if available > 2 * target + push + size(self.fade_frames) {
            // A renderer that was held up for a moment catches up by itself: only what goes beyond 10 ms more is dropped.
            self.overruns += 1;
            skip(tap, available - target);
            let next = tap.ring.peek().map_or([0.0; 2], |frame| *frame);
            self.residue.start([self.last[0] - next[0], self.last[1] - next[1]], SLIP_FADE_FRAMES);
        }
        let count = left.len().min(tap.ring.slots());
        let Ok(chunk) = tap.ring.read_chunk(count) else { return 0 };
        for ((left, right), frame) in left.iter_mut().zip(right).zip(chunk) {
            [*left, *right] = frame;
        }
        count
    }

    fn halt(&mut self, fade_frames: u32) {
        self.running = false;
        self.residue.start(self.last, fade_frames);
    }
}

/// Drops the oldest frames.
fn skip(tap: &mut InputTap, frames: usize) {
    if let Ok(chunk) = tap.ring.read_chunk(frames.min(tap.ring.slots())) {
        chunk.commit_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{real, sample};

    fn sine(from: usize, frames: usize) -> Vec<f32> {
        (from..from + frames)
            .flat_map(|frame| {
                let value = sample(0.5 * (std::f64::consts::TAU * real(frame) / 48.0).sin());
                [value, -value]
            })
            .collect()
    }

    /// Plays a device that delivers `push` frames against a renderer that takes `pull`, and gives what was rendered.
    fn play(
        push: usize,
        pull: usize,
        skew: impl Fn(usize) -> usize,
        seconds: usize,
    ) -> (Vec<f32>, InputStats) {
        let (mut feed, tap) = fifo(48_000, 48_000);
        let mut microphone = MicrophoneInput::new(480);
        microphone.replace(Some(Box::new(tap)));
        let (mut pushed, mut pulled, mut out) = (0, 0, Vec::new());
        while pulled < seconds * 48_000 {
            while pushed <= skew(pulled) {
                feed.push(&sine(pushed, push), 2, |value| value);
                pushed += push;
            }
            let (mut left, mut right) = (vec![0.0; pull], vec![0.0; pull]);
            microphone.read(&mut left, &mut right);
            pulled += pull;
            out.extend(left);
        }
        (out, microphone.stats())
    }

    #[test]
    fn different_block_sizes_on_one_clock_never_slip() {
        for (push, pull) in [(256, 256), (1024, 64), (64, 1024), (480, 333), (1, 4096), (4096, 1)] {
            let (out, stats) = play(push, pull, |pulled| pulled, 2);
            assert_eq!((stats.underruns, stats.overruns), (0, 0), "{push} into {pull}");
            assert!(out[48_000..].iter().any(|value| *value > 0.49), "{push} into {pull}");
        }
    }

    #[test]
    fn a_slow_device_runs_dry_and_a_fast_one_over_without_a_click() {
        let (slow, dry) = play(256, 256, |pulled| pulled / 20 * 19, 4);
        assert!(dry.underruns > 0 && dry.overruns == 0, "{dry:?}");
        let (fast, over) = play(256, 256, |pulled| pulled / 20 * 21, 4);
        assert!(over.overruns > 0 && over.underruns == 0, "{over:?}");
        // The sine's own steepest step is 0.5·2π/48 = 0.0654; a fade over 64 frames adds at most 1/64.
        for out in [slow, fast] {
            let step = out.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
            assert!(step < 0.0654 + 1.0 / 64.0 + 0.001, "{step}");
        }
    }

    #[test]
    fn a_device_at_another_rate_keeps_its_pitch() {
        let (mut feed, tap) = fifo(16_000, 48_000);
        let mut microphone = MicrophoneInput::new(480);
        microphone.replace(Some(Box::new(tap)));
        let mut out = Vec::new();
        for block in 0..200 {
            // 160 frames at 16 kHz are 480 at 48 kHz; 48 samples a period make 333.3 Hz at 16 kHz.
            feed.push(&sine(block * 160, 160), 2, |value| value);
            let (mut left, mut right) = (vec![0.0; 480], vec![0.0; 480]);
            microphone.read(&mut left, &mut right);
            out.extend(left);
        }
        let settled = &out[48_000..];
        let crossings = settled.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        assert!((332..=335).contains(&crossings), "{crossings}");
    }

    #[test]
    fn a_stream_that_is_taken_away_fades() {
        let (mut feed, tap) = fifo(48_000, 48_000);
        let mut microphone = MicrophoneInput::new(480);
        microphone.replace(Some(Box::new(tap)));
        feed.push(&sine(0, 4096), 2, |value| value);
        let (mut left, mut right) = (vec![0.0; 2000], vec![0.0; 2000]);
        microphone.read(&mut left, &mut right);
        let last = left[1999];
        assert!(microphone.replace(None).is_some());
        microphone.read(&mut left, &mut right);
        assert!((left[0] - last).abs() < 0.002 && left[481..].iter().all(|value| *value == 0.0));
    }
}
