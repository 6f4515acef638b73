//! The linear part: magnitude, phase, group delay.

use super::{noise::Noise, powers::Powers, range::LOWEST_HZ};
use crate::{
    fourier::{Bins, Transform},
    grid::{frequency, log_spaced, on_bins},
    level::Level,
    limits,
    number::{real, whole},
    unmeasured::Unmeasured,
};
use realfft::num_complex::Complex;
use serde::{Deserialize, Serialize};

/// How far below the largest magnitude phase and group delay are told, in dB. The rounding of samples, 24 bits, is some 130
/// dB below a sweep's answer.
const PHASE_FLOOR_DB: f64 = 80.0;

/// The linear part of a processor, as a spectrum.
#[derive(Debug, Clone)]
pub struct Linear {
    rate_hz: u32,
    level_dbfs: f64,
    latency_frames: usize,
    frames: usize,
    /// Its impulse response without the latency; negative times at the end.
    impulse: Vec<f64>,
    /// Its spectrum, H.
    bins: Bins,
    /// The spectrum of the impulse response multiplied by the time in frames, which is j·dH/dω.
    slope: Bins,
    /// The largest magnitude from the lowest frequency on.
    largest: f64,
    noise: Noise,
}

pub(super) fn of(
    rate_hz: u32,
    level_dbfs: f64,
    latency_frames: usize,
    transform: &Transform,
    impulse: Vec<f64>,
    noise: Noise,
) -> Linear {
    let frames = transform.frames();
    let bins = transform.forward(impulse.iter().copied());
    let slope = transform
        .forward(impulse.iter().enumerate().map(|(index, sample)| signed_time(index, frames) * sample));
    let lowest = whole(LOWEST_HZ * real(frames) / f64::from(rate_hz));
    let largest = bins.iter().skip(lowest).fold(0.0_f64, |largest, bin| largest.max(bin.norm()));
    Linear { rate_hz, level_dbfs, latency_frames, frames, impulse, bins, slope, largest, noise }
}

/// The time of an index: the second half is before 0.
fn signed_time(index: usize, frames: usize) -> f64 {
    if index < frames / 2 { real(index) } else { real(index) - real(frames) }
}

impl Linear {
    /// The latency that was taken out, in frames.
    #[must_use]
    pub fn latency_frames(&self) -> usize {
        self.latency_frames
    }

    /// Magnitude, phase and group delay at one frequency: the Fourier transform of the impulse response there, not the
    /// nearest bin's.
    ///
    /// # Errors
    /// The frequency isn't between 10 Hz and half the rate.
    pub fn at(&self, frequency_hz: f64) -> Result<Point, Unmeasured> {
        let nyquist = limits::below_nyquist(frequency_hz, self.rate_hz)?;
        limits::within(frequency_hz, &(LOWEST_HZ..=nyquist), crate::Unit::Hertz)?;
        let step = -std::f64::consts::TAU * frequency_hz / f64::from(self.rate_hz);
        let (mut value, mut slope) = (Complex::default(), Complex::default());
        for (index, sample) in self.impulse.iter().enumerate().filter(|(_, sample)| **sample != 0.0) {
            let time = signed_time(index, self.frames);
            let turned = Complex::from_polar(*sample, step * time);
            value += turned;
            slope += turned * time;
        }
        Ok(self.point(frequency_hz, value, slope))
    }

    /// The curve from 10 Hz to half the rate, with so many points in an octave (1 to 96, else the nearest). Magnitudes are
    /// averaged over `smoothing_octaves` where given, as powers: ⅙ makes a curve as a loudspeaker's is drawn, and hides
    /// what is narrower.
    #[must_use]
    pub fn response(&self, per_octave: usize, smoothing_octaves: Option<f64>) -> Response {
        let smoothing_octaves = smoothing_octaves.filter(|octaves| octaves.is_finite() && *octaves > 0.0);
        let nyquist = f64::from(self.rate_hz) / 2.0;
        let grid = on_bins(&log_spaced(LOWEST_HZ, nyquist, per_octave), self.rate_hz, self.frames);
        let smooth = smoothing_octaves.map(|octaves| (octaves, Powers::of(&self.bins, 1.0)));
        let mut response = Response {
            level_dbfs: self.level_dbfs,
            latency_frames: self.latency_frames,
            smoothing_octaves,
            frequency_hz: Vec::with_capacity(grid.len()),
            magnitude_db: Vec::with_capacity(grid.len()),
            phase_degrees: Vec::with_capacity(grid.len()),
            group_delay_ms: Vec::with_capacity(grid.len()),
        };
        for bin in grid {
            let hz = frequency(bin, self.rate_hz, self.frames);
            let point = self.point(hz, self.bins[bin], self.slope[bin]);
            response.frequency_hz.push(hz);
            response.magnitude_db.push(
                smooth.as_ref().map_or(point.magnitude_db, |(octaves, powers)| {
                    Level::of_power(powers.mean(bin, *octaves))
                }),
            );
            response.phase_degrees.push(point.phase_degrees);
            response.group_delay_ms.push(point.group_delay_ms);
        }
        response
    }

    /// The magnitude as a linear factor, at the bin nearest to a frequency.
    pub(super) fn magnitude(&self, frequency_hz: f64) -> f64 {
        let bin = whole(frequency_hz * real(self.frames) / f64::from(self.rate_hz));
        self.bins[bin.min(self.bins.len() - 1)].norm()
    }

    /// `slope` is the transform of t·h(t), so the group delay −dφ/dω is the real part of `slope/value`.
    fn point(&self, frequency_hz: f64, value: Complex<f64>, slope: Complex<f64>) -> Point {
        let bin = whole(frequency_hz * real(self.frames) / f64::from(self.rate_hz));
        let told = value.norm() > self.largest * crate::level::amplitude(-PHASE_FLOOR_DB)
            && self.noise.is_below(bin, value.norm_sqr());
        Point {
            frequency_hz,
            magnitude_db: Level::of_amplitude(value.norm()),
            phase_degrees: told.then(|| value.arg().to_degrees()),
            group_delay_ms: told.then(|| (slope / value).re * 1e3 / f64::from(self.rate_hz)),
        }
    }
}

/// The linear part at one frequency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// In Hz.
    pub frequency_hz: f64,
    /// Gain in dB.
    pub magnitude_db: Level,
    /// Phase without the latency in degrees, −180 to 180. None where the magnitude is more than 80 dB below its largest, or
    /// less than 10 dB above noise.
    pub phase_degrees: Option<f64>,
    /// Group delay −dφ/dω without the latency, in milliseconds. None where the phase isn't told.
    pub group_delay_ms: Option<f64>,
}

/// The linear part of a processor over frequency. All lists have one entry for each frequency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Peak level of the sweep for which it holds, in dBFS.
    pub level_dbfs: f64,
    /// The latency that was taken out of phase and group delay, in frames.
    pub latency_frames: usize,
    /// The width over which magnitudes were averaged, in octaves; none if they weren't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smoothing_octaves: Option<f64>,
    /// In Hz, rising from 10 Hz to below half the rate.
    pub frequency_hz: Vec<f64>,
    /// Gain in dB.
    pub magnitude_db: Vec<Level>,
    /// See [`Point::phase_degrees`].
    pub phase_degrees: Vec<Option<f64>>,
    /// See [`Point::group_delay_ms`].
    pub group_delay_ms: Vec<Option<f64>>,
}
