//! Forbids allocation on a device's thread.

/// Runs `work`; debug builds forbid allocation meanwhile. A program with `assert_no_alloc`'s allocator (each test here)
/// ends at the first one; without that allocator, and in release builds, this costs nothing.
pub fn no_alloc<T>(work: impl FnOnce() -> T) -> T {
    if cfg!(debug_assertions) { assert_no_alloc::assert_no_alloc(work) } else { work() }
}

#[cfg(test)]
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
