//! The process's start and end under the companion: the descriptors it inherits, and an exit that waits for nothing.
#![expect(unsafe_code, reason = "inherited descriptors are numbers, and no safe exit skips exit handlers")]

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use wavecraft_companion_protocol::child::Link;

/// The descriptors named by a [`Link`], owned, and closed in programs that this process starts.
#[derive(Debug)]
pub(crate) struct Inherited {
    pub(crate) segment: OwnedFd,
    pub(crate) socket: OwnedFd,
}

/// Takes both descriptors. Works once per process.
///
/// # Errors
///
/// When one isn't open, which means that the link wasn't made for this process, or when they were taken before.
pub(crate) fn take_descriptors(link: Link) -> io::Result<Inherited> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    // SYNC: partner is this same swap on another thread; the thread that reads `false` owns the descriptors. Nothing
    // else is published by it.
    if TAKEN.swap(true, Ordering::Relaxed) {
        return Err(io::Error::other("they have been taken: `run` works once per process"));
    }
    Ok(Inherited { segment: own(link.segment)?, socket: own(link.socket)? })
}

fn own(number: i32) -> io::Result<OwnedFd> {
    // SAFETY: F_GETFD only reads, and an unopened number is an error.
    let flags = unsafe { libc::fcntl(number, libc::F_GETFD) };
    if flags < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor is open, and no code that runs before us owns an inherited descriptor. `take_descriptors`
    // makes sure that this happens once, and a `Link`'s numbers differ and are above the standard streams.
    let descriptor = unsafe { OwnedFd::from_raw_fd(number) };
    // SAFETY: changes a flag of the descriptor that we own.
    if unsafe { libc::fcntl(number, libc::F_SETFD, flags | libc::FD_CLOEXEC) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(descriptor)
}

/// Ends the process at once, whatever its other threads do.
///
/// Not `std::process::exit`: that runs exit handlers and destructors of statics (of C and C++ code that a processor
/// may link) while the DSP thread is still using them, and may wait for a lock that a hung processor holds.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: takes an integer, touches no memory of ours, and doesn't return.
    unsafe { libc::_exit(code) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_not_open_is_an_error_and_nothing_is_taken_twice() {
        let closed = Link { abi: 1, segment: i32::MAX - 1, socket: i32::MAX };
        assert_eq!(take_descriptors(closed).unwrap_err().raw_os_error(), Some(libc::EBADF));
        assert!(take_descriptors(closed).unwrap_err().to_string().contains("once"));
    }
}
