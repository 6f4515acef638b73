//! The pictures of a project's sound: waveform and spectrum.

use serde::{Deserialize, Serialize};

/// The least and the largest time that a [`ScopeRequest`] may ask for, in milliseconds.
pub const SPAN_MS: (f32, f32) = (1.0, 500.0);

/// What a page wants to see of the waveform.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScopeRequest {
    /// Time shown in milliseconds, within [`SPAN_MS`].
    pub span_ms: f32,
    /// The direction in which the signal passes `level` where the picture begins.
    pub edge: Edge,
    /// The trigger's level, linear: −1 to 1.
    pub level: f32,
}

/// The direction in which a signal passes a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Edge {
    Rising,
    Falling,
}

/// A picture as a [`ScopeRequest`] asks for it: a superset of the published frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScopePicture {
    /// The left channel, at most 1,024 points, linear, rounded to 5 decimals.
    pub points_l: Vec<f32>,
    /// The right channel, as many points.
    pub points_r: Vec<f32>,
    /// Rate in Hz of the sound, not of the points.
    pub sample_rate: f32,
    /// Position in frames of the first frame shown.
    pub timestamp: u64,
    /// Whether the signal stays below −80 dBFS.
    pub no_signal: bool,
    /// How the first frame was chosen.
    pub trigger_mode: TriggerMode,
    /// Frames of the sound that the points cover.
    pub frames: u32,
    /// Whether the points are pairs, the smallest and the largest value of equal shares of the frames. Otherwise each
    /// point is a frame.
    pub pairs: bool,
    /// Whether the first frame passes the level. Otherwise the picture shows the latest frames.
    pub triggered: bool,
}

/// Where a [`ScopePicture`] begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TriggerMode {
    /// Where the signal rises through zero, as in the published frames.
    RisingZeroCrossing,
    /// Where the signal rises through another level.
    Rising,
    /// Where the signal falls through the level.
    Falling,
}

/// The sound by frequency, on a logarithmic axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpectrumFrame {
    /// Levels in dB at points evenly spaced on the axis, rounded to 0.1 dB: 0 is a full-scale sine on both sides, −120
    /// the minimum.
    pub levels_db: Vec<f32>,
    /// Frequency in Hz of the first point.
    pub low_hz: f32,
    /// Frequency in Hz of the last point.
    pub high_hz: f32,
    /// Position in frames.
    pub timestamp: u64,
    /// The loudest partial; none in silence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak: Option<SpectrumPeak>,
}

/// The loudest partial of a spectrum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SpectrumPeak {
    /// Frequency in Hz, interpolated between the transform's bins and rounded to 0.1 Hz.
    pub hz: f32,
    /// Level in dB as in [`SpectrumFrame::levels_db`], rounded to 0.1 dB.
    pub db: f32,
}

/// The value rounded to 5 decimals, finer than any screen: what a frame's linear numbers are sent as.
#[must_use]
pub fn rounded(value: f32) -> f32 {
    // The nearest f32 of a short decimal is written as that decimal.
    (value * 1e5).round() / 1e5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rounded_number_is_short_and_near() {
        for value in [0.123_456_78_f32, -0.999_994_9, 1.0, 3.999_999, -0.000_004, 0.333_333_34] {
            let rounded = rounded(value);
            assert!((rounded - value).abs() <= 0.5e-5 + 1e-6, "{value}");
            assert!(serde_json::to_string(&rounded).expect("a number").len() <= 8, "{rounded}");
        }
    }
}
