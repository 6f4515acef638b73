//! The loudest partial of a spectrum, more finely than its bins.
//!
//! A Hann window's main lobe is nearly a parabola in decibels, so the parabola through the loudest bin and its two
//! neighbours has its top near the partial: with α, β, γ the three levels, at ½·(α − γ)/(α − 2β + γ) bins from the
//! loudest (J. O. Smith, "Spectral Audio Signal Processing", 2011, "Quadratic Interpolation of Spectral Peaks").
//!
//! For a lone sine the error is at most 0.017 bins, which is 0.05 Hz with the long window at 48 kHz; the test below
//! measures it. The level is the loudest bin's, less what the window loses at that distance: sinc(x)/(1 − x²).

use super::level::{FLOOR_DB, tenths};
use crate::number::{real, sample, whole_size};

/// The loudest partial of a spectrum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Partial {
    /// Frequency in Hz, rounded to 0.1 Hz.
    pub hertz: f32,
    /// Level in dB, as the spectrum's.
    pub level_db: f32,
}

/// Anything louder than this, in dB, is a partial: quieter ones would be the noise of the calculation.
const SILENCE_DB: f64 = FLOOR_DB + 20.0;

/// The loudest partial between two places, counted in bins. `None` in silence.
pub(super) fn loudest(db: &[f64], (low, high): (f64, f64), bins_per_hz: f64) -> Option<Partial> {
    let last = db.len().checked_sub(2)?;
    let bins = whole_size(low.floor()).max(1)..=whole_size(high.ceil()).min(last);
    let bin = bins.max_by(|one, other| db[*one].total_cmp(&db[*other]))?;
    let level = db[bin];
    if level <= SILENCE_DB {
        return None;
    }
    let beside = offset([db[bin - 1], level, db[bin + 1]]);
    Some(Partial {
        hertz: sample(((real(bin) + beside) / bins_per_hz * 10.0).round() / 10.0),
        level_db: tenths(level - lobe_db(beside)),
    })
}

/// Where the top of the parabola through three levels is: −0.5 to 0.5 from the middle.
fn offset([before, here, after]: [f64; 3]) -> f64 {
    let curvature = before - 2.0 * here + after;
    if curvature >= 0.0 {
        return 0.0;
    }
    (0.5 * (before - after) / curvature).clamp(-0.5, 0.5)
}

/// The level in dB of a Hann window's main lobe at so many bins from its middle, less than 1.
fn lobe_db(bins: f64) -> f64 {
    let turn = std::f64::consts::PI * bins;
    let sinc = if turn == 0.0 { 1.0 } else { turn.sin() / turn };
    20.0 * (sinc / (1.0 - bins * bins)).abs().log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_for_a_lone_sine_is_what_is_said() {
        let mut most = 0.0_f64;
        for step in -500..=500 {
            let true_offset = f64::from(step) / 1000.0;
            let found = offset([-1.0, 0.0, 1.0].map(|bin| lobe_db(bin - true_offset + 1e-9)));
            most = most.max((found - true_offset).abs());
        }
        assert!((0.015..0.017).contains(&most), "{most}");
    }

    #[test]
    fn flat_levels_have_their_top_in_the_middle() {
        assert_eq!(offset([-120.0; 3]), 0.0);
        assert_eq!(offset([0.0, -3.0, 0.0]), 0.0);
        assert_eq!(loudest(&[-120.0; 64], (1.0, 60.0), 1.0), None);
        assert_eq!(loudest(&[0.0], (0.0, 1.0), 1.0), None);
    }
}
