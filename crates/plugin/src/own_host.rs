//! The host of ours, in which `wavecraft bundle` and `wavecraft check` run the plugin: it is told what the processors are in the
//! Companion, and nothing is hidden from it that is silence in any other host: a failure, and what is no number.
#![expect(unsafe_code, reason = "texts are handed over as C has them")]

use std::ffi::c_void;

use wavecraft_dev_audio::TakeText;

use crate::about::Export;
use crate::caught::{caught, tell_failures_to};

/// What [`export!`](crate::export!) exports as [`PluginEntry`](wavecraft_dev_audio::PluginEntry). A description that can't be
/// given is a failure that is told.
///
/// # Safety
/// As `PluginEntry` says.
pub unsafe fn introduce<E: Export>(describe: TakeText, to: *mut c_void, failed: TakeText) {
    tell_failures_to(failed);
    let described = caught("while they were described", || E::chain().described());
    if let Some(text) = described {
        // SAFETY: the text is there for the call, and `to` is the one that came with `describe`.
        unsafe { describe(to, text.as_ptr(), text.len()) };
    }
}
