//! What is handed from those that compare to the one that tells.

use wavecraft_companion_analysis::{Pair, survey::Answer};

/// What was found, and the sound of both if they were heard.
pub(super) struct Found {
    pub(super) pair: Pair,
    pub(super) answers: Option<[Answer; 2]>,
}

/// Channels as the analysis takes them.
pub(super) fn slices(channels: &[Vec<f32>]) -> Vec<&[f32]> {
    channels.iter().map(Vec::as_slice).collect()
}
