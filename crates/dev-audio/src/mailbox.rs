//! Messages from the main thread to the DSP thread.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use wavecraft_companion_protocol::child::ToChild;

/// A queue whose emptiness can be asked without a lock, which is all that the DSP thread does between two blocks.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    messages: Mutex<VecDeque<ToChild>>,
    arrived: Condvar,
    count: AtomicUsize,
}

impl Mailbox {
    pub(crate) fn put(&self, message: ToChild) {
        let mut messages = self.lock();
        messages.push_back(message);
        self.recount(&messages);
        drop(messages);
        self.arrived.notify_one();
    }

    /// The oldest message; waits for one at most so long.
    pub(crate) fn take(&self, limit: Duration) -> Option<ToChild> {
        let waited = self.arrived.wait_timeout_while(self.lock(), limit, |messages| messages.is_empty());
        let (mut messages, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let message = messages.pop_front();
        self.recount(&messages);
        message
    }

    /// Whether nothing is there, for the block loop.
    pub(crate) fn is_empty(&self) -> bool {
        // SYNC: partner is the Release in `recount`. It says when to look; the lock is what hands messages over.
        self.count.load(Ordering::Acquire) == 0
    }

    fn recount(&self, messages: &VecDeque<ToChild>) {
        // SYNC: partner is the Acquire in `is_empty`.
        self.count.store(messages.len(), Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<ToChild>> {
        // No code that holds it panics.
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn messages_come_in_order_and_its_emptiness_is_known() {
        let mailbox = Arc::new(Mailbox::default());
        assert!(mailbox.is_empty());
        assert_eq!(mailbox.take(Duration::ZERO), None);
        let sender = Arc::clone(&mailbox);
        let sender = std::thread::spawn(move || [ToChild::Start, ToChild::Stop].map(|one| sender.put(one)));
        assert_eq!(mailbox.take(Duration::from_secs(30)), Some(ToChild::Start));
        sender.join().unwrap();
        assert!(!mailbox.is_empty());
        assert_eq!(mailbox.take(Duration::ZERO), Some(ToChild::Stop));
        assert!(mailbox.is_empty());
    }
}
