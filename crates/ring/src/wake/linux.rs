//! Linux: futexes, shared between processes.

use std::num::NonZeroU32;
use std::sync::atomic::AtomicU32;

use rustix::thread::futex;
use rustix::time::{ClockId, Timespec, clock_gettime};

const NS_PER_SECOND: u64 = 1_000_000_000;

/// `FUTEX_WAIT_BITSET` takes an absolute deadline, on CLOCK_MONOTONIC unless told otherwise; without the PRIVATE flag
/// the kernel finds the word by its page, not by its address in this process (futex(2)).
pub(super) fn wait_until(word: &AtomicU32, expected: u32, deadline_ns: u64) {
    let deadline = Timespec {
        tv_sec: i64::try_from(deadline_ns / NS_PER_SECOND).unwrap_or(i64::MAX),
        tv_nsec: i64::try_from(deadline_ns % NS_PER_SECOND).unwrap_or(0),
    };
    // Woken, EAGAIN (the word has moved on), EINTR and ETIMEDOUT all mean the same to the caller: look again.
    let _ = futex::wait_bitset(word, futex::Flags::empty(), expected, Some(&deadline), NonZeroU32::MAX);
}

pub(super) fn wake(word: &AtomicU32) -> bool {
    futex::wake(word, futex::Flags::empty(), 1).is_ok_and(|woken| woken > 0)
}

/// CLOCK_MONOTONIC, through the vDSO.
pub(super) fn now_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    let nanoseconds = u64::try_from(now.tv_nsec).unwrap_or(0);
    seconds * NS_PER_SECOND + nanoseconds
}
