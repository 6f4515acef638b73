//! The end of the process.
#![expect(unsafe_code, reason = "the standard library has no exit that skips exit handlers")]

/// Ends the process at once, whatever its other threads do.
///
/// Not `std::process::exit`: that runs exit handlers and destructors of statics (of C and C++ code that a processor
/// may link) while the DSP thread is still using them, and may wait for a lock that a hung processor holds.
pub(crate) fn now(code: i32) -> ! {
    // SAFETY: takes an integer, touches no memory of ours, and doesn't return.
    unsafe { libc::_exit(code) }
}
