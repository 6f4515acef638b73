//! The mapped pages of a segment, and the descriptor they come from.
#![expect(unsafe_code, reason = "mapping and unmapping pages")]

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU32, Ordering, fence};

use rustix::io::{self, Errno};
use rustix::mm::{MapFlags, ProtFlags, mlock, mmap, munmap};

use crate::area::Area;
use crate::memory::Memory;
use crate::wake;

#[cfg(all(target_os = "linux", not(mac_shim)))]
mod linux;
#[cfg(any(target_os = "macos", mac_shim))]
mod macos;

#[cfg(all(target_os = "linux", not(mac_shim)))]
use linux as platform;
#[cfg(any(target_os = "macos", mac_shim))]
use macos as platform;

/// The smallest page size, in bytes, of the systems we support.
const SMALLEST_PAGE: usize = 4096;

/// Creates a shared-memory object of exactly `len` zeroed bytes, which no longer has a name and whose size can't
/// change. The descriptor is close-on-exec.
pub(crate) fn create(len: usize) -> io::Result<OwnedFd> {
    platform::create(len)
}

/// Whether the system guarantees that the object's size can't change under a mapping.
pub(crate) fn is_sealed(descriptor: BorrowedFd<'_>) -> io::Result<bool> {
    platform::is_sealed(descriptor)
}

/// A segment's pages, mapped until this is dropped.
#[derive(Debug)]
pub struct Mapping {
    area: Area,
    locked: bool,
}

impl Mapping {
    /// Maps the first `len` bytes, shared, for reading and writing. The caller has made sure that the object is that
    /// long and can't shrink. The pages are locked into memory if the system allows it.
    pub(crate) fn new(descriptor: impl AsFd, len: usize) -> io::Result<Self> {
        // SAFETY: no address is asked for, so no mapping that is in use is replaced.
        let pages = unsafe {
            mmap(ptr::null_mut(), len, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED, descriptor, 0)?
        };
        let base = NonNull::new(pages.cast::<u8>()).ok_or(Errno::NOMEM)?;
        // SAFETY: the range is the mapping just made.
        let locked = unsafe { mlock(pages, len) }.is_ok();
        // SAFETY: the pages stay mapped until `drop`, and nobody else in this process knows them.
        let area = unsafe { Area::new(base, len) };
        // Locking has also paged everything in; otherwise reading each page does so, so that the audio thread doesn't
        // have to.
        if !locked {
            for page in (0..len).step_by(SMALLEST_PAGE) {
                area.word(page).load(Ordering::Relaxed);
            }
        }
        Ok(Self { area, locked })
    }

    /// Whether the pages are locked into memory.
    pub(crate) fn locked(&self) -> bool {
        self.locked
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the range is the one that `new` mapped, and the only users of it are behind `self`. An error would
        // mean that the range isn't a mapping, and there is nothing left to do about it.
        let _ = unsafe { munmap(self.area.base().as_ptr().cast(), self.area.len()) };
    }
}

impl Memory for Mapping {
    type Word = AtomicU32;

    fn word(&self, offset: usize) -> &AtomicU32 {
        self.area.word(offset)
    }
    fn write_samples(&self, offset: usize, samples: &[f32]) {
        self.area.write_samples(offset, samples);
    }
    fn read_samples(&self, offset: usize, samples: &mut [f32]) {
        self.area.read_samples(offset, samples);
    }
    fn wait(&self, offset: usize, expected: u32, deadline_ns: u64) {
        wake::wait_until(self.area.word(offset), expected, deadline_ns);
    }
    fn wake(&self, offset: usize) -> bool {
        wake::wake(self.area.word(offset))
    }
    fn now_ns(&self) -> u64 {
        wake::now_ns()
    }
    fn fence() {
        fence(Ordering::SeqCst);
    }
    fn yield_now() {
        std::thread::yield_now();
    }
}
