//! The descriptors that the companion left open for us.
#![expect(unsafe_code, reason = "inherited descriptors come as numbers")]

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use wavecraft_companion_protocol::child::Link;

/// What a [`Link`] names, owned, and closed in programs that this process starts.
#[derive(Debug)]
pub(crate) struct Inherited {
    pub(crate) segment: OwnedFd,
    pub(crate) socket: OwnedFd,
}

/// Takes both descriptors. Works once per process.
///
/// # Errors
///
/// When one isn't open, which means that the link wasn't made for this process, or when they have been taken.
pub(crate) fn take(link: Link) -> io::Result<Inherited> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    // SYNC: partner is this same swap on another thread; whoever reads `false` owns the descriptors. Nothing else is
    // published by it.
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
    // SAFETY: the descriptor is open, and nobody who runs before us owns an inherited descriptor. `take` makes sure
    // that this happens once, and a `Link`'s numbers differ and are above the standard streams.
    let descriptor = unsafe { OwnedFd::from_raw_fd(number) };
    // SAFETY: changes a flag of the descriptor that we own.
    if unsafe { libc::fcntl(number, libc::F_SETFD, flags | libc::FD_CLOEXEC) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(descriptor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_not_open_is_an_error_and_nothing_is_taken_twice() {
        let closed = Link { abi: 1, segment: i32::MAX - 1, socket: i32::MAX };
        assert_eq!(take(closed).unwrap_err().raw_os_error(), Some(libc::EBADF));
        assert!(take(closed).unwrap_err().to_string().contains("once"));
    }
}
