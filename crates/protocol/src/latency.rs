//! Measures the latency of a loop from the output back to the input.

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
    /// The rate of all frame counts, in Hz.
    pub sample_rate: u32,
    /// Frames from playing a chirp to reading it back: the mean of the three.
    pub frames: f64,
    /// The value for each chirp; they are at most one frame apart.
    pub chirps: [f64; 3],
    /// How much louder the chirps came back than they went out, in dB.
    pub gain_db: f64,
    /// Whether they come back inverted.
    pub inverted: bool,
    /// The reported latency of the same path.
    pub reported: ReportedLoop,
    /// `frames` minus the sum of what is reported.
    pub difference_frames: f64,
    /// The latency that each project adds to its own sound. It isn't part of the measured loop.
    pub projects: Vec<ProjectLatency>,
    /// The devices.
    pub devices: AudioDevices,
}

/// The latency from the output back to the input as the devices and the companion report it, in frames.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedLoop {
    /// From the output's callback to the loudspeaker.
    pub output_device: u32,
    /// From the microphone to the input's callback.
    pub input_device: u32,
    /// Frames waiting between input and output.
    pub input_buffer: u32,
}

impl ReportedLoop {
    /// The sum, in frames.
    #[must_use]
    pub fn total_frames(&self) -> u32 {
        self.output_device.saturating_add(self.input_device).saturating_add(self.input_buffer)
    }
}

/// The latency that one project adds, in frames.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectLatency {
    /// The project's session.
    pub session: String,
    /// The mode in force.
    pub mode: Mode,
    /// The path to its processor and back; 0 in direct mode.
    pub pipeline: u32,
    /// The latency that the processor reports.
    pub processor: u32,
}
