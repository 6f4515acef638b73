//! What is compared.

use serde::{Deserialize, Serialize};

/// One of two answers.
#[derive(Debug, Clone, Copy)]
pub struct Take<'a> {
    /// In Hz.
    pub rate_hz: u32,
    /// Samples of each channel, all of one length.
    pub channels: &'a [&'a [f32]],
    /// The processor's latency in frames, if it is known.
    pub latency_frames: Option<usize>,
}

/// How two answers are brought to the same time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Alignment {
    /// They are left as they are.
    AsIs,
    /// By the latencies of both.
    #[default]
    ByLatency,
    /// By their correlation, up to one second either way.
    Found,
}
