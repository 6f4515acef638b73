//! Interrupts a child's wait from another thread of the child's process.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::layout::host_line;
use crate::memory::{Memory, Word};
use crate::region::Mapping;

/// What the waiting thread and its interrupter share; private to the process.
#[derive(Debug)]
pub(crate) struct Parking<W> {
    /// 1 from an interrupt until it has ended a wait.
    pub(crate) interrupted: W,
    /// 1 while the waiting thread sleeps, or is about to.
    pub(crate) parked: W,
}

impl<W: Word> Parking<W> {
    pub(crate) fn new() -> Self {
        Self { interrupted: W::new(0), parked: W::new(0) }
    }
}

/// Ends the wait of a [`ChildRing`](crate::ChildRing) from another thread of its process, for example to stop it:
/// `Send` and `Sync`.
#[derive(Debug)]
pub struct Interrupt<M: Memory = Mapping> {
    memory: Arc<M>,
    parking: Arc<Parking<M::Word>>,
}

impl<M: Memory> Interrupt<M> {
    pub(crate) fn new(memory: Arc<M>, parking: Arc<Parking<M::Word>>) -> Self {
        Self { memory, parking }
    }

    /// Makes the current wait return `false`, or else the next one that would sleep. Not for an audio thread: it may
    /// yield a few times.
    pub fn interrupt(&self) {
        self.parking.interrupted.store(1, Ordering::Release);
        // SYNC: partner is the fence in `ChildRing::wait`. The interrupt is stored before `parked` is read, there
        // `parked` is stored before the interrupt is read.
        M::fence();
        // The word that the thread sleeps on is the host's, so it can't be changed to keep a thread from sleeping that
        // is about to. So wake until one was woken, or the thread has left by itself.
        while self.parking.parked.load(Ordering::Relaxed) != 0 && !self.memory.wake(host_line::COMMAND_SEQ) {
            M::yield_now();
        }
    }
}

impl<M: Memory> Clone for Interrupt<M> {
    fn clone(&self) -> Self {
        Self { memory: Arc::clone(&self.memory), parking: Arc::clone(&self.parking) }
    }
}
