//! What a session's children tell: their output, their ends, and where in the source they do what an audio thread must not.

use super::Playback;
use crate::{
    child::ChildEvent,
    session::{context::Context, event::SessionEvent},
    symbols::Spot,
};

impl Playback {
    /// Handles a child's event.
    pub(in crate::session) fn child(&mut self, generation: u32, event: ChildEvent, cx: &mut Context) {
        if let ChildEvent::Said { message, .. } = &event
            && self.violations.hear(generation, message)
        {
            return self.look_up(generation);
        }
        let output = match &event {
            ChildEvent::Wrote { stream, line, .. } => {
                Some((*stream, self.children.of_build(generation, line)))
            }
            _ => None,
        };
        let (children, mut place) = self.children(cx);
        for (stream, line) in children.handle(generation, event, &mut place) {
            self.audience.log(stream, line, &cx.clients);
        }
        if let Some((stream, line)) = output {
            self.audience.log(stream, line, &cx.clients);
        }
    }

    /// Looks up where the places of a child are, one question at a time.
    fn look_up(&mut self, generation: u32) {
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
