//! Distortion of sines: to 0.001 dB where a formula says what it is.

use crate::devices::{clipped_harmonic, db, factor, fourier_cosine, noise, real, sample, shaped, sine};
use wavecraft_companion_analysis::{
    Level, Measured, Tone, Unmeasured,
    tone::{Distortion, FREQUENCIES_HZ, LEVELS_DBFS},
};

fn measured(rate: u32, hz: f64, level: f64, curve: impl Fn(f64) -> f64) -> Distortion {
    let tone = Tone::new(rate, hz, level).expect("it is below half the rate");
    tone.analyse(&shaped(tone.signal(), curve)).expect("it sounds")
}

fn harmonic(distortion: &Distortion, order: usize) -> f64 {
    let partial = distortion.harmonics.iter().find(|partial| partial.order == order);
    partial.map_or(f64::NEG_INFINITY, |partial| partial.level_db.db())
}

fn thd(distortion: &Distortion) -> f64 {
    distortion.thd.value().expect("there is a harmonic below half the rate").db.db()
}

#[test]
fn a_polynomial_has_the_harmonics_of_its_terms() {
    // a·x² makes a·A²/2 of the second harmonic and of DC, b·x³ makes b·A³/4 of the third and adds ¾·b·A³ to the first.
    let (a, b) = (0.2, 0.1);
    for hz in FREQUENCIES_HZ {
        for level in LEVELS_DBFS {
            let peak = factor(level);
            let distortion = measured(192_000, hz, level, |x| x + a * x * x + b * x * x * x);
            let first = peak + 0.75 * b * peak.powi(3);
            let (second, third) = (0.5 * a * peak.powi(2) / first, 0.25 * b * peak.powi(3) / first);
            // Rounding is 145 dB below; what is 60 dB above that is true to 0.01 dB.
            let close = |found: f64, expected: f64| {
                (found - expected).abs()
                    < if expected > -60.0 { 0.001 } else { 0.01 + factor(-expected - 130.0) }
            };
            assert!((distortion.gain_db - db(first / peak)).abs() < 1e-5, "{hz} {level}");
            assert!(close(harmonic(&distortion, 2), db(second)), "{hz} {level}: {distortion:?}");
            assert!(close(harmonic(&distortion, 3), db(third)), "{hz} {level}: {distortion:?}");
            assert!(close(thd(&distortion), db(second.hypot(third))), "{hz} {level}");
            assert!((distortion.dc_offset - 0.5 * a * peak.powi(2)).abs() < 1e-8, "{hz} {level}");
            assert!(distortion.steady && distortion.drift_db.abs() < 0.001, "{hz} {level}");
            assert!((distortion.frequency_hz - hz).abs() < 3.0, "{hz}");
        }
    }
}

#[test]
fn a_clipped_sine_has_its_fourier_series() {
    let clip = 0.5;
    let distortion = measured(48_000, 1_000.0, 0.0, |x| x.clamp(-clip, clip));
    let first = clipped_harmonic(clip, 1);
    for order in 2..=20 {
        let expected = clipped_harmonic(clip, order) / first;
        let found = harmonic(&distortion, order);
        if expected > 1e-3 {
            assert!((found - db(expected)).abs() < 0.001, "{order}: {found}, {}", db(expected));
        } else if order.is_multiple_of(2) {
            assert!(found < -130.0, "{order}: {found}");
        }
    }
    let below = (2..24).map(|order| clipped_harmonic(clip, order).powi(2)).sum::<f64>().sqrt();
    assert!((thd(&distortion) - db(below / first)).abs() < 0.001, "{distortion:?}");
    let percent = distortion.thd.value().expect("it was measured").percent;
    assert!((percent - 100.0 * below / first).abs() < 0.001);
}

#[test]
fn tanh_has_the_harmonics_of_its_integral() {
    let curve = |x: f64| (3.0 * x).tanh();
    for level in [-40.0, -20.0, -6.0, 0.0] {
        let distortion = measured(96_000, 1_000.0, level, curve);
        let series = |order| fourier_cosine(curve, factor(level), order);
        for order in [3, 5, 7] {
            let expected = db(series(order) / series(1));
            if expected > -100.0 {
                let found = harmonic(&distortion, order);
                assert!((found - expected).abs() < 0.01, "{level} {order}: {found}, {expected}");
            }
        }
    }
}

#[test]
fn what_folds_back_is_told_with_its_order() {
    // Of a clipped sine at 10 kHz, at 48 kHz: the third harmonic, 30 kHz, comes back at 18 kHz.
    let distortion = measured(48_000, 10_000.0, 0.0, |x| x.clamp(-0.5, 0.5));
    let Measured::Value(alias) = distortion.aliasing.strongest else { panic!("{distortion:?}") };
    let expected = clipped_harmonic(0.5, 3) / clipped_harmonic(0.5, 1);
    assert_eq!(alias.folded_order, Some(3));
    assert!((alias.level_db.db() - db(expected)).abs() < 0.001, "{alias:?}");
    assert!((alias.frequency_hz - (48_000.0 - 3.0 * distortion.frequency_hz)).abs() < 0.01, "{alias:?}");
    // The orders from 3 to 200, but the second, which is below half the rate.
    let all = (3..=200).map(|order| clipped_harmonic(0.5, order).powi(2)).sum::<f64>().sqrt();
    let folded = distortion.aliasing.folded.db.db();
    assert!((folded - db(all / clipped_harmonic(0.5, 1))).abs() < 0.001, "{folded}");
    // There is a harmonic below half the rate, and nothing in it.
    assert!(thd(&distortion) < -130.0);

    // At 1 kHz and 48 kHz it is the 25th: the 24th is even.
    let distortion = measured(48_000, 1_000.0, 0.0, |x| x.clamp(-0.5, 0.5));
    let Measured::Value(alias) = distortion.aliasing.strongest else { panic!("{distortion:?}") };
    let strongest = (24..200)
        .max_by(|one, other| clipped_harmonic(0.5, *one).total_cmp(&clipped_harmonic(0.5, *other)))
        .expect("there are many");
    assert_eq!(alias.folded_order, Some(strongest), "{alias:?}");
}

#[test]
fn what_does_not_fold_is_told_without_an_order() {
    let tone = Tone::new(48_000, 1_000.0, -20.0).expect("it is below half the rate");
    let hum = sine(48_000, 50.0 * 2.9296875 / 3.0, 0.001, tone.signal().len());
    let answer: Vec<f32> = tone.signal().iter().zip(&hum).map(|(x, hum)| x + hum).collect();
    let Measured::Value(alias) = tone.analyse(&answer).expect("it sounds").aliasing.strongest else {
        panic!("a hum isn't noise");
    };
    assert_eq!(alias.folded_order, None);
    assert!((alias.frequency_hz - 50.0).abs() < 3.0 && (alias.level_db.db() + 40.0).abs() < 3.0, "{alias:?}");
}

#[test]
fn noise_is_no_alias_and_counts_in_thd_plus_n() {
    // White noise of ±0.001 has an RMS of 0.001/√3 up to 24 kHz; 20 of 24 parts of its power are below 20 kHz.
    let tone = Tone::new(48_000, 1_000.0, -20.0).expect("it is below half the rate");
    let hiss = noise(tone.signal().len(), 7);
    let answer: Vec<f32> = tone.signal().iter().zip(&hiss).map(|(x, hiss)| x + 0.001 * hiss).collect();
    let distortion = tone.analyse(&answer).expect("it sounds");
    assert!(matches!(
        distortion.aliasing.strongest,
        Measured::Unmeasured(Unmeasured::BelowNoise { floor }) if floor.db() < -60.0
    ));
    let (signal, rest) = (0.1 / 2.0_f64.sqrt(), 0.001 / 3.0_f64.sqrt() * (20.0_f64 / 24.0).sqrt());
    let found = distortion.thd_n.value().expect("it was measured").db.db();
    assert!((found - db(rest / signal.hypot(rest))).abs() < 0.2, "{found}");
}

/// Of the harmonics of a clipped sine, those up to 20 kHz and those that fold back to below that, relative to all that is there.
#[test]
fn thd_plus_n_is_relative_to_everything() {
    let clip = 0.05;
    let distortion = measured(48_000, 1_000.0, 0.0, |x| x.clamp(-clip, clip));
    let heard = |order: usize| {
        let turned = (real(order) * distortion.frequency_hz) % 48_000.0;
        turned.min(48_000.0 - turned) <= 20_000.0
    };
    let rest: f64 = (2..5_000).filter(|n| heard(*n)).map(|n| clipped_harmonic(clip, n).powi(2)).sum();
    let first = clipped_harmonic(clip, 1).powi(2);
    let found = distortion.thd_n.value().expect("it was measured").percent;
    let expected = 100.0 * (rest / (rest + first)).sqrt();
    assert!((found - expected).abs() < 0.02 && expected > 40.0, "{found} {expected}");
}

#[test]
fn nothing_but_rounding_is_nothing() {
    for rate in [8_000, 44_100, 48_000, 96_000, 384_000] {
        for hz in FREQUENCIES_HZ.into_iter().filter(|hz| *hz < f64::from(rate) / 2.0) {
            let distortion = measured(rate, hz, -6.0, |x| 0.5 * x);
            assert!((distortion.gain_db + 6.0206).abs() < 1e-4, "{rate} {hz}");
            assert!((distortion.fundamental_dbfs.db() + 12.0206).abs() < 1e-4, "{rate} {hz}");
            let residual = distortion.thd_n.value().expect("it was measured").db.db();
            assert!(residual < -140.0, "{rate} {hz}: {residual}");
            assert!(distortion.dc_offset.abs() < 1e-8, "{rate} {hz}");
            if 2.0 * distortion.frequency_hz < f64::from(rate) / 2.0 {
                assert!(thd(&distortion) < -140.0, "{rate} {hz}");
            } else {
                assert!(matches!(distortion.thd, Measured::Unmeasured(Unmeasured::AboveNyquist { .. })));
                assert!(distortion.harmonics.is_empty());
            }
        }
    }
}

#[test]
fn an_answer_that_moves_is_not_steady() {
    let tone = Tone::new(48_000, 1_000.0, -20.0).expect("it is below half the rate");
    let frames = real(tone.signal().len());
    let fading: Vec<f32> =
        (0..).zip(tone.signal()).map(|(n, x)| x * sample(1.0 - 0.5 * real(n) / frames)).collect();
    let distortion = tone.analyse(&fading).expect("it sounds");
    assert!(!distortion.steady && distortion.drift_db < -1.0, "{distortion:?}");
    // Half a wave isn't unsteady, for all that it is uneven.
    assert!(measured(48_000, 100.0, -20.0, |x| x.max(0.0)).steady);
}

#[test]
fn a_rectified_sine_has_only_an_octave_left() {
    // |A·sin| = A·(2/π − 4/π·Σ cos 2kθ/(4k² − 1)): no fundamental at all.
    let tone = Tone::new(48_000, 1_000.0, -20.0).expect("it is below half the rate");
    let answer = shaped(tone.signal(), f64::abs);
    let distortion = tone.analyse(&answer);
    // What rounding leaves of the fundamental is not nothing; relative to it, all else is.
    if let Ok(distortion) = distortion {
        assert!(distortion.fundamental_dbfs < Level::new(-140.0).expect("a number"), "{distortion:?}");
        assert!(thd(&distortion) > 100.0);
    }
}
