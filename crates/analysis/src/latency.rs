//! The latency that an impulse response shows.

use crate::{
    number::{real, signed},
    unmeasured::Unmeasured,
};
use serde::{Deserialize, Serialize};

/// How far below its peak an impulse response is taken to begin, in dB.
const ONSET_DB: f64 = -60.0;

/// How much the peak must stand out of the root mean square for there to be one, as a factor: 15 dB. White noise of a
/// million frames reaches 14 dB, `√(2·ln n)`.
const STANDS_OUT: f64 = 5.6;

/// How far a band-limited impulse is looked at on both sides to find its peak between frames.
const REACH: usize = 32;

/// A latency that was found, and the one that the processor reports.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// The peak of the impulse response, in frames after the impulse went in; it may lie between frames. A delay shows itself
    /// here, as does a filter whose phase is linear.
    pub peak_frames: f64,
    /// The first frame that is within 60 dB of the peak. A filter of minimal phase shows its delay here.
    pub onset_frames: usize,
    /// What the processor reports, in frames, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_frames: Option<usize>,
    /// Whether the reported latency lies between onset and peak, with half a frame to spare. If not, it is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agrees: Option<bool>,
}

impl Latency {
    /// What to take out of a phase: the reported latency if it is right, else the peak, in whole frames.
    #[must_use]
    pub fn to_remove(&self) -> usize {
        match (self.reported_frames, self.agrees) {
            (Some(reported), Some(true)) => reported,
            _ => crate::number::whole(self.peak_frames),
        }
    }
}

/// The latency of an impulse response whose impulse went in at frame 0.
///
/// # Errors
/// [`Unmeasured::Silent`], and [`Unmeasured::LatencyUnknown`] if no peak stands out.
pub(crate) fn find(impulse: &[f64], reported_frames: Option<usize>) -> Result<Latency, Unmeasured> {
    let height = impulse.iter().fold(0.0_f64, |height, sample| height.max(sample.abs()));
    if height == 0.0 {
        return Err(Unmeasured::Silent);
    }
    let power: f64 = impulse.iter().map(|sample| sample * sample).sum();
    if height < STANDS_OUT * (power / real(impulse.len())).sqrt() {
        return Err(Unmeasured::LatencyUnknown);
    }
    let first = |limit: f64| impulse.iter().position(|sample| sample.abs() >= limit).unwrap_or(0);
    let onset_frames = first(height * crate::level::amplitude(ONSET_DB));
    let peak_frames = between(impulse, first(height));
    let agrees = reported_frames.map(|reported| {
        (real(onset_frames) - 0.5..=peak_frames.max(real(onset_frames)) + 0.5).contains(&real(reported))
    });
    Ok(Latency { peak_frames, onset_frames, reported_frames, agrees })
}

/// The peak's place between frames: where the band-limited signal through the samples is the largest, found by ternary
/// search between the neighbours of the largest sample. It interpolates by a sinc with a Hann window.
fn between(impulse: &[f64], peak: usize) -> f64 {
    let place = real(peak);
    let value = |time: f64| {
        let from = peak.saturating_sub(REACH);
        let near = impulse.iter().enumerate().take(peak + REACH + 1).skip(from);
        near.map(|(index, sample)| sample * kernel(time - real(index))).sum::<f64>().abs()
    };
    let (mut low, mut high) = (place - 1.0, place + 1.0);
    for _ in 0..40 {
        let third = (high - low) / 3.0;
        if value(low + third) < value(high - third) {
            low += third;
        } else {
            high -= third;
        }
    }
    let found = 0.5 * (low + high);
    // Whole frames are the rule; the search ends within rounding of them.
    let nearest = signed(found);
    let whole = real(nearest.unsigned_abs()) * if nearest < 0 { -1.0 } else { 1.0 };
    if (found - whole).abs() < 1e-4 { whole } else { found }
}

/// `sin(πx)/πx`, faded out over [`REACH`].
fn kernel(x: f64) -> f64 {
    let angle = std::f64::consts::PI * x;
    let sinc = if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
    sinc * crate::fourier::rise(1.0 - x.abs() / real(REACH))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A band-limited impulse at `delay` frames.
    fn impulse_at(delay: f64) -> Vec<f64> {
        let sinc = |x: f64| if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
        (0..4_096).map(|frame| sinc(std::f64::consts::PI * (real(frame) - delay))).collect()
    }

    #[test]
    fn a_delay_is_found_to_a_hundredth_of_a_frame() {
        for delay in [0.0, 1.0, 64.0, 500.25, 1_000.5, 2_000.9] {
            let found = find(&impulse_at(delay), None).expect("it stands out").peak_frames;
            assert!((found - delay).abs() < 0.01, "{delay}: {found}");
        }
    }

    #[test]
    fn a_report_agrees_between_onset_and_peak() {
        let mut slow = vec![0.0; 1_000];
        for (frame, sample) in slow.iter_mut().enumerate().skip(100).take(40) {
            *sample = real(frame - 99);
        }
        let agrees = |reported| find(&slow, Some(reported)).expect("it stands out").agrees;
        assert_eq!(agrees(100), Some(true));
        assert_eq!(agrees(139), Some(true));
        assert_eq!(agrees(99), Some(false));
        assert_eq!(agrees(0), Some(false));
        assert_eq!(find(&slow, None).expect("it stands out").agrees, None);
    }

    #[test]
    fn silence_and_hum_have_none() {
        assert_eq!(find(&[0.0; 100], None), Err(Unmeasured::Silent));
        let hum: Vec<f64> = (0..1_000).map(|frame| (real(frame) * 0.1).sin()).collect();
        assert_eq!(find(&hum, None), Err(Unmeasured::LatencyUnknown));
    }
}
