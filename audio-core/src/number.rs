//! The few lossy number conversions that this crate needs, each with the reason why its loss doesn't matter.

pub(crate) use wavecraft_audio_device::number::{count32, nanoseconds, position, size, whole};

/// `f64` to the `f32` of audio samples: rounding to 24 bits is the purpose; values beyond `f32` become infinite.
pub(crate) fn sample(value: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "samples are f32: rounding is meant")]
    let narrowed = value as f32;
    narrowed
}

/// A count of frames as `f64`: exact below 2^53 frames, which is 5,900 years at 48 kHz.
pub(crate) fn real(count: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact for every count below 2^53")]
    let value = count as f64;
    value
}

/// A 64-bit count as `f64`, exact below 2^53.
pub(crate) fn real64(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact for every count below 2^53")]
    let value = count as f64;
    value
}

/// The nearest whole number as a count or an index, saturating; NaN gives 0.
pub(crate) fn whole_size(value: f64) -> usize {
    usize::try_from(whole(value)).unwrap_or(usize::MAX)
}

/// Frames in `milliseconds` at `sample_rate` Hz, rounded down.
pub(crate) fn frames_in_ms(milliseconds: u32, sample_rate: u32) -> u32 {
    let frames = u64::from(milliseconds) * u64::from(sample_rate) / 1000;
    u32::try_from(frames).unwrap_or(u32::MAX)
}

/// Decibels relative to full scale as a linear amplitude: `10^(dB/20)`.
pub(crate) fn amplitude(decibels: f32) -> f32 {
    10.0_f32.powf(decibels / 20.0)
}
