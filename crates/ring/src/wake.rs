//! Sleeping on a word of the segment, across processes.

use std::sync::atomic::AtomicU32;

#[cfg(all(target_os = "linux", not(mac_shim)))]
mod linux;
#[cfg(any(target_os = "macos", mac_shim))]
mod macos;
#[cfg(any(test, target_os = "macos", mac_shim))]
mod timebase;

#[cfg(all(target_os = "linux", not(mac_shim)))]
use linux as platform;
#[cfg(any(target_os = "macos", mac_shim))]
use macos as platform;

/// Sleeps while `word` is `expected`: until a wake, until the deadline, or spuriously, so the caller must check the
/// word again. Never longer than until `deadline_ns` on the timeline of [`now_ns`], whatever a peer writes.
pub(crate) fn wait_until(word: &AtomicU32, expected: u32, deadline_ns: u64) {
    platform::wait_until(word, expected, deadline_ns);
}

/// Wakes one waiter of `word`, in any process; returns whether there was one.
pub(crate) fn wake(word: &AtomicU32) -> bool {
    platform::wake(word)
}

/// The current time on the clock of the deadlines, in nanoseconds.
pub(crate) fn now_ns() -> u64 {
    platform::now_ns()
}
