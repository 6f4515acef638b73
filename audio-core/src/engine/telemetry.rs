//! Values that the renderer writes every block and the control side reads at any time, without locks.

use std::sync::atomic::{AtomicU64, Ordering, fence};

/// Several words that are read as one: a sequence lock with one writer. Writing never waits; a reader that was
/// overtaken retries.
///
/// The words themselves are atomics, so a torn read is only a mix of old and new, which the sequence number reveals.
#[derive(Debug)]
pub(crate) struct Latest<const N: usize> {
    /// Odd while a write is in progress.
    sequence: AtomicU64,
    words: [AtomicU64; N],
}

impl<const N: usize> Latest<N> {
    pub(crate) fn new() -> Self {
        Self { sequence: AtomicU64::new(0), words: [const { AtomicU64::new(0) }; N] }
    }

    /// Publishes all words. Only one thread may write.
    pub(crate) fn write(&self, words: &[u64; N]) {
        let sequence = self.sequence.load(Ordering::Relaxed);
        self.sequence.store(sequence.wrapping_add(1), Ordering::Relaxed);
        // SYNC: keeps the words' stores after the odd sequence; pairs with the Acquire fence in `read`.
        fence(Ordering::Release);
        for (shared, word) in self.words.iter().zip(words) {
            shared.store(*word, Ordering::Relaxed);
        }
        // SYNC: pairs with the Acquire load in `read`: a reader that sees the even sequence sees the words.
        self.sequence.store(sequence.wrapping_add(2), Ordering::Release);
    }

    /// The words of the last completed [`write`](Self::write); all zero before the first. Waits for a writer that was
    /// interrupted halfway: for the control side only.
    pub(crate) fn read(&self) -> [u64; N] {
        let mut words = [0; N];
        loop {
            // SYNC: pairs with the Release store at the end of `write`.
            let before = self.sequence.load(Ordering::Acquire);
            for (word, shared) in words.iter_mut().zip(&self.words) {
                *word = shared.load(Ordering::Relaxed);
            }
            // SYNC: keeps the words' loads before the second look at the sequence; pairs with the Release fence.
            fence(Ordering::Acquire);
            if before & 1 == 0 && self.sequence.load(Ordering::Relaxed) == before {
                return words;
            }
            std::thread::yield_now();
        }
    }
}

/// Packs values into words, in the order in which [`Unpack`] takes them out.
pub(crate) struct Pack<const N: usize> {
    words: [u64; N],
    next: usize,
}

impl<const N: usize> Pack<N> {
    pub(crate) fn new() -> Self {
        Self { words: [0; N], next: 0 }
    }

    pub(crate) fn u64(&mut self, value: u64) -> &mut Self {
        debug_assert!(self.next < N, "more values than words");
        if let Some(word) = self.words.get_mut(self.next) {
            *word = value;
        }
        self.next += 1;
        self
    }

    pub(crate) fn u32(&mut self, value: u32) -> &mut Self {
        self.u64(u64::from(value))
    }

    pub(crate) fn bool(&mut self, value: bool) -> &mut Self {
        self.u64(u64::from(value))
    }

    /// Two `f32` share a word.
    pub(crate) fn pair(&mut self, values: [f32; 2]) -> &mut Self {
        let [first, second] = values.map(|value| u64::from(value.to_bits()));
        self.u64(first << 32 | second)
    }

    pub(crate) fn words(&self) -> &[u64; N] {
        debug_assert!(self.next == N, "fewer values than words");
        &self.words
    }
}

/// Takes values out of words in the order in which [`Pack`] put them in.
pub(crate) struct Unpack<'a> {
    words: std::slice::Iter<'a, u64>,
}

impl<'a> Unpack<'a> {
    pub(crate) fn new(words: &'a [u64]) -> Self {
        Self { words: words.iter() }
    }

    pub(crate) fn u64(&mut self) -> u64 {
        self.words.next().copied().unwrap_or_default()
    }

    pub(crate) fn u32(&mut self) -> u32 {
        u32::try_from(self.u64()).unwrap_or(u32::MAX)
    }

    pub(crate) fn bool(&mut self) -> bool {
        self.u64() != 0
    }

    pub(crate) fn pair(&mut self) -> [f32; 2] {
        let bytes = self.u64();
        [bytes >> 32, bytes & u64::from(u32::MAX)]
            .map(|bits| f32::from_bits(u32::try_from(bits).unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[test]
    fn values_come_out_as_they_went_in() {
        let mut pack = Pack::<5>::new();
        pack.u64(u64::MAX).u32(7).bool(true).pair([-0.5, f32::MAX]).pair([0.0, 1.0]);
        let latest = Latest::<5>::new();
        latest.write(pack.words());
        let words = latest.read();
        let mut unpack = Unpack::new(&words);
        assert_eq!((unpack.u64(), unpack.u32(), unpack.bool()), (u64::MAX, 7, true));
        assert_eq!((unpack.pair(), unpack.pair()), ([-0.5, f32::MAX], [0.0, 1.0]));
    }

    #[test]
    fn a_reader_never_sees_two_writes_at_once() {
        let latest = Arc::new(Latest::<16>::new());
        let stop = Arc::new(AtomicBool::new(false));
        let writer = std::thread::spawn({
            let (latest, stop) = (Arc::clone(&latest), Arc::clone(&stop));
            move || {
                let mut value = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    value += 1;
                    latest.write(&[value; 16]);
                    // A callback does more than write: without a pause here the reader would starve.
                    (0..100).for_each(|_| std::hint::spin_loop());
                }
            }
        });
        let mut last = 0;
        for _ in 0..20_000 {
            let words = latest.read();
            assert!(words.iter().all(|word| *word == words[0]), "torn: {words:?}");
            assert!(words[0] >= last);
            last = words[0];
        }
        stop.store(true, Ordering::Relaxed);
        writer.join().expect("the writer ends");
    }
}
