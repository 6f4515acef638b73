//! The connections that aren't clients yet: their number is limited, and for one more the oldest is closed.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

/// The current ones, the oldest first. Other users of the machine can open as many connections as they like and send
/// nothing on them: such a connection never makes a page wait, as one that sends its request is never the oldest for
/// long.
#[derive(Debug)]
pub(crate) struct Handshakes {
    most: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Dropping a sender closes its connection.
    there: VecDeque<(u64, oneshot::Sender<Infallible>)>,
    last: u64,
}

/// A connection's place among them, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    all: Arc<Handshakes>,
    number: u64,
    goes: oneshot::Receiver<Infallible>,
}

impl Handshakes {
    /// Creates room for `most` connections, at least one.
    pub(crate) fn new(most: usize) -> Self {
        Self { most: most.max(1), inner: Mutex::default() }
    }

    /// Adds a connection. The second value says whether another one was closed for it.
    pub(crate) fn enter(self: &Arc<Self>) -> (Place, bool) {
        let (stays, goes) = oneshot::channel();
        let mut inner = self.lock();
        inner.last += 1;
        let number = inner.last;
        let full = inner.there.len() >= self.most;
        if full {
            inner.there.pop_front();
        }
        inner.there.push_back((number, stays));
        (Place { all: Arc::clone(self), number, goes }, full)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // No code that holds it can panic halfway through a change.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Returns when this connection must be closed for a newer one.
    pub(crate) async fn taken(&mut self) {
        // Nothing is ever sent.
        let _ = (&mut self.goes).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.all.lock().there.retain(|(number, _)| *number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn the_oldest_goes_for_one_too_many_and_who_is_done_makes_room() {
        let all = Arc::new(Handshakes::new(2));
        let (mut first, _) = all.enter();
        let (mut second, full) = all.enter();
        assert!(!full && first.taken().now_or_never().is_none());
        let (mut third, full) = all.enter();
        assert!(full && first.taken().now_or_never().is_some());
        assert!(second.taken().now_or_never().is_none() && third.taken().now_or_never().is_none());
        drop((first, second));
        let (_fourth, full) = all.enter();
        assert!(!full && third.taken().now_or_never().is_none());
    }
}
