//! What becomes of what a stream tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cpal::ErrorKind;

use crate::audio::AudioEvent;
use crate::backend::{DeviceWords, Notify};

/// Sorts a stream's errors: what may come from the audio thread is only counted or flagged there; a stream that died is
/// told; the end that we make ourselves isn't (PipeWire calls that a disconnected device).
pub(super) struct Teller {
    words: Arc<DeviceWords>,
    notify: Notify,
    closing: AtomicBool,
}

impl Teller {
    pub(super) fn new(words: Arc<DeviceWords>, notify: Notify) -> Self {
        Self { words, notify, closing: AtomicBool::new(false) }
    }

    /// Called before the stream is dropped.
    pub(super) fn close(&self) {
        // SYNC: pairs with the load in `hear`; the flag carries no data.
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Takes what a stream says; `lost` makes the event of a stream that died.
    pub(super) fn hear(&self, error: &cpal::Error, lost: impl FnOnce(String) -> AudioEvent) {
        match error.kind() {
            // SYNC: both are read by the control side, `Audio::stats` and `Audio::poll`; they carry no data.
            ErrorKind::Xrun => {
                self.words.xruns.fetch_add(1, Ordering::Relaxed);
            }
            ErrorKind::DeviceChanged => self.words.moved.store(true, Ordering::Relaxed),
            ErrorKind::RealtimeDenied => {
                (self.notify)(AudioEvent::RealtimeDenied { reason: error.to_string() })
            }
            // SYNC: pairs with the store in `close`.
            _ if self.closing.load(Ordering::Relaxed) => {}
            _ => (self.notify)(lost(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn xruns_are_counted_and_only_a_stream_that_died_is_told() {
        let words = Arc::new(DeviceWords::default());
        let told = Arc::new(Mutex::new(Vec::new()));
        let notify: Notify = {
            let told = Arc::clone(&told);
            Arc::new(move |event| told.lock().expect("no test panics here").push(event))
        };
        let teller = Teller::new(Arc::clone(&words), notify);
        let lost = |reason| AudioEvent::OutputLost { reason };
        let unplugged = cpal::Error::with_message(ErrorKind::DeviceNotAvailable, "unplugged");
        teller.hear(&cpal::Error::new(ErrorKind::Xrun), lost);
        teller.hear(&cpal::Error::new(ErrorKind::DeviceChanged), lost);
        assert_eq!(words.xruns.load(Ordering::Relaxed), 1);
        assert!(words.moved.load(Ordering::Relaxed));
        assert!(told.lock().expect("no test panics here").is_empty());
        teller.hear(&unplugged, lost);
        teller.close();
        teller.hear(&unplugged, lost);
        let events = told.lock().expect("no test panics here");
        assert_eq!(*events, [AudioEvent::OutputLost { reason: "unplugged".to_owned() }]);
    }
}
