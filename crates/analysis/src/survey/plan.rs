//! What is to be measured.

use crate::limits::DEFAULT_LEVEL_DBFS;
use serde::{Deserialize, Serialize};

/// How much is measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Depth {
    /// What is measured after every build: idle noise, response with harmonics and latency, distortion of three sines, cost.
    #[default]
    Standard,
    /// Everything.
    Full,
}

/// What is to be measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Channels that are fed: 1 or 2.
    #[serde(default = "stereo")]
    pub channels: usize,
    /// Sample rate, one of [`RATES_HZ`](crate::RATES_HZ).
    pub rate_hz: u32,
    /// Peak level of the signals, in dBFS: −120 to 0.
    pub level_dbfs: f64,
    /// The sines whose distortion is measured, in Hz.
    pub sines_hz: Vec<f64>,
    /// Frames that the processor gets at once.
    pub block_frames: usize,
    /// How much.
    pub depth: Depth,
}

fn stereo() -> usize {
    2
}

impl Plan {
    /// The usual one at a rate in Hz: two channels, −20 dBFS, sines of 100 Hz, 1 kHz and 10 kHz, blocks of 512 frames.
    #[must_use]
    pub fn usual(rate_hz: u32) -> Self {
        Self {
            channels: stereo(),
            rate_hz,
            level_dbfs: DEFAULT_LEVEL_DBFS,
            sines_hz: vec![100.0, 1_000.0, 10_000.0],
            block_frames: 512,
            depth: Depth::Standard,
        }
    }
}
