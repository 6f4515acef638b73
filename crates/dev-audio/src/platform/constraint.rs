//! Computes the numbers of Mach's time-constraint policy from a block's duration. Separate from the call that sets the
//! policy, so that it is tested on every system.

use std::time::Duration;

/// xnu's MIN_RT_QUANTUM and MAX_RT_QUANTUM: a computation outside of them is KERN_INVALID_ARGUMENT.
const SHORTEST_COMPUTATION: Duration = Duration::from_micros(50);
const LONGEST_COMPUTATION: Duration = Duration::from_millis(50);

/// A real-time thread's request, in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Constraint {
    /// From one block to the next.
    pub(super) period: u32,
    /// Computation time within that.
    pub(super) computation: u32,
    /// "The maximum amount of real time that may elapse from the start of a separate processing arrival to the end of
    /// computation": a block's duration.
    pub(super) constraint: u32,
}

impl Constraint {
    /// For one block every `period`, with ticks of `numer / denom` nanoseconds.
    pub(super) fn of(period: Duration, numer: u32, denom: u32) -> Self {
        let computation = (period / 2).clamp(SHORTEST_COMPUTATION, LONGEST_COMPUTATION);
        // The kernel refuses a constraint that is less than the computation.
        let period = period.max(computation);
        let ticks = |duration: Duration| {
            let ticks = duration.as_nanos() * u128::from(denom) / u128::from(numer.max(1));
            u32::try_from(ticks).unwrap_or(u32::MAX)
        };
        Self { period: ticks(period), computation: ticks(computation), constraint: ticks(period) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_gives_numbers_that_the_kernel_takes() {
        for frames in [1_u32, 16, 64, 128, 4_096, 192_000] {
            let period = Duration::from_secs_f64(f64::from(frames) / 48_000.0);
            let ns = Constraint::of(period, 1, 1);
            assert!((50_000..=50_000_000).contains(&ns.computation), "{frames}: {ns:?}");
            assert!(ns.constraint >= ns.computation && ns.period == ns.constraint, "{frames}: {ns:?}");
        }
    }

    #[test]
    fn ticks_are_those_of_the_machine() {
        let block = Duration::from_millis(3);
        assert_eq!(Constraint::of(block, 125, 3).period, 72_000);
        assert_eq!(Constraint::of(block, 125, 3).computation, 36_000);
        assert_eq!(Constraint::of(Duration::from_secs(10_000), 1, 1).period, u32::MAX);
    }
}
