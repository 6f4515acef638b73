//! Conversions between units, each exact in the range it is used for.

/// A sample rate in Hz. Audio devices' rates are far below 2²⁴, up to which an `f32` holds every integer.
#[expect(clippy::cast_precision_loss, reason = "see above")]
pub(crate) fn rate_as_f32(rate: u32) -> f32 {
    rate as f32
}

/// Frames as seconds: exact below 2^53 frames.
#[expect(clippy::cast_precision_loss, reason = "see above")]
pub(crate) fn seconds(frames: u64, sample_rate: u32) -> f64 {
    frames as f64 / f64::from(sample_rate.max(1))
}

/// Linear amplitude of a level in dB: 10^(dB/20).
pub(crate) fn db_to_linear(db: f32) -> f32 {
    10_f32.powf(db / 20.0)
}

/// Seconds as frames, rounded to whole ones: exact for the years at most that such times are.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, which is what is wanted"
)]
pub(crate) fn frames_in(seconds: f64, sample_rate: u32) -> u64 {
    (seconds * f64::from(sample_rate)).round() as u64
}
