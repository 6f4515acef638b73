//! Measuring the latency of a loop: the control side.

use crate::latency::LatencyRecording;
use crate::render::probe::Probe;

/// The engine's state of a measurement.
#[derive(Default)]
pub(super) struct Measuring {
    /// Number of the current measurement, counted from the first.
    number: u64,
    under_way: bool,
    recording: Option<LatencyRecording>,
}

impl Measuring {
    /// Whether one is under way, until its recording is taken: until then the microphone stays, so the streams do too.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way
    }

    /// Begins a new measurement, and forgets the previous one.
    pub(super) fn begin(&mut self, sample_rate: u32) -> Box<Probe> {
        (self.number, self.under_way, self.recording) = (self.number + 1, true, None);
        Box::new(Probe { number: self.number, recording: LatencyRecording::new(sample_rate) })
    }

    /// Cancels it. Returns whether one was under way.
    pub(super) fn stop(&mut self) -> bool {
        std::mem::take(&mut self.under_way)
    }

    /// The recording, returned once.
    pub(super) fn recording(&mut self) -> Option<LatencyRecording> {
        let recording = self.recording.take()?;
        self.under_way = false;
        Some(recording)
    }

    /// Takes back a measurement that the renderer returned.
    pub(super) fn take(&mut self, probe: Probe) {
        if self.under_way && probe.number == self.number {
            self.recording = Some(probe.recording);
        }
    }
}
