//! The lossy number conversions that this crate needs, each with the reason why its loss doesn't matter.

/// A count as `f64`: exact below 2^53.
pub(crate) fn real(count: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact for every count below 2^53")]
    let value = count as f64;
    value
}

/// `f64` to the `f32` of samples: rounding to 24 bits is meant.
pub(crate) fn sample(value: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "samples are f32: rounding is meant")]
    let narrowed = value as f32;
    narrowed
}

/// The nearest count; 0 for what is negative or no number, saturating above.
pub(crate) fn whole(value: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, which is meant")]
    let count = value.round() as usize;
    count
}

/// A ratio of amplitudes in dB; −∞ for nothing.
pub(crate) fn db(ratio: f64) -> f64 {
    20.0 * ratio.abs().log10()
}

/// The ratio of amplitudes of so many dB.
pub(crate) fn amplitude(db: f64) -> f64 {
    10.0_f64.powf(db / 20.0)
}
