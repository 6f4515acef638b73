//! Waiting for a process's end. This file couldn't be run on a Mac where it was written, so each call is next to the
//! rule it follows. On Linux it runs over `crates/mac-shim/kqueue.rs`.
#![expect(unsafe_code, reason = "kevent, whose binding can't check its arguments")]

#[cfg(mac_shim)]
use crate::platform::kqueue_shim as kqueue;
#[cfg(not(mac_shim))]
use rustix::event::kqueue;

use kqueue::{Event, EventFilter, EventFlags, ProcessEvents, kevent, kqueue};
use rustix::process::Pid;
use std::{mem::MaybeUninit, os::fd::OwnedFd, ptr};

/// Waits for the end of one process.
///
/// Uses kqueue(2) instead of waitid(2): with `WEXITED` and `WNOWAIT`, waitid(2) on macOS returns for a child that is
/// only stopped, and fails with ECHILD while a debugger has the child, which ptrace(2) makes the debugger's own.
pub(crate) struct EndWatch {
    pid: Pid,
    /// Set once the process is watched.
    queue: Option<OwnedFd>,
}

impl EndWatch {
    /// Watches this process.
    pub(crate) fn new(pid: Pid) -> Self {
        Self { pid, queue: None }
    }

    /// Sleeps until the process has ended, without reaping it. It may return a moment before waitpid(2) can reap the
    /// process: XNU notifies in `proc_exit`, before it makes the process a zombie.
    ///
    /// # Errors
    /// ESRCH: it has ended already, as the filter finds no zombie. EINTR, ENOMEM, EMFILE.
    pub(crate) fn ended(&mut self) -> rustix::io::Result<()> {
        let queue = match &mut self.queue {
            Some(queue) => queue,
            empty => empty.insert(watch(self.pid)?),
        };
        let mut events = [MaybeUninit::<Event>::uninit()];
        loop {
            // SAFETY: no changes, so no descriptors of theirs; the buffer is live, and as long as it says.
            let (told, _) = unsafe { kevent(&*queue, &[], &mut events, None) }?;
            // Without a timeout it returns with an event or an error, and only one event is watched.
            if !told.is_empty() {
                return Ok(());
            }
        }
    }
}

/// "When nevents is zero, kevent() will return immediately", and an error in a change that has no room in the list of
/// events becomes the call's own.
fn watch(pid: Pid) -> rustix::io::Result<OwnedFd> {
    let queue = kqueue()?;
    let exit = EventFilter::Proc { pid, flags: ProcessEvents::EXIT };
    let change = Event::new(exit, EventFlags::ADD | EventFlags::ONESHOT, ptr::null_mut());
    let none: &mut [MaybeUninit<Event>] = &mut [];
    // SAFETY: the change names a process and no descriptor.
    unsafe { kevent(&queue, &[change], none, None) }?;
    Ok(queue)
}
