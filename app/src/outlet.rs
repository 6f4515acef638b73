//! The destination of an owner's messages. It knows only its own kind of message; the code that combines several kinds
//! in one queue creates an outlet for each.

use std::{fmt, sync::Arc, time::Duration};

/// The sending half of a queue, for messages of one kind. Sending never waits; messages sent after the queue's end are
/// dropped.
pub(crate) struct Outlet<T>(Arc<dyn Fn(T) + Send + Sync>);

impl<T: 'static> Outlet<T> {
    /// An outlet that calls `send` with each message.
    pub(crate) fn new(send: impl Fn(T) + Send + Sync + 'static) -> Self {
        Self(Arc::new(send))
    }

    pub(crate) fn send(&self, message: T) {
        (self.0)(message);
    }

    /// An outlet for messages of another kind, each of which `wrap` converts to this kind.
    pub(crate) fn of<U: 'static>(&self, wrap: impl Fn(U) -> T + Send + Sync + 'static) -> Outlet<U> {
        let outer = self.clone();
        Outlet::new(move |message| outer.send(wrap(message)))
    }
}

impl<T: Send + 'static> Outlet<T> {
    /// Sends after a delay. Must be called within a tokio runtime.
    pub(crate) fn send_later(&self, delay: Duration, message: T) {
        let outlet = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            outlet.send(message);
        });
    }
}

impl<T> Clone for Outlet<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Outlet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outlet")
    }
}
