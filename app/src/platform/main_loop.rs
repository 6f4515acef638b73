//! The main thread's loop, as far as it can be decided without one: when its look is taken, when it ends, and what is
//! done when the system ends it.
//!
//! A Mac's loop runs in modes, calls back from within itself, and may be ended by `terminate:`, which never returns: so
//! nothing is borrowed while something is called. The tests play it.

use std::{
    cell::{Cell, RefCell},
    ops::ControlFlow,
};

/// What is called when the loop is woken: breaks when it is to end.
pub(crate) type Poll = Box<dyn FnMut() -> ControlFlow<()>>;
/// What is called once when the system ends the process from within the loop.
pub(crate) type Leave = Box<dyn FnOnce()>;

/// What a loop is asked to do, until it is to end.
#[derive(Default)]
pub(crate) struct MainLoop {
    /// Taken out while it is called.
    poll: RefCell<Option<Poll>>,
    leave: RefCell<Option<Leave>>,
    /// Woken while `poll` was called.
    again: Cell<bool>,
    ending: Cell<bool>,
}

impl MainLoop {
    /// Before the loop runs.
    pub(crate) fn begin(&self, poll: Poll, leave: Leave) {
        self.ending.set(false);
        self.again.set(false);
        self.poll.replace(Some(poll));
        self.leave.replace(Some(leave));
    }

    /// It was woken. What `poll` does may run the loop in itself, which may be woken there: then it is called once more,
    /// after it has returned.
    pub(crate) fn woken(&self) {
        self.again.set(true);
        let Some(mut poll) = self.poll.take() else { return };
        while self.again.replace(false) && !self.ending.get() {
            if poll().is_break() {
                self.ending.set(true);
            }
        }
        self.poll.replace(Some(poll));
    }

    /// Is it to end?
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.get()
    }

    /// It is over. If nobody wanted that but the system, then `leave` is called: the process ends as soon as this
    /// returns.
    pub(crate) fn destroyed(&self) {
        let leave = self.leave.take();
        if !self.ending.replace(true)
            && let Some(leave) = leave
        {
            leave();
            // What it shows goes with the process: nothing is taken apart while exit() does so too.
            std::mem::forget(self.poll.take());
        }
    }

    /// After the loop: what `poll` holds goes, on this thread.
    pub(crate) fn end(&self) {
        self.ending.set(true);
        drop(self.leave.take());
        drop(self.poll.take());
    }
}

#[cfg(test)]
mod tests;
