//! Linux: a sealed memfd.

use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::fs::{
    FallocateFlags, MemfdFlags, SealFlags, fallocate, fcntl_add_seals, fcntl_get_seals, ftruncate,
    memfd_create,
};
use rustix::io::{self, Errno};

/// The size can neither grow nor shrink, and no seal can be added that prevents writing.
const SEALS: SealFlags = SealFlags::GROW.union(SealFlags::SHRINK).union(SealFlags::SEAL);

pub(super) fn create(len: usize) -> io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    // MFD_NOEXEC_SEAL exists since Linux 6.3; before, it is an invalid argument.
    let descriptor = match memfd_create("wavecraft-ring", flags | MemfdFlags::NOEXEC_SEAL) {
        Err(Errno::INVAL) => memfd_create("wavecraft-ring", flags),
        other => other,
    }?;
    let len = u64::try_from(len).map_err(|_| Errno::FBIG)?;
    ftruncate(&descriptor, len)?;
    // The pages are allocated now, so that full memory is an error here and not a SIGBUS in the audio callback.
    fallocate(&descriptor, FallocateFlags::empty(), 0, len)?;
    fcntl_add_seals(&descriptor, SEALS)?;
    Ok(descriptor)
}

/// EINVAL is the answer for a descriptor that can't have seals.
pub(super) fn is_sealed(descriptor: BorrowedFd<'_>) -> io::Result<bool> {
    match fcntl_get_seals(descriptor) {
        Ok(seals) => Ok(seals.contains(SealFlags::GROW | SealFlags::SHRINK)),
        Err(Errno::INVAL) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::{AttachError, attach};

    #[test]
    #[cfg_attr(miri, ignore = "Miri has no memfd")]
    fn memory_without_seals_is_refused() {
        for seals in [SealFlags::empty(), SealFlags::GROW, SealFlags::SHRINK] {
            let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
            let descriptor = memfd_create("wavecraft-ring-test", flags).expect("a memfd");
            ftruncate(&descriptor, 64 * 1024).expect("any size");
            fcntl_add_seals(&descriptor, seals).expect("sealable");
            assert!(matches!(attach(descriptor), Err(AttachError::Unsealed)), "{seals:?}");
        }
    }
}
