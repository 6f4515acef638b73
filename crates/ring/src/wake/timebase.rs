//! Converts between clock ticks and nanoseconds. Separate from the calls that read the clock, so that it is tested on
//! every system.

/// Nanoseconds per tick, as a fraction: 125/3 on Apple Silicon, 1/1 on Intel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timebase {
    numer: u32,
    denom: u32,
}

impl Timebase {
    /// One nanosecond per tick.
    pub(super) const NANOSECONDS: Self = Self { numer: 1, denom: 1 };

    /// Creates the fraction; none if either part is 0.
    pub(super) fn new(numer: u32, denom: u32) -> Option<Self> {
        (numer != 0 && denom != 0).then_some(Self { numer, denom })
    }

    /// Packs both parts into one word, which is never 0.
    pub(super) fn to_word(self) -> u64 {
        u64::from(self.numer) << 32 | u64::from(self.denom)
    }

    /// The reverse; none for a word without a valid fraction, such as 0.
    pub(super) fn from_word(word: u64) -> Option<Self> {
        Self::new(u32::try_from(word >> 32).ok()?, u32::try_from(word & 0xffff_ffff).ok()?)
    }

    /// Rounded down.
    pub(super) fn to_ns(self, ticks: u64) -> u64 {
        let ns = u128::from(ticks) * u128::from(self.numer) / u128::from(self.denom);
        u64::try_from(ns).unwrap_or(u64::MAX)
    }

    /// Rounded up: otherwise a wait could end just before its deadline and have to start again.
    pub(super) fn to_ticks(self, ns: u64) -> u64 {
        let ticks = (u128::from(ns) * u128::from(self.denom)).div_ceil(u128::from(self.numer));
        u64::try_from(ticks).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APPLE_SILICON: (u32, u32) = (125, 3);

    #[test]
    fn a_deadline_is_never_reached_early() {
        let timebase = Timebase::new(APPLE_SILICON.0, APPLE_SILICON.1).unwrap();
        assert_eq!(
            (timebase.to_ns(24_000_000), timebase.to_ticks(1_000_000_000)),
            (1_000_000_000, 24_000_000)
        );
        for ns in [1, 41, 42, 83, 1_000_001, u64::MAX / 2] {
            assert!(timebase.to_ns(timebase.to_ticks(ns)) >= ns, "{ns}");
        }
        assert_eq!(timebase.to_ns(u64::MAX), u64::MAX);
        assert_eq!(Timebase::NANOSECONDS.to_ns(7), 7);
    }

    #[test]
    fn a_word_holds_both_parts() {
        let timebase = Timebase::new(APPLE_SILICON.0, APPLE_SILICON.1).unwrap();
        assert_eq!(Timebase::from_word(timebase.to_word()), Some(timebase));
        for word in [0, 1, 1 << 32] {
            assert_eq!(Timebase::from_word(word), None);
        }
        assert_eq!(Timebase::new(0, 3), None);
    }
}
