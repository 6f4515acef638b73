//! macOS 14.4 and later: `os_sync_wait_on_address`, shared between processes.
//!
//! Facts from Apple's <os/os_sync_wait_on_address.h> and <mach/mach_time.h> are noted beside each call.
#![expect(unsafe_code, reason = "the system's calls take a pointer to the word")]

#[cfg(mac_shim)]
use crate::mac_shim::libc;

use super::timebase::Timebase;
use std::ptr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// `size` must be 4 or 8 and the same for waiters and wakers; `addr` must be aligned to it, which an `AtomicU32` is.
const WORD_LEN: usize = size_of::<u32>();

/// A wait returns the number of waiters left, or −1 with errno: EINVAL (arguments), EINTR, EFAULT and ENOMEM (should be
/// retried), ETIMEDOUT. To the caller all mean the same: look at the word and the clock again.
pub(super) fn wait_until(word: &AtomicU32, expected: u32, deadline_ns: u64) {
    // A deadline of 0 is EINVAL, and one in the past needs no call.
    let deadline = timebase().to_ticks(deadline_ns).max(1);
    // SAFETY: the pointer is that of a live, aligned 4-byte word. The value is compared as 4 bytes, so it is given
    // zero-extended. SHARED is needed when waiters and wakers are in different processes, and on both of them.
    // The only clock that the call takes is OS_CLOCK_MACH_ABSOLUTE_TIME, whose deadline is in ticks.
    let _ = unsafe {
        libc::os_sync_wait_on_address_with_deadline(
            word.as_ptr().cast(),
            u64::from(expected),
            WORD_LEN,
            libc::OS_SYNC_WAIT_ON_ADDRESS_SHARED,
            libc::OS_CLOCK_MACH_ABSOLUTE_TIME,
            deadline,
        )
    };
}

/// Returns 0, or −1 with ENOENT if nobody waits: a normal outcome.
pub(super) fn wake(word: &AtomicU32) -> bool {
    // SAFETY: as in `wait_until`; the size and the SHARED flag are the same as the waiter's.
    let result = unsafe {
        libc::os_sync_wake_by_address_any(
            word.as_ptr().cast(),
            WORD_LEN,
            libc::OS_SYNC_WAKE_BY_ADDRESS_SHARED,
        )
    };
    result == 0
}

/// The mach absolute clock (CLOCK_UPTIME_RAW), which stops while the machine sleeps.
pub(super) fn now_ns() -> u64 {
    // SAFETY: takes nothing and always succeeds.
    let ticks = unsafe { mach_absolute_time() };
    timebase().to_ns(ticks)
}

/// It doesn't change while the system runs.
fn timebase() -> Timebase {
    // 0 while unknown: threads that meet here at first write the same value.
    // SYNC: relaxed, as the word is all that is shared.
    static CACHED: AtomicU64 = AtomicU64::new(0);
    if let Some(cached) = Timebase::from_word(CACHED.load(Ordering::Relaxed)) {
        return cached;
    }
    let mut info = TimebaseInfo { numer: 0, denom: 0 };
    // SAFETY: the pointer is that of a live struct of the layout that the call fills in.
    let result = unsafe { mach_timebase_info(ptr::from_mut(&mut info)) };
    let known = Timebase::new(info.numer, info.denom).filter(|_| result == 0);
    let Some(timebase) = known else { return Timebase::NANOSECONDS };
    CACHED.store(timebase.to_word(), Ordering::Relaxed);
    timebase
}

/// `struct mach_timebase_info`.
#[repr(C)]
struct TimebaseInfo {
    numer: u32,
    denom: u32,
}

// libc's declarations of these two are deprecated in favour of another crate.
// SAFETY: declared as in `<mach/mach_time.h>`.
unsafe extern "C" {
    fn mach_absolute_time() -> u64;
    fn mach_timebase_info(info: *mut TimebaseInfo) -> i32;
}
