//! The child beside the newest one: it was heard before, or was started again to be compared with the newest.

use wavecraft_audio_device::Clock;

use crate::render::counts::Counts;
use crate::render::link::Link;
use crate::render::moment::Moment;
use crate::render::read_window::ReadWindow;
use crate::render::workspace::InputBuffers;
use crate::snapshot::BesideSnapshot;
use crate::trash::Trash;

/// At most one child beside the newest. Whatever it does counts in no figure of the project.
#[derive(Default)]
pub(crate) struct Beside {
    link: Option<Box<Link>>,
    /// The next one, until the present one has faded out.
    waiting: Option<Box<Link>>,
    /// The generation of the child that comes here when it is replaced.
    keep: Option<u32>,
    /// Of this child alone, and read by nobody.
    counts: Counts,
}

impl Beside {
    /// Sets which child comes here when a newer one replaces it.
    pub(crate) fn keep(&mut self, generation: Option<u32>) {
        self.keep = generation;
    }

    /// Whether this child, which was replaced, comes here.
    pub(crate) fn wants(&self, link: &Link) -> bool {
        self.keep == Some(link.generation()) && !link.over()
    }

    /// Takes a child; the present one fades out.
    pub(crate) fn put(&mut self, link: Box<Link>, trash: &mut Trash) {
        self.keep = None;
        match &mut self.link {
            None => self.link = Some(link),
            Some(present) => {
                present.retire();
                if let Some(skipped) = self.waiting.replace(link) {
                    trash.put(skipped);
                }
            }
        }
    }

    /// Fades the child out, and frees it then.
    pub(crate) fn retire(&mut self, trash: &mut Trash) {
        self.keep = None;
        if let Some(waiting) = self.waiting.take() {
            trash.put(waiting);
        }
        if let Some(link) = &mut self.link {
            link.retire();
        }
    }

    /// The child, if it can be heard.
    pub(crate) fn ready(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.ready())
    }

    pub(crate) fn link_mut(&mut self) -> Option<&mut Link> {
        self.link.as_deref_mut()
    }

    /// Makes it, and the next one, clear their state before their next block.
    pub(crate) fn reset(&mut self) {
        self.link.iter_mut().chain(&mut self.waiting).for_each(|link| link.reset());
    }

    pub(crate) fn is_present(&self) -> bool {
        self.link.is_some()
    }

    /// Whether no child is heard, or fades.
    pub(crate) fn is_silent(&self) -> bool {
        self.link.as_ref().is_none_or(|link| link.faded_out())
    }

    /// Whether the block before which it clears its state couldn't be sent yet.
    pub(crate) fn awaits_reset(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.awaits_reset())
    }

    /// Wakes it if something was sent.
    pub(crate) fn wake(&mut self) {
        if let Some(link) = &mut self.link {
            link.wake();
        }
    }

    /// Takes the replies that have come, and sends the next block.
    pub(crate) fn exchange(
        &mut self,
        window: &ReadWindow,
        moment: Moment,
        source: [&[f32]; 2],
        inputs: &mut InputBuffers,
        reply: &mut [f32],
    ) {
        let Some(link) = &mut self.link else { return };
        if link.receive(window, moment.now_ns, reply, &mut self.counts) {
            link.send(window, moment, source, inputs, &mut self.counts);
        }
        // What it shows of itself is never asked for.
        link.readings().clear();
    }

    /// Direct mode: as [`Link::await_block`].
    pub(crate) fn await_block(&mut self, deadline_ns: u64, clock: &Clock, reply: &mut [f32]) {
        if let Some(link) = self.link.as_mut().filter(|link| link.is_awaited()) {
            link.await_block(deadline_ns, clock, reply, &mut self.counts);
        }
    }

    /// See [`Link::settle`].
    pub(crate) fn settle(&mut self, deadline_ns: u64, reply: &mut [f32]) {
        if let Some(link) = &mut self.link {
            link.settle(deadline_ns, reply, &mut self.counts);
        }
    }

    /// Frees a child that is over and no longer heard. Returns whether none is left.
    pub(crate) fn sweep(&mut self, trash: &mut Trash) -> bool {
        let Some(link) = self.link.take_if(|link| link.over() && link.faded_out()) else { return false };
        trash.put(link);
        self.link = self.waiting.take();
        self.link.is_none()
    }

    pub(crate) fn snapshot(&self) -> Option<BesideSnapshot> {
        let link = self.link.as_ref()?;
        Some(BesideSnapshot { generation: link.generation(), link: link.state(), load: link.load() })
    }
}
