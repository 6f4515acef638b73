//! Processors whose behaviour is known by formula. They compute in `f64` and answer in `f32`, as a processor does.

use std::f64::consts::{PI, TAU};

/// A count as `f64`.
pub(crate) fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("tests are short"))
}

/// A sample.
#[expect(clippy::cast_possible_truncation, reason = "samples are f32")]
pub(crate) fn sample(value: f64) -> f32 {
    value as f32
}

/// Each sample through a function.
pub(crate) fn shaped(input: &[f32], curve: impl Fn(f64) -> f64) -> Vec<f32> {
    input.iter().map(|x| sample(curve(f64::from(*x)))).collect()
}

/// The same, later by `frames`, as long as before.
pub(crate) fn delayed(input: &[f32], frames: usize) -> Vec<f32> {
    let mut output = vec![0.0; frames];
    output.extend_from_slice(&input[..input.len() - frames]);
    output
}

/// A decibel value as a factor.
pub(crate) fn factor(db: f64) -> f64 {
    10.0_f64.powf(db / 20.0)
}

/// A factor in decibels.
pub(crate) fn db(factor: f64) -> f64 {
    20.0 * factor.abs().log10()
}

/// A filter of second order, `(b₀ + b₁z⁻¹ + b₂z⁻²) / (1 + a₁z⁻¹ + a₂z⁻²)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Biquad {
    pub(crate) b: [f64; 3],
    pub(crate) a: [f64; 2],
}

impl Biquad {
    /// By R. Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter coefficients".
    fn cookbook(b: [f64; 3], a: [f64; 3]) -> Self {
        Self { b: b.map(|b| b / a[0]), a: [a[1] / a[0], a[2] / a[0]] }
    }

    pub(crate) fn peaking(rate: u32, hz: f64, q: f64, gain: f64) -> Self {
        let (w, a) = (TAU * hz / f64::from(rate), factor(gain / 2.0));
        let alpha = w.sin() / (2.0 * q);
        Self::cookbook(
            [1.0 + alpha * a, -2.0 * w.cos(), 1.0 - alpha * a],
            [1.0 + alpha / a, -2.0 * w.cos(), 1.0 - alpha / a],
        )
    }

    pub(crate) fn lowpass(rate: u32, hz: f64, q: f64) -> Self {
        let w = TAU * hz / f64::from(rate);
        let (alpha, c) = (w.sin() / (2.0 * q), w.cos());
        Self::cookbook([(1.0 - c) / 2.0, 1.0 - c, (1.0 - c) / 2.0], [1.0 + alpha, -2.0 * c, 1.0 - alpha])
    }

    pub(crate) fn highpass(rate: u32, hz: f64, q: f64) -> Self {
        let w = TAU * hz / f64::from(rate);
        let (alpha, c) = (w.sin() / (2.0 * q), w.cos());
        Self::cookbook([(1.0 + c) / 2.0, -1.0 - c, (1.0 + c) / 2.0], [1.0 + alpha, -2.0 * c, 1.0 - alpha])
    }

    pub(crate) fn notch(rate: u32, hz: f64, q: f64) -> Self {
        let w = TAU * hz / f64::from(rate);
        let (alpha, c) = (w.sin() / (2.0 * q), w.cos());
        Self::cookbook([1.0, -2.0 * c, 1.0], [1.0 + alpha, -2.0 * c, 1.0 - alpha])
    }

    pub(crate) fn allpass(rate: u32, hz: f64, q: f64) -> Self {
        let w = TAU * hz / f64::from(rate);
        let (alpha, c) = (w.sin() / (2.0 * q), w.cos());
        Self::cookbook([1.0 - alpha, -2.0 * c, 1.0 + alpha], [1.0 + alpha, -2.0 * c, 1.0 - alpha])
    }

    /// `y(n) = (1 − p)·x(n) + p·y(n−1)`.
    pub(crate) fn one_pole(pole: f64) -> Self {
        Self { b: [1.0 - pole, 0.0, 0.0], a: [-pole, 0.0] }
    }

    pub(crate) fn run(&self, input: &[f32]) -> Vec<f32> {
        let (mut s1, mut s2) = (0.0, 0.0);
        shaped_by(input, |x| {
            let y = self.b[0] * x + s1;
            s1 = self.b[1] * x - self.a[0] * y + s2;
            s2 = self.b[2] * x - self.a[1] * y;
            y
        })
    }

    /// Its transfer function at ω in radians a frame, as real and imaginary part.
    pub(crate) fn transfer(&self, w: f64) -> (f64, f64) {
        let (c1, s1, c2, s2) = (w.cos(), -w.sin(), (2.0 * w).cos(), -(2.0 * w).sin());
        let (nr, ni) = (self.b[0] + self.b[1] * c1 + self.b[2] * c2, self.b[1] * s1 + self.b[2] * s2);
        let (dr, di) = (1.0 + self.a[0] * c1 + self.a[1] * c2, self.a[0] * s1 + self.a[1] * s2);
        let norm = dr * dr + di * di;
        ((nr * dr + ni * di) / norm, (ni * dr - nr * di) / norm)
    }

    pub(crate) fn gain_db(&self, rate: u32, hz: f64) -> f64 {
        let (re, im) = self.transfer(TAU * hz / f64::from(rate));
        db(re.hypot(im))
    }

    pub(crate) fn phase_degrees(&self, rate: u32, hz: f64) -> f64 {
        let (re, im) = self.transfer(TAU * hz / f64::from(rate));
        im.atan2(re).to_degrees()
    }

    /// −dφ/dω by the logarithmic derivative, in frames: `Re(Σ n·bₙ·z⁻ⁿ / Σ bₙ·z⁻ⁿ) − Re(Σ n·aₙ·z⁻ⁿ / Σ aₙ·z⁻ⁿ)`.
    pub(crate) fn delay_frames(&self, rate: u32, hz: f64) -> f64 {
        let w = TAU * hz / f64::from(rate);
        let part = |c: [f64; 3]| {
            let sum = |weights: [f64; 3]| {
                let re: f64 = weights.iter().zip([0.0, 1.0, 2.0]).map(|(c, n)| c * (n * w).cos()).sum();
                let im: f64 = weights.iter().zip([0.0, 1.0, 2.0]).map(|(c, n)| -c * (n * w).sin()).sum();
                (re, im)
            };
            let ((nr, ni), (dr, di)) = (sum([0.0, c[1], 2.0 * c[2]]), sum(c));
            (nr * dr + ni * di) / (dr * dr + di * di)
        };
        part(self.b) - part([1.0, self.a[0], self.a[1]])
    }
}

/// Each sample through a function that remembers.
pub(crate) fn shaped_by(input: &[f32], mut device: impl FnMut(f64) -> f64) -> Vec<f32> {
    input.iter().map(|x| sample(device(f64::from(*x)))).collect()
}

/// The difference of two angles in degrees, −180 to 180.
pub(crate) fn turn(one: f64, other: f64) -> f64 {
    ((one - other).to_radians().sin()).atan2((one - other).to_radians().cos()).to_degrees()
}

/// White noise between −1 and 1, the same every time: xorshift64*.
pub(crate) fn noise(frames: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..frames)
        .map(|_| {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            let high = u32::try_from(state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32).expect("32 bits");
            sample(f64::from(high) / f64::from(u32::MAX) * 2.0 - 1.0)
        })
        .collect()
}

/// A sine of this peak.
pub(crate) fn sine(rate: u32, hz: f64, peak: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| sample(peak * (TAU * hz * real(n) / f64::from(rate)).sin())).collect()
}

/// The amplitude of the n-th harmonic of `curve(A·cos θ)`, by the trapezoid rule over a whole period, which converges
/// faster than any power of the number of points: `2/M · |Σ curve(A·cos θ)·cos nθ|`, half for n = 0.
pub(crate) fn fourier_cosine(curve: impl Fn(f64) -> f64, amplitude: f64, order: usize) -> f64 {
    let points = 1 << 16;
    let sum: f64 = (0..points)
        .map(|m| {
            let angle = TAU * real(m) / real(points);
            curve(amplitude * angle.cos()) * (real(order) * angle).cos()
        })
        .sum();
    sum.abs() / real(points) * if order == 0 { 1.0 } else { 2.0 }
}

/// The amplitude of the n-th harmonic of a sine of peak 1 that is clipped at ±c, in closed form: with θ = asin c and odd n,
/// `4/π · ∫₀^{π/2} min(sin φ, c)·sin nφ dφ`.
pub(crate) fn clipped_harmonic(clip: f64, order: usize) -> f64 {
    if order.is_multiple_of(2) {
        return 0.0;
    }
    let (theta, n) = (clip.asin(), real(order));
    let rising = if order == 1 {
        theta / 2.0 - (2.0 * theta).sin() / 4.0
    } else {
        ((n - 1.0) * theta).sin() / (2.0 * (n - 1.0)) - ((n + 1.0) * theta).sin() / (2.0 * (n + 1.0))
    };
    let flat = clip * (n * theta).cos() / n;
    (4.0 / PI * (rising + flat)).abs()
}

/// A compressor at 48 kHz with a hard knee. It hears the amplitude of a sine at 1 kHz exactly: from a frame and the one a quarter of a
/// period earlier. Its gain in dB follows by one pole, by another time constant down than up.
pub(crate) fn compressed(
    input: &[f32],
    threshold: f64,
    ratio: f64,
    attack_ms: f64,
    release_ms: f64,
) -> Vec<f32> {
    let mut past = [0.0; 12];
    let (mut at, mut gain) = (0, 0.0);
    let share = |ms: f64| 1.0 - (-1.0 / (ms * 48.0)).exp();
    shaped_by(input, |x| {
        let quarter = std::mem::replace(&mut past[at], x);
        at = (at + 1) % past.len();
        let level = db(x.hypot(quarter).max(1e-9));
        let goal = if level > threshold { (threshold - level) * (1.0 - 1.0 / ratio) } else { 0.0 };
        gain += (goal - gain) * share(if goal < gain { attack_ms } else { release_ms });
        x * factor(gain)
    })
}
