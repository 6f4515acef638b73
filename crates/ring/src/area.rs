//! Words and samples in memory that another process may be writing.
#![expect(unsafe_code, reason = "shared memory is reached through raw pointers, here and nowhere else")]

use std::ptr::NonNull;
use std::sync::atomic::AtomicU32;

use crate::layout::LINE;

/// A stretch of memory in which another process may write at any time. No `&[f32]` to it is ever formed.
///
/// Invariant: `base` is aligned to [`LINE`] and valid for reads and writes of `len` bytes as long as this value lives.
#[derive(Debug)]
pub(crate) struct Area {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: words are only reached as atomics. Samples are copied; the ring hands a channel area to one side at a time (a
// slot belongs to the host until its command is published and to the child until its reply is), so two threads of this
// process never copy to or from the same area at once.
unsafe impl Send for Area {}
// SAFETY: as for Send.
unsafe impl Sync for Area {}

impl Area {
    /// # Safety
    ///
    /// `base` must be valid for reads and writes of `len` bytes for as long as the result is used, and nothing in this
    /// process may hold a reference to them.
    ///
    /// # Panics
    ///
    /// When `base` isn't aligned to [`LINE`].
    pub(crate) unsafe fn new(base: NonNull<u8>, len: usize) -> Self {
        assert!(base.addr().get().is_multiple_of(LINE), "the segment starts on a line");
        Self { base, len }
    }

    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The word at a byte offset.
    ///
    /// # Panics
    ///
    /// When the offset isn't a word of this area; `layout` never returns such an offset.
    pub(crate) fn word(&self, offset: usize) -> &AtomicU32 {
        let pointer = self.at(offset, 1).cast::<u32>();
        // SAFETY: `at` checked that the word is inside and aligned, the memory lives as long as `self`, every bit
        // pattern is a u32, and words are accessed by atomic operations only, by both sides.
        unsafe { AtomicU32::from_ptr(pointer) }
    }

    /// Copies `samples` in.
    ///
    /// # Panics
    ///
    /// When they don't fit at the offset; `layout` and the checked frame counts prevent that.
    pub(crate) fn write_samples(&self, offset: usize, samples: &[f32]) {
        let target = self.at(offset, samples.len()).cast::<f32>();
        // SAFETY: `at` checked bounds and alignment of the target, the source is a slice outside of the shared memory,
        // so they don't overlap. The peer doesn't touch an area that isn't its turn; a hostile one, in another process,
        // can only change the values.
        unsafe { samples.as_ptr().copy_to_nonoverlapping(target, samples.len()) }
    }

    /// Copies `samples` out.
    ///
    /// # Panics
    ///
    /// As [`Area::write_samples`].
    pub(crate) fn read_samples(&self, offset: usize, samples: &mut [f32]) {
        let source = self.at(offset, samples.len()).cast::<f32>();
        // SAFETY: as in `write_samples`; every bit pattern is an f32.
        unsafe { source.copy_to_nonoverlapping(samples.as_mut_ptr(), samples.len()) }
    }

    /// A pointer to `count` 32-bit cells from `offset`, all of them inside the area and aligned.
    fn at(&self, offset: usize, count: usize) -> *mut u8 {
        let inside = offset.is_multiple_of(4)
            && count
                .checked_mul(4)
                .and_then(|len| len.checked_add(offset))
                .is_some_and(|end| end <= self.len);
        assert!(inside, "{count} cells at {offset} are outside of the segment");
        // SAFETY: the offset is at most `len`, and the area is one allocation.
        unsafe { self.base.as_ptr().add(offset) }
    }
}
