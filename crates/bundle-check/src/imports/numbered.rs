//! An import as both kinds of lists store it: the library is a number.

/// A symbol, with the number of its library.
pub(super) struct Numbered<'data> {
    pub(super) symbol: &'data str,
    /// Counted from 1 in the order of the load commands; 0 and below have special meanings.
    pub(super) library: i64,
    pub(super) weak: bool,
}

/// `BIND_SPECIAL_DYLIB_*` of `<mach-o/loader.h>`, and 0 for the program itself.
pub(super) const ITSELF: i64 = 0;
pub(super) const MAIN_EXECUTABLE: i64 = -1;
pub(super) const FLAT_LOOKUP: i64 = -2;
pub(super) const WEAK_LOOKUP: i64 = -3;
