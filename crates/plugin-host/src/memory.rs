//! Whether a library's memory can be watched.
#![expect(unsafe_code, reason = "the library's functions are called by the types that their names stand for")]

use std::ffi::c_char;
use std::io::{self, Write};

use libloading::Library;

use crate::platform::{NEVER_WATCHED, is_ours, start_recording};

/// For a person.
const OWN_ALLOCATOR: &str = "the library has an allocator of its own, which this program can't stand in for: a `dev-audio` \
     program can wrap it (`run!(allocator = …)`)";

/// Why what a plugin allocates can't be watched; `None` if it can, by this test, which is handed over while the plugin saves its state:
/// the text that it hands over came by way of this program or didn't.
pub(crate) fn why_unwatched_when(save: impl FnOnce(&mut Saved)) -> Option<String> {
    if let Some(reason) = NEVER_WATCHED {
        return Some(reason.to_owned());
    }
    let mut saved = Saved { is_ours: false };
    start_recording();
    save(&mut saved);
    (!saved.is_ours).then(|| OWN_ALLOCATOR.to_owned())
}

/// Where a plugin's state goes: nowhere.
pub(crate) struct Saved {
    is_ours: bool,
}

impl Write for Saved {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.is_ours |= is_ours(bytes.as_ptr());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

// SAFETY: for callers: the library stays loaded.
type MakeText = unsafe extern "C" fn() -> *mut c_char;

// SAFETY: for callers: the text is of `MakeText`, and is freed once.
type FreeText = unsafe extern "C" fn(*mut c_char);

/// Why what this library allocates can't be watched; `None` if it can. A text that the library makes is asked for: its
/// memory either came by way of this program or didn't. The library must stay loaded.
pub(crate) fn why_unwatched(library: &Library) -> Option<String> {
    if let Some(reason) = NEVER_WATCHED {
        return Some(reason.to_owned());
    }
    // SAFETY: the published macro exports it with this type, as the published loader calls it.
    let make = unsafe { library.get::<MakeText>(b"wavecraft_get_params_json\0") }.ok()?;
    // SAFETY: as above.
    let free = unsafe { library.get::<FreeText>(b"wavecraft_free_string\0") }.ok()?;
    start_recording();
    // SAFETY: the library is loaded.
    let text = unsafe { make() };
    let is_ours = is_ours(text.cast());
    if text.is_null() {
        // It has nothing to go by, and the loader will say what is wrong with it.
        return None;
    }
    // SAFETY: it is of this library, and this is the only time.
    unsafe { free(text) };
    (!is_ours).then(|| OWN_ALLOCATOR.to_owned())
}
