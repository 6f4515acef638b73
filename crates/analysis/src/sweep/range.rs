//! What is told of a sweep's answer.

use std::ops::RangeInclusive;

/// The frequency at which the sweep begins, in Hz: an octave below the first that is told.
pub(super) const FIRST_HZ: f64 = 5.0;

/// The first frequency that is told, in Hz.
pub const LOWEST_HZ: f64 = 10.0;

/// The harmonics that are told.
pub const ORDERS: RangeInclusive<usize> = 2..=5;

/// Points in an octave of a curve unless others are asked for.
pub const POINTS_PER_OCTAVE: usize = 24;
