//! posix_spawn(2) with the extensions that only a Mac has.
#![expect(unsafe_code, reason = "the same calls as the system's, over the C library's")]

/// Takes the place of `libc` for the Mac's file.
#[expect(non_camel_case_types, reason = "C's names")]
pub(crate) mod libc {
    pub(crate) use super::{
        dlsym, posix_spawn, posix_spawnattr_destroy, posix_spawnattr_init, posix_spawnattr_setbinpref_np,
        posix_spawnattr_setflags, posix_spawnattr_setpgroup, posix_spawnattr_setsigdefault,
        posix_spawnattr_setsigmask, posix_spawnattr_t,
    };
    pub(crate) use ::libc::{
        F_DUPFD_CLOEXEC, POSIX_SPAWN_SETPGROUP, POSIX_SPAWN_SETSIGDEF, POSIX_SPAWN_SETSIGMASK, RTLD_DEFAULT,
        c_void, fcntl, pid_t, posix_spawn_file_actions_adddup2, posix_spawn_file_actions_destroy,
        posix_spawn_file_actions_init, posix_spawn_file_actions_t, sigemptyset, sigfillset,
    };

    pub(crate) type cpu_type_t = i32;
    /// From `<spawn.h>`, in addition to the flags that both systems have, whose numbers differ.
    pub(crate) const POSIX_SPAWN_CLOEXEC_DEFAULT: i32 = 0x4000;
}

use ::libc::{c_char, c_int, c_short, c_void, pid_t, sigset_t, size_t};
use std::{ffi::CStr, ptr};

/// The C library's attributes, with the Mac's in addition.
#[expect(non_camel_case_types, reason = "C's name")]
pub(crate) struct posix_spawnattr_t {
    known: ::libc::posix_spawnattr_t,
    closes: bool,
    disclaims: bool,
}

fn known(attributes: *mut posix_spawnattr_t) -> *mut ::libc::posix_spawnattr_t {
    // SAFETY: the caller's object lives; only an address is made.
    unsafe { &raw mut (*attributes).known }
}

// SAFETY: for callers: `attributes` has room for one object, which may be uninitialised.
pub(crate) unsafe fn posix_spawnattr_init(attributes: *mut posix_spawnattr_t) -> c_int {
    // SAFETY: the caller's place for one.
    unsafe { (&raw mut (*attributes).closes).write(false) };
    // SAFETY: likewise.
    unsafe { (&raw mut (*attributes).disclaims).write(false) };
    // SAFETY: likewise.
    unsafe { ::libc::posix_spawnattr_init(known(attributes)) }
}

// SAFETY: for callers: `attributes` was initialised, and isn't destroyed yet.
pub(crate) unsafe fn posix_spawnattr_destroy(attributes: *mut posix_spawnattr_t) -> c_int {
    // SAFETY: the caller's, initialised.
    unsafe { ::libc::posix_spawnattr_destroy(known(attributes)) }
}

/// `POSIX_SPAWN_CLOEXEC_DEFAULT`: "only file descriptors explicitly described by the file_actions argument are available".
// SAFETY: for callers: `attributes` was initialised, and isn't destroyed yet.
pub(crate) unsafe fn posix_spawnattr_setflags(attributes: *mut posix_spawnattr_t, flags: c_short) -> c_int {
    let apples = c_short::try_from(libc::POSIX_SPAWN_CLOEXEC_DEFAULT).unwrap_or(0);
    // SAFETY: the caller's, initialised.
    unsafe { (*attributes).closes = flags & apples != 0 };
    // SAFETY: likewise.
    unsafe { ::libc::posix_spawnattr_setflags(known(attributes), flags & !apples) }
}

// SAFETY: for callers: `attributes` was initialised, and isn't destroyed yet.
pub(crate) unsafe fn posix_spawnattr_setpgroup(attributes: *mut posix_spawnattr_t, group: pid_t) -> c_int {
    // SAFETY: the caller's, initialised.
    unsafe { ::libc::posix_spawnattr_setpgroup(known(attributes), group) }
}

// SAFETY: for callers: `attributes` and `set` were initialised and live.
pub(crate) unsafe fn posix_spawnattr_setsigmask(
    attributes: *mut posix_spawnattr_t,
    set: *const sigset_t,
) -> c_int {
    // SAFETY: the caller's, both initialised.
    unsafe { ::libc::posix_spawnattr_setsigmask(known(attributes), set) }
}

// SAFETY: for callers: `attributes` and `set` were initialised and live.
pub(crate) unsafe fn posix_spawnattr_setsigdefault(
    attributes: *mut posix_spawnattr_t,
    set: *const sigset_t,
) -> c_int {
    // SAFETY: the caller's, both initialised.
    unsafe { ::libc::posix_spawnattr_setsigdefault(known(attributes), set) }
}

/// posix_spawnattr_setbinpref_np(3): takes up to four types, and returns how many. Linux has one architecture.
// SAFETY: for callers: `taken` is null, or valid for a write.
pub(crate) unsafe fn posix_spawnattr_setbinpref_np(
    _: *mut posix_spawnattr_t,
    count: size_t,
    _: *mut libc::cpu_type_t,
    taken: *mut size_t,
) -> c_int {
    // SAFETY: null, or a number of the caller's.
    if let Some(taken) = unsafe { taken.as_mut() } {
        *taken = count.min(4);
    }
    0
}

/// `responsibility_spawnattrs_setdisclaim`, which is in no header.
// SAFETY: for callers: `attributes` was initialised, and isn't destroyed yet.
unsafe extern "C" fn set_disclaim(attributes: *mut posix_spawnattr_t, disclaims: c_int) -> c_int {
    // SAFETY: the caller's, initialised.
    unsafe { (*attributes).disclaims = disclaims != 0 };
    0
}

// SAFETY: for callers: `name` ends with a zero byte; `handle` as dlsym(3) has it.
pub(crate) unsafe fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void {
    // SAFETY: the caller's text ends with a zero byte.
    if unsafe { CStr::from_ptr(name) } == c"responsibility_spawnattrs_setdisclaim" {
        return set_disclaim as *mut c_void;
    }
    // SAFETY: as the caller's.
    unsafe { ::libc::dlsym(handle, name) }
}

/// Marks open descriptors before calling the C library's function: a dup2 of the file actions clears the mark again.
// SAFETY: for callers: all pointers as posix_spawn(2) has them; `attributes` was initialised.
pub(crate) unsafe fn posix_spawn(
    pid: *mut pid_t,
    path: *const c_char,
    actions: *const ::libc::posix_spawn_file_actions_t,
    attributes: *const posix_spawnattr_t,
    arguments: *const *mut c_char,
    environment: *const *mut c_char,
) -> c_int {
    // SAFETY: the caller's, initialised.
    let attributes = unsafe { &*attributes };
    assert!(attributes.disclaims, "every child answers for itself");
    if attributes.closes {
        // SAFETY: changes flags of this process's descriptors, and touches no memory.
        unsafe {
            ::libc::syscall(::libc::SYS_close_range, 3, ::libc::c_uint::MAX, ::libc::CLOSE_RANGE_CLOEXEC)
        };
    }
    // SAFETY: as the caller's.
    unsafe {
        ::libc::posix_spawn(pid, path, actions, ptr::from_ref(&attributes.known), arguments, environment)
    }
}
