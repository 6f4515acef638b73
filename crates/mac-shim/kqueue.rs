//! kqueue(2), for watching the end of processes only, with rustix's names.
#![expect(unsafe_code, reason = "the same signatures as rustix's")]

use rustix::{
    event::epoll,
    io::{Errno, Result},
    process::{Pid, PidfdFlags, WaitId, WaitIdOptions, pidfd_open, waitid},
};
use std::{
    ffi::c_void,
    mem::MaybeUninit,
    ops::BitOr,
    os::fd::{AsFd, IntoRawFd, OwnedFd},
    time::Duration,
};

/// A change to what is watched, or a reported event.
#[derive(Clone, Copy)]
pub(crate) struct Event {
    filter: EventFilter,
    flags: EventFlags,
}

#[derive(Clone, Copy)]
pub(crate) enum EventFilter {
    Proc { pid: Pid, flags: ProcessEvents },
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct EventFlags(u16);

impl EventFlags {
    pub(crate) const ADD: Self = Self(1);
    pub(crate) const ONESHOT: Self = Self(0x10);
}

impl BitOr for EventFlags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct ProcessEvents(u32);

impl ProcessEvents {
    pub(crate) const EXIT: Self = Self(0x8000_0000);
}

impl Event {
    pub(crate) fn new(filter: EventFilter, flags: EventFlags, _: *mut c_void) -> Self {
        Self { filter, flags }
    }
}

pub(crate) fn kqueue() -> Result<OwnedFd> {
    epoll::create(epoll::CreateFlags::CLOEXEC)
}

/// "kevent() … When nevents is zero, kevent() will return immediately"; an error of a change that has no room in the list of
/// events is the call's. A process is found by `proc_find`, which finds no zombie: ESRCH (XNU, `filt_procattach`). It
/// reports an end and not a stop (`NOTE_EXIT`).
///
/// # Safety
/// As rustix's.
pub(crate) unsafe fn kevent<'a>(
    queue: impl AsFd,
    changes: &[Event],
    events: &'a mut [MaybeUninit<Event>],
    timeout: Option<Duration>,
) -> Result<(&'a mut [Event], &'a mut [MaybeUninit<Event>])> {
    assert!(timeout.is_none(), "no time to wait is played");
    for change in changes {
        let EventFilter::Proc { pid, flags } = change.filter;
        let is_played = flags == ProcessEvents::EXIT && change.flags == EventFlags::ADD | EventFlags::ONESHOT;
        assert!(is_played, "no other change is played");
        let process = pidfd_open(pid, PidfdFlags::empty())?;
        let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        if waitid(WaitId::PidFd(process.as_fd()), ended)?.is_some() {
            return Err(Errno::SRCH);
        }
        epoll::add(&queue, &process, epoll::EventData::new_u64(0), epoll::EventFlags::IN)?;
        // What is closed isn't watched any more: it stays open as long as this process lives.
        let _ = process.into_raw_fd();
    }
    let told = if events.is_empty() {
        0
    } else {
        let mut heard = [MaybeUninit::<epoll::Event>::uninit()];
        epoll::wait(&queue, &mut heard, None)?.0.len()
    };
    let pid = rustix::process::getpid();
    let event =
        Event { filter: EventFilter::Proc { pid, flags: ProcessEvents::EXIT }, flags: EventFlags::ONESHOT };
    let (written, rest) = events.split_at_mut(told);
    for place in &mut *written {
        place.write(event);
    }
    // SAFETY: each of them was written.
    Ok((unsafe { written.assume_init_mut() }, rest))
}
