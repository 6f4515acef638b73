//! White and pink noise.

use std::f64::consts::{PI, TAU};

use crate::number::{real, sample};

/// The most sections of the pink filter: enough for every rate up to 768 kHz.
const SECTIONS: usize = 12;
/// The lowest pole in Hz: below it, the spectrum is flat.
const LOWEST_HZ: f64 = 10.0;
/// From one pole to the next.
const RATIO: f64 = 3.0;
/// The zero that takes back what aliasing adds at the top. At 0.36 of the rate, which is 16 kHz at 44.1 kHz, that is 1 dB.
const TOP: f64 = 0.065;
/// Points of the integral that gives the filter's power.
const POINTS: usize = 2000;

/// Uniformly distributed numbers with an RMS of 1, by xorshift64* (Vigna, "An experimental exploration of Marsaglia's
/// xorshift generators, scrambled", 2016).
struct Uniform {
    state: u64,
}

/// One for each channel.
fn channels() -> [Uniform; 2] {
    [0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03].map(|state| Uniform { state })
}

impl Uniform {
    fn next(&mut self) -> f64 {
        let state = &mut self.state;
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        let bits = state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40;
        let unit = f64::from(u32::try_from(bits).unwrap_or(0)) / f64::from(1_u32 << 24);
        // The RMS of a uniform distribution is its peak by √3.
        (unit * 2.0 - 1.0) * 3.0_f64.sqrt()
    }
}

/// White noise, uniformly distributed.
pub(crate) struct White {
    channels: [Uniform; 2],
    rms: f64,
}

impl White {
    pub(crate) fn new(rms: f64) -> Self {
        Self { channels: channels(), rms }
    }

    pub(crate) fn next(&mut self, channel: usize) -> f32 {
        sample(self.channels[channel].next() * self.rms)
    }
}

/// White noise through a filter of −3 dB per octave: poles at equal distances in octaves, each with a zero halfway to the next
/// (J. O. Smith and H. F. Smith, "Closed form fractional integration and differentiation via real exponentially spaced
/// pole-zero pairs", 2016, arXiv:1606.06154), mapped by the matched z-transform. That lets the upper end of the spectrum
/// rise, alike at every rate, and one more zero takes it back. What is left from 40 Hz to 16 kHz is less than 0.1 dB; at rates
/// below 44.1 kHz it is less than 0.15 dB up to 0.36 of the rate.
pub(crate) struct Pink {
    channels: [(Uniform, State); 2],
    filter: Filter,
    gain: f64,
}

impl Pink {
    pub(crate) fn new(rms: f64, rate: f64) -> Self {
        let filter = Filter::new(rate);
        let gain = rms / filter.power().sqrt();
        Self { channels: channels().map(|uniform| (uniform, State::default())), filter, gain }
    }

    pub(crate) fn next(&mut self, channel: usize) -> f32 {
        let (uniform, state) = &mut self.channels[channel];
        sample(self.filter.next(uniform.next(), state) * self.gain)
    }
}

/// First-order sections, each with a pole and a zero; unused ones pass the sample on.
struct Filter {
    sections: [[f64; 2]; SECTIONS],
}

/// The sample before, at the filter's input and behind each section, and at last behind the zero at the top.
#[derive(Default)]
struct State {
    before: [f64; SECTIONS + 1],
}

impl Filter {
    fn new(rate: f64) -> Self {
        let mut sections = [[0.0; 2]; SECTIONS];
        let mut hz = LOWEST_HZ;
        for section in &mut sections {
            if hz < rate {
                *section = [hz, hz * RATIO.sqrt()].map(|hz| (-TAU * hz / rate).exp());
            }
            hz *= RATIO;
        }
        Self { sections }
    }

    fn next(&self, input: f64, state: &mut State) -> f64 {
        let mut value = input;
        for (number, [pole, zero]) in self.sections.iter().enumerate() {
            let before = std::mem::replace(&mut state.before[number], value);
            // The output before is the next section's input before.
            value += pole * state.before[number + 1] - zero * before;
        }
        let before = std::mem::replace(&mut state.before[SECTIONS], value);
        value + TOP * before
    }

    /// The mean square of what it makes of white noise with an RMS of 1: the integral of the squared magnitude over
    /// frequency, on a logarithmic axis.
    fn power(&self) -> f64 {
        let lowest = 1e-7;
        let step = (PI / lowest).ln() / real(POINTS);
        let points = (0..=POINTS).map(|point| {
            let omega = lowest * (step * real(point)).exp();
            let weight = if point == 0 || point == POINTS { 0.5 } else { 1.0 };
            weight * self.squared(omega) * omega
        });
        points.sum::<f64>() * step / PI
    }

    /// The squared magnitude at a frequency in radians by frame.
    fn squared(&self, omega: f64) -> f64 {
        let of = |root: f64| 1.0 - 2.0 * root * omega.cos() + root * root;
        self.sections.iter().fold(of(-TOP), |product, [pole, zero]| product * of(*zero) / of(*pole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The difference from −3 dB per octave, in dB, by frequency in Hz, least and greatest.
    fn ripple(rate: f64) -> [f64; 2] {
        let filter = Filter::new(rate);
        let highest = (0.363 * rate).min(16_000.0);
        let at = |hz: f64| 10.0 * (filter.squared(TAU * hz / rate) * hz).log10();
        let middle = at(1000.0);
        let points = (0..=400).map(|point| 40.0 * (highest / 40.0_f64).powf(real(point) / 400.0));
        points.map(|hz| at(hz) - middle).fold([0.0; 2], |[least, most], db| [db.min(least), db.max(most)])
    }

    #[test]
    fn the_filter_falls_by_three_decibels_an_octave_at_every_rate() {
        for rate in
            [8000.0, 16_000.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0, 384_000.0, 768_000.0]
        {
            let [least, most] = ripple(rate);
            let limit = if rate < 44_100.0 { 0.15 } else { 0.1 };
            assert!(least > -limit && most < limit, "{rate}: {least} to {most} dB");
        }
    }
}
