//! Mach's thread policies.
#![expect(unsafe_code, reason = "the same calls as the system's")]

/// Takes the place of `libc` for the Mac's file: `<mach/thread_policy.h>`, `<mach/kern_return.h>`, `<pthread.h>`.
#[expect(non_camel_case_types, reason = "C's names")]
pub(crate) mod libc {
    pub(crate) use super::{pthread_mach_thread_np, thread_policy_set};
    pub(crate) use ::libc::{c_int, pthread_self};

    pub(crate) type mach_port_t = u32;
    pub(crate) type thread_policy_flavor_t = u32;

    pub(crate) const KERN_SUCCESS: c_int = 0;
    pub(crate) const THREAD_EXTENDED_POLICY: c_int = 1;
    pub(crate) const THREAD_TIME_CONSTRAINT_POLICY: c_int = 2;
    pub(crate) const THREAD_EXTENDED_POLICY_COUNT: u32 = 1;
    pub(crate) const THREAD_TIME_CONSTRAINT_POLICY_COUNT: u32 = 4;

    #[repr(C)]
    pub(crate) struct thread_time_constraint_policy {
        pub(crate) period: u32,
        pub(crate) computation: u32,
        pub(crate) constraint: u32,
        pub(crate) preemptible: u32,
    }

    #[repr(C)]
    pub(crate) struct thread_extended_policy {
        pub(crate) timeshare: u32,
    }
}

use self::libc::{
    KERN_SUCCESS, THREAD_EXTENDED_POLICY, THREAD_EXTENDED_POLICY_COUNT, THREAD_TIME_CONSTRAINT_POLICY,
    THREAD_TIME_CONSTRAINT_POLICY_COUNT, mach_port_t, thread_policy_flavor_t,
};
use std::ffi::c_int;

const KERN_INVALID_ARGUMENT: c_int = 4;
/// XNU's MIN_RT_QUANTUM and MAX_RT_QUANTUM, 50 µs and 50 ms, in ticks of 125/3 ns.
const COMPUTATION: std::ops::RangeInclusive<u32> = 1_200..=1_200_000;

/// The port of the calling thread: any number but 0, MACH_PORT_NULL.
// SAFETY: for callers: nothing; Apple declares it so, and the thread isn't looked at.
pub(crate) unsafe fn pthread_mach_thread_np(_: ::libc::pthread_t) -> mach_port_t {
    0x103
}

/// XNU, osfmk/kern/thread_policy.c, `thread_policy_set_internal`: refuses a policy shorter than its kind, a constraint
/// that is less than the computation, and a computation outside the quantum's bounds.
// SAFETY: for callers: `policy` is null, or valid for reads of `count` words.
pub(crate) unsafe fn thread_policy_set(
    thread: mach_port_t,
    flavor: thread_policy_flavor_t,
    policy: *mut c_int,
    count: u32,
) -> c_int {
    let is_flavor = |known: c_int| known.unsigned_abs() == flavor;
    if thread == 0 || policy.is_null() {
        return KERN_INVALID_ARGUMENT;
    }
    if is_flavor(THREAD_EXTENDED_POLICY) {
        return if count < THREAD_EXTENDED_POLICY_COUNT { KERN_INVALID_ARGUMENT } else { KERN_SUCCESS };
    }
    if !is_flavor(THREAD_TIME_CONSTRAINT_POLICY) || count < THREAD_TIME_CONSTRAINT_POLICY_COUNT {
        return KERN_INVALID_ARGUMENT;
    }
    // SAFETY: a policy of this kind, which the count says, and which lives.
    let policy = unsafe { policy.cast::<libc::thread_time_constraint_policy>().read_unaligned() };
    let fits = COMPUTATION.contains(&policy.computation) && policy.constraint >= policy.computation;
    if fits && policy.preemptible <= 1 { KERN_SUCCESS } else { KERN_INVALID_ARGUMENT }
}
