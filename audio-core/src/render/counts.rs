//! A project's counters, which outlive its children.

use crate::engine::snapshot::LateBlocks;

/// Counters since the project was added.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Blocks answered in time.
    pub(crate) blocks: u64,
    pub(crate) late: LateBlocks,
    /// Samples replaced by 0.
    pub(crate) nonfinite: u64,
}
