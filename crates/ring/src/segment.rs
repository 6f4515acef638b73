//! Creates a segment, or attaches to one by its descriptor.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::fstat;
use thiserror::Error;

use crate::child::ChildRing;
use crate::geometry::Geometry;
use crate::header::{self, HeaderError};
use crate::host::HostRing;
use crate::layout::{Layout, MAX_TOTAL_LEN, PAGE};
use crate::memory::{Memory, Word};
use crate::parameters::ParameterWriter;
use crate::region::{self, Mapping};

/// The host's half of a new segment.
#[derive(Debug)]
pub struct HostSide {
    /// For the audio thread.
    pub ring: HostRing,
    /// For the control threads.
    pub parameters: ParameterWriter,
    /// The descriptor that the child inherits and passes to [`attach`]. Close-on-exec: the code that spawns the child
    /// must pass it on.
    pub descriptor: OwnedFd,
}

/// The system couldn't provide the memory for a segment.
#[derive(Debug, Error)]
#[error("shared memory of {len} bytes couldn't be made: {source}")]
pub struct RegionError {
    /// Number of bytes requested.
    pub len: usize,
    /// The system's error.
    pub source: io::Error,
}

/// Why a descriptor can't be attached to.
#[derive(Debug, Error)]
pub enum AttachError {
    /// It can't be inspected or mapped.
    #[error("the shared memory can't be mapped: {0}")]
    System(#[from] io::Error),
    /// Its size isn't that of any segment.
    #[error("the shared memory has {found} bytes, which is no segment's size")]
    Size {
        /// The size.
        found: u64,
    },
    /// Its size could change while it is mapped.
    #[error("the shared memory isn't sealed: its size could change under us")]
    Unsealed,
    /// Its content isn't a segment of this version.
    #[error("the shared memory is no segment of this program's host: {0}")]
    Header(#[from] HeaderError),
}

/// Creates a segment for one child; `generation` says which child of its session.
///
/// # Errors
///
/// [`RegionError`] when memory or descriptors are used up.
pub fn create(geometry: Geometry, generation: u32) -> Result<HostSide, RegionError> {
    let layout = Layout::new(geometry);
    let len = layout.total_len();
    let failed = |error: rustix::io::Errno| RegionError { len, source: error.into() };
    let descriptor = region::create(len).map_err(failed)?;
    let memory = Mapping::new(&descriptor, len).map_err(failed)?;
    let (ring, parameters) = host_side(Arc::new(memory), layout, generation);
    Ok(HostSide { ring, parameters, descriptor })
}

/// Attaches to a segment that a host created: checks its seals, its size, its mark and version, and that its geometry
/// needs exactly that size. The descriptor is closed; the mapping stays.
///
/// # Errors
///
/// [`AttachError`] with the check that failed.
pub fn attach(descriptor: OwnedFd) -> Result<ChildRing, AttachError> {
    if !region::is_sealed(descriptor.as_fd()).map_err(io::Error::from)? {
        return Err(AttachError::Unsealed);
    }
    let found = u64::try_from(fstat(&descriptor).map_err(io::Error::from)?.st_size).unwrap_or(0);
    let len = match usize::try_from(found) {
        Ok(len) if (1..=MAX_TOTAL_LEN).contains(&len) && len.is_multiple_of(PAGE) => len,
        _ => return Err(AttachError::Size { found }),
    };
    let memory = Mapping::new(&descriptor, len).map_err(io::Error::from)?;
    Ok(child_side(Arc::new(memory), len)?)
}

/// Turns zeroed memory of the layout's size into a segment.
pub(crate) fn host_side<M: Memory>(
    memory: Arc<M>,
    layout: Layout,
    generation: u32,
) -> (HostRing<M>, ParameterWriter<M>) {
    header::write(&*memory, &layout, generation);
    let epoch = Arc::new(M::Word::new(0));
    let parameters = ParameterWriter::new(Arc::clone(&memory), layout, Arc::clone(&epoch));
    (HostRing::new(memory, layout, generation, epoch), parameters)
}

/// The child's end of memory of `len` bytes, at least a header.
pub(crate) fn child_side<M: Memory>(memory: Arc<M>, len: usize) -> Result<ChildRing<M>, HeaderError> {
    let (layout, generation) = header::read(&*memory, len)?;
    Ok(ChildRing::new(memory, layout, generation))
}

#[cfg(all(test, not(miri)))]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::geometry::{MAX_CHANNELS, MAX_FRAMES};
    use crate::layout::header::GENERATION;

    fn descriptor(len: usize) -> OwnedFd {
        region::create(len).expect("shared memory")
    }

    #[test]
    fn memory_of_another_size_is_refused() {
        for len in [1, 128, PAGE - 1, PAGE + 128, MAX_TOTAL_LEN + PAGE] {
            // Where sizes are rounded up to a page, this fails on the missing mark instead.
            let refused = matches!(
                attach(descriptor(len)),
                Err(AttachError::Size { .. } | AttachError::Header(HeaderError::Magic))
            );
            assert!(refused, "{len} bytes");
        }
        assert!(matches!(attach(descriptor(PAGE)), Err(AttachError::Header(HeaderError::Magic))));
    }

    /// A header that claims more than exists would be read out of bounds.
    #[test]
    fn a_header_for_another_size_is_refused() {
        let largest = Geometry::new(MAX_FRAMES, MAX_CHANNELS, MAX_CHANNELS).expect("in range");
        let small = descriptor(PAGE);
        header::write(&Mapping::new(&small, PAGE).expect("mapped"), &Layout::new(largest), 0);
        assert!(matches!(
            attach(small),
            Err(AttachError::Header(HeaderError::Length { expected: MAX_TOTAL_LEN, found: PAGE }))
        ));
    }

    #[test]
    fn every_word_of_the_header_is_checked() {
        let host = create(Geometry::new(64, 2, 2).expect("in range"), 5).expect("shared memory");
        let len = Layout::new(host.ring.geometry()).total_len();
        let memory = Mapping::new(&host.descriptor, len).expect("mapped");
        let attach = || attach(host.descriptor.try_clone().expect("a descriptor"));
        for offset in (0..GENERATION).step_by(4) {
            let word = memory.word(offset);
            let right = word.load(Ordering::Relaxed);
            for wrong in [0, right ^ 1, right << 1, u32::MAX] {
                word.store(wrong, Ordering::Relaxed);
                assert!(matches!(attach(), Err(AttachError::Header(_))), "word at {offset} is {wrong}");
            }
            word.store(right, Ordering::Relaxed);
        }
        let child = attach().expect("all is right again");
        assert_eq!((child.geometry(), child.generation()), (host.ring.geometry(), 5));
    }
}
