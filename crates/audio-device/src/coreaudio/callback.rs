//! The callbacks of units on the audio thread. No allocation, no lock, no wait; callbacks of any length are handled.

use std::sync::Arc;

use wavecraft_ring::clock::now_ns;

use crate::input::InputWriter;
use crate::interleave::interleave;
use crate::lease::Lease;
use crate::number::{nanoseconds, position, size};
use crate::render::MAX_FRAMES;
use crate::status::DeviceStatus;
use crate::timestamp::TimestampMapper;

/// A unit's callback.
pub enum Callback {
    /// For a unit that plays, and may also record.
    Play(Box<Player>),
    /// For a unit that only records.
    Record(Recorder),
}

/// Fills the given buffer, interleaved, with what the unit has recorded for this callback; `false` if it isn't
/// available.
pub type Capture<'a> = &'a mut dyn FnMut(&mut [f32]) -> bool;

/// Plays the renderer's output.
pub struct Player {
    lease: Lease,
    timestamps: TimestampMapper,
    channels: usize,
    /// The first of the two channels used.
    pair: usize,
    recorder: Option<Recorder>,
}

impl Player {
    /// For a device with `channels` channels; with a `recorder` if the same unit records.
    pub(crate) fn new(lease: Lease, channels: u16, pair: u16, recorder: Option<Recorder>) -> Self {
        Self {
            lease,
            timestamps: TimestampMapper::default(),
            channels: usize::from(channels).max(1),
            pair: usize::from(pair),
            recorder,
        }
    }

    /// Fills `output`, all channels interleaved. `stamp_ns` is when its first frame is passed to the hardware, in
    /// nanoseconds of the host clock, if the system reports it.
    pub fn play(&mut self, stamp_ns: Option<u64>, output: &mut [f32], capture: Capture<'_>) {
        let due_ns = system_time(&mut self.timestamps, stamp_ns, 0);
        let (channels, pair) = (self.channels, self.pair);
        let frames = output.len() / channels;
        if let Some(recorder) = &mut self.recorder {
            recorder.take(due_ns, frames, capture);
        }
        match self.lease.renderer() {
            Some(renderer) => renderer.render(frames, None, Some(due_ns), &mut |offset, left, right| {
                interleave(&mut output[offset * channels..], channels, pair, left, right);
            }),
            None => output.fill(0.0),
        }
    }
}

/// Passes on the device's input.
pub struct Recorder {
    writer: InputWriter,
    status: Arc<DeviceStatus>,
    timestamps: TimestampMapper,
    rate: u32,
    channels: usize,
    /// The first of the two channels used.
    pair: usize,
    /// Sized for the longest callback that is accepted: it never grows.
    samples: Box<[f32]>,
}

impl Recorder {
    /// For a device with `channels` channels at `rate` Hz.
    pub(crate) fn new(
        writer: InputWriter,
        status: Arc<DeviceStatus>,
        rate: u32,
        channels: u16,
        pair: u16,
    ) -> Self {
        let channels = usize::from(channels).max(1);
        let samples = vec![0.0; channels * size(MAX_FRAMES)].into_boxed_slice();
        Self {
            writer,
            status,
            timestamps: TimestampMapper::default(),
            rate,
            channels,
            pair: usize::from(pair),
            samples,
        }
    }

    /// Takes `frames` frames. `stamp_ns` is when the first of them was acquired, in nanoseconds of the host clock, if
    /// the system reports it.
    pub fn record(&mut self, stamp_ns: Option<u64>, frames: usize, capture: Capture<'_>) {
        let length_ns = nanoseconds(position(frames), self.rate);
        let captured_ns = system_time(&mut self.timestamps, stamp_ns, length_ns);
        self.take(captured_ns, frames, capture);
    }

    /// A callback longer than [`MAX_FRAMES`] is lost and counted: the system gives each input only as a whole.
    fn take(&mut self, captured_ns: u64, frames: usize, capture: Capture<'_>) {
        let whole = frames.saturating_mul(self.channels);
        if let Some(samples) = self.samples.get_mut(..whole)
            && capture(samples)
        {
            self.writer.push(samples, self.channels, self.pair, captured_ns, |sample: f32| sample);
        } else {
            self.status.count_xrun();
        }
    }
}

/// A stamp's time on the system's clock, plus `later_ns`; without a stamp, the time of the callback.
fn system_time(timestamps: &mut TimestampMapper, stamp_ns: Option<u64>, later_ns: u64) -> u64 {
    let now = now_ns();
    stamp_ns.map_or(now, |stamp| timestamps.map(u128::from(stamp) + u128::from(later_ns), now))
}
