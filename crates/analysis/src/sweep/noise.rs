//! What of a deconvolved answer is noise, whatever it comes from.

use super::{powers::Powers, stretch::Stretch};
use crate::{
    fourier::Transform,
    number::{real, whole},
};
use std::sync::Arc;

/// The stretch in which nothing but noise is: before this harmonic, for this share of the sweep.
const ORDER: f64 = 20.0;
const SHARE: f64 = 0.2;

/// The width over which noise is averaged, in octaves.
const OCTAVES: f64 = 1.0 / 3.0;

/// How far something must stand out of noise, as a factor of powers: 10 dB. A single bin of noise does so once in 20,000, e¹⁰.
const STANDS_OUT: f64 = 10.0;

/// The noise in a stretch of the deconvolved answer.
///
/// Noise that lasts as long as the recording is spread evenly over its axis of time, once the sweep has reached its frequency: so its power
/// in a stretch is known from another in which nothing else is. The sweep comes to low frequencies after that stretch; there the noise is
/// taken to be white. The deconvolution makes it grow by 3 dB an octave, as the sweep's power falls.
#[derive(Debug, Clone)]
pub(super) struct Noise {
    /// The power in each bin, for one frame of a gate.
    powers: Arc<Powers>,
    /// The first bin that has it.
    lowest: usize,
    /// The sum of the squares of the stretch's gate.
    gate: f64,
}

impl Noise {
    /// The noise of a stretch of one frame. `growth` is the frames in which the sweep's frequency grows by e.
    pub(super) fn of(rate_hz: u32, growth: f64, transform: &Transform, impulse: &[f64]) -> Self {
        let share = SHARE * real(impulse.len() / 2);
        let close = -growth * ORDER.ln() - 0.1 * share;
        let open = close - 0.9 * share;
        let nothing = Stretch::of(impulse, 0, (open, open + 0.1 * share), (close, 0.1 * share));
        let powers = Powers::of(&transform.forward(nothing.samples), 1.0 / nothing.gate);
        let reached = super::range::FIRST_HZ * (-open / growth).exp();
        let lowest = whole(reached * real(impulse.len()) / f64::from(rate_hz)).min(impulse.len() / 4);
        Self { powers: Arc::new(powers), lowest, gate: 1.0 }
    }

    /// The same for another gate, given as the sum of its squares.
    pub(super) fn gated(&self, gate: f64) -> Self {
        Self { powers: Arc::clone(&self.powers), gate, ..*self }
    }

    /// Whether a power in a bin is something else than noise.
    pub(super) fn is_below(&self, bin: usize, power: f64) -> bool {
        let noise = if bin < self.lowest {
            // The octave above, whose middle is √2 times as high.
            let above = whole(real(self.lowest) * std::f64::consts::SQRT_2);
            self.powers.mean(above, 1.0) * real(bin) / real(above)
        } else {
            self.powers.mean(bin, OCTAVES)
        };
        power > STANDS_OUT * self.gate * noise
    }
}
