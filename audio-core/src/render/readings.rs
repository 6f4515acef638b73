//! What a child's processors show of themselves, collected on the audio thread and sent to the control side.

use wavecraft_ring::{MAX_PROBES, ProbeValues};

use crate::number::frames_in_ms;

/// How often values are sent, in milliseconds. They are folded meanwhile, and further while nobody takes them.
const PERIOD_MS: u32 = 10;

/// Stretches on their way to the control side: a third of a second. While it doesn't take them, the next one grows.
pub(crate) const STRETCHES: usize = 32;

/// The values of one child's probes over a stretch of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    /// The child's generation.
    pub(crate) generation: u32,
    count: usize,
    values: [ProbeValues; MAX_PROBES],
}

impl Stretch {
    /// An empty one, for the child of this generation.
    pub(crate) fn new(generation: u32) -> Self {
        Self { generation, count: 0, values: [ProbeValues::NONE; MAX_PROBES] }
    }

    /// Adds a block's values of the probe at this index.
    pub(crate) fn add(&mut self, probe: usize, values: &ProbeValues) {
        if let Some(place) = self.values.get_mut(probe) {
            place.merge(values);
            self.count = self.count.max(probe + 1);
        }
    }

    /// The values by the probes' indices.
    pub(crate) fn values(&self) -> &[ProbeValues] {
        &self.values[..self.count]
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.generation);
    }
}

/// Sends the stretches of a project.
pub(crate) struct ReadingSender {
    stretches: rtrb::Producer<Stretch>,
    period_frames: u32,
    /// Frames since one was sent.
    frames: u32,
    /// The generation of the last one: a child without probes is told of too, once.
    sent: Option<u32>,
}

impl ReadingSender {
    pub(crate) fn new(stretches: rtrb::Producer<Stretch>, sample_rate: u32) -> Self {
        Self { stretches, period_frames: frames_in_ms(PERIOD_MS, sample_rate), frames: 0, sent: None }
    }

    /// Lets so many frames pass; returns whether it is time to send.
    pub(crate) fn is_due(&mut self, frames: u32) -> bool {
        self.frames = self.frames.saturating_add(frames);
        self.frames >= self.period_frames
    }

    /// Sends a stretch and begins the next one; keeps it if there is no room.
    pub(crate) fn send(&mut self, stretch: &mut Stretch) {
        let wanted = stretch.count > 0 || self.sent != Some(stretch.generation);
        if wanted && self.stretches.push(*stretch).is_err() {
            return;
        }
        self.sent = Some(stretch.generation);
        self.frames = 0;
        stretch.clear();
    }
}
