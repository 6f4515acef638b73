//! The audio side of a latency measurement: the projects fade to silence, chirps are played, and the input is recorded.

use crate::latency::LatencyRecording;
use crate::render::fade::Ramp;

/// One measurement, allocated on the control side with all its buffers.
pub(crate) struct Probe {
    /// Distinguishes it from an earlier measurement that was stopped.
    pub(crate) number: u64,
    pub(crate) recording: LatencyRecording,
}

/// The renderer's slot for a measurement, empty most of the time.
pub(crate) struct Probing {
    probe: Option<Box<Probe>>,
    /// The fade level of all projects.
    projects: Ramp,
    /// Whether the projects were silent for all of this part.
    silent: bool,
    fade_frames: u32,
}

impl Probing {
    pub(crate) fn new(fade_frames: u32) -> Self {
        Self { probe: None, projects: Ramp::at(1.0), silent: false, fade_frames }
    }

    /// Begins a measurement; returns a previous one that wasn't finished.
    pub(crate) fn begin(&mut self, probe: Box<Probe>) -> Option<Box<Probe>> {
        self.projects.aim(0.0, self.fade_frames);
        self.probe.replace(probe)
    }

    /// Ends the measurement, complete or not: the projects fade in.
    pub(crate) fn end(&mut self) -> Option<Box<Probe>> {
        self.projects.aim(1.0, self.fade_frames);
        self.probe.take()
    }

    /// Fades the projects out, as they may play what they receive of the chirps.
    pub(crate) fn hush(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.silent = self.projects.is_steady_at(0.0);
        self.projects.apply(left, right);
    }

    /// Adds this part's chirps to the mix and records its input, starting with the first part in which the projects are
    /// silent and the input is `steady`. Returns the measurement when it is complete.
    pub(crate) fn measure(
        &mut self,
        steady: bool,
        input: [&[f32]; 2],
        left: &mut [f32],
        right: &mut [f32],
    ) -> Option<Box<Probe>> {
        let recording = &mut self.probe.as_mut()?.recording;
        if recording.recorded == 0 && !(steady && self.silent) {
            return None;
        }
        recording.pass(input, left, right);
        if recording.is_complete() { self.end() } else { None }
    }
}

impl LatencyRecording {
    /// Processes one part of a callback, output and input.
    fn pass(&mut self, input: [&[f32]; 2], left: &mut [f32], right: &mut [f32]) {
        let room = self.input[0].len() - self.recorded;
        let frames = left.len().min(room);
        for (recorded, input) in self.input.iter_mut().zip(input) {
            recorded[self.recorded..][..frames].copy_from_slice(&input[..frames]);
        }
        for (frame, (left, right)) in left.iter_mut().zip(right).take(frames).enumerate() {
            let place = (self.recorded + frame) % self.spacing;
            let sound = self.chirp.get(place).copied().unwrap_or(0.0);
            *left += sound;
            *right += sound;
        }
        self.recorded += frames;
    }
}
