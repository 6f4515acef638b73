//! Measuring the latency of a loop: the control side.

use crate::engine::Engine;
use crate::engine::command::Command;
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

    /// The renderer gave a measurement back.
    pub(super) fn take(&mut self, probe: Probe) {
        if self.under_way && probe.number == self.number {
            self.recording = Some(probe.recording);
        }
    }
}

impl Engine {
    /// Begins to measure the latency from the output back to the input: all projects fade out, the microphone is opened
    /// if it isn't, three chirps are played at −12 dBFS on both channels, the projects fade in. One that is under way is
    /// given up.
    ///
    /// Chirps are played once the input's stream has come to rest: at once where it is on the output's clock, and when
    /// the two clocks are matched where it isn't. Then it takes 2.1 s. How long to wait is the caller's choice.
    pub fn measure_latency(&mut self) {
        let Measuring { number, under_way, recording } = &mut self.measuring;
        (*number, *under_way, *recording) = (*number + 1, true, None);
        let probe = Probe { number: *number, recording: LatencyRecording::new(self.config.sample_rate) };
        self.send(Command::Measure(Box::new(probe)));
    }

    /// Gives a measurement up, if one is under way: the projects fade in.
    pub fn stop_measuring(&mut self) {
        if std::mem::take(&mut self.measuring.under_way) {
            self.send(Command::StopMeasuring);
        }
    }

    /// What was recorded, once, when it is complete or was interrupted. [`poll`](Self::poll) brings it. The microphone
    /// may be closed at the next one.
    pub fn latency_recording(&mut self) -> Option<LatencyRecording> {
        let recording = self.measuring.recording.take()?;
        self.measuring.under_way = false;
        Some(recording)
    }
}
