//! What a unit calls on the audio thread. No allocation, no lock, no wait; a callback of any length is taken.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use wavecraft_ring::clock::now_ns;

use crate::backend::DeviceWords;
use crate::backend::interleave::interleave;
use crate::backend::lease::Lease;
use crate::backend::moment::Moments;
use crate::engine::config::MAX_FRAMES;
use crate::input::InputFeed;
use crate::number::{nanoseconds, position, size};

/// A unit's callback.
pub(crate) enum Callback {
    /// Of a unit that plays, and may record too.
    Play(Box<Player>),
    /// Of one that only records.
    Record(Recorder),
}

/// Fills the buffer that it is given, interleaved, with what the unit has recorded for this callback; `false` if that
/// can't be had.
pub(crate) type Capture<'a> = &'a mut dyn FnMut(&mut [f32]) -> bool;

/// Plays what the renderer makes.
pub(crate) struct Player {
    lease: Lease,
    moments: Moments,
    channels: usize,
    /// The first of the two channels that are used.
    pair: usize,
    recorder: Option<Recorder>,
}

impl Player {
    /// For a device of so many channels; with a `recorder` where the same unit records.
    pub(crate) fn new(lease: Lease, channels: u16, pair: u16, recorder: Option<Recorder>) -> Self {
        Self {
            lease,
            moments: Moments::default(),
            channels: usize::from(channels).max(1),
            pair: usize::from(pair),
            recorder,
        }
    }

    /// Fills `output`, all channels interleaved. `stamp_ns` is when its first frame is passed to the hardware, in
    /// nanoseconds of the host clock, where the system says so.
    pub(crate) fn play(&mut self, stamp_ns: Option<u64>, output: &mut [f32], capture: Capture<'_>) {
        let due_ns = place(&mut self.moments, stamp_ns, 0);
        let (channels, pair) = (self.channels, self.pair);
        let frames = output.len() / channels;
        if let Some(recorder) = &mut self.recorder {
            recorder.take(due_ns, frames, capture);
        }
        match self.lease.renderer() {
            Some(renderer) => renderer.render_at(due_ns, frames, |offset, left, right| {
                interleave(&mut output[offset * channels..], channels, pair, left, right);
            }),
            None => output.fill(0.0),
        }
    }
}

/// Passes on what a device records.
pub(crate) struct Recorder {
    feed: InputFeed,
    words: Arc<DeviceWords>,
    moments: Moments,
    rate: u32,
    channels: usize,
    /// The first of the two channels that are used.
    pair: usize,
    /// As long as the longest callback that is taken: it never grows.
    samples: Box<[f32]>,
}

impl Recorder {
    /// For a device of so many channels at `rate` Hz.
    pub(crate) fn new(feed: InputFeed, words: Arc<DeviceWords>, rate: u32, channels: u16, pair: u16) -> Self {
        let channels = usize::from(channels).max(1);
        let samples = vec![0.0; channels * size(MAX_FRAMES)].into_boxed_slice();
        Self { feed, words, moments: Moments::default(), rate, channels, pair: usize::from(pair), samples }
    }

    /// Takes `frames` frames. `stamp_ns` is when the first of them was acquired, in nanoseconds of the host clock, where
    /// the system says so.
    pub(crate) fn record(&mut self, stamp_ns: Option<u64>, frames: usize, capture: Capture<'_>) {
        let length_ns = nanoseconds(position(frames), self.rate);
        let captured_ns = place(&mut self.moments, stamp_ns, length_ns);
        self.take(captured_ns, frames, capture);
    }

    /// A callback longer than [`MAX_FRAMES`] is lost, and counted: the system gives each callback's input whole.
    fn take(&mut self, captured_ns: u64, frames: usize, capture: Capture<'_>) {
        let whole = frames.saturating_mul(self.channels);
        if let Some(samples) = self.samples.get_mut(..whole)
            && capture(samples)
        {
            self.feed.push(samples, self.channels, self.pair, captured_ns, |sample: f32| sample);
        } else {
            // SYNC: read by `Audio::stats`; a number that stands for itself.
            self.words.xruns.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The engine's time of a stamp and so much later; without one, that of the callback.
fn place(moments: &mut Moments, stamp_ns: Option<u64>, later_ns: u64) -> u64 {
    let now = now_ns();
    stamp_ns.map_or(now, |stamp| moments.place(u128::from(stamp) + u128::from(later_ns), now))
}
