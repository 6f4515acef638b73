//! Whether a process has a debugger, and its memory. This file couldn't be run where it was written, so each call is next to the rule
//! it follows.
#![expect(unsafe_code, reason = "libproc fills a struct")]

use rustix::process::Pid;
use std::{ffi::c_int, mem::MaybeUninit};

/// Is the process held by a debugger? Then it may stand still indefinitely.
///
/// `proc_pidinfo(PROC_PIDTBSDINFO)` of `<libproc.h>` fills a `proc_bsdinfo`. Its flags are those of
/// `<sys/proc_info.h>`, "pbi_flags values", which aren't the `P_…` of `<sys/proc.h>`.
pub(crate) fn is_traced(pid: Pid) -> bool {
    /// "Process currently being traced, possibly by gdb".
    const PROC_FLAG_TRACED: u32 = 2;
    let mut info = MaybeUninit::<libc::proc_bsdinfo>::zeroed();
    let Ok(size) = c_int::try_from(size_of::<libc::proc_bsdinfo>()) else { return false };
    // SAFETY: the buffer is as long as `size` says; the call writes at most that and returns how much it wrote.
    let written = unsafe {
        libc::proc_pidinfo(
            pid.as_raw_nonzero().get(),
            libc::PROC_PIDTBSDINFO,
            0,
            info.as_mut_ptr().cast(),
            size,
        )
    };
    if written != size {
        return false;
    }
    // SAFETY: the call filled all of it, and it is plain integers, for which zeroes are valid anyhow.
    let info = unsafe { info.assume_init() };
    info.pbi_flags & PROC_FLAG_TRACED != 0
}

/// The memory of a process that is in use now, in bytes.
///
/// `proc_pidinfo(PROC_PIDTASKINFO)` of `<libproc.h>` fills a `proc_taskinfo`, whose `pti_resident_size` is
/// "resident memory size (bytes)" in `<sys/proc_info.h>`. Without its rights over the process it writes nothing.
pub(crate) fn resident_bytes(pid: Pid) -> Option<u64> {
    let mut info = MaybeUninit::<libc::proc_taskinfo>::zeroed();
    let size = c_int::try_from(size_of::<libc::proc_taskinfo>()).ok()?;
    // SAFETY: the buffer is as long as `size` says; the call writes at most that and returns how much it wrote.
    let written = unsafe {
        libc::proc_pidinfo(
            pid.as_raw_nonzero().get(),
            libc::PROC_PIDTASKINFO,
            0,
            info.as_mut_ptr().cast(),
            size,
        )
    };
    // SAFETY: it is plain integers, for which zeroes are valid, whatever the call filled.
    let info = unsafe { info.assume_init() };
    (written == size).then_some(info.pti_resident_size)
}
