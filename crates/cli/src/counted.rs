//! A message that comes again and again, with its count.

/// A trouble to print, or other news.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// The same for all of its kind.
    pub(crate) kind: String,
    /// With its count, after the first time.
    pub(crate) text: String,
    /// It never came before.
    pub(crate) is_first: bool,
    /// It is printed even where the last line of its kind can't be replaced.
    pub(crate) is_due: bool,
}
