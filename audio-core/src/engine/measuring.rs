//! Measuring the latency of a loop: the control side.

use crate::latency::LatencyRecording;
use crate::render::probe::Probe;

/// What the engine knows of a measurement.
#[derive(Default)]
pub(super) struct Measuring {
    /// The how-manieth it is.
    number: u64,
    under_way: bool,
    recording: Option<LatencyRecording>,
}

impl Measuring {
    /// It is under way: the microphone is needed until its recording is taken, so that the streams are then as they were.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way
    }

    /// Begins another, and forgets the one before it.
    pub(super) fn begin(&mut self, sample_rate: u32) -> Box<Probe> {
        (self.number, self.under_way, self.recording) = (self.number + 1, true, None);
        Box::new(Probe { number: self.number, recording: LatencyRecording::new(sample_rate) })
    }

    /// Gives it up. Returns whether one was under way.
    pub(super) fn stop(&mut self) -> bool {
        std::mem::take(&mut self.under_way)
    }

    /// What was recorded, once.
    pub(super) fn recording(&mut self) -> Option<LatencyRecording> {
        let recording = self.recording.take()?;
        self.under_way = false;
        Some(recording)
    }

    /// The renderer gave a measurement back.
    pub(super) fn take(&mut self, probe: Probe) {
        if self.under_way && probe.number == self.number {
            self.recording = Some(probe.recording);
        }
    }
}
