//! The tap: passes on a project's processed output for metering, display and recording.

use crate::record::RecordingTap;
use crate::render::meter::LevelMeter;
use crate::snapshot::Meter;
use crate::trash::Trash;

/// Output meter, displays and recording of one project.
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

    /// Takes one part of the output.
    pub(crate) fn push(&mut self, [left, right]: [&[f32]; 2]) {
        self.meter.add(left, right);
        // As much as fits: if nobody reads, the newest frames are dropped.
        let count = left.len().min(self.pictures.slots());
        if let Ok(chunk) = self.pictures.write_chunk_uninit(count) {
            chunk.fill_from_iter(left.iter().zip(right).map(|(left, right)| [*left, *right]));
        }
        if let Some(recording) = &mut self.recording {
            recording.push(left, right);
        }
    }

    pub(crate) fn level(&self) -> Meter {
        self.meter.level()
    }
}
