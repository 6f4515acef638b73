//! How a signal is divided into blocks.

use fastrand::Rng;

/// The sizes of blocks, in frames.
#[derive(Debug, Clone)]
pub(crate) enum Sizes {
    /// All the same.
    Fixed(usize),
    /// Any from 1 to 1024.
    Random(Rng),
}

impl Sizes {
    pub(crate) fn next(&mut self) -> usize {
        match self {
            Self::Fixed(size) => *size,
            Self::Random(dice) => dice.usize(1..=1024),
        }
    }

    pub(crate) fn told(&self) -> String {
        match self {
            Self::Fixed(1) => "1 frame".into(),
            Self::Fixed(size) => format!("{size} frames"),
            Self::Random(_) => "random sizes".into(),
        }
    }
}
