//! The calling thread's stack, by the unwinder that the standard library links.
//!
//! Neither this nor the unwinder allocates. The unwinder asks the system's loader in which file an address lies: without a
//! lock in glibc 2.35 and later, and elsewhere with one that other threads hold for as long as they list the loaded files
//! or load one. An audio thread may wait for it only in a block that already did what it must not.
#![expect(
    unsafe_code,
    reason = "the unwinder is a C function, and what it found is compared with the stack itself"
)]

use std::ffi::{c_int, c_void};

use wavecraft_companion_protocol::realtime::MAX_FRAMES;

/// What a place on x86-64 is below the stack pointer after a call: the word that the call pushed.
const WORD: usize = size_of::<usize>();

/// The most frames that are skipped before the first of interest: more than a signal handler and an allocator have.
const MOST_SKIPPED: usize = 64;

/// A stack's frames, innermost first.
#[derive(Debug)]
pub(super) struct Stack {
    frames: [Step; MAX_FRAMES],
    length: usize,
    /// Whether the frame was found that the stack was to end before.
    pub(super) is_whole: bool,
}

/// One frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Step {
    /// Where its function goes on.
    pub(super) address: usize,
    /// The stack pointer at that time.
    pub(super) pointer: usize,
}

/// Where a stack begins.
#[derive(Debug, Clone, Copy)]
pub(super) enum First {
    /// So many frames above the one in whose frame this address lies; 0 is its caller.
    Above(usize, usize),
    /// The frame that goes on here.
    At(usize),
}

struct Tracing {
    first: First,
    /// The frame in which this address lies is the last, and isn't kept.
    base: usize,
    skipped: usize,
    has_begun: bool,
    stack: Stack,
}

impl Stack {
    /// Captures the calling thread's stack: from `first` to the frame in which `base` lies, which isn't kept.
    #[inline(never)]
    pub(super) fn capture(first: First, base: usize) -> Self {
        let stack = Self { frames: [Step::default(); MAX_FRAMES], length: 0, is_whole: false };
        let mut tracing = Tracing { first, base, skipped: 0, has_begun: false, stack };
        // SAFETY: `step` has the type that is expected, is called during this call only, and is given this pointer.
        unsafe { _Unwind_Backtrace(step, (&raw mut tracing).cast()) };
        tracing.stack
    }

    #[cfg(test)]
    pub(super) fn of(addresses: &[usize]) -> Self {
        let mut stack = Self { frames: [Step::default(); MAX_FRAMES], length: 0, is_whole: true };
        for (step, address) in stack.frames.iter_mut().zip(addresses) {
            *step = Step { address: *address, pointer: 0 };
            stack.length += 1;
        }
        stack
    }

    pub(super) fn frames(&self) -> &[Step] {
        &self.frames[..self.length]
    }
}

impl Tracing {
    /// Returns whether to go on.
    fn take(&mut self, step: Step) -> bool {
        if !self.has_begun {
            self.has_begun = match &mut self.first {
                First::At(address) => *address == step.address,
                First::Above(inner, more) if step.pointer > *inner => {
                    let begins = *more == 0;
                    *more = more.saturating_sub(1);
                    begins
                }
                First::Above(..) => false,
            };
            if !self.has_begun {
                self.skipped += 1;
                return self.skipped < MOST_SKIPPED;
            }
        }
        if step.pointer > self.base
            && self.stack.frames().last().is_some_and(|last| last.pointer <= self.base)
        {
            // The one before it is the one in which `base` lies.
            self.stack.length -= 1;
            self.stack.is_whole = true;
            return false;
        }
        let Some(place) = self.stack.frames.get_mut(self.stack.length) else { return false };
        *place = step;
        self.stack.length += 1;
        true
    }
}

/// Where the return address into this frame lies, if that is right below where its stack ended when it called: on x86-64
/// always, elsewhere it depends.
pub(super) const fn stored_at(step: Step) -> usize {
    step.pointer.wrapping_sub(WORD)
}

/// Whether each of these frames is on the stack now: the word that belongs to it is its address.
///
/// # Safety
///
/// What [`stored_at`] says of each lies in the calling thread's stack, within what it uses.
pub(super) unsafe fn are_there(mut frames: impl Iterator<Item = Step>) -> bool {
    frames.all(|step| {
        let word = stored_at(step) as *const usize;
        // SAFETY: the caller promises it; a stack is as aligned as a word where these addresses were seen.
        word.is_aligned() && unsafe { word.read_volatile() } == step.address
    })
}

/// `_URC_NO_REASON` and `_URC_NORMAL_STOP`.
const GO_ON: c_int = 0;
const STOP: c_int = 4;

extern "C" fn step(context: *mut c_void, tracing: *mut c_void) -> c_int {
    // SAFETY: the unwinder gives the context of one frame.
    let address = unsafe { _Unwind_GetIP(context) };
    // SAFETY: as above.
    let pointer = unsafe { _Unwind_GetCFA(context) };
    // SAFETY: it is what `capture` passed, borrowed by nobody else.
    let tracing = unsafe { &mut *tracing.cast::<Tracing>() };
    if address != 0 && tracing.take(Step { address, pointer }) { GO_ON } else { STOP }
}

// SAFETY: declared as in the Itanium C++ ABI, and as libgcc and LLVM's libunwind define them; the standard library links one
// of the two.
unsafe extern "C" {
    fn _Unwind_Backtrace(
        step: extern "C" fn(*mut c_void, *mut c_void) -> c_int,
        argument: *mut c_void,
    ) -> c_int;
    /// Where the frame's function goes on.
    fn _Unwind_GetIP(context: *mut c_void) -> usize;
    /// The frame's stack pointer: what the canonical frame address of the function that it called is.
    fn _Unwind_GetCFA(context: *mut c_void) -> usize;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[inline(never)]
    fn inner(base: usize, more: usize) -> Stack {
        let here = 0_u8;
        black_box(Stack::capture(First::Above((&raw const here).addr(), more), base))
    }

    #[inline(never)]
    fn middle(base: usize, more: usize) -> Stack {
        black_box(inner(base, more))
    }

    #[test]
    fn a_stack_begins_and_ends_where_it_was_told_to() {
        let here = 0_u8;
        let base = (&raw const here).addr();
        let stack = middle(base, 0);
        assert!(stack.is_whole);
        assert_eq!(stack.frames().len(), 1, "this one isn't kept: {stack:x?}");
        let near = |address: usize, function: usize| address.wrapping_sub(function) < 4096;
        let function: fn(usize, usize) -> Stack = middle;
        assert!(near(stack.frames()[0].address, function as usize), "{stack:x?}");
        assert_eq!(middle(base, 1).frames().len(), 0, "nothing is left");
        assert!(middle(0, 0).frames().len() > 3, "without an end it goes to the thread's begin");
    }
}
