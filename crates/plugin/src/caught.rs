//! Calls of the author's code: what panics or refuses there ends in silence, and is told.
#![expect(unsafe_code, reason = "texts are handed over as C has them")]

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::OnceLock;

use wavecraft_dev_audio::{DescribedProcessors, TakeText};

use crate::about::Export;

/// Who is told of failures: the host of ours; in any other host nobody.
static TOLD: OnceLock<TakeText> = OnceLock::new();

/// Tells failures to `told` from now on. Of two hosts in one process the first is told.
pub(crate) fn tell_failures_to(told: TakeText) {
    if TOLD.set(told).is_ok() {
        note_places();
    }
}

/// Whether this is the host of ours, from which nothing is hidden.
pub(crate) fn is_told() -> bool {
    TOLD.get().is_some()
}

thread_local! {
    /// Where this thread panicked last.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From here on the place of a panic is known, beside what is done of it.
fn note_places() {
    let log = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        PLACE.set(panic.location().map(ToString::to_string));
        log(panic);
    }));
}

/// The processors of `E`, not yet created; `None` if they can't be described.
pub(crate) fn describe<E: Export>() -> Option<DescribedProcessors> {
    caught("while they were described", || E::chain().into_processors())
}

/// What the author's code gives; none where it panics or refuses, and the log says why.
pub(crate) fn caught<T>(when: &str, call: impl FnOnce() -> Result<T, String>) -> Option<T> {
    let trouble = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(given)) => return Some(given),
        Ok(Err(refused)) => refused,
        Err(panic) => words(&*panic),
    };
    nice_plug::nice_error!("the plugin is silent from now on: its processors failed {when}: {trouble}");
    tell_failure(&format!("its processors failed {when}: {trouble}"));
    None
}

fn tell_failure(words: &str) {
    if let Some(told) = TOLD.get() {
        let words = match PLACE.take() {
            Some(place) => format!("{words}, at {place}"),
            None => words.to_owned(),
        };
        // SAFETY: it may be called while the library is loaded, with null, and the words are there for the call.
        unsafe { told(null_mut(), words.as_ptr(), words.len()) };
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words").to_owned()
}
