//! When a part of a callback is.

use wavecraft_ring::BlockTime;

/// The two times that a part's blocks are sent with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// On the engine's clock.
    pub(crate) now_ns: u64,
    /// Of the part's first frame.
    pub(crate) time: BlockTime,
}
