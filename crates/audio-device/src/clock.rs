//! The clock that callbacks are timed on.

use std::sync::Arc;

/// A monotonic clock in nanoseconds. Called on the audio thread: it must not allocate, lock or block.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The ring's own clock: the one that a child's timestamps are on, and the devices' callbacks.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(wavecraft_ring::clock::now_ns)
}
