//! The wake clock, used for every time in this crate: CLOCK_MONOTONIC on Linux, mach absolute time (CLOCK_UPTIME_RAW)
//! on macOS. Both are the same for all processes of one machine.

/// The current time, in nanoseconds since some moment before the processes started. Never goes back.
#[must_use]
pub fn now_ns() -> u64 {
    crate::wake::now_ns()
}
