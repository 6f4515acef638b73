//! The few number conversions that sound needs, each with the reason why its loss doesn't matter.

/// The nearest whole number, clamped into `u64`; NaN gives 0.
#[must_use]
pub fn whole(value: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` from a float saturates, which is what is wanted"
    )]
    let rounded = value.round() as u64;
    rounded
}

/// A count of frames as `u32`, saturating; no buffer here comes near that.
#[must_use]
pub fn count32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A 32-bit count as an index: lossless on every system that this crate builds for.
#[must_use]
pub const fn size(count: u32) -> usize {
    #[expect(clippy::as_conversions, reason = "`TryFrom` isn't const; no system here has fewer than 32 bits")]
    let size = count as usize;
    size
}

/// A count of frames as a step of the stream's 64-bit position.
#[must_use]
pub fn position(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Duration of `frames` at `sample_rate` Hz in nanoseconds, rounded down.
#[must_use]
pub fn nanoseconds(frames: u64, sample_rate: u32) -> u64 {
    frames.saturating_mul(1_000_000_000) / u64::from(sample_rate.max(1))
}
