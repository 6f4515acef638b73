//! Counters and flags that a device's threads leave for the control side.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Words that a backend's threads write and the control side reads. Each is independent.
#[derive(Debug, Default)]
pub struct DeviceStatus {
    /// Underruns and overruns that the device reported, of output and input.
    xruns: AtomicU64,
    /// Nanoseconds from the output callback to the loudspeaker.
    output_latency_ns: AtomicU64,
    /// Nanoseconds from the microphone to the input callback.
    input_latency_ns: AtomicU64,
    /// Whether the output stream is dead.
    output_lost: AtomicBool,
    /// Whether the default device moved (set on the audio thread, reported from the control side).
    default_moved: AtomicBool,
}

// SYNC: every word is an independent number or flag; each store here pairs with the load of the same word here.
impl DeviceStatus {
    /// Underruns and overruns so far, of output and input.
    #[must_use]
    pub fn xruns(&self) -> u64 {
        self.xruns.load(Ordering::Relaxed)
    }

    pub(crate) fn count_xrun(&self) {
        self.xruns.fetch_add(1, Ordering::Relaxed);
    }

    /// Nanoseconds from the output callback to the loudspeaker, as far as the device reports it.
    #[must_use]
    pub fn output_latency_ns(&self) -> u64 {
        self.output_latency_ns.load(Ordering::Relaxed)
    }

    pub(crate) fn set_output_latency_ns(&self, latency_ns: u64) {
        self.output_latency_ns.store(latency_ns, Ordering::Relaxed);
    }

    /// Nanoseconds from the microphone to the input callback, as far as the device reports it.
    #[must_use]
    pub fn input_latency_ns(&self) -> u64 {
        self.input_latency_ns.load(Ordering::Relaxed)
    }

    pub(crate) fn set_input_latency_ns(&self, latency_ns: u64) {
        self.input_latency_ns.store(latency_ns, Ordering::Relaxed);
    }

    /// Whether the output stream is dead.
    #[must_use]
    pub fn output_lost(&self) -> bool {
        self.output_lost.load(Ordering::Relaxed)
    }

    /// Marks the output stream as dead.
    pub fn lose_output(&self) {
        self.output_lost.store(true, Ordering::Relaxed);
    }

    /// Whether the system's default device moved since the last call.
    #[must_use]
    pub fn take_default_moved(&self) -> bool {
        self.default_moved.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn note_default_moved(&self) {
        self.default_moved.store(true, Ordering::Relaxed);
    }
}
