//! The services the two sides need: the segment's words and samples, a clock, and a way to sleep.
//!
//! The algorithm ([`HostRing`](crate::HostRing), [`ChildRing`](crate::ChildRing)) is written against this trait, so
//! that the same code runs over mapped pages, over plain memory (under Miri and with a hostile peer), and over loom's
//! model.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU32, Ordering};

/// One segment as one side sees it. Offsets are in bytes, from the segment's start, and come from `layout`.
pub trait Memory: Debug {
    /// An atomic word, in the segment or in private memory.
    type Word: Word;

    /// The word at an offset.
    fn word(&self, offset: usize) -> &Self::Word;

    /// Copies samples into the segment.
    fn write_samples(&self, offset: usize, samples: &[f32]);

    /// Copies samples out of the segment.
    fn read_samples(&self, offset: usize, samples: &mut [f32]);

    /// Sleeps while the word is `expected`, until a wake or the deadline on the timeline of [`Memory::now_ns`]. May
    /// return early, so check the word again.
    fn wait(&self, offset: usize, expected: u32, deadline_ns: u64);

    /// Wakes one waiter of the word; returns whether there was one.
    fn wake(&self, offset: usize) -> bool;

    /// The current time on the wake clock.
    fn now_ns(&self) -> u64;

    /// A sequentially consistent fence.
    fn fence();

    /// Lets another thread run.
    fn yield_now();
}

/// A 32-bit atomic: the standard library's, or loom's model of it.
pub trait Word: Debug {
    /// A private word.
    fn new(value: u32) -> Self;
    /// Loads the value.
    fn load(&self, order: Ordering) -> u32;
    /// Stores a value.
    fn store(&self, value: u32, order: Ordering);
    /// Adds, wrapping around.
    fn add(&self, value: u32, order: Ordering);
}

impl Word for AtomicU32 {
    fn new(value: u32) -> Self {
        Self::new(value)
    }
    fn load(&self, order: Ordering) -> u32 {
        self.load(order)
    }
    fn store(&self, value: u32, order: Ordering) {
        self.store(value, order);
    }
    fn add(&self, value: u32, order: Ordering) {
        self.fetch_add(value, order);
    }
}

/// Writes a 64-bit value as two words, low half first. The ring's sequences order it, so both stores are relaxed.
pub(crate) fn store_u64<M: Memory>(memory: &M, offset: usize, value: u64) {
    let bytes = value.to_le_bytes();
    let [a, b, c, d, e, f, g, h] = bytes;
    memory.word(offset).store(u32::from_le_bytes([a, b, c, d]), Ordering::Relaxed);
    memory.word(offset + 4).store(u32::from_le_bytes([e, f, g, h]), Ordering::Relaxed);
}

/// Reads what [`store_u64`] wrote.
pub(crate) fn load_u64<M: Memory>(memory: &M, offset: usize) -> u64 {
    let low = memory.word(offset).load(Ordering::Relaxed);
    let high = memory.word(offset + 4).load(Ordering::Relaxed);
    u64::from(high) << 32 | u64::from(low)
}
