//! What a processor shows of its inside: named numbers, folded over each block.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::layout::{Layout, MAX_PROBE_NAME_BYTES, MAX_PROBES, index, probe_values, probes};
use crate::memory::{Memory, Word};
use crate::region::Mapping;

/// Bytes of a word.
const WORD: usize = 4;

/// Stands for a probe whose processor isn't known.
const NO_PROCESSOR: u32 = u32::MAX;

/// The values of one probe over a stretch of time. NaN and infinities are counted and are no part of the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbeValues {
    /// The last finite value; only meaningful if there [is one](Self::any).
    pub last: f32,
    /// The least finite value.
    pub least: f32,
    /// The greatest finite value.
    pub greatest: f32,
    /// Number of values that were NaN or infinite; stops at the largest number.
    pub nonfinite: u32,
}

impl ProbeValues {
    /// No value at all.
    pub const NONE: Self =
        Self { last: 0.0, least: f32::INFINITY, greatest: f32::NEG_INFINITY, nonfinite: 0 };

    /// Whether there is a finite value.
    #[must_use]
    pub fn any(&self) -> bool {
        self.least <= self.greatest
    }

    /// Adds a value.
    pub fn add(&mut self, value: f32) {
        if value.is_finite() {
            self.last = value;
            self.least = self.least.min(value);
            self.greatest = self.greatest.max(value);
        } else {
            self.nonfinite = self.nonfinite.saturating_add(1);
        }
    }

    /// Adds the values of a later stretch.
    pub fn merge(&mut self, later: &Self) {
        if later.any() {
            self.last = later.last;
            self.least = self.least.min(later.least);
            self.greatest = self.greatest.max(later.greatest);
        }
        self.nonfinite = self.nonfinite.saturating_add(later.nonfinite);
    }

    /// Copies a child's values out. Whatever they are, the result is finite and in order, or has no value.
    pub(crate) fn read<M: Memory>(memory: &M, offset: usize) -> Self {
        let get = |word| memory.word(offset + word).load(Ordering::Relaxed);
        let number = |word| f32::from_bits(get(word));
        let nonfinite = get(probe_values::NONFINITE);
        let (last, least, greatest) =
            (number(probe_values::LAST), number(probe_values::LEAST), number(probe_values::GREATEST));
        let finite = last.is_finite() && least.is_finite() && greatest.is_finite();
        if !finite || least > greatest {
            return Self { nonfinite, ..Self::NONE };
        }
        Self { last: last.clamp(least, greatest), least, greatest, nonfinite }
    }

    pub(crate) fn write<M: Memory>(&self, memory: &M, offset: usize) {
        let put = |word, value| memory.word(offset + word).store(value, Ordering::Relaxed);
        put(probe_values::LAST, self.last.to_bits());
        put(probe_values::LEAST, self.least.to_bits());
        put(probe_values::GREATEST, self.greatest.to_bits());
        put(probe_values::NONFINITE, self.nonfinite);
    }
}

/// A probe's identity, as the child gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeName {
    /// 1 to [`MAX_PROBE_NAME_BYTES`] printable ASCII characters, none of them a space.
    pub name: String,
    /// The processor that it is in, counted from 0 in the order of the child's chain; `None` if the child can't tell.
    /// The child's claim: there may be no such processor.
    pub processor: Option<u32>,
}

/// Reads the probes' names, from any thread but the audio thread: `Send` and `Sync`.
#[derive(Debug)]
pub struct ProbeNames<M: Memory = Mapping> {
    memory: Arc<M>,
    layout: Layout,
}

impl<M: Memory> ProbeNames<M> {
    pub(crate) fn new(memory: Arc<M>, layout: Layout) -> Self {
        Self { memory, layout }
    }

    /// Number of probes that have a name so far: 0 to [`MAX_PROBES`]. The child's claim.
    #[must_use]
    pub fn count(&self) -> usize {
        let word = self.memory.word(self.layout.probes() + probes::COUNT);
        // SYNC: partner is the Release in `add`; the names up to that count come with it.
        index(word.load(Ordering::Acquire)).min(MAX_PROBES)
    }

    /// The name of the probe at this index. `None` above [`count`](Self::count), and for one that can't be a name.
    #[must_use]
    pub fn get(&self, probe: usize) -> Option<ProbeName> {
        if probe >= self.count() {
            return None;
        }
        let mut bytes = [0; MAX_PROBE_NAME_BYTES];
        for (place, word) in bytes.chunks_exact_mut(WORD).zip(0..) {
            let offset = self.layout.probe_name(probe) + word * WORD;
            place.copy_from_slice(&self.memory.word(offset).load(Ordering::Relaxed).to_le_bytes());
        }
        let name = bytes.split(|byte| *byte == 0).next().filter(|name| is_name(name))?;
        let processor = self.memory.word(self.layout.probe_processor(probe)).load(Ordering::Relaxed);
        Some(ProbeName {
            name: String::from_utf8_lossy(name).into_owned(),
            processor: Some(processor).filter(|processor| *processor != NO_PROCESSOR),
        })
    }

    /// Whether the child left a probe out: because there were too many, or because its name is none.
    #[must_use]
    pub fn ignored(&self) -> bool {
        self.memory.word(self.layout.probes() + probes::IGNORED).load(Ordering::Relaxed) != 0
    }
}

/// Whether these bytes can be a probe's name: 1 to [`MAX_PROBE_NAME_BYTES`] printable ASCII characters, none of them a
/// space.
#[must_use]
pub fn is_name(name: &[u8]) -> bool {
    (1..=MAX_PROBE_NAME_BYTES).contains(&name.len()) && name.iter().all(u8::is_ascii_graphic)
}

/// Names the probe at `probe`, which is below [`MAX_PROBES`], and publishes it.
pub(crate) fn add<M: Memory>(memory: &M, layout: &Layout, probe: usize, name: &[u8], processor: Option<u32>) {
    let mut bytes = [0; MAX_PROBE_NAME_BYTES];
    for (place, byte) in bytes.iter_mut().zip(name) {
        *place = *byte;
    }
    for (place, word) in bytes.chunks_exact(WORD).zip(0..) {
        let mut value = [0; WORD];
        value.copy_from_slice(place);
        let offset = layout.probe_name(probe) + word * WORD;
        memory.word(offset).store(u32::from_le_bytes(value), Ordering::Relaxed);
    }
    memory.word(layout.probe_processor(probe)).store(processor.unwrap_or(NO_PROCESSOR), Ordering::Relaxed);
    // SYNC: partner is the Acquire in `ProbeNames::count`.
    let count = u32::try_from(probe + 1).unwrap_or(0);
    memory.word(layout.probes() + probes::COUNT).store(count, Ordering::Release);
}

/// Tells that a probe was left out.
pub(crate) fn ignore<M: Memory>(memory: &M, layout: &Layout) {
    memory.word(layout.probes() + probes::IGNORED).store(1, Ordering::Relaxed);
}
