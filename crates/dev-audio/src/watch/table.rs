//! The places that are known: as many as there is room for, written by the DSP thread and read by any.
#![expect(unsafe_code, reason = "a known stack is recognised by what lies on it")]

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};

use wavecraft_companion_protocol::realtime::{Act, MAX_FRAMES, MAX_PLACES};

use super::entry::Entry;
use super::stack::{Stack, Step, are_there, stored_at};

/// Something that was done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deed {
    pub(super) entry: Entry,
    /// The number of bytes, or that of the system call.
    pub(super) value: u64,
    /// An address on the stack whose distance from the first frame depends on the entry alone.
    pub(super) anchor: usize,
    /// Where the first frame goes on, if that isn't on the stack.
    pub(super) address: Option<usize>,
}

/// All places. Only one thread, the DSP thread, may call what changes it.
#[derive(Debug)]
pub(super) struct Table {
    places: [Place; MAX_PLACES],
    used: AtomicUsize,
    elsewhere: AtomicU64,
}

/// A place: its stack doesn't change once `Table::used` counts it.
#[derive(Debug)]
struct Place {
    entry: AtomicU8,
    value: AtomicU64,
    count: AtomicU64,
    blocks: AtomicU64,
    frames: [Frame; MAX_FRAMES],
    length: AtomicUsize,
    // What follows is the DSP thread's own.
    last_block: AtomicU64,
    anchor: AtomicUsize,
    /// Whether its stack can be recognised without unwinding.
    is_known_by_words: AtomicBool,
}

#[derive(Debug)]
struct Frame {
    address: AtomicUsize,
    /// The DSP thread's own.
    pointer: AtomicUsize,
}

/// A place as it was at some time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) act: Act,
    pub(super) count: u64,
    pub(super) blocks: u64,
    /// Innermost first.
    pub(super) addresses: Vec<usize>,
}

// SYNC, for the whole file: everything is written by one thread. A place's stack is published by the Release in `add`, whose
// partner is the Acquire in `used`; it doesn't change afterwards but for what only the writer reads. Counts are published
// by nothing: a reader sees some count that there was, and the last one where it is the writer itself.
impl Table {
    pub(super) const fn new() -> Self {
        Self {
            places: [const { Place::new() }; MAX_PLACES],
            used: AtomicUsize::new(0),
            elsewhere: AtomicU64::new(0),
        }
    }

    /// How many places there are.
    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Acquire).min(MAX_PLACES)
    }

    /// How often something was done for which there was no room.
    pub(super) fn elsewhere(&self) -> u64 {
        self.elsewhere.load(Ordering::Relaxed)
    }

    /// How often something was done at this place.
    pub(super) fn count(&self, place: usize) -> u64 {
        self.places.get(place).map_or(0, |place| place.count.load(Ordering::Relaxed))
    }

    /// One of the first [`used`](Self::used) places.
    pub(super) fn seen(&self, place: usize) -> Option<Seen> {
        let place = self.places[..self.used()].get(place)?;
        let count = place.count.load(Ordering::Relaxed);
        let length = place.length.load(Ordering::Relaxed).min(MAX_FRAMES);
        Some(Seen {
            act: Entry::act(place.entry.load(Ordering::Relaxed), place.value.load(Ordering::Relaxed))?,
            count,
            blocks: place.blocks.load(Ordering::Relaxed).clamp(count.min(1), count),
            addresses: place.frames[..length]
                .iter()
                .map(|frame| frame.address.load(Ordering::Relaxed))
                .collect(),
        })
    }

    /// Counts something at the place whose stack this thread's is, found without unwinding. Returns whether there is one.
    pub(super) fn count_known(&self, deed: &Deed, block: u64) -> bool {
        let known =
            self.places[..self.used()].iter().find(|place| place.is_at(deed) && place.is_on_stack(deed));
        known.inspect(|place| place.add(block)).is_some()
    }

    /// Counts something whose stack was captured: at its place, at a new one, or elsewhere.
    pub(super) fn count_stack(&self, deed: &Deed, stack: &Stack, base: usize, block: u64) {
        let used = self.used();
        let known = self.places[..used].iter().find(|place| place.is_of(deed, stack));
        let Some(place) = known.or(self.places.get(used)) else { return self.count_elsewhere() };
        if known.is_none() {
            place.entry.store(deed.entry.number(), Ordering::Relaxed);
            place.value.store(deed.value, Ordering::Relaxed);
            place.length.store(stack.frames().len(), Ordering::Relaxed);
            for (frame, step) in place.frames.iter().zip(stack.frames()) {
                frame.address.store(step.address, Ordering::Relaxed);
            }
        }
        place.remember(deed, stack, base);
        place.add(block);
        if known.is_none() {
            self.used.store(used + 1, Ordering::Release);
        }
    }

    /// Counts something for whose stack there is no time: at a place that may be it, or elsewhere.
    pub(super) fn count_unseen(&self, deed: &Deed, block: u64) {
        let may_be = |place: &&Place| place.is_at(deed) && !place.is_known_by_words.load(Ordering::Relaxed);
        match self.places[..self.used()].iter().find(may_be) {
            Some(place) => place.add(block),
            None => self.count_elsewhere(),
        }
    }

    fn count_elsewhere(&self) {
        raise(&self.elsewhere);
    }
}

impl Place {
    const fn new() -> Self {
        Self {
            entry: AtomicU8::new(0),
            value: AtomicU64::new(0),
            count: AtomicU64::new(0),
            blocks: AtomicU64::new(0),
            frames: [const { Frame { address: AtomicUsize::new(0), pointer: AtomicUsize::new(0) } };
                MAX_FRAMES],
            length: AtomicUsize::new(0),
            last_block: AtomicU64::new(0),
            anchor: AtomicUsize::new(0),
            is_known_by_words: AtomicBool::new(false),
        }
    }

    fn add(&self, block: u64) {
        raise(&self.count);
        if self.last_block.load(Ordering::Relaxed) != block {
            self.last_block.store(block, Ordering::Relaxed);
            raise(&self.blocks);
        }
    }

    fn is_like(&self, deed: &Deed) -> bool {
        self.entry.load(Ordering::Relaxed) == deed.entry.number()
            && (!deed.entry.is_told_apart_by_its_value() || self.value.load(Ordering::Relaxed) == deed.value)
    }

    /// Whether its stack was as deep when it was last captured, and goes on at the same address where that is known.
    fn is_at(&self, deed: &Deed) -> bool {
        self.anchor.load(Ordering::Relaxed) == deed.anchor
            && self.is_like(deed)
            && deed.address.is_none_or(|address| self.frames[0].address.load(Ordering::Relaxed) == address)
    }

    /// Whether its stack is the calling thread's: each frame's word is where it was. Functions have frames of a fixed size
    /// (those that don't are very few), so from the first frame on each one says where the next one's word is: if all
    /// are there it is the same stack, and two lines of one function differ in their word.
    fn is_on_stack(&self, deed: &Deed) -> bool {
        if !self.is_known_by_words.load(Ordering::Relaxed) {
            return false;
        }
        let length = self.length.load(Ordering::Relaxed).min(MAX_FRAMES);
        let frames = self.frames[..length].iter().skip(usize::from(deed.address.is_some())).map(Frame::step);
        // SAFETY: `remember` saw that they lie in this thread's stack above this very anchor, and what is above a place in
        // use stays mapped.
        unsafe { are_there(frames) }
    }

    fn is_of(&self, deed: &Deed, stack: &Stack) -> bool {
        self.is_like(deed)
            && self.length.load(Ordering::Relaxed) == stack.frames().len()
            && self
                .frames
                .iter()
                .zip(stack.frames())
                .all(|(frame, step)| frame.step().address == step.address)
    }

    /// Remembers where this stack lies, if it can be recognised by that.
    fn remember(&self, deed: &Deed, stack: &Stack, base: usize) {
        self.anchor.store(deed.anchor, Ordering::Relaxed);
        for (frame, step) in self.frames.iter().zip(stack.frames()) {
            frame.pointer.store(step.pointer, Ordering::Relaxed);
        }
        let on_stack = || stack.frames().iter().copied().skip(usize::from(deed.address.is_some()));
        let lies_within =
            |step: Step| step.pointer > deed.anchor && stored_at(step) >= deed.anchor && step.pointer <= base;
        let is_known = !stack.frames().is_empty()
            && on_stack().all(lies_within)
            // SAFETY: they lie between two addresses of the part of this stack that is in use.
            && unsafe { are_there(on_stack()) };
        self.is_known_by_words.store(is_known, Ordering::Relaxed);
    }
}

impl Frame {
    fn step(&self) -> Step {
        Step { address: self.address.load(Ordering::Relaxed), pointer: self.pointer.load(Ordering::Relaxed) }
    }
}

/// One more, by the only thread that writes.
fn raise(count: &AtomicU64) {
    count.store(count.load(Ordering::Relaxed).saturating_add(1), Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deed(entry: Entry, value: u64) -> Deed {
        Deed { entry, value, anchor: 0, address: None }
    }

    #[test]
    fn a_stack_is_one_place_however_often() {
        let table = Table::new();
        for block in [1, 1, 2] {
            table.count_stack(&deed(Entry::Allocate, 8 * block), &Stack::of(&[1, 2]), 0, block);
        }
        table.count_stack(&deed(Entry::Allocate, 8), &Stack::of(&[1, 3]), 0, 2);
        table.count_stack(&deed(Entry::Free, 0), &Stack::of(&[1, 2]), 0, 2);
        assert_eq!((table.used(), table.elsewhere()), (3, 0));
        let first = Seen { act: Act::Allocation { bytes: 8 }, count: 3, blocks: 2, addresses: vec![1, 2] };
        assert_eq!(table.seen(0), Some(first), "with the bytes of the first time");
        assert_eq!(table.seen(2).map(|seen| (seen.act, seen.count)), Some((Act::Free, 1)));
        assert_eq!(table.seen(3), None);
    }

    #[test]
    fn two_system_calls_at_one_address_are_two_places() {
        let table = Table::new();
        for number in [0, 1, 0] {
            table.count_stack(&deed(Entry::SystemCall, number), &Stack::of(&[7]), 0, 1);
        }
        assert_eq!(table.used(), 2);
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let table = Table::new();
        for address in 0..MAX_PLACES + 3 {
            table.count_stack(&deed(Entry::Allocate, 1), &Stack::of(&[address]), 0, 1);
        }
        assert_eq!((table.used(), table.elsewhere()), (MAX_PLACES, 3));
        table.count_stack(&deed(Entry::Allocate, 1), &Stack::of(&[5]), 0, 1);
        assert_eq!((table.count(5), table.elsewhere()), (2, 3), "the ones that have room go on");
    }

    #[test]
    fn a_deep_stack_is_kept_as_far_as_there_is_room() {
        let table = Table::new();
        let addresses: Vec<usize> = (1..100).collect();
        table.count_stack(&deed(Entry::Allocate, 1), &Stack::of(&addresses), 0, 1);
        assert_eq!(table.seen(0).map(|seen| seen.addresses), Some(addresses[..MAX_FRAMES].to_vec()));
    }
}
