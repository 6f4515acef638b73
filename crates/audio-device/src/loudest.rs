//! Sanitises samples that come in from outside: invalid ones are replaced.

/// The greatest magnitude of a sample after sanitising, +96 dBFS: 16-bit integers mistaken for floats still fit, and
/// squares and sums are far from the limits of a number. Greater values are limited to it.
pub const LOUDEST: f32 = 65_536.0;

/// The sample, limited to ±[`LOUDEST`]; 0 if it isn't finite.
pub(crate) fn sane(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-LOUDEST, LOUDEST) } else { 0.0 }
}

/// What [`sanitise`] replaced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replaced {
    /// How many samples.
    pub samples: u64,
    /// How many of them were NaN or infinite. The others were only too large.
    pub not_finite: u64,
}

/// Limits all samples to ±[`LOUDEST`], sets those that are not finite to 0, and counts both.
#[must_use]
pub fn sanitise(samples: &mut [f32]) -> Replaced {
    // First counts without branches, in lanes as wide as a sample: the ordinary block has nothing to replace. NaN isn't
    // within any range.
    let is_sane = |sample: &f32| (-LOUDEST..=LOUDEST).contains(sample);
    let mut replaced = Replaced::default();
    for samples in samples.chunks_mut(1 << 20) {
        let count: u32 = samples.iter().map(|sample| u32::from(!is_sane(sample))).sum();
        if count > 0 {
            let not_finite: u32 = samples.iter().map(|sample| u32::from(!sample.is_finite())).sum();
            replaced.samples += u64::from(count);
            replaced.not_finite += u64::from(not_finite);
            samples.iter_mut().for_each(|sample| *sample = sane(*sample));
        }
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_sound_is_replaced_and_counted() {
        let mut samples =
            [1.0, f32::NAN, f32::INFINITY, -f32::INFINITY, f32::MIN_POSITIVE / 2.0, 3e38, -1e30, LOUDEST];
        assert_eq!(sanitise(&mut samples), Replaced { samples: 5, not_finite: 3 });
        assert_eq!(samples, [1.0, 0.0, 0.0, 0.0, f32::MIN_POSITIVE / 2.0, LOUDEST, -LOUDEST, LOUDEST]);
    }
}
