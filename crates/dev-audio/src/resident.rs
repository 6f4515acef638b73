//! Memory that is there before the first block needs it.
#![expect(unsafe_code, reason = "locking pages is a system call on an address range")]

use std::hint::black_box;

/// As much of the audio thread's stack as is touched, in bytes.
const STACK_BYTES: usize = 256 << 10;

/// Makes the system back the calling thread's stack with memory now, not in the first block that goes deep, and keep
/// it where the user's limit (RLIMIT_MEMLOCK) lets it.
#[inline(never)]
pub(crate) fn keep_stack() {
    let mut stack = [0_u8; STACK_BYTES];
    let touched: &mut [u8] = black_box(&mut stack);
    keep(touched);
}

/// Locks the pages of `memory`, all written to before, for the life of the process. Where that is refused they stay
/// until memory is short. Never `mlockall`: with it a user's processor could not allocate beyond a limit of 8 MiB.
pub(crate) fn keep<T>(memory: &[T]) {
    // mlock(2), on both systems: the pages that contain any of the range; locks don't nest and end with the mapping.
    // SAFETY: the range is that of a live slice; locking changes none of its bytes.
    let _ = unsafe { libc::mlock(memory.as_ptr().cast(), size_of_val(memory)) };
}
