//! What a processor costs, from the times that its blocks took. Measuring these times is the caller's work.

use crate::{
    number::{real, whole},
    unmeasured::{Unit, Unmeasured},
};
use serde::{Deserialize, Serialize};

/// What blocks of one size cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Frames of a block.
    pub block_frames: usize,
    /// Blocks that were timed.
    pub blocks: usize,
    /// The mean time for one frame, in nanoseconds.
    pub ns_per_frame: f64,
    /// The median time of a block, in nanoseconds.
    pub p50_ns: u64,
    /// The time within which 99 of 100 blocks were done, in nanoseconds.
    pub p99_ns: u64,
    /// The longest time of a block, in nanoseconds.
    pub worst_ns: u64,
    /// The mean time of a block as a share of the time that it lasts, in percent: of one core.
    pub real_time_percent: f64,
    /// The same of the longest.
    pub worst_percent: f64,
}

impl Cost {
    /// The cost of blocks of `block_frames` frames, each of which took so many nanoseconds.
    ///
    /// Percentiles are by nearest rank: the smallest time that so many percent of all are no longer than.
    ///
    /// # Errors
    /// There is no block, it has no frames, or the rate is out of range.
    pub fn of(nanoseconds: &[u64], block_frames: usize, rate_hz: u32) -> Result<Self, Unmeasured> {
        let rate = crate::limits::rate(rate_hz)?;
        if block_frames == 0 {
            return Err(Unmeasured::OutOfRange {
                value: 0.0,
                lowest: 1.0,
                highest: f64::MAX,
                unit: Unit::Count,
            });
        }
        let mut sorted = nanoseconds.to_vec();
        sorted.sort_unstable();
        let Some(worst_ns) = sorted.last().copied() else {
            return Err(Unmeasured::NothingCounted);
        };
        let rank = |share: f64| whole((share * real(sorted.len())).ceil()).clamp(1, sorted.len()) - 1;
        let time = |ns: u64| real(usize::try_from(ns).unwrap_or(usize::MAX));
        let mean = sorted.iter().map(|ns| time(*ns)).sum::<f64>() / real(sorted.len());
        let lasts = real(block_frames) * 1e9 / rate;
        Ok(Self {
            block_frames,
            blocks: sorted.len(),
            ns_per_frame: mean / real(block_frames),
            p50_ns: sorted[rank(0.50)],
            p99_ns: sorted[rank(0.99)],
            worst_ns,
            real_time_percent: 100.0 * mean / lasts,
            worst_percent: 100.0 * time(worst_ns) / lasts,
        })
    }

    /// By how much this costs more than `other`, as a factor of median times for a frame: above 2 with silence after noise, a
    /// processor likely computes with subnormal numbers.
    ///
    /// # Errors
    /// The other's median is 0: it was too short for the clock.
    pub fn against(&self, other: &Self) -> Result<f64, Unmeasured> {
        let frame =
            |cost: &Self| real(usize::try_from(cost.p50_ns).unwrap_or(usize::MAX)) / real(cost.block_frames);
        if other.p50_ns == 0 {
            return Err(Unmeasured::NothingCounted);
        }
        Ok(frame(self) / frame(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_taken() {
        let times: Vec<u64> = (1..=200).rev().collect();
        let cost = Cost::of(&times, 100, 48_000).expect("there are blocks");
        assert_eq!((cost.p50_ns, cost.p99_ns, cost.worst_ns), (100, 198, 200));
        assert!((cost.ns_per_frame - 1.005).abs() < 1e-12);
        let one = Cost::of(&[7], 64, 48_000).expect("there is a block");
        assert_eq!((one.p50_ns, one.p99_ns, one.worst_ns), (7, 7, 7));
    }

    #[test]
    fn the_share_is_of_the_time_that_a_block_lasts() {
        // 480 frames at 48 kHz last for 10 ms.
        let cost = Cost::of(&[100_000, 300_000], 480, 48_000).expect("there are blocks");
        assert!((cost.real_time_percent - 2.0).abs() < 1e-12);
        assert!((cost.worst_percent - 3.0).abs() < 1e-12);
        let silence = Cost::of(&[1_000_000], 480, 48_000).expect("there is a block");
        assert!((silence.against(&cost).expect("it took a while") - 10.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_has_no_cost() {
        assert_eq!(Cost::of(&[], 64, 48_000), Err(Unmeasured::NothingCounted));
        assert!(Cost::of(&[1], 0, 48_000).is_err());
        assert!(Cost::of(&[1], 64, 0).is_err());
    }
}
