//! What the unit tests run the audio thread's code under.
#![cfg_attr(rtsan, expect(unsafe_code, reason = "the sanitizer's runtime is called by its C names"))]

/// Runs `work` where allocating or freeing ends the process, and under RealtimeSanitizer (`--cfg rtsan`, see
/// `scripts/test`) every call of the C library that may block.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> T {
    enter();
    let result = assert_no_alloc::assert_no_alloc(work);
    exit();
    result
}

#[cfg(rtsan)]
unsafe extern "C" {
    /// From here on this thread is an audio thread's (compiler-rt, rtsan.h).
    fn __rtsan_realtime_enter();
    fn __rtsan_realtime_exit();
}

#[cfg(rtsan)]
fn enter() {
    // SAFETY: sets a counter of this thread.
    unsafe { __rtsan_realtime_enter() };
}

#[cfg(rtsan)]
fn exit() {
    // SAFETY: after its `enter`.
    unsafe { __rtsan_realtime_exit() };
}

#[cfg(not(rtsan))]
fn enter() {}

#[cfg(not(rtsan))]
fn exit() {}
