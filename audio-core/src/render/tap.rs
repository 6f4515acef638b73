//! The tap: passes on what is heard of a project for metering and display, and its processor's output for recording.

use crate::record::RecordingTap;
use crate::render::meter::LevelMeter;
use crate::snapshot::Meter;
use crate::trash::Trash;

/// Meter, displays and recording of one project.
pub(crate) struct Tap {
    meter: LevelMeter,
    /// Feeds the oscilloscope and the spectrum.
    pictures: rtrb::Producer<[f32; 2]>,
    recording: Option<Box<RecordingTap>>,
}

impl Tap {
    pub(crate) fn new(sample_rate: u32, pictures: rtrb::Producer<[f32; 2]>) -> Self {
        Self { meter: LevelMeter::new(sample_rate), pictures, recording: None }
    }

    /// Begins a recording, or ends the running one.
    pub(crate) fn record(&mut self, recording: Option<Box<RecordingTap>>, trash: &mut Trash) {
        if let Some(old) = std::mem::replace(&mut self.recording, recording) {
            trash.put(old);
        }
    }

    /// Takes one part of what is heard.
    pub(crate) fn show(&mut self, [left, right]: [&[f32]; 2]) {
        self.meter.add(left, right);
        // As much as fits: if nobody reads, the newest frames are dropped.
        let count = left.len().min(self.pictures.slots());
        if let Ok(chunk) = self.pictures.write_chunk_uninit(count) {
            chunk.fill_from_iter(left.iter().zip(right).map(|(left, right)| [*left, *right]));
        }
    }

    /// Takes one part of the processor's output.
    pub(crate) fn keep(&mut self, [left, right]: [&[f32]; 2]) {
        if let Some(recording) = &mut self.recording {
            recording.push(left, right);
        }
    }

    pub(crate) fn level(&self) -> Meter {
        self.meter.level()
    }
}
