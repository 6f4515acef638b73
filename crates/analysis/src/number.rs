//! The lossy number conversions that figures need, each with the reason why its loss doesn't matter.

/// A count as `f64`: exact below 2^53.
#[must_use]
pub fn real(count: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact for every count below 2^53")]
    let value = count as f64;
    value
}

/// `f64` to the `f32` of samples: rounding to 24 bits is meant.
#[must_use]
pub fn sample(value: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "samples are f32: rounding is meant")]
    let narrowed = value as f32;
    narrowed
}

/// The nearest count; 0 for what is negative or no number, saturating above.
#[must_use]
pub fn whole(value: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, which is meant")]
    let count = value.round() as usize;
    count
}

/// The nearest integer, saturating; 0 for what is no number.
#[must_use]
pub fn signed(value: f64) -> isize {
    #[expect(clippy::cast_possible_truncation, reason = "saturates, which is meant")]
    let integer = value.round() as isize;
    integer
}
