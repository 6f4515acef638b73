//! Waiting on an address, the Mach clock, random bytes and shared-memory objects.
#![expect(unsafe_code, reason = "the same calls as the system's, over Linux's")]

/// Takes the place of `libc` for the Mac's files.
pub(crate) mod libc {
    pub(crate) use super::{
        arc4random_buf, os_sync_wait_on_address_with_deadline, os_sync_wake_by_address_any,
    };

    /// `<os/os_sync_wait_on_address.h>` and `<os/clock.h>`.
    pub(crate) const OS_SYNC_WAIT_ON_ADDRESS_SHARED: u32 = 1;
    pub(crate) const OS_SYNC_WAKE_BY_ADDRESS_SHARED: u32 = 1;
    pub(crate) const OS_CLOCK_MACH_ABSOLUTE_TIME: u32 = 32;
}

use ::libc::{EINVAL, ENOENT, ETIMEDOUT, c_int, c_void, size_t, timespec};
use rustix::fs::SealFlags;
use std::os::fd::AsFd;
use std::ptr;

/// Nanoseconds per tick as a fraction, as on Apple Silicon.
const NUMER: u32 = 125;
const DENOM: u32 = 3;
const NS_PER_SECOND: u64 = 1_000_000_000;

/// `<mach/mach_time.h>`: ticks since some moment, without the time asleep.
// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C" fn mach_absolute_time() -> u64 {
    let mut now = timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes the struct that it is given, which lives.
    unsafe { ::libc::clock_gettime(::libc::CLOCK_MONOTONIC, &mut now) };
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    let ns = seconds * NS_PER_SECOND + u64::try_from(now.tv_nsec).unwrap_or(0);
    let ticks = u128::from(ns) * u128::from(DENOM) / u128::from(NUMER);
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

/// `struct mach_timebase_info`.
#[repr(C)]
struct TimebaseInfo {
    numer: u32,
    denom: u32,
}

/// `<mach/mach_time.h>`: KERN_SUCCESS, or KERN_INVALID_ARGUMENT (4) without a place to write to.
// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C" fn mach_timebase_info(info: *mut TimebaseInfo) -> c_int {
    // SAFETY: null, or a struct of the caller's.
    let Some(info) = (unsafe { info.as_mut() }) else { return 4 };
    *info = TimebaseInfo { numer: NUMER, denom: DENOM };
    0
}

/// `<stdlib.h>`, arc4random(3).
// SAFETY: for callers: `buffer` is valid for writes of `length` bytes.
pub(crate) unsafe fn arc4random_buf(buffer: *mut c_void, length: size_t) {
    // SAFETY: the caller's buffer is as long as it says. Up to 256 bytes come whole (getrandom(2)).
    let got = unsafe { ::libc::getrandom(buffer, length, 0) };
    assert_eq!(usize::try_from(got), Ok(length));
}

/// The arguments that the manual's "os_sync_wait_on_address" refuses: a size other than 4 or 8 (only 4 is supported
/// here), unknown flags, an address that isn't aligned to the size.
fn is_wrong(address: *mut c_void, size: size_t, flags: u32) -> bool {
    size != 4 || flags & !1 != 0 || address.is_null() || !address.addr().is_multiple_of(size)
}

fn fails(errno: c_int) -> c_int {
    // SAFETY: the address of this thread's errno, which lives as long as the thread.
    unsafe { *::libc::__errno_location() = errno };
    -1
}

/// Selects between the two kinds of waiters: those of one process, or all that share the page.
fn operation(operation: c_int, flags: u32) -> c_int {
    if flags & libc::OS_SYNC_WAIT_ON_ADDRESS_SHARED == 0 {
        operation | ::libc::FUTEX_PRIVATE_FLAG
    } else {
        operation
    }
}

/// "Block if the value at addr is the expected one, until a wake or the deadline": the number of waiters left, or −1 with
/// EINVAL, ETIMEDOUT, EINTR, EFAULT.
// SAFETY: for callers: `address` is null, or a word that lives until this returns.
pub(crate) unsafe fn os_sync_wait_on_address_with_deadline(
    address: *mut c_void,
    value: u64,
    size: size_t,
    flags: u32,
    clock: u32,
    deadline: u64,
) -> c_int {
    if is_wrong(address, size, flags) || clock != libc::OS_CLOCK_MACH_ABSOLUTE_TIME || deadline == 0 {
        return fails(EINVAL);
    }
    // A value that doesn't fit into the size never equals the one at the address.
    let Ok(value) = u32::try_from(value) else { return 0 };
    let ns = u128::from(deadline) * u128::from(NUMER) / u128::from(DENOM);
    let ns = u64::try_from(ns).unwrap_or(u64::MAX);
    let until = timespec {
        tv_sec: i64::try_from(ns / NS_PER_SECOND).unwrap_or(i64::MAX),
        tv_nsec: i64::try_from(ns % NS_PER_SECOND).unwrap_or(0),
    };
    let wait = operation(::libc::FUTEX_WAIT_BITSET, flags);
    let all = ::libc::FUTEX_BITSET_MATCH_ANY;
    // SAFETY: the word is the caller's and lives; the time lives; futex(2) reads both, with an absolute time on
    // CLOCK_MONOTONIC.
    let waited = unsafe {
        ::libc::syscall(::libc::SYS_futex, address, wait, value, &raw const until, ptr::null::<u32>(), all)
    };
    match std::io::Error::last_os_error().raw_os_error() {
        _ if waited == 0 => 0,
        // It no longer has the expected value.
        Some(::libc::EAGAIN) => 0,
        Some(ETIMEDOUT) => fails(ETIMEDOUT),
        Some(errno) => fails(errno),
        None => 0,
    }
}

/// "Wakes up one waiter": 0, or −1 with EINVAL, or ENOENT where nobody waits.
// SAFETY: for callers: nothing; Apple declares it so, and the word isn't read.
pub(crate) unsafe fn os_sync_wake_by_address_any(address: *mut c_void, size: size_t, flags: u32) -> c_int {
    if is_wrong(address, size, flags) {
        return fails(EINVAL);
    }
    let wake = operation(::libc::FUTEX_WAKE, flags);
    // SAFETY: the address is only a name.
    let woken = unsafe { ::libc::syscall(::libc::SYS_futex, address, wake, 1) };
    if woken > 0 { 0 } else { fails(ENOENT) }
}

/// `<sys/mman.h>`, with rustix's names.
pub(crate) mod shm {
    use rustix::fs::{MemfdFlags, Mode, memfd_create};
    use rustix::io::{Errno, Result};
    use std::collections::BTreeSet;
    use std::os::fd::OwnedFd;
    use std::sync::{Mutex, PoisonError};

    pub(crate) use rustix::shm::OFlags;

    /// XNU, bsd/kern/posix_shm.c: PSHMNAMLEN.
    const LONGEST_NAME: usize = 31;

    static NAMES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

    /// shm_open(2): with O_CREAT and O_EXCL, EEXIST if the name exists; ENAMETOOLONG if it is longer than PSHMNAMLEN.
    /// "The FD_CLOEXEC flag is set for the new file descriptor."
    pub(crate) fn open(name: &str, flags: OFlags, mode: Mode) -> Result<OwnedFd> {
        let is_played = flags == OFlags::CREATE | OFlags::EXCL | OFlags::RDWR;
        assert!(is_played && mode == Mode::RUSR | Mode::WUSR, "no other object is played");
        if name.len() > LONGEST_NAME {
            return Err(Errno::NAMETOOLONG);
        }
        if !NAMES.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned()) {
            return Err(Errno::EXIST);
        }
        memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)
    }

    /// shm_unlink(2): ENOENT if the name doesn't exist.
    pub(crate) fn unlink(name: &str) -> Result<()> {
        let was_there = NAMES.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        if was_there { Ok(()) } else { Err(Errno::NOENT) }
    }
}

/// ftruncate(2) of an object from shm_open: "once", while it has no size; then EINVAL (XNU, `pshm_truncate`). The seals
/// are Linux's way to refuse it to every other holder of the descriptor.
pub(crate) fn ftruncate(object: impl AsFd, length: u64) -> rustix::io::Result<()> {
    let object = object.as_fd();
    if rustix::fs::fstat(object)?.st_size != 0 {
        return Err(rustix::io::Errno::INVAL);
    }
    rustix::fs::ftruncate(object, length)?;
    rustix::fs::fcntl_add_seals(object, SealFlags::GROW | SealFlags::SHRINK)
}
