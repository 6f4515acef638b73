//! Checks of what came back from a processor, before anything is computed of it.

use crate::unmeasured::Unmeasured;

/// The first `needed` frames of an answer, all of them finite.
///
/// # Errors
/// [`Unmeasured::TooShort`], [`Unmeasured::NotFinite`] on this channel.
pub(crate) fn finite(answer: &[f32], needed: usize, channel: usize) -> Result<&[f32], Unmeasured> {
    // What isn't finite counts first: a processor that stopped there is told by what it did.
    let looked_at = &answer[..answer.len().min(needed)];
    if let Some(frame) = looked_at.iter().position(|sample| !sample.is_finite()) {
        return Err(Unmeasured::NotFinite { frame, channel });
    }
    if answer.len() < needed {
        return Err(Unmeasured::TooShort { frames: answer.len(), needed });
    }
    Ok(looked_at)
}

/// The same of the first channel, where not all of it is zero.
///
/// # Errors
/// Those of [`finite`], and [`Unmeasured::Silent`].
pub(crate) fn sounding(answer: &[f32], needed: usize) -> Result<&[f32], Unmeasured> {
    let answer = finite(answer, needed, 0)?;
    if answer.iter().all(|sample| *sample == 0.0) {
        return Err(Unmeasured::Silent);
    }
    Ok(answer)
}

/// The mean of the squares, 0 for no samples.
pub(crate) fn power(samples: &[f32]) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let sum: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    sum / crate::number::real(samples.len())
}

/// The largest magnitude, 0 for no samples.
pub(crate) fn peak(samples: &[f32]) -> f64 {
    samples.iter().fold(0.0_f64, |peak, sample| peak.max(f64::from(sample.abs())))
}
