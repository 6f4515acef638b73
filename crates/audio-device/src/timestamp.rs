//! Maps a callback's time to the engine's clock.

/// Maximum assumed earliness or lateness of a callback, in nanoseconds; beyond it the device's clock is assumed to have
/// been reset.
const MOST_LATE_NS: u64 = 50_000_000;

/// Maps a device's timestamps to the engine's clock.
///
/// Sound systems stamp a callback with the time at which its frames are captured or played, independent of how late the
/// callback itself came; but each has its own origin, and refers to a point before or after the hardware. Only
/// differences matter here, so the first timestamp is assumed to be the time of the first callback.
#[derive(Debug, Default)]
pub(crate) struct TimestampMapper {
    /// The engine's time minus the device's.
    offset: Option<i128>,
}

impl TimestampMapper {
    /// The engine's time for `stamp_ns` on the device's clock, in a callback that runs at `now_ns`.
    pub(crate) fn map(&mut self, stamp_ns: u128, now_ns: u64) -> u64 {
        let stamp = i128::try_from(stamp_ns).unwrap_or(i128::MAX);
        let mapped = |offset: i128| u64::try_from(stamp.saturating_add(offset)).ok();
        let known = self.offset.and_then(mapped).filter(|time| time.abs_diff(now_ns) <= MOST_LATE_NS);
        known.unwrap_or_else(|| {
            self.offset = Some(i128::from(now_ns).saturating_sub(stamp));
            now_ns
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_callbacks_keep_their_time_and_a_clock_that_jumps_is_followed() {
        let mut mapper = TimestampMapper::default();
        let ms = 1_000_000;
        assert_eq!(mapper.map(7, 1_000 * ms), 1_000 * ms);
        // 10 ms later on the device's clock, whenever the callback runs.
        assert_eq!(mapper.map(7 + 10 * 1_000_000, 1_013 * ms), 1_010 * ms);
        assert_eq!(mapper.map(7 + 20 * 1_000_000, 1_020 * ms), 1_020 * ms);
        assert_eq!(mapper.map(0, 2_000 * ms), 2_000 * ms);
        assert_eq!(mapper.map(u128::MAX, 2_010 * ms), 2_010 * ms);
    }
}
