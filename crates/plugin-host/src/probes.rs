//! Lets a library's processor show values of its inside.
#![expect(unsafe_code, reason = "the library's function is called by the type that its name stands for")]

use libloading::Library;
use wavecraft_dev_audio::probe_sink;
use wavecraft_probe::{SYMBOL, Sink};

// SAFETY: for callers: the sink may be called from any thread for as long as the library is loaded.
type SetSink = unsafe extern "C" fn(Option<Sink>);

/// Connects the copy of `wavecraft-probe` in this library with this process. A library without one has no probes, which is
/// no error. The library must stay loaded.
pub(crate) fn connect(library: &Library) {
    // SAFETY: the name has the version of the interface in it, and `wavecraft-probe` exports it with this type.
    let Ok(set) = (unsafe { library.get::<SetSink>(SYMBOL.as_bytes()) }) else { return };
    // SAFETY: the sink may be called from any thread for the lifetime of this process.
    unsafe { set(Some(probe_sink())) };
}
