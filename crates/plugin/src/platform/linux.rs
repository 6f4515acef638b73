//! No webview is compiled in: the host shows its own page of parameters.

use crate::page::Shown;

pub(crate) type PageEditor = ();

/// None.
pub(crate) fn editor(_: Shown) -> Option<PageEditor> {
    None
}
