//! The audio side of a latency measurement: the projects fall silent, chirps go out, and what comes in is recorded.

use crate::latency::LatencyRecording;
use crate::render::fade::Ramp;

/// One measurement, made on the control side with all the room it needs.
pub(crate) struct Probe {
    /// Tells it from one before it that was stopped.
    pub(crate) number: u64,
    pub(crate) recording: LatencyRecording,
}

/// A measurement's place in the renderer, empty nearly always.
pub(crate) struct Probing {
    probe: Option<Box<Probe>>,
    /// The level of all projects.
    projects: Ramp,
    /// They were silent for all of this part.
    silent: bool,
    fade_frames: u32,
}

impl Probing {
    pub(crate) fn new(fade_frames: u32) -> Self {
        Self { probe: None, projects: Ramp::at(1.0), silent: false, fade_frames }
    }

    /// Begins a measurement; gives back one that wasn't at its end.
    pub(crate) fn begin(&mut self, probe: Box<Probe>) -> Option<Box<Probe>> {
        self.projects.aim(0.0, self.fade_frames);
        self.probe.replace(probe)
    }

    /// Ends it, whether it is complete or not: the projects fade in.
    pub(crate) fn end(&mut self) -> Option<Box<Probe>> {
        self.projects.aim(1.0, self.fade_frames);
        self.probe.take()
    }

    /// Fades the projects, which may play what they hear of the chirps.
    pub(crate) fn hush(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.silent = self.projects.is_steady_at(0.0);
        self.projects.apply(left, right);
    }

    /// Adds the chirps of this part to the mix and records its input, from the first part on for which the projects are
    /// silent and the input is `steady`. Gives the measurement back when it is complete.
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
    /// One part of a callback, both ways.
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
