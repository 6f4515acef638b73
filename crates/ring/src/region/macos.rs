//! macOS: a POSIX shared-memory object whose name is removed at once.
#![expect(unsafe_code, reason = "the system's random numbers are given into a buffer")]

#[cfg(mac_shim)]
use crate::mac_shim::{ftruncate, libc, shm};
#[cfg(not(mac_shim))]
use rustix::{fs::ftruncate, shm};

use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::fs::Mode;
use rustix::io::{self, Errno};

/// The number of names tried before giving up: with 64 random bits, one is enough.
const ATTEMPTS: u32 = 4;

/// shm_open(2): the descriptor is close-on-exec; O_EXCL with O_CREAT fails with EEXIST if the name exists.
/// shm_unlink(2): the object lives on until its last descriptor and mapping are gone. ftruncate on it works once, while
/// its size is 0 (EINVAL after that), so this also seals the size; the size is rounded up to a page, which `layout` has
/// done already. The memory is anonymous and backed by swap: there is no file system that could be full.
pub(super) fn create(len: usize) -> io::Result<OwnedFd> {
    let len = u64::try_from(len).map_err(|_| Errno::FBIG)?;
    let descriptor = open()?;
    ftruncate(&descriptor, len)?;
    Ok(descriptor)
}

/// See [`create`]: an object whose size is set keeps it.
pub(super) fn is_sealed(_descriptor: BorrowedFd<'_>) -> io::Result<bool> {
    Ok(true)
}

fn open() -> io::Result<OwnedFd> {
    let flags = shm::OFlags::CREATE | shm::OFlags::EXCL | shm::OFlags::RDWR;
    for _ in 0..ATTEMPTS {
        let name = random_name();
        match shm::open(&name, flags, Mode::RUSR | Mode::WUSR) {
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error),
            Ok(descriptor) => {
                shm::unlink(&name)?;
                return Ok(descriptor);
            }
        }
    }
    Err(Errno::EXIST)
}

/// 27 characters; PSHMNAMLEN allows 31.
fn random_name() -> String {
    let mut random = [0_u8; 8];
    // SAFETY: the buffer is live and as long as said; the call can't fail.
    unsafe { libc::arc4random_buf(random.as_mut_ptr().cast(), random.len()) };
    format!("/wavecraft-{:016x}", u64::from_ne_bytes(random))
}
