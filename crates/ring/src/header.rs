//! The segment's first line: its identification and size, written once by the host, copied out once by the child.

use std::sync::atomic::Ordering;

use thiserror::Error;

use crate::geometry::{Geometry, GeometryError};
use crate::layout::{Layout, child_line, header, host_line};
use crate::memory::{Memory, Word};

/// The version of the segment's layout and of its rules. A child of another version is refused. Version 2 added the probes,
/// version 3 the time.
pub const ABI_VERSION: u32 = 3;

/// "WCRG" in the order of the bytes in memory.
const MAGIC: u32 = u32::from_le_bytes(*b"WCRG");

/// The sequence before the first block's. Close below the wrap-around, so that every session passes it within its first
/// second, not only one that has played for weeks.
pub(crate) const BEFORE_FIRST_SEQUENCE: u32 = u32::MAX - 256;

/// Why a descriptor isn't a segment of a host with our version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HeaderError {
    /// The first word isn't the segment's mark.
    #[error("it doesn't begin with the segment's mark")]
    Magic,
    /// The host's layout has another version.
    #[error("its layout is version {found}, this program knows version {ABI_VERSION}")]
    Abi {
        /// The host's version.
        found: u32,
    },
    /// The header's numbers and the descriptor's size don't agree.
    #[error("its size is {found} bytes, its header needs {expected}")]
    Length {
        /// Bytes required by the geometry in the header.
        expected: usize,
        /// Bytes that exist.
        found: usize,
    },
    /// The geometry is out of range.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
}

/// Turns zeroed memory into a segment. The peer sees it later, through a descriptor, so no memory ordering is needed.
pub(crate) fn write<M: Memory>(memory: &M, layout: &Layout, generation: u32) {
    let put = |offset, value| memory.word(offset).store(value, Ordering::Relaxed);
    let geometry = layout.geometry();
    put(header::MAGIC, MAGIC);
    put(header::ABI, ABI_VERSION);
    put(header::TOTAL_LEN, word_of(layout.total_len()));
    put(header::MAX_FRAMES, geometry.max_frames());
    put(header::INPUTS, geometry.inputs());
    put(header::OUTPUTS, geometry.outputs());
    put(header::SLOT_STRIDE, word_of(layout.slot_stride()));
    put(header::GENERATION, generation);
    put(host_line::COMMAND_SEQ, BEFORE_FIRST_SEQUENCE);
    put(child_line::REPLY_SEQ, BEFORE_FIRST_SEQUENCE);
    put(child_line::BEGUN, BEFORE_FIRST_SEQUENCE);
}

/// Reads each word once, checks them against each other and against the `len` bytes that exist, and returns the layout
/// and the generation.
pub(crate) fn read<M: Memory>(memory: &M, len: usize) -> Result<(Layout, u32), HeaderError> {
    let get = |offset| memory.word(offset).load(Ordering::Relaxed);
    if get(header::MAGIC) != MAGIC {
        return Err(HeaderError::Magic);
    }
    let abi = get(header::ABI);
    if abi != ABI_VERSION {
        return Err(HeaderError::Abi { found: abi });
    }
    let geometry = Geometry::new(get(header::MAX_FRAMES), get(header::INPUTS), get(header::OUTPUTS))?;
    let layout = Layout::new(geometry);
    let agrees = layout.total_len() == len
        && get(header::TOTAL_LEN) == word_of(layout.total_len())
        && get(header::SLOT_STRIDE) == word_of(layout.slot_stride());
    if !agrees {
        return Err(HeaderError::Length { expected: layout.total_len(), found: len });
    }
    Ok((layout, get(header::GENERATION)))
}

/// Converts a length to a header word; every length of a layout is far below 2³².
fn word_of(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
