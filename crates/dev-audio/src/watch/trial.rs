//! Finds out whether this program's memory comes by way of us.
#![expect(unsafe_code, reason = "the allocator's functions are called one by one")]

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};
use std::hint::black_box;

use super::thread::{begin_trial, end_trial};

/// Allocates, resizes and frees once in each way; returns whether any of that is noted. Also the first use of the unwinder,
/// which may take longer than later ones.
#[inline(never)]
pub(super) fn is_memory_noted() -> bool {
    const SMALL: Layout = Layout::new::<[u64; 3]>();
    const LARGE: Layout = Layout::new::<[u64; 7]>();
    begin_trial();
    // SAFETY: the layout isn't of size zero.
    let zeroed = black_box(unsafe { alloc_zeroed(SMALL) });
    // SAFETY: as above.
    let mut piece = black_box(unsafe { alloc(SMALL) });
    if !piece.is_null() {
        // SAFETY: it is of this layout and of the same allocator, and the new size isn't zero.
        let resized = black_box(unsafe { realloc(piece, SMALL, LARGE.size()) });
        let layout = if resized.is_null() { SMALL } else { LARGE };
        piece = if resized.is_null() { piece } else { resized };
        // SAFETY: it is of this layout now, and isn't used any more.
        unsafe { dealloc(piece, layout) };
    }
    if !zeroed.is_null() {
        // SAFETY: it is of this layout, and isn't used any more.
        unsafe { dealloc(zeroed, SMALL) };
    }
    end_trial()
}
