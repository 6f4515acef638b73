//! Samples that are sound: where any come in from elsewhere, what isn't is replaced.

/// The greatest magnitude that a sample has behind the door, +96 dBFS: integers of 16 bits taken for full scales fit, and
/// squares and sums of it are far from what a number can hold. What is beyond is limited to it.
pub const LOUDEST: f32 = 65_536.0;

/// The sample, within ±[`LOUDEST`]; 0 for what isn't finite.
pub(crate) fn sane(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-LOUDEST, LOUDEST) } else { 0.0 }
}

/// Limits all of them to ±[`LOUDEST`], makes those that are not finite 0, and returns how many were changed.
#[must_use]
pub fn sanitise(samples: &mut [f32]) -> u64 {
    // Counting without branches first, in lanes as wide as a sample: the ordinary block has nothing to replace. What is
    // no number isn't within anything.
    let is_sane = |sample: &f32| (-LOUDEST..=LOUDEST).contains(sample);
    samples
        .chunks_mut(1 << 20)
        .map(|samples| {
            let count: u32 = samples.iter().map(|sample| u32::from(!is_sane(sample))).sum();
            if count > 0 {
                samples.iter_mut().for_each(|sample| *sample = sane(*sample));
            }
            u64::from(count)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_sound_is_replaced_and_counted() {
        let mut samples =
            [1.0, f32::NAN, f32::INFINITY, -f32::INFINITY, f32::MIN_POSITIVE / 2.0, 3e38, -1e30, LOUDEST];
        assert_eq!(sanitise(&mut samples), 5);
        assert_eq!(samples, [1.0, 0.0, 0.0, 0.0, f32::MIN_POSITIVE / 2.0, LOUDEST, -LOUDEST, LOUDEST]);
    }
}
