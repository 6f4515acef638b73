//! Harmonics over frequency, from the sweep.

use crate::devices::{Biquad, db, delayed, factor, fourier_cosine, noise, shaped};
use wavecraft_companion_analysis::{
    Sweep,
    sweep::{Deconvolved, Harmonic, Linear},
};

/// The largest deviation from an expected level, in dB, between two frequencies.
fn off(harmonic: &Harmonic, from: f64, to: f64, expected: impl Fn(f64) -> f64) -> f64 {
    let points = harmonic.frequency_hz.iter().zip(&harmonic.level_db);
    points
        .filter(|(hz, _)| (from..to).contains(*hz))
        .map(|(hz, level)| level.map_or(f64::INFINITY, |level| (level.db() - expected(*hz)).abs()))
        .fold(0.0, f64::max)
}

fn parts(sweep: &Sweep, answer: &[f32], latency: usize) -> (Deconvolved, Linear) {
    let deconvolved = sweep.deconvolve(answer).expect("it sounds");
    let linear = deconvolved.linear(latency).expect("the latency is short");
    (deconvolved, linear)
}

/// A·(T₁ + Σ cₙ·Tₙ)(x/A), Tₙ the Chebyshev polynomials: of A·cos θ it makes A·cos θ + Σ cₙ·A·cos nθ.
fn chebyshev(x: f64, peak: f64, levels: [f64; 4]) -> f64 {
    let u = x / peak;
    let (mut before, mut here, mut sum) = (1.0, u, u);
    for level in levels {
        (before, here) = (here, 2.0 * u * here - before);
        sum += factor(level) * here;
    }
    peak * sum
}

const LEVELS: [f64; 4] = [-40.0, -50.0, -60.0, -70.0];

#[test]
fn each_harmonic_of_a_polynomial_has_its_level() {
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let answer = shaped(sweep.signal(), |x| chebyshev(x, 0.1, LEVELS));
    let (deconvolved, linear) = parts(&sweep, &answer, 0);
    for (order, level) in (2..=5).zip(LEVELS) {
        let harmonic = deconvolved.harmonic(order, &linear, 24).expect("it is told");
        let top = 24_000.0 / f64::from(u32::try_from(order).expect("small"));
        assert!(
            harmonic.frequency_hz[0] < 11.0 && harmonic.frequency_hz.last().is_some_and(|hz| *hz > 0.9 * top)
        );
        // Above 4.8 kHz the fifth folds back, and is in the way of the others.
        let (low, wide, middle) = (
            off(&harmonic, 10.0, 30.0, |_| level),
            off(&harmonic, 50.0, 3_800.0, |_| level),
            off(&harmonic, 200.0, 2_000.0, |_| level),
        );
        assert!(low < 3.0 && wide < 0.2 && middle < 0.01, "{order}: {low} {wide} {middle}");
    }
}

#[test]
fn a_filter_behind_the_curve_shapes_its_harmonics() {
    // The n-th harmonic of f passes at n·f: cₙ·|G(nf)|/|G(f)|. And all of it 700 frames late.
    let filter = Biquad::lowpass(48_000, 2_000.0, 0.707);
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let shaped = filter.run(&shaped(sweep.signal(), |x| chebyshev(x, 0.1, LEVELS)));
    for (latency, answer) in [(0, shaped.clone()), (700, delayed(&shaped, 700))] {
        let (deconvolved, linear) = parts(&sweep, &answer, latency);
        for (order, level) in (2..=3).zip(LEVELS) {
            let harmonic = deconvolved.harmonic(order, &linear, 24).expect("it is told");
            let n = f64::from(u32::try_from(order).expect("small"));
            let expected = |hz: f64| level + filter.gain_db(48_000, n * hz) - filter.gain_db(48_000, hz);
            let off = off(&harmonic, 100.0, 3_000.0, expected);
            assert!(off < 0.1, "{latency} {order}: {off}");
        }
    }
}

#[test]
fn tanh_has_the_harmonics_of_its_integral() {
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let curve = |x: f64| (10.0 * x).tanh();
    let (deconvolved, linear) = parts(&sweep, &shaped(sweep.signal(), curve), 0);
    for order in [3, 5] {
        let expected = db(fourier_cosine(curve, 0.1, order) / fourier_cosine(curve, 0.1, 1));
        let harmonic = deconvolved.harmonic(order, &linear, 24).expect("it is told");
        let off = off(&harmonic, 60.0, 1_000.0, |_| expected);
        assert!(off < 0.2, "{order}: {off}, {expected}");
    }
    for order in [2, 4] {
        let harmonic = deconvolved.harmonic(order, &linear, 24).expect("it is told");
        let points = harmonic.frequency_hz.iter().zip(&harmonic.level_db);
        let inside = points.filter(|(hz, _)| (60.0..1_000.0).contains(*hz));
        let most = inside.filter_map(|(_, level)| level.map(|level| level.db()));
        assert!(most.fold(f64::NEG_INFINITY, f64::max) < -80.0, "{order}");
    }
}

#[test]
fn what_is_linear_has_none() {
    for rate in [8_000, 48_000, 192_000] {
        let sweep = Sweep::new(rate, -20.0).expect("it is a rate");
        for filter in [Biquad::peaking(rate, 100.0, 10.0, 12.0), Biquad::lowpass(rate, 1_000.0, 0.707)] {
            let (deconvolved, linear) = parts(&sweep, &filter.run(sweep.signal()), 0);
            for order in 2..=5 {
                let harmonic = deconvolved.harmonic(order, &linear, 24).expect("it is told");
                let passes = |hz: f64| filter.gain_db(rate, hz) > -40.0;
                let points = harmonic.frequency_hz.iter().zip(&harmonic.level_db);
                let most = points.filter(|(hz, _)| passes(**hz)).filter_map(|(_, level)| *level);
                let most = most.map(|level| level.db());
                let most = most.fold(f64::NEG_INFINITY, f64::max);
                assert!(most < -100.0, "{rate} {order}: {most}");
            }
        }
    }
}

#[test]
fn another_order_is_refused() {
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let (deconvolved, linear) = parts(&sweep, sweep.signal(), 0);
    assert!(deconvolved.harmonic(1, &linear, 24).is_err());
    assert!(deconvolved.harmonic(6, &linear, 24).is_err());
}

#[test]
fn a_harmonic_below_noise_is_none() {
    // −70 dB of the third, with noise 60 dB below the sweep: it stands out at low frequencies, where the sweep is slow, and −100 dB
    // doesn't anywhere.
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let hiss = noise(sweep.signal().len(), 11);
    let shaped = shaped(sweep.signal(), |x| chebyshev(x, 0.1, [-100.0, -50.0, -100.0, -100.0]));
    let noisy: Vec<f32> = shaped.iter().zip(hiss).map(|(x, hiss)| x + 1e-4 * hiss).collect();
    let (deconvolved, linear) = parts(&sweep, &noisy, 0);
    let told = |order| {
        let harmonic = deconvolved.harmonic(order, &linear, 24).expect("it is told");
        let points = harmonic.frequency_hz.iter().zip(&harmonic.level_db);
        let inside = points.filter(|(hz, _)| (150.0..4_000.0).contains(*hz));
        let (told, all) =
            inside.fold((0, 0), |(told, all), (_, level)| (told + i32::from(level.is_some()), all + 1));
        f64::from(told) / f64::from(all)
    };
    assert!(told(3) > 0.99, "{}", told(3));
    for order in [2, 4, 5] {
        assert!(told(order) < 0.02, "{order}: {}", told(order));
    }
}
