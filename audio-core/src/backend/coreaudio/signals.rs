//! What the system's listeners leave for the control side.

use std::sync::atomic::{AtomicU32, Ordering};

/// Something is another than it was: to be looked at.
pub(super) const CHANGED: u32 = 1;
/// The sound service was started anew.
pub(super) const RESTARTED: u32 = 2;
/// The system ended the output's callbacks.
pub(super) const OUTPUT_STOPPED: u32 = 4;
/// And the input's.
pub(super) const INPUT_STOPPED: u32 = 8;

/// Flags that any thread raises, the audio thread too, and the control side takes down.
#[derive(Debug, Default)]
pub(super) struct Signals {
    raised: AtomicU32,
}

impl Signals {
    pub(super) fn raise(&self, flag: u32) {
        // SYNC: pairs with the swap in `take`; the flags carry no data, what they stand for is asked of the system.
        self.raised.fetch_or(flag, Ordering::Relaxed);
    }

    /// All that was raised since the last time.
    pub(super) fn take(&self) -> u32 {
        // SYNC: pairs with `raise`.
        self.raised.swap(0, Ordering::Relaxed)
    }
}
