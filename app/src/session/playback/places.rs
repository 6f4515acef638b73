//! Where in the source a session's children do what an audio thread must not.

use super::Playback;
use crate::{session::event::SessionEvent, symbols::Spot};

impl Playback {
    /// Looks up where the places of a child are, one question at a time.
    pub(super) fn look_up(&mut self, generation: u32) {
        let Some(asker) = self.children.asker(generation) else { return };
        let Some(wanted) = self.violations.wanted(generation) else { return };
        let events = self.events.clone();
        tokio::spawn(async move {
            let (numbers, stacks): (Vec<u32>, Vec<_>) = wanted.into_iter().unzip();
            let spots = numbers.into_iter().zip(asker.spots(&stacks).await).collect();
            events.send(SessionEvent::Placed { generation, spots });
        });
    }

    /// Places were looked up.
    pub(crate) fn placed(&mut self, generation: u32, spots: Vec<(u32, Spot)>) {
        self.violations.placed(generation, spots);
        for generation in self.violations.waiting() {
            self.look_up(generation);
        }
    }
}
