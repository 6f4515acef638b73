//! macOS: Mach's time-constraint policy. This file was written without a Mac to run it on; each call is documented with
//! the rule it follows, from <mach/thread_policy.h>, <mach/mach_time.h>, and xnu's osfmk/kern/thread_policy.c.
#![expect(unsafe_code, reason = "the policy is set by a Mach call on the thread's port")]

#[cfg(mac_shim)]
use super::thread_policy::libc;

use super::constraint::Constraint;
use std::io;
use std::ptr;
use std::time::Duration;

pub(crate) const REMEDY: &str = "no setting of yours is known to bring this about: please report it";

/// Gives the calling thread the time-constraint policy until [`leave_real_time`], with one block every `period`;
/// returns that it has the policy. CoreAudio's own threads always have it too, so there is nothing more to check.
///
/// # Errors
///
/// The kernel's error; no documented rule predicts one.
pub(crate) fn enter_real_time(period: Duration, _always: bool) -> io::Result<bool> {
    let (numer, denom) = timebase();
    let Constraint { period, computation, constraint } = Constraint::of(period, numer, denom);
    let mut policy = libc::thread_time_constraint_policy {
        period,
        computation,
        constraint,
        // "preemptible: indicates that the computation may be interrupted, subject to the constraint".
        preemptible: 1,
    };
    // SAFETY: the struct is live during the call and has the layout and count of this flavor.
    let result = unsafe {
        libc::thread_policy_set(
            this_thread(),
            flavor(libc::THREAD_TIME_CONSTRAINT_POLICY),
            ptr::from_mut(&mut policy).cast(),
            libc::THREAD_TIME_CONSTRAINT_POLICY_COUNT,
        )
    };
    match result {
        libc::KERN_SUCCESS => Ok(true),
        code => Err(io::Error::other(format!("thread_policy_set answered {code}"))),
    }
}

/// Gives the calling thread its ordinary policy back: "timeshare: a value of TRUE is the standard (fair) policy".
pub(crate) fn leave_real_time() {
    let mut policy = libc::thread_extended_policy { timeshare: 1 };
    // SAFETY: the struct is live during the call and has the layout and count of this flavor. Failing would leave the
    // thread as it is, and nobody could do anything about it.
    let _ = unsafe {
        libc::thread_policy_set(
            this_thread(),
            flavor(libc::THREAD_EXTENDED_POLICY),
            ptr::from_mut(&mut policy).cast(),
            libc::THREAD_EXTENDED_POLICY_COUNT,
        )
    };
}

/// Sets another block length in the kernel. One Mach call, which neither allocates here nor waits.
pub(crate) fn set_period(period: Duration) {
    // What worked for one length can fail only by an undocumented rule; then the old length stays.
    let _ = enter_real_time(period, true);
}

/// Never observed from here: xnu itself lowers a real-time thread that computes for too long, for a while
/// (sched_set_max_unsafe_rt_quanta), and raises it again.
pub(crate) fn was_revoked() -> bool {
    false
}

/// The port belongs to the C library: unlike mach_thread_self, pthread_mach_thread_np returns no right that must be
/// released.
fn this_thread() -> libc::mach_port_t {
    // SAFETY: takes nothing; every thread has a handle.
    let thread = unsafe { libc::pthread_self() };
    // SAFETY: the calling thread's own handle is valid.
    unsafe { libc::pthread_mach_thread_np(thread) }
}

fn flavor(number: libc::c_int) -> libc::thread_policy_flavor_t {
    // The kernel's type for the same small constants is unsigned.
    number.unsigned_abs()
}

/// The policy's "absolute time units", in nanoseconds: 125/3 on Apple Silicon, 1/1 on Intel.
fn timebase() -> (u32, u32) {
    let mut info = TimebaseInfo { numer: 0, denom: 0 };
    // SAFETY: the struct is live and has the layout that the call fills in.
    let result = unsafe { mach_timebase_info(ptr::from_mut(&mut info)) };
    if result != 0 || info.numer == 0 { (1, 1) } else { (info.numer, info.denom) }
}

/// `struct mach_timebase_info`.
#[repr(C)]
struct TimebaseInfo {
    numer: u32,
    denom: u32,
}

// libc's declaration is deprecated in favour of another crate.
// SAFETY: declared as in `<mach/mach_time.h>`.
unsafe extern "C" {
    fn mach_timebase_info(info: *mut TimebaseInfo) -> i32;
}
