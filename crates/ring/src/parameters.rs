//! Sends parameters to the child: the control thread's end.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use thiserror::Error;

use crate::layout::{Layout, MAX_PARAMETERS};
use crate::memory::{Memory, Word};
use crate::region::Mapping;

/// The error for a parameter index for which a segment has no word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("parameter {index}: a segment has words for {MAX_PARAMETERS}")]
pub struct IndexError {
    /// The index, from 0; for a list of values, the index of the last one.
    pub index: usize,
}

/// Sets parameters, from any thread: `Send` and `Sync`.
/// The latest value of each wins. A value set before a block is sent is visible when the child processes that block.
/// All words are 0 in a new segment: set all of them once before the first block.
#[derive(Debug)]
pub struct ParameterWriter<M: Memory = Mapping> {
    memory: Arc<M>,
    layout: Layout,
    epoch: Arc<M::Word>,
}

impl<M: Memory> ParameterWriter<M> {
    pub(crate) fn new(memory: Arc<M>, layout: Layout, epoch: Arc<M::Word>) -> Self {
        Self { memory, layout, epoch }
    }

    /// Sets one parameter. The child defines the value's meaning and range; it is passed on bit by bit.
    ///
    /// # Errors
    ///
    /// [`IndexError`] for an index of [`MAX_PARAMETERS`] or more.
    pub fn set(&self, index: usize, value: f32) -> Result<(), IndexError> {
        if index >= MAX_PARAMETERS {
            return Err(IndexError { index });
        }
        self.store(index, value);
        self.count();
        Ok(())
    }

    /// Sets the parameters from 0 on. A block sent at the same time may contain some of the new values; the next one
    /// contains all.
    ///
    /// # Errors
    ///
    /// [`IndexError`] for more than [`MAX_PARAMETERS`] values; none is set then.
    pub fn set_all(&self, values: &[f32]) -> Result<(), IndexError> {
        if values.len() > MAX_PARAMETERS {
            return Err(IndexError { index: values.len() - 1 });
        }
        for (index, value) in values.iter().enumerate() {
            self.store(index, *value);
        }
        self.count();
        Ok(())
    }

    fn store(&self, index: usize, value: f32) {
        self.memory.word(self.layout.parameter(index)).store(value.to_bits(), Ordering::Relaxed);
    }

    fn count(&self) {
        // SYNC: partner is the Acquire of the epoch in `HostRing::send`; the values above come with it.
        self.epoch.add(1, Ordering::Release);
    }
}
