//! Systems on which a program can't stand between a library and its allocator.
//!
//! On macOS a name is looked up in the library that it was linked from, so a program's own `malloc` is used by nobody else. What
//! is left there isn't for a program to rely on: dyld heeds `__interpose` in inserted libraries, not in a program;
//! `malloc_logger` isn't documented; and the default zone's functions are in memory that can't be written. musl's loader
//! would look in the program first, but its allocator has no other name by which to reach it.

/// For a person.
pub(crate) const NEVER_WATCHED: &str = if cfg!(target_vendor = "apple") {
    "those of a plugin's library can't be watched on macOS: give the project a `dev-audio` program (`wavecraft create` \
     writes one), or use Instruments' Allocations"
} else {
    "those of a plugin's library can be watched with glibc only: give the project a `dev-audio` program \
     (`wavecraft create` writes one)"
};

/// Nothing is recorded.
pub(crate) fn start_recording() {}

/// Nothing is known.
pub(crate) fn is_ours(_: *const u8) -> bool {
    false
}
