//! The main thread's loop, as far as it can be decided without a real one: when it polls, when it ends, and what is
//! done when the system ends it.
//!
//! A Mac's loop runs in modes, calls back from within itself, and may be ended by `terminate:`, which never returns: so
//! nothing is borrowed during a call. The tests simulate it.

use std::{
    cell::{Cell, RefCell},
    ops::ControlFlow,
};

/// Called when the loop is woken; breaks if the loop must end.
pub(crate) type Poll = Box<dyn FnMut() -> ControlFlow<()>>;
/// Called once when the system ends the process from within the loop.
pub(crate) type Leave = Box<dyn FnOnce()>;

/// The state of the loop.
#[derive(Default)]
pub(crate) struct MainLoop {
    /// Taken out while it is called.
    poll: RefCell<Option<Poll>>,
    leave: RefCell<Option<Leave>>,
    /// Set if the loop was woken while `poll` was being called.
    again: Cell<bool>,
    ending: Cell<bool>,
}

impl MainLoop {
    /// Called before the loop runs.
    pub(crate) fn begin(&self, poll: Poll, leave: Leave) {
        self.ending.set(false);
        self.again.set(false);
        self.poll.replace(Some(poll));
        self.leave.replace(Some(leave));
    }

    /// Called when the loop is woken. `poll` may itself run the loop, which may be woken in there: then `poll` is
    /// called once more after it has returned.
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

    /// Must the loop end?
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.get()
    }

    /// Called when the loop is over. If only the system wanted that, `leave` is called: the process ends as soon as
    /// this returns.
    pub(crate) fn destroyed(&self) {
        let leave = self.leave.take();
        if !self.ending.replace(true)
            && let Some(leave) = leave
        {
            leave();
            // What `poll` shows goes with the process: it isn't torn down while exit() does that too.
            std::mem::forget(self.poll.take());
        }
    }

    /// Called after the loop: drops what `poll` holds, on this thread.
    pub(crate) fn end(&self) {
        self.ending.set(true);
        drop(self.leave.take());
        drop(self.poll.take());
    }
}

#[cfg(test)]
mod tests;
