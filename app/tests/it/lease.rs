//! A file that no other process can open or run before it is given back: fcntl(2), "Leases".
#![expect(unsafe_code, reason = "leases have no safe binding")]

use std::{fs::File, os::fd::AsRawFd, path::Path};

/// Linux's `<fcntl.h>`; other systems have no such commands, and refuse them.
const F_SETLEASE: libc::c_int = 1024;
const F_GETLEASE: libc::c_int = 1025;
const F_WRLCK: libc::c_int = 1;
const F_UNLCK: libc::c_int = 2;
/// The signal sent when another process wants the file.
const F_SETSIG: libc::c_int = 10;

/// A lease on a file, given back when it is dropped.
pub(crate) struct Lease(File);

impl Lease {
    /// `None` if the system, or the file's file system, has no leases.
    pub(crate) fn take(path: &Path) -> Option<Self> {
        let lease = Self(File::open(path).unwrap());
        if lease.call(F_SETLEASE, F_WRLCK) != 0 {
            return None;
        }
        // That signal is ignored unless it is caught.
        lease.call(F_SETSIG, libc::SIGURG);
        Some(lease)
    }

    /// Is another process waiting for the file? Then fcntl returns what the lease must become.
    pub(crate) fn is_wanted(&self) -> bool {
        self.call(F_GETLEASE, 0) != F_WRLCK
    }

    fn call(&self, what: libc::c_int, argument: libc::c_int) -> libc::c_int {
        // SAFETY: takes a descriptor that is open and a number.
        unsafe { libc::fcntl(self.0.as_raw_fd(), what, argument) }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.call(F_SETLEASE, F_UNLCK);
    }
}
