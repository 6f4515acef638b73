//! Handles the errors that a stream reports.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cpal::ErrorKind;

use crate::event::{AudioEvent, Notify};
use crate::status::DeviceStatus;

/// Sorts a stream's errors: those that may come from the audio thread are only counted or flagged there; a stream that
/// died is reported; a stream that we end ourselves isn't (PipeWire calls that a disconnected device).
pub(super) struct StreamErrors {
    status: Arc<DeviceStatus>,
    notify: Notify,
    closing: AtomicBool,
}

impl StreamErrors {
    pub(super) fn new(status: Arc<DeviceStatus>, notify: Notify) -> Self {
        Self { status, notify, closing: AtomicBool::new(false) }
    }

    /// Called before the stream is dropped.
    pub(super) fn close(&self) {
        // SYNC: pairs with the load in `handle`; the flag carries no data.
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Handles a stream's error; `lost` makes the event for a stream that died.
    pub(super) fn handle(&self, error: &cpal::Error, lost: impl FnOnce(String) -> AudioEvent) {
        match error.kind() {
            ErrorKind::Xrun => self.status.count_xrun(),
            ErrorKind::DeviceChanged => self.status.note_default_moved(),
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
        let status = Arc::new(DeviceStatus::default());
        let told = Arc::new(Mutex::new(Vec::new()));
        let notify: Notify = {
            let told = Arc::clone(&told);
            Arc::new(move |event| told.lock().expect("no test panics here").push(event))
        };
        let errors = StreamErrors::new(Arc::clone(&status), notify);
        let lost = |reason| AudioEvent::OutputLost { reason };
        let unplugged = cpal::Error::with_message(ErrorKind::DeviceNotAvailable, "unplugged");
        errors.handle(&cpal::Error::new(ErrorKind::Xrun), lost);
        errors.handle(&cpal::Error::new(ErrorKind::DeviceChanged), lost);
        assert_eq!(status.xruns(), 1);
        assert!(status.take_default_moved());
        assert!(told.lock().expect("no test panics here").is_empty());
        errors.handle(&unplugged, lost);
        errors.close();
        errors.handle(&unplugged, lost);
        let events = told.lock().expect("no test panics here");
        assert_eq!(*events, [AudioEvent::OutputLost { reason: "unplugged".to_owned() }]);
    }
}
