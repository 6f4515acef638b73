//! The spectrum: the level of the tap's latest samples by frequency.
//!
//! Two transforms are joined: a long one, which tells low frequencies apart, and one of a quarter of its time, which
//! follows changes quickly. Both windows are lengths of time, so every rate has the same resolution.

mod curve;
mod level;
mod peak;
mod transform;

pub use peak::Partial;

use self::curve::Curve;
use self::level::{FLOOR_DB, tenths};
use self::transform::Transform;
use crate::engine::history::History;
use crate::number::{real, sample, size};

/// Points of one frame of the spectrum, evenly spaced on a logarithmic axis.
pub const SPECTRUM_POINTS: usize = 256;

/// The axis in Hz: the audible range. At lower sample rates it ends at half the rate.
const AXIS_HZ: (f64, f64) = (20.0, 20_000.0);

/// The long window in seconds, about: the length of the transform is the nearest power of two, 16,384 at 48 kHz.
const LONG_SECONDS: f64 = 0.34;

/// How many short windows are as long as the long one.
const SHORT_SHARE: usize = 4;

/// The long transform is renewed once so much of its window is new: more often it would change little.
const RENEWED_SHARE: u64 = 8;

/// Up to the first frequency, in Hz, levels are the long transform's; from the second on the short one's. In between
/// they fade from one to the other.
const JOIN_HZ: (f64, f64) = (300.0, 1200.0);

/// One picture of a project's sound by frequency.
#[derive(Debug, Clone, PartialEq)]
pub struct SpectrumFrame {
    /// [`SPECTRUM_POINTS`] levels in dB, the mean power of both channels: 0 is a full-scale sine on both, −120 the
    /// minimum.
    pub levels_db: Vec<f32>,
    /// Frequency in Hz of the first point.
    pub low_hz: f32,
    /// Frequency in Hz of the last point.
    pub high_hz: f32,
    /// Stream position in frames after the last sample used.
    pub timestamp_frames: u64,
    /// The loudest partial; none in silence.
    pub peak: Option<Partial>,
}

/// Computes spectra; holds the buffers for one.
pub(crate) struct Analyser {
    sample_rate: u32,
    long: Transform,
    short: Transform,
    short_db: Vec<f64>,
}

/// A project's long transform, kept from one picture to the next.
#[derive(Default)]
pub(crate) struct Long {
    /// Level in dB of each bin; empty before the first.
    db: Vec<f64>,
    /// Stream position in frames after the last sample used.
    at_frames: u64,
}

impl Analyser {
    pub(crate) fn new(sample_rate: u32) -> Self {
        let wanted = (LONG_SECONDS * f64::from(sample_rate)).log(2.0).round();
        // 2,048 to 262,144: from 8 kHz to 768 kHz.
        let exponent = (11..=18).min_by(|one, other| {
            let off = |exponent: u32| (f64::from(exponent) - wanted).abs();
            off(*one).total_cmp(&off(*other))
        });
        let long = size(1 << exponent.unwrap_or(14));
        Self {
            sample_rate,
            long: Transform::new(long),
            short: Transform::new(long / SHORT_SHARE),
            short_db: Vec::new(),
        }
    }

    /// The spectrum of the latest sound; what came before there was any counts as silence. `None` before there is as
    /// much as the short window.
    pub(crate) fn frame(&mut self, history: &History, kept: &mut Long) -> Option<SpectrumFrame> {
        if history.len() < self.short.frames() {
            return None;
        }
        self.short.levels(history, &mut self.short_db)?;
        let end = history.end_frames();
        let renewed = u64::try_from(self.long.frames()).unwrap_or(u64::MAX) / RENEWED_SHARE;
        if kept.db.is_empty() || end.abs_diff(kept.at_frames) >= renewed {
            self.long.levels(history, &mut kept.db)?;
            kept.at_frames = end;
        }
        let rate = f64::from(self.sample_rate);
        let (low, high) = (AXIS_HZ.0, AXIS_HZ.1.min(rate / 2.0));
        let step = (high / low).powf(1.0 / real(SPECTRUM_POINTS - 1));
        let (long, short) = (Curve::new(&kept.db), Curve::new(&self.short_db));
        let bins_per_hz = [&self.long, &self.short].map(|transform| real(transform.frames()) / rate);
        let level = |index: usize| {
            let hertz = low * step.powf(real(index));
            let (from, to) = (hertz / step.sqrt(), hertz * step.sqrt());
            let of = |curve: &Curve, bins_per_hz: f64| {
                curve.largest(from * bins_per_hz, hertz * bins_per_hz, to * bins_per_hz)
            };
            let share = ((hertz / JOIN_HZ.0).ln() / (JOIN_HZ.1 / JOIN_HZ.0).ln()).clamp(0.0, 1.0);
            let joined = match share {
                0.0 => of(&long, bins_per_hz[0]),
                1.0 => of(&short, bins_per_hz[1]),
                _ => of(&long, bins_per_hz[0]) * (1.0 - share) + of(&short, bins_per_hz[1]) * share,
            };
            tenths(joined.max(FLOOR_DB))
        };
        let axis = (low * bins_per_hz[0], high * bins_per_hz[0]);
        Some(SpectrumFrame {
            levels_db: (0..SPECTRUM_POINTS).map(level).collect(),
            low_hz: sample(low),
            high_hz: sample(high),
            timestamp_frames: end,
            peak: peak::loudest(&kept.db, axis, bins_per_hz[0]),
        })
    }
}

#[cfg(test)]
mod tests;
