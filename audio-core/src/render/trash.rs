//! The way back for what must be freed.

use crate::engine::command::Garbage;

/// Sends values to the control side, which drops them there. What doesn't fit is leaked and counted: freeing it here
/// would be worse.
pub(crate) struct Trash {
    ring: rtrb::Producer<Garbage>,
    leaked: u64,
}

impl Trash {
    pub(crate) fn new(ring: rtrb::Producer<Garbage>) -> Self {
        Self { ring, leaked: 0 }
    }

    pub(crate) fn put(&mut self, garbage: Garbage) {
        if let Err(rtrb::PushError::Full(garbage)) = self.ring.push(garbage) {
            std::mem::forget(garbage);
            self.leaked += 1;
        }
    }

    pub(crate) fn leaked(&self) -> u64 {
        self.leaked
    }
}
