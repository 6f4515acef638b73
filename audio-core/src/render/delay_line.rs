//! A delay line addressed by stream position.

use crate::config::{MAX_ALIGNMENT_FRAMES, MAX_DELAY_FRAMES, PART_FRAMES};
use crate::number::{position, size};

/// Cells of a line: the longest delays plus the longest block, rounded up to a power of two.
const CELLS: usize = (size(MAX_DELAY_FRAMES) + size(MAX_ALIGNMENT_FRAMES) + PART_FRAMES).next_power_of_two();

/// Keeps the last [`CELLS`] values of a stream; reading needs no state but the position.
pub(crate) struct DelayLine<T> {
    cells: Box<[T]>,
}

impl<T: Copy + Default> DelayLine<T> {
    pub(crate) fn new() -> Self {
        Self { cells: vec![T::default(); CELLS].into_boxed_slice() }
    }

    /// Stores `values` from `position` on.
    pub(crate) fn write(&mut self, position: u64, values: &[T]) {
        let (start, first) = Self::split(position, values.len());
        let (head, tail) = values.split_at(first);
        self.cells[start..start + first].copy_from_slice(head);
        self.cells[..tail.len()].copy_from_slice(tail);
    }

    /// Stores `value` `count` times from `position` on.
    pub(crate) fn fill(&mut self, position: u64, count: usize, value: T) {
        let (start, first) = Self::split(position, count);
        self.cells[start..start + first].fill(value);
        self.cells[..count - first].fill(value);
    }

    /// Copies out the values from `position` on. Positions before the first give the default value, as positions count
    /// modulo 2^64.
    pub(crate) fn read(&self, position: u64, values: &mut [T]) {
        let (start, first) = Self::split(position, values.len());
        let (head, tail) = values.split_at_mut(first);
        head.copy_from_slice(&self.cells[start..start + first]);
        tail.copy_from_slice(&self.cells[..tail.len()]);
    }

    /// What was stored at `position`.
    pub(crate) fn at(&self, position: u64) -> T {
        self.cells[Self::split(position, 1).0]
    }

    /// The cell of `position`, and how many of `count` cells come before the wrap.
    fn split(at: u64, count: usize) -> (usize, usize) {
        debug_assert!(count <= PART_FRAMES, "a part is never longer");
        let start = usize::try_from(at % position(CELLS)).unwrap_or(0);
        (start, count.min(CELLS - start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_across_the_wrap() {
        let mut line = DelayLine::<u32>::new();
        let start = position(CELLS) - 3;
        line.write(start, &[1, 2, 3, 4, 5]);
        let mut out = [0; 5];
        line.read(start, &mut out);
        assert_eq!(out, [1, 2, 3, 4, 5]);
        assert_eq!([start + 2, start + 3].map(|position| line.at(position)), [3, 4]);
        line.fill(start + 2, 2, 9);
        line.read(start, &mut out);
        assert_eq!(out, [1, 2, 9, 9, 5]);
    }

    #[test]
    fn positions_before_the_first_are_silent() {
        let mut line = DelayLine::<f32>::new();
        line.write(0, &[1.0, 1.0]);
        let mut out = [9.0; 4];
        line.read(0_u64.wrapping_sub(2), &mut out);
        assert_eq!(out, [0.0, 0.0, 1.0, 1.0]);
    }
}
