//! The blocks that were sent to a child and haven't been taken back yet.

use wavecraft_ring::SLOTS;

/// One block under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PendingBlock {
    pub(crate) sequence: u32,
    pub(crate) position: u64,
    pub(crate) frames: u32,
    pub(crate) sent_ns: u64,
    /// Its frames were due before its reply came, so the reply is ignored.
    pub(crate) late: bool,
}

/// At most [`SLOTS`] blocks, oldest first. The engine's own record, independent of the child.
#[derive(Debug, Default)]
pub(crate) struct PendingBlocks {
    slots: [Option<PendingBlock>; SLOTS],
    first: usize,
    count: usize,
}

impl PendingBlocks {
    /// Records a block. There is always room, as the ring had a free slot for it; an excess block would be dropped.
    pub(crate) fn push(&mut self, block: PendingBlock) {
        debug_assert!(self.count < SLOTS, "the ring has no more slots than this");
        if self.count < SLOTS {
            self.slots[(self.first + self.count) % SLOTS] = Some(block);
            self.count += 1;
        }
    }

    /// Takes the oldest block.
    pub(crate) fn pop(&mut self) -> Option<PendingBlock> {
        let oldest = self.slots[self.first].take()?;
        self.first = (self.first + 1) % SLOTS;
        self.count -= 1;
        Some(oldest)
    }

    pub(crate) fn oldest(&self) -> Option<&PendingBlock> {
        self.slots[self.first].as_ref()
    }

    /// All blocks, oldest first.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut PendingBlock> {
        let (wrapped, ordered) = self.slots.split_at_mut(self.first);
        ordered.iter_mut().chain(wrapped).flatten()
    }
}
