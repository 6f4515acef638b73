//! Where the values go: nowhere, until the program that runs the processor says so.
//!
//! Each copy of this crate has a sink of its own. A project's `dev-audio` links the copy that the processor uses. A plugin's
//! library brings its own, whose sink the program that loads it sets through the exported function [`SYMBOL`].
#![expect(unsafe_code, reason = "a function is kept in an atomic pointer, and one is exported by its C name")]

use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};

/// Receives values: the name as UTF-8 bytes and their number, and the value. It is called on whatever thread a processor
/// runs on, and must neither block nor unwind.
// SAFETY: for callers: `name` is valid for reads of `length` bytes for the duration of the call.
pub type Sink = unsafe extern "C" fn(name: *const u8, length: usize, value: f32);

/// The name of the exported function that sets the sink of a library: `extern "C" fn(Option<Sink>)`. It ends in the
/// version of this interface.
pub const SYMBOL: &str = "wavecraft_probe_set_sink_1";

/// The sink of this copy of the crate; null if there is none.
static SINK: AtomicPtr<()> = AtomicPtr::new(null_mut());

/// Sets the sink of this copy of the crate, or none.
///
/// # Safety
///
/// The sink may be called from any thread, with any name, until another one is set and longer where a call is under way.
// SAFETY: the name is used by nothing else, as it is this crate's own; two copies of the crate in one library would be, and
// are refused by the linker.
#[unsafe(export_name = "wavecraft_probe_set_sink_1")]
pub unsafe extern "C" fn set_sink(sink: Option<Sink>) {
    // SYNC: a function needs nothing else to be seen before it is called.
    SINK.store(sink.map_or(null_mut(), |sink| sink as *mut ()), Ordering::Relaxed);
}

#[inline]
pub(crate) fn is_set() -> bool {
    !SINK.load(Ordering::Relaxed).is_null()
}

pub(crate) fn record(name: &str, value: f32) {
    let sink = SINK.load(Ordering::Relaxed);
    if sink.is_null() {
        return;
    }
    // SAFETY: `set_sink` is the only one that stores, and what isn't null was a `Sink`, which has the size of a pointer on
    // every system that has a Companion or plugin hosts.
    let sink = unsafe { core::mem::transmute::<*mut (), Sink>(sink) };
    // SAFETY: the name is a `&str`, valid during the call; whoever set the sink promised the rest.
    unsafe { sink(name.as_ptr(), name.len(), value) };
}
