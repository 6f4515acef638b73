//! The byte by which the DSP thread tells the kernel whether its system calls are caught, where that is possible: two stores
//! a block. Elsewhere nobody reads it.

use std::sync::atomic::{AtomicU8, Ordering, compiler_fence};

/// `SYSCALL_DISPATCH_FILTER_ALLOW` and `_BLOCK` of <linux/prctl.h>.
const ALLOW: u8 = 0;
const BLOCK: u8 = 1;

/// Read by the kernel at each system call of the one thread that asked for it, and written by that thread alone.
pub(super) static SELECTOR: AtomicU8 = AtomicU8::new(ALLOW);

/// From here on system calls of the DSP thread are caught.
#[inline]
pub(super) fn catch() {
    SELECTOR.store(BLOCK, Ordering::Relaxed);
    // SYNC: the kernel looks from the very thread that stores, so only the compiler could reorder.
    compiler_fence(Ordering::SeqCst);
}

/// From here on they aren't.
#[inline]
pub(super) fn let_pass() {
    // SYNC: as in `catch`.
    compiler_fence(Ordering::SeqCst);
    SELECTOR.store(ALLOW, Ordering::Relaxed);
}
