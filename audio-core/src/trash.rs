//! Returns values that must be freed to the control side.

use crate::render::probe::Probe;

/// What the renderer gives back.
pub(crate) enum Garbage {
    /// A value to be dropped, nothing else.
    Value(#[expect(dead_code, reason = "held to be dropped on the control side")] Box<dyn Send>),
    /// A finished measurement, to be read.
    Probe(Box<Probe>),
}

/// Sends values to the control side, which drops them. Values that don't fit are leaked and counted: freeing them here
/// would be worse.
pub(crate) struct Trash {
    ring: rtrb::Producer<Garbage>,
    leaked: u64,
}

impl Trash {
    pub(crate) fn new(ring: rtrb::Producer<Garbage>) -> Self {
        Self { ring, leaked: 0 }
    }

    pub(crate) fn put<T: Send + 'static>(&mut self, value: Box<T>) {
        self.send(Garbage::Value(value));
    }

    pub(crate) fn put_probe(&mut self, probe: Box<Probe>) {
        self.send(Garbage::Probe(probe));
    }

    pub(crate) fn leaked(&self) -> u64 {
        self.leaked
    }

    fn send(&mut self, garbage: Garbage) {
        if let Err(rtrb::PushError::Full(garbage)) = self.ring.push(garbage) {
            std::mem::forget(garbage);
            self.leaked += 1;
        }
    }
}
