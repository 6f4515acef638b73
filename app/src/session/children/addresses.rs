//! What the addresses that a session's children tell are addresses of.

use super::Children;
use crate::{child::Child, symbols::Asker};

impl Children {
    /// The generation of the live child.
    pub(in crate::session) fn live_generation(&self) -> Option<u32> {
        self.heard.as_ref().map(Child::generation)
    }

    /// Knows what the addresses of a child are addresses of, unless it was told to end.
    pub(in crate::session) fn asker(&self, generation: u32) -> Option<Asker> {
        self.child(generation).map(|child| child.asker().clone())
    }
}
