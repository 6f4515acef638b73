//! A project's children: one that is heard, a newer one that warms up, older ones that fade out.

use crate::render::beside::Beside;
use crate::render::link::Link;
use crate::trash::Trash;

/// Maximum number of children: one heard, one warming up, and two that fade out after being replaced in quick
/// succession.
const CAPACITY: usize = 4;

/// The children, oldest first. The newest one that answers in time is heard; those before it fade out and are freed.
pub(crate) struct Links {
    #[expect(
        clippy::vec_box,
        reason = "the boxes come and go through rings, where unboxing would free here"
    )]
    list: Vec<Box<Link>>,
}

impl Links {
    pub(crate) fn new() -> Self {
        Self { list: Vec::with_capacity(CAPACITY) }
    }

    pub(crate) fn add(&mut self, link: Box<Link>, trash: &mut Trash) {
        if self.list.len() == CAPACITY {
            trash.put(self.list.remove(0));
        }
        self.list.push(link);
    }

    /// Fades all of them out.
    pub(crate) fn retire(&mut self) {
        self.list.iter_mut().for_each(|link| link.retire());
    }

    /// The child to be heard, if there is no other.
    pub(crate) fn alone(&mut self) -> Option<&mut Link> {
        match &mut self.list[..] {
            [link] if link.ready() => Some(link),
            _ => None,
        }
    }

    /// Index of the child to be heard.
    pub(crate) fn on_air(&self) -> Option<usize> {
        self.list.iter().rposition(|link| link.ready())
    }

    /// Index of the child whose output goes to the tap: the one that is heard, else the newest.
    pub(crate) fn lead(&self) -> Option<usize> {
        self.on_air().or_else(|| self.list.len().checked_sub(1))
    }

    pub(crate) fn newest(&self) -> Option<&Link> {
        self.list.last().map(Box::as_ref)
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Link> {
        self.list.get(index).map(Box::as_ref)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Link> {
        self.list.iter_mut().map(Box::as_mut)
    }

    /// Makes the child that is heard clear its state.
    pub(crate) fn reset_on_air(&mut self) {
        if let Some(index) = self.on_air() {
            self.list[index].reset();
        }
    }

    /// Whether the block before which it clears its state couldn't be sent yet.
    pub(crate) fn on_air_awaits_reset(&self) -> bool {
        self.on_air().is_some_and(|index| self.list[index].awaits_reset())
    }

    /// Sends children that are no longer needed back to be freed, or one that was replaced to `beside`. Returns whether the newest was among them because its
    /// process has ended.
    pub(crate) fn sweep(&mut self, beside: &mut Beside, trash: &mut Trash) -> bool {
        let mut newest_gone = false;
        let mut index = 0;
        while index < self.list.len() {
            let replaced = self.on_air().is_some_and(|on_air| index < on_air);
            let link = &self.list[index];
            if link.faded_out() && (link.over() || replaced) {
                newest_gone |= index + 1 == self.list.len() && link.state() == crate::LinkState::Gone;
                let link = self.list.remove(index);
                if beside.wants(&link) {
                    beside.put(link, trash);
                } else {
                    trash.put(link);
                }
            } else {
                index += 1;
            }
        }
        newest_gone
    }
}
