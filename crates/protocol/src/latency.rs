//! The latency of a loop from the output back to the input, measured.

use crate::{
    method::empty,
    session::{AudioDevices, Mode},
};
use serde::{Deserialize, Serialize};

empty! {
    /// Measure the latency of the loop from the output in use back to the input.
    MeasureLatency
}

/// Result of [`MeasureLatency`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredLatency {
    /// In Hz; all frames are of this rate.
    pub sample_rate: u32,
    /// Frames from playing a chirp to reading it again: the mean of the three.
    pub frames: f64,
    /// Each chirp's own, at most one frame apart.
    pub chirps: [f64; 3],
    /// How much louder than they went out they came back, in dB.
    pub gain_db: f64,
    /// Do they come back upside down?
    pub inverted: bool,
    /// What is reported of the same way.
    pub reported: ReportedLoop,
    /// `frames` less the sum of what is reported.
    pub difference_frames: f64,
    /// What every project adds to its own sound. It isn't in the loop that was measured.
    pub projects: Vec<ProjectLatency>,
    /// The devices.
    pub devices: AudioDevices,
}

/// What devices and companion report of the way from the output back to the input, in frames.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedLoop {
    /// From the output's callback to the loudspeaker.
    pub output_device: u32,
    /// From the microphone to the input's callback.
    pub input_device: u32,
    /// What waits between input and output.
    pub input_buffer: u32,
}

impl ReportedLoop {
    /// The sum, in frames.
    #[must_use]
    pub fn total_frames(&self) -> u32 {
        self.output_device.saturating_add(self.input_device).saturating_add(self.input_buffer)
    }
}

/// What one project adds, in frames.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectLatency {
    /// Which project.
    pub session: String,
    /// The mode in force.
    pub mode: Mode,
    /// The way to its processor and back; 0 in direct mode.
    pub pipeline: u32,
    /// What the processor says of itself.
    pub processor: u32,
}
