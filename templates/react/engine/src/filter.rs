//! A state-variable filter: low, band and high pass at once.

/// The resonance of a maximally flat (Butterworth) filter.
const FLAT_Q: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// The highest resonance: a whistle, and still stable.
const MAX_Q: f32 = 12.0;

/// A cutoff closer to half the sample rate than this would make the tangent below run away.
const MAX_CUTOFF_PER_RATE: f32 = 0.49;

/// Smaller than anything to be heard; below, floating-point numbers become denormal, which is slow on many processors.
const SILENCE: f32 = 1e-20;

/// How a filter is set: shared by all channels.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Coefficients {
    damping: f32,
    a1: f32,
    a2: f32,
    a3: f32,
}

impl Coefficients {
    /// For a cutoff in Hz and a resonance from 0 (flat) to 1 (a whistle) at `sample_rate`, in Hz.
    pub(crate) fn new(cutoff: f32, resonance: f32, sample_rate: f32) -> Self {
        let cutoff = cutoff.min(MAX_CUTOFF_PER_RATE * sample_rate);
        let g = (std::f32::consts::PI * cutoff / sample_rate).tan();
        let damping = (FLAT_Q * (MAX_Q / FLAT_Q).powf(resonance)).recip();
        let a1 = (1.0 + g * (g + damping)).recip();
        let a2 = g * a1;
        Self { damping, a1, a2, a3: g * a2 }
    }
}

/// What one channel's filter remembers.
///
/// Trapezoidal integration without a delay in the loop, so that the cutoff is right up to the top and can move while
/// it sounds: Andrew Simper, "Solving the continuous SVF equations using trapezoidal integration and equivalent
/// currents", Cytomic, 2013, <https://cytomic.com/files/dsp/SvfLinearTrapOptimised2.pdf>.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Filter {
    charge1: f32,
    charge2: f32,
}

impl Filter {
    /// Low, band and high pass of the next sample. The band pass has a gain of 1 at the cutoff.
    pub(crate) fn next(&mut self, input: f32, c: &Coefficients) -> [f32; 3] {
        let v3 = input - self.charge2;
        let band = c.a1 * self.charge1 + c.a2 * v3;
        let low = self.charge2 + c.a2 * self.charge1 + c.a3 * v3;
        self.charge1 = 2.0 * band - self.charge1;
        self.charge2 = 2.0 * low - self.charge2;
        [low, c.damping * band, input - c.damping * band - low]
    }

    /// Ends a fading tail before it becomes denormal. Once a block is often enough.
    pub(crate) fn settle(&mut self) {
        for charge in [&mut self.charge1, &mut self.charge2] {
            if charge.abs() < SILENCE {
                *charge = 0.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::{FRAC_1_SQRT_2, TAU};

    const LOW: usize = 0;
    const BAND: usize = 1;
    const HIGH: usize = 2;

    /// The gain of a sine of `frequency` through the filter, once it has settled.
    fn gain(output: usize, frequency: f32, cutoff: f32, resonance: f32, rate: f32) -> f32 {
        let coefficients = Coefficients::new(cutoff, resonance, rate);
        let mut filter = Filter::default();
        let (mut sine, mut cosine) = (0.0_f64, 0.0_f64);
        let frames = rate as u32;
        for frame in 0..2 * frames {
            let phase = TAU * ((frame % frames) as f32 * frequency / rate).fract();
            let sample = filter.next(phase.sin(), &coefficients)[output];
            if frame >= frames {
                sine += f64::from(sample * phase.sin());
                cosine += f64::from(sample * phase.cos());
            }
        }
        (2.0 * sine.hypot(cosine) / f64::from(frames)) as f32
    }

    #[test]
    fn the_cutoff_is_at_minus_3_db_at_every_rate() {
        for rate in [22_050.0, 44_100.0, 48_000.0, 96_000.0] {
            for cutoff in [100.0, 1000.0, 8000.0] {
                for output in [LOW, HIGH] {
                    let gain = gain(output, cutoff, cutoff, 0.0, rate);
                    assert!((gain - FRAC_1_SQRT_2).abs() < 0.005, "{output} {cutoff} Hz of {rate}: {gain}");
                }
                assert!((gain(BAND, cutoff, cutoff, 0.0, rate) - 1.0).abs() < 0.005);
            }
        }
    }

    #[test]
    fn it_falls_by_12_db_an_octave_on_the_right_side() {
        let rate = 48_000.0;
        assert!((gain(LOW, 50.0, 1000.0, 0.0, rate) - 1.0).abs() < 0.01);
        assert!((gain(HIGH, 16_000.0, 1000.0, 0.0, rate) - 1.0).abs() < 0.01);
        let octave = gain(HIGH, 100.0, 1000.0, 0.0, rate) / gain(HIGH, 50.0, 1000.0, 0.0, rate);
        assert!((octave - 4.0).abs() < 0.1, "{octave}");
    }

    #[test]
    fn resonance_lifts_the_cutoff() {
        let gain = gain(LOW, 1000.0, 1000.0, 1.0, 48_000.0);
        assert!((gain / MAX_Q - 1.0).abs() < 0.01, "{gain}");
    }

    #[test]
    fn a_tail_ends_at_zero() {
        let coefficients = Coefficients::new(20.0, 1.0, 48_000.0);
        let mut filter = Filter::default();
        filter.next(1.0, &coefficients);
        for _ in 0..48_000 * 60 {
            filter.next(0.0, &coefficients);
            filter.settle();
        }
        assert_eq!((filter.charge1, filter.charge2), (0.0, 0.0));
    }
}
