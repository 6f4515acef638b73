//! The allocator that notes what is done in `process`, and the same for programs that export C functions of that kind.
#![expect(unsafe_code, reason = "an allocator is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout, System};

use super::entry::Entry;
use super::thread::{is_inside, noted};

/// An allocator that tells the Companion what is allocated and freed in `process`, and leaves the rest to another one: the
/// system's, if none is named.
///
/// [`run!`](crate::run!) installs it. With a `main` of your own, install it beside it:
///
/// ```
/// use std::alloc::System;
/// use wavecraft_dev_audio::WatchedAllocator;
///
/// #[global_allocator]
/// static ALLOCATOR: WatchedAllocator = WatchedAllocator::new(System);
/// ```
///
/// Where the Companion doesn't watch, and outside of `process`, it costs one look at a thread's own variable.
#[derive(Debug, Clone, Copy, Default)]
pub struct WatchedAllocator<A = System>(A);

impl<A> WatchedAllocator<A> {
    /// Watches this allocator.
    pub const fn new(allocator: A) -> Self {
        Self(allocator)
    }
}

// Inlined into the functions that the compiler makes for the global allocator, so that a stack has one frame less of ours.
// SAFETY: everything is passed on to an allocator, whose answers are given unchanged. Noting doesn't allocate or unwind.
unsafe impl<A: GlobalAlloc> GlobalAlloc for WatchedAllocator<A> {
    // SAFETY: for callers: as the trait says.
    #[inline(always)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is passed on.
        let work = || unsafe { self.0.alloc(layout) };
        watched(Entry::Allocate, layout.size(), work)
    }

    // SAFETY: for callers: as the trait says.
    #[inline(always)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is passed on.
        let work = || unsafe { self.0.alloc_zeroed(layout) };
        watched(Entry::AllocateZeroed, layout.size(), work)
    }

    // SAFETY: for callers: as the trait says.
    #[inline(always)]
    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise is passed on.
        let work = || unsafe { self.0.realloc(piece, layout, size) };
        watched(Entry::Resize, size, work)
    }

    // SAFETY: for callers: as the trait says.
    #[inline(always)]
    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        let work = || unsafe { self.0.dealloc(piece, layout) };
        watched(Entry::Free, layout.size(), work);
    }
}

/// Requests or resizes memory by `work`, and notes it if this thread is in `process` and watched.
///
/// For a program that loads processors from a library and exports functions like `malloc`, which the library then uses. Call
/// it in the exported function itself: its caller is the first that the stack shows.
#[inline(always)]
pub fn allocating<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    watched(Entry::CAllocate, bytes, work)
}

/// Gives memory back by `work`, and notes it as [`allocating`] does.
#[inline(always)]
pub fn freeing<T>(work: impl FnOnce() -> T) -> T {
    watched(Entry::CFree, 0, work)
}

#[inline(always)]
fn watched<T>(entry: Entry, bytes: usize, work: impl FnOnce() -> T) -> T {
    if is_inside() { noted(entry, bytes, work) } else { work() }
}
