//! A project's counters, which outlive its children.

use crate::number::nanoseconds;
use crate::render::pending::PendingBlock;
use crate::snapshot::{LastLate, LateBlocks};

/// Counters since the project was added.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Blocks answered in time.
    pub(crate) blocks: u64,
    pub(crate) late: LateBlocks,
    pub(crate) last_late: LastLate,
    /// Samples replaced by 0.
    pub(crate) nonfinite: u64,
}

impl Counts {
    /// Counts a late block against a child that is or was heard.
    pub(crate) fn blame(&mut self, begun: bool, block: &PendingBlock, now_ns: u64, sample_rate: u32) {
        if begun {
            self.late.too_slow += 1;
        } else {
            self.late.not_scheduled += 1;
        }
        self.last_late = LastLate {
            begun,
            waited_ns: now_ns.saturating_sub(block.sent_ns),
            wake_ns: 0,
            busy_ns: 0,
            block_ns: nanoseconds(u64::from(block.frames), sample_rate),
        };
    }
}
