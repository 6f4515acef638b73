//! The host of ours, in which `wavecraft bundle` and `wavecraft check` run the plugin: it is told what the processors are in the
//! Companion, and of a failure, which any other host doesn't hear of.
#![expect(unsafe_code, reason = "texts are handed over as C has them")]

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::OnceLock;

use wavecraft_dev_audio::TakeText;

use crate::about::Export;

/// Who is told of failures; in any other host nobody.
static TOLD: OnceLock<TakeText> = OnceLock::new();

/// What [`export!`](crate::export!) exports as [`PluginEntry`](wavecraft_dev_audio::PluginEntry). A description that can't be
/// given is a failure that is told.
///
/// # Safety
/// As `PluginEntry` says.
pub unsafe fn introduce<E: Export>(describe: TakeText, to: *mut c_void, failed: TakeText) {
    // Of two hosts in one process the first is told.
    let _ = TOLD.set(failed);
    let described = crate::exported::caught("while they were described", || E::chain().described());
    if let Some(text) = described {
        // SAFETY: the text is there for the call, and `to` is the one that came with `describe`.
        unsafe { describe(to, text.as_ptr(), text.len()) };
    }
}

/// Tells the host of ours, if this is one, that a processor failed.
pub(crate) fn tell_failure(words: &str) {
    if let Some(told) = TOLD.get() {
        // SAFETY: it may be called while the library is loaded, with null, and the words are there for the call.
        unsafe { told(null_mut(), words.as_ptr(), words.len()) };
    }
}
