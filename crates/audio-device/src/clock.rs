//! The clock that times callbacks.

use std::sync::Arc;

/// A monotonic clock in nanoseconds. It is called on the audio thread, so it must not allocate, lock or block.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The ring's own clock, which also times the children's timestamps and the devices' callbacks.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(wavecraft_ring::clock::now_ns)
}
