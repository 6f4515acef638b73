//! What one thread knows of itself: whether it is watched, and whether it is inside of `process`.

use std::cell::Cell;

use super::entry::Entry;
use super::selector;
use super::stack::{First, Stack};
use super::table::{Deed, Table};

/// The most stacks that are captured in one block: some microseconds each. What is done at a place that is known needs none,
/// so this bounds what the *first* block costs that does many things.
const STACKS_A_BLOCK: u32 = 16;

/// What the thread does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It isn't watched.
    Off,
    /// It is, and processes nothing.
    Outside,
    /// It is inside of `process`: what it does is noted.
    Inside,
    /// It notes, or does for `process` what was noted already.
    Noting,
}

struct Thread {
    state: Cell<State>,
    /// Whether it only finds out whether memory comes by way of us.
    is_trying: Cell<bool>,
    table: Cell<Option<&'static Table>>,
    /// An address in the frame that `process` is called from.
    base: Cell<usize>,
    block: Cell<u64>,
    /// How many stacks may still be captured in this block.
    stacks: Cell<u32>,
    was_reached: Cell<bool>,
}

// Without a destructor, so that it is there until the thread's end and its first use does nothing.
thread_local! {
    static THREAD: Thread = const {
        Thread {
            state: Cell::new(State::Off),
            is_trying: Cell::new(false),
            table: Cell::new(None),
            base: Cell::new(0),
            block: Cell::new(0),
            stacks: Cell::new(0),
            was_reached: Cell::new(false),
        }
    };
}

/// From here on this thread is watched in [`inside`], and notes in this table.
pub(super) fn watch(table: &'static Table) {
    THREAD.with(|thread| {
        thread.table.set(Some(table));
        thread.state.set(State::Outside);
    });
}

/// This thread is watched no more. For a panic's hook: nothing that follows is the processor's.
pub(crate) fn abandon() {
    THREAD.with(|thread| {
        if thread.state.replace(State::Off) != State::Off {
            selector::let_pass();
        }
    });
}

/// Does work that is watched, if this thread is.
#[inline(never)]
pub(crate) fn inside<T>(work: impl FnOnce() -> T) -> T {
    let here = 0_u8;
    if THREAD.with(|thread| thread.state.get() == State::Off) {
        return work();
    }
    THREAD.with(|thread| {
        thread.base.set((&raw const here).addr());
        thread.block.set(thread.block.get().wrapping_add(1));
        thread.stacks.set(STACKS_A_BLOCK);
        thread.state.set(State::Inside);
    });
    selector::catch();
    let result = work();
    selector::let_pass();
    THREAD.with(|thread| thread.state.set(State::Outside));
    result
}

/// Whether what this thread does now is to be noted.
#[inline]
pub(super) fn is_inside() -> bool {
    THREAD.with(|thread| thread.state.get() == State::Inside)
}

/// Notes this, and does it: what it does itself isn't noted.
#[inline(always)]
pub(super) fn noted<T>(entry: Entry, bytes: usize, work: impl FnOnce() -> T) -> T {
    note(entry, bytes);
    let result = work();
    go_on();
    result
}

/// Ends with nothing being noted, until [`go_on`].
#[cold]
#[inline(never)]
fn note(entry: Entry, bytes: usize) {
    selector::let_pass();
    let here = 0_u8;
    let anchor = (&raw const here).addr();
    THREAD.with(|thread| {
        thread.state.set(State::Noting);
        if thread.is_trying.get() {
            thread.was_reached.set(true);
            // The unwinder's first use may take longer than later ones.
            std::hint::black_box(Stack::capture(First::Above(anchor, 0), 0));
            return;
        }
        let value = u64::try_from(bytes).unwrap_or(u64::MAX);
        thread.count(&Deed { entry, value, anchor, address: None }, First::Above(anchor, entry.own_frames()));
    });
}

#[cold]
#[inline(never)]
fn go_on() {
    THREAD.with(|thread| {
        thread.state.set(State::Inside);
        if !thread.is_trying.get() {
            selector::catch();
        }
    });
}

/// Notes a call to the system from a signal's handler: its number, where the caller goes on, and its stack pointer. The
/// selector lets calls pass by now.
#[allow(dead_code, reason = "system calls are caught on Linux and x86-64 only")]
pub(super) fn note_system_call(number: i64, address: usize, pointer: usize) {
    THREAD.with(|thread| {
        if thread.state.replace(State::Noting) == State::Inside {
            let (entry, value) = (Entry::SystemCall, number.cast_unsigned());
            let deed = Deed { entry, value, anchor: pointer, address: Some(address) };
            thread.count(&deed, First::At(address));
            thread.state.set(State::Inside);
        }
    });
}

impl Thread {
    fn count(&self, deed: &Deed, first: First) {
        let Some(table) = self.table.get() else { return };
        // On the way to the panic's hook.
        if std::thread::panicking() {
            return;
        }
        let block = self.block.get();
        if table.count_known(deed, block) {
            return;
        }
        match self.stacks.get().checked_sub(1) {
            Some(left) => {
                self.stacks.set(left);
                let base = self.base.get();
                table.count_stack(deed, &Stack::capture(first, base), base, block);
            }
            None => table.count_unseen(deed, block),
        }
    }
}

/// From here on until [`end_trial`], it is only seen whether anything reaches [`noted`].
pub(super) fn begin_trial() {
    THREAD.with(|thread| {
        thread.was_reached.set(false);
        thread.is_trying.set(true);
        thread.state.set(State::Inside);
    });
}

/// Returns whether anything reached [`noted`]. The thread is watched no more, until it is told to.
pub(super) fn end_trial() -> bool {
    THREAD.with(|thread| {
        thread.state.set(State::Off);
        thread.is_trying.set(false);
        thread.was_reached.get()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::allocator::{allocating, freeing};
    use assert_no_alloc::assert_no_alloc;
    use std::hint::black_box;
    use std::thread;
    use wavecraft_companion_protocol::realtime::Act;

    /// A table, and work done as `process` is, on a watched thread that ends with it.
    fn watched(blocks: u64, work: impl Fn() + Sync) -> &'static Table {
        let table: &'static Table = Box::leak(Box::new(Table::new()));
        thread::scope(|scope| {
            scope.spawn(|| {
                watch(table);
                for _ in 0..blocks {
                    inside(&work);
                }
                abandon();
            });
        });
        table
    }

    fn acts(table: &Table) -> Vec<(Act, u64, u64)> {
        let seen = (0..table.used()).filter_map(|place| table.seen(place));
        seen.map(|seen| (seen.act, seen.count, seen.blocks)).collect()
    }

    #[test]
    fn noting_does_not_allocate() {
        let table = watched(3, || {
            assert_no_alloc(|| {
                allocating(8, || ());
                for _ in 0..100 {
                    freeing(|| ());
                }
            });
        });
        assert_eq!(acts(table), [(Act::Allocation { bytes: 8 }, 3, 3), (Act::Free, 300, 3)]);
    }

    #[test]
    fn a_piece_of_this_programs_memory_is_noted_from_request_to_end() {
        let table = watched(2, || drop(black_box(Box::new(black_box([1_u8; 24])))));
        assert_eq!(acts(table), [(Act::Allocation { bytes: 24 }, 2, 2), (Act::Free, 2, 2)]);
    }

    #[test]
    fn what_is_done_meanwhile_and_elsewhere_is_not_noted() {
        let table = watched(1, || {
            allocating(1, || drop(black_box(Box::new([0_u8; 777]))));
            thread::scope(|scope| {
                // The request for the other thread is this one's, what that does isn't.
                scope.spawn(|| allocating(777, || ()));
            });
        });
        assert_eq!(acts(table)[0], (Act::Allocation { bytes: 1 }, 1, 1));
        assert!(acts(table).iter().all(|(act, ..)| *act != Act::Allocation { bytes: 777 }));
        assert_eq!(watched(0, || ()).used(), 0);
    }

    #[test]
    fn many_places_of_one_block_cost_no_more_stacks_than_are_allowed() {
        #[inline(never)]
        fn deep(depth: u32) {
            if depth > 0 {
                deep(depth - 1);
            }
            freeing(|| ());
            black_box(());
        }
        let table = watched(1, || deep(STACKS_A_BLOCK + 3));
        assert_eq!(table.used(), usize::try_from(STACKS_A_BLOCK).unwrap());
        assert_eq!(table.elsewhere(), 4);
        // What is known by then needs none.
        let table = watched(2, || deep(STACKS_A_BLOCK + 3));
        assert_eq!(table.used(), usize::try_from(STACKS_A_BLOCK + 4).unwrap());
        assert_eq!(table.elsewhere(), 4);
    }
}
