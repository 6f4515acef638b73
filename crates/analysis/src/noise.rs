//! White noise, the same every time.

use crate::{limits, number::sample, unmeasured::Unmeasured};

/// White noise that is spread evenly between two values, of `frames` frames: its root mean square is 4.77 dB below its peak of
/// −120 to 0 dBFS. The same seed gives the same samples on every machine (xorshift64*: S. Vigna, "An experimental exploration of
/// Marsaglia's xorshift generators, scrambled", 2016).
///
/// # Errors
/// The level is out of range.
pub fn white(frames: usize, level_dbfs: f64, seed: u64) -> Result<Vec<f32>, Unmeasured> {
    let peak = limits::peak(level_dbfs)?;
    // Zero would stay zero; the golden ratio's digits make neighbouring seeds differ in all bits.
    let mut state = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15).max(1);
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let high = u32::try_from(state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32).unwrap_or(u32::MAX);
        sample(peak * (f64::from(high) / f64::from(u32::MAX) * 2.0 - 1.0))
    };
    Ok((0..frames).map(|_| next()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{peak, power};

    #[test]
    fn it_has_its_level_and_is_the_same_every_time() {
        let noise = white(100_000, -6.0, 7).expect("it is a level");
        assert!((peak(&noise) - 0.501).abs() < 0.001);
        // A third of the square of the peak.
        assert!((power(&noise).sqrt() / (0.501 / 3.0_f64.sqrt()) - 1.0).abs() < 0.01);
        let mean = noise.iter().map(|x| f64::from(*x)).sum::<f64>() / 100_000.0;
        assert!(mean.abs() < 0.005, "{mean}");
        assert_eq!(noise, white(100_000, -6.0, 7).expect("it is a level"));
        assert_ne!(noise, white(100_000, -6.0, 8).expect("it is a level"));
        assert_ne!(white(9, 0.0, u64::MAX).expect("it is a level"), [0.0; 9]);
        assert!(white(1, 1.0, 0).is_err());
    }
}
