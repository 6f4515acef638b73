//! The test sound for measuring latency.

use crate::number::{amplitude, frames_in_ms, real, sample, size};

/// Length in milliseconds: long enough to be found in noise that is louder than the chirp.
const LENGTH_MS: u32 = 150;

/// Start frequency in Hz: loudspeakers and microphones pass little below it.
const LOWEST_HZ: f64 = 100.0;

/// End frequency in Hz; at low rates this share of the rate if that is less.
const HIGHEST_HZ: f64 = 16_000.0;
const HIGHEST_SHARE: f64 = 0.4;

/// Its peak, in dB relative to full scale.
const LEVEL_DB: f32 = -12.0;

/// Share of its length over which it fades in, and out again.
const EDGE: f64 = 0.1;

/// A sine whose frequency rises exponentially from f₁ to f₂ over the time T:
/// `sin(2π·f₁·T/L · (e^(t·L/T) − 1))` with `L = ln(f₂/f₁)` (A. Farina, "Simultaneous measurement of impulse response and
/// distortion with a swept-sine technique", 2000), with raised-cosine edges.
///
/// Correlated with itself it is a single narrow peak, whatever the loop does to its level and phase.
pub(crate) fn chirp(sample_rate: u32) -> Box<[f32]> {
    let rate = f64::from(sample_rate);
    let frames = size(frames_in_ms(LENGTH_MS, sample_rate));
    let length = real(frames) / rate;
    let octaves = (HIGHEST_HZ.min(HIGHEST_SHARE * rate) / LOWEST_HZ).ln();
    let level = f64::from(amplitude(LEVEL_DB));
    let at = |frame: usize| {
        let time = real(frame) / rate;
        let cycles = LOWEST_HZ * length / octaves * ((time * octaves / length).exp() - 1.0);
        let from_edge = time.min(length - time) / (EDGE * length);
        let window = 0.5 - 0.5 * (std::f64::consts::PI * from_edge.min(1.0)).cos();
        sample(level * window * (std::f64::consts::TAU * cycles).sin())
    };
    (0..frames).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_and_ends_softly_and_keeps_its_level() {
        for rate in [8_000, 44_100, 48_000, 192_000] {
            let chirp = chirp(rate);
            assert_eq!(chirp.len(), size(rate) * 150 / 1000);
            let peak = chirp.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
            assert!((0.249..=0.2512).contains(&peak), "{rate}: {peak}");
            assert!(chirp[0].abs() < 1e-3 && chirp[chirp.len() - 1].abs() < 1e-3, "{rate}");
        }
    }

    #[test]
    fn its_frequency_rises_from_the_lowest_to_the_highest() {
        let chirp = chirp(48_000);
        // The frequency of a stretch in Hz: half its zero crossings divided by its length.
        let frequency = |stretch: &[f32]| {
            let crossings = stretch.windows(2).filter(|pair| pair[0] * pair[1] < 0.0).count();
            real(crossings) / 2.0 * 48_000.0 / real(stretch.len())
        };
        let (first, last) = (frequency(&chirp[..960]), frequency(&chirp[chirp.len() - 960..]));
        // 20 ms at either end: the mean frequency there differs by a factor of up to (f₂/f₁)^(20/150) = 2 from that of
        // the end.
        assert!((100.0..200.0).contains(&first), "{first}");
        assert!((8_000.0..16_000.0).contains(&last), "{last}");
    }
}
