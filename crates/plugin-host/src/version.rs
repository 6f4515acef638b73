//! The version of a library's table of functions, checked before anything else is done with it.
#![expect(unsafe_code, reason = "the library's function is called by the type that its name stands for")]

use std::mem::MaybeUninit;

use libloading::Library;
use wavecraft_protocol::DEV_PROCESSOR_SYMBOL;

/// Room in words for a table of any version: version 2 has seven.
const ROOM_WORDS: usize = 63;

/// A table of any version: the version, which all begin with, and room for whatever else is in it.
///
/// The published loader requests a table of the version it knows, and checks the version afterwards. A library with a
/// longer table would have written past the end by then.
#[repr(C)]
struct AnyTable {
    version: u32,
    _functions: [MaybeUninit<usize>; ROOM_WORDS],
}

// SAFETY: for callers: the library stays loaded.
type MakeTable = unsafe extern "C" fn() -> AnyTable;

/// The version of `library`'s table; `None` if it has no table.
pub(crate) fn of(library: &Library) -> Option<u32> {
    // SAFETY: it is called through a type of its own C signature, but for the length of what it returns.
    let make = unsafe { library.get::<MakeTable>(DEV_PROCESSOR_SYMBOL) }.ok()?;
    // SAFETY: a structure of more than two words is returned through a pointer to room for it, on every system that we
    // build for. The room is larger than that of any version, and only the version, which all begin with, is read.
    let table = unsafe { make() };
    Some(table.version)
}
