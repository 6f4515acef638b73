//! The linear part of a sweep's answer, against transfer functions: to 0.001 dB and 0.01°.

use crate::devices::{Biquad, db, delayed, factor, noise, real, sample, shaped, sine, turn};
use wavecraft_companion_analysis::{
    Sweep, Unmeasured,
    sweep::{Linear, Response},
};

/// What a measured curve differs by from a known one, at most: dB, degrees, milliseconds of group delay.
#[derive(Debug, Default)]
struct Worst {
    db: f64,
    degrees: f64,
    ms: f64,
}

fn linear(sweep: &Sweep, answer: &[f32], latency: usize) -> Linear {
    sweep.deconvolve(answer).expect("it sounds").linear(latency).expect("the latency is short")
}

/// Compares where the gain is at most 60 dB below the largest.
fn worst(rate: u32, filter: &Biquad, curve: &Response) -> Worst {
    let mut worst = Worst::default();
    let largest = curve.magnitude_db.iter().fold(f64::NEG_INFINITY, |most, level| most.max(level.db()));
    for (index, hz) in curve.frequency_hz.iter().enumerate() {
        let expected = filter.gain_db(rate, *hz);
        if expected < largest - 60.0 {
            continue;
        }
        worst.db = worst.db.max((curve.magnitude_db[index].db() - expected).abs());
        let phase = curve.phase_degrees[index].expect("it is loud enough");
        worst.degrees = worst.degrees.max(turn(phase, filter.phase_degrees(rate, *hz)).abs());
        let delay = curve.group_delay_ms[index].expect("it is loud enough");
        worst.ms = worst.ms.max((delay - filter.delay_frames(rate, *hz) * 1e3 / f64::from(rate)).abs());
    }
    worst
}

fn filters(rate: u32) -> Vec<(&'static str, Biquad)> {
    let rate_hz = f64::from(rate);
    vec![
        ("nothing", Biquad { b: [1.0, 0.0, 0.0], a: [0.0, 0.0] }),
        ("one pole", Biquad::one_pole(0.99)),
        ("peak at 1 kHz, Q 4, +12 dB", Biquad::peaking(rate, 1_000.0, 4.0, 12.0)),
        ("dip at 100 Hz, Q 10, −12 dB", Biquad::peaking(rate, 100.0, 10.0, -12.0)),
        ("high-pass at 20 Hz, Q 4", Biquad::highpass(rate, 20.0, 4.0)),
        ("high-pass at 30 Hz", Biquad::highpass(rate, 30.0, 0.707)),
        ("low-pass at an eighth of the rate", Biquad::lowpass(rate, rate_hz / 8.0, 0.707)),
        ("low-pass at 200 Hz, Q 8", Biquad::lowpass(rate, 200.0, 8.0)),
        ("notch at a tenth of the rate", Biquad::notch(rate, rate_hz / 10.0, 1.0)),
        ("all-pass at 500 Hz", Biquad::allpass(rate, 500.0, 1.0)),
    ]
}

#[test]
fn filters_have_the_response_of_their_transfer_function() {
    for rate in [8_000, 44_100, 48_000, 96_000, 384_000] {
        let sweep = Sweep::new(rate, -20.0).expect("it is a rate");
        for (name, filter) in filters(rate) {
            let curve = linear(&sweep, &filter.run(sweep.signal()), 0).response(24, None);
            assert!(curve.frequency_hz[0] < 10.3 && curve.frequency_hz[0] > 9.6, "{rate}");
            let last = curve.frequency_hz[curve.frequency_hz.len() - 1];
            assert!(last > 0.96 * f64::from(rate) / 2.0 && last < f64::from(rate) / 2.0, "{rate}: {last}");
            let worst = worst(rate, &filter, &curve);
            assert!(worst.db < 0.001 && worst.degrees < 0.01 && worst.ms < 0.001, "{rate} {name}: {worst:?}");
        }
    }
}

/// Filters that nobody chose: poles and zeros anywhere, as near to the circle as 0.998.
#[test]
fn filters_at_random_have_theirs_too() {
    let numbers = noise(400, 42);
    let share = |index: usize| 0.5 + 0.5 * f64::from(numbers[index]);
    for seed in 0..50 {
        let rate = [8_000, 44_100, 48_000, 96_000][seed % 4];
        let pair = |at: usize, largest: f64| {
            let (radius, angle) = (largest * share(at).sqrt(), std::f64::consts::PI * share(at + 1));
            [-2.0 * radius * angle.cos(), radius * radius]
        };
        let (zeros, poles) = (pair(8 * seed, 1.2), pair(8 * seed + 2, 0.998));
        let scale = 0.01 + 0.1 * share(8 * seed + 4);
        let filter = Biquad { b: [scale, scale * zeros[0], scale * zeros[1]], a: poles };
        let sweep = Sweep::new(rate, -20.0).expect("it is a rate");
        let curve = linear(&sweep, &filter.run(sweep.signal()), 0).response(24, None);
        let worst = worst(rate, &filter, &curve);
        assert!(worst.db < 0.01 && worst.degrees < 0.1 && worst.ms < 0.01, "{seed} {filter:?}: {worst:?}");
    }
}

#[test]
fn a_sweep_may_be_short_or_long() {
    for (rate, seconds) in [(8_000, 0.5), (48_000, 0.5), (384_000, 0.5), (44_100, 8.0)] {
        let sweep = Sweep::lasting(rate, -20.0, seconds).expect("it is in range");
        let filter = Biquad::peaking(rate, 1_000.0, 2.0, 6.0);
        let swept = sweep.analyse(&filter.run(sweep.signal()), 0).expect("it sounds");
        let worst = worst(rate, &filter, &swept.response);
        assert!(worst.db < 0.01 && worst.degrees < 0.1, "{rate} {seconds}: {worst:?}");
        assert_eq!(swept.harmonics.iter().filter(|harmonic| harmonic.value().is_some()).count(), 4);
    }
    assert!(Sweep::lasting(48_000, -20.0, 0.4).is_err() && Sweep::lasting(48_000, -20.0, 21.0).is_err());
}

#[test]
fn the_level_doesnt_matter_to_what_is_linear() {
    let filter = Biquad::peaking(48_000, 1_000.0, 4.0, 12.0);
    for level in [-100.0, -60.0, -40.0, 0.0] {
        let sweep = Sweep::new(48_000, level).expect("it is a level");
        let curve = linear(&sweep, &filter.run(sweep.signal()), 0).response(24, None);
        let worst = worst(48_000, &filter, &curve);
        assert!(worst.db < 0.001 && worst.degrees < 0.01, "{level}: {worst:?}");
        assert!((curve.level_dbfs - level).abs() < 1e-12);
    }
}

#[test]
fn any_frequency_can_be_asked_for() {
    let filter = Biquad::peaking(44_100, 1_000.0, 4.0, 12.0);
    let sweep = Sweep::new(44_100, -20.0).expect("it is a rate");
    let linear = linear(&sweep, &filter.run(sweep.signal()), 0);
    for hz in [10.0, 31.5, 997.0, 1_000.0, 12_345.6, 22_000.0] {
        let point = linear.at(hz).expect("it is below half the rate");
        assert!((point.magnitude_db.db() - filter.gain_db(44_100, hz)).abs() < 0.001, "{hz}: {point:?}");
        let phase = point.phase_degrees.expect("it is loud");
        assert!(turn(phase, filter.phase_degrees(44_100, hz)).abs() < 0.01, "{hz}: {point:?}");
    }
    assert!(linear.at(22_050.0).is_err() && linear.at(5.0).is_err() && linear.at(f64::NAN).is_err());
}

#[test]
fn a_latency_is_taken_out_of_the_phase() {
    let filter = Biquad::peaking(48_000, 1_000.0, 1.0, 6.0);
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    for latency in [1, 64, 1_000, 5_000, 12_000] {
        let answer = delayed(&filter.run(sweep.signal()), latency);
        let curve = linear(&sweep, &answer, latency).response(24, None);
        let worst = worst(48_000, &filter, &curve);
        assert!(worst.db < 0.001 && worst.degrees < 0.01 && worst.ms < 0.001, "{latency}: {worst:?}");
        let found =
            sweep.deconvolve(&answer).expect("it sounds").latency(Some(latency)).expect("it is plain");
        assert_eq!(found.agrees, Some(true), "{latency}: {found:?}");
        assert_eq!((found.onset_frames, found.to_remove()), (latency, latency));
    }
    assert!(sweep.deconvolve(sweep.signal()).expect("it sounds").linear(40_000).is_err());
}

#[test]
fn a_filter_of_linear_phase_is_flat_without_its_latency() {
    // A symmetric triangle of 2,001 taps: nothing but its 1,000 frames in the phase, and a curve that is known:
    // (sin(Nω/2)/(N·sin(ω/2)))² for N = 1,001.
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let boxed = |input: &[f32]| -> Vec<f64> {
        let mut sum = 0.0;
        (0..input.len())
            .map(|frame| {
                sum += f64::from(input[frame]);
                if frame >= 1_001 {
                    sum -= f64::from(input[frame - 1_001]);
                }
                sum / 1_001.0
            })
            .collect()
    };
    let once: Vec<f32> = boxed(sweep.signal()).into_iter().map(sample).collect();
    let twice: Vec<f32> = boxed(&once).into_iter().map(sample).collect();
    let linear = linear(&sweep, &twice, 1_000);
    for hz in [10.0, 15.0, 20.0, 30.0, 60.0] {
        let half = std::f64::consts::PI * hz / 48_000.0;
        let expected = 2.0 * db((1_001.0 * half).sin() / (1_001.0 * half.sin()));
        let point = linear.at(hz).expect("it is below half the rate");
        assert!((point.magnitude_db.db() - expected).abs() < 0.01, "{hz}: {point:?}, {expected}");
        assert!(point.phase_degrees.expect("it is loud").abs() < 0.1, "{hz}: {point:?}");
    }
}

#[test]
fn an_offset_and_some_noise_dont_disturb_it() {
    let filter = Biquad::peaking(48_000, 1_000.0, 2.0, 6.0);
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let offset = shaped(&filter.run(sweep.signal()), |x| x + 0.05);
    let curve = linear(&sweep, &offset, 0).response(24, None);
    let off = worst(48_000, &filter, &curve);
    assert!(off.db < 0.001 && off.degrees < 0.01, "{off:?}");

    // Noise of −94.8 dBFS RMS, 72 dB below the sweep.
    let hiss = noise(sweep.signal().len(), 3);
    let noisy: Vec<f32> =
        filter.run(sweep.signal()).iter().zip(hiss).map(|(x, n)| x + n * sample(factor(-90.0))).collect();
    let curve = linear(&sweep, &noisy, 0).response(24, None);
    let off = worst(48_000, &filter, &curve);
    assert!(off.db < 0.1 && off.degrees < 1.0, "{off:?}");
}

#[test]
fn what_is_not_linear_leaves_the_linear_part() {
    // Of x + ½x² + 0.3x³ the fundamental is 1 + ¾·0.3·A².
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let answer = shaped(sweep.signal(), |x| x + 0.5 * x * x + 0.3 * x * x * x);
    let linear = linear(&sweep, &answer, 0);
    let expected = db(1.0 + 0.75 * 0.3 * 0.01);
    for (hz, tolerance) in
        [(10.0, 0.15), (20.0, 0.02), (100.0, 0.01), (1_000.0, 0.001), (5_000.0, 0.001), (20_000.0, 0.01)]
    {
        let point = linear.at(hz).expect("it is below half the rate");
        assert!((point.magnitude_db.db() - expected).abs() < tolerance, "{hz}: {point:?}");
    }
}

#[test]
fn smoothing_averages_powers() {
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    // Two paths, one 48 frames later: |1 + z⁻⁴⁸|² has the mean 2 over whole ripples, which are 1 kHz apart.
    let answer: Vec<f32> =
        sweep.signal().iter().zip(delayed(sweep.signal(), 48)).map(|(x, late)| x + late).collect();
    let linear = linear(&sweep, &answer, 0);
    let (rough, smooth) = (linear.response(24, None), linear.response(24, Some(1.0)));
    assert_eq!(smooth.smoothing_octaves, Some(1.0));
    assert_eq!(rough.smoothing_octaves, None);
    assert!(rough.magnitude_db.iter().any(|level| level.db() < -10.0));
    // From f/√2 to f·√2 its mean is 2 + 2·(sin 48ω₂ − sin 48ω₁) / 48(ω₂ − ω₁).
    for (hz, level) in smooth.frequency_hz.iter().zip(&smooth.magnitude_db) {
        let [from, to] = [0.5_f64, 2.0].map(|square| hz * square.sqrt() * std::f64::consts::TAU / 1_000.0);
        let expected = 10.0 * (2.0 + 2.0 * (to.sin() - from.sin()) / (to - from)).log10();
        if (100.0..16_000.0).contains(hz) {
            assert!((level.db() - expected).abs() < 0.02, "{hz}: {level:?}, {expected}");
        }
    }
    // Flat stays flat, and no width is none.
    let flat = self::linear(&sweep, sweep.signal(), 0);
    assert!(flat.response(12, Some(1.0 / 6.0)).magnitude_db.iter().all(|level| level.db().abs() < 1e-6));
    assert_eq!(flat.response(12, Some(0.0)).smoothing_octaves, None);
    assert_eq!(flat.response(12, Some(f64::NAN)).smoothing_octaves, None);
    assert!(real(flat.response(12, None).frequency_hz.len()) > 120.0);
}

#[test]
fn a_phase_is_told_only_where_there_is_something() {
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let filter = Biquad::lowpass(48_000, 30.0, 0.707);
    let curve = linear(&sweep, &filter.run(sweep.signal()), 0).response(24, None);
    let last = curve.frequency_hz.len() - 1;
    assert!(curve.phase_degrees[0].is_some() && curve.group_delay_ms[0].is_some());
    assert!(curve.phase_degrees[last].is_none() && curve.group_delay_ms[last].is_none());
    assert!(curve.magnitude_db[last].db() < -80.0);
}

#[test]
fn a_generator_has_no_response() {
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let frames = sweep.signal().len();
    for answer in [noise(frames, 1), sine(48_000, 440.0, 0.5, frames), vec![0.25; frames]] {
        let linear = sweep.deconvolve(&answer).expect("it sounds").linear(0);
        assert!(matches!(linear, Err(Unmeasured::BelowNoise { .. })), "{linear:?}");
    }
}

#[test]
fn the_largest_change_is_found() {
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let response = |filter: Biquad| linear(&sweep, &filter.run(sweep.signal()), 0).response(24, None);
    let before = response(Biquad::lowpass(48_000, 4_000.0, 0.707));
    let after = linear(
        &sweep,
        &Biquad::peaking(48_000, 1_000.0, 2.0, -0.8)
            .run(&Biquad::lowpass(48_000, 4_000.0, 0.707).run(sweep.signal())),
        0,
    )
    .response(24, None);
    let change = after.change_from(&before).expect("they have all in common");
    assert!((change.db + 0.8).abs() < 0.01 && (change.frequency_hz - 1_000.0).abs() < 20.0, "{change:?}");
    assert!(before.change_from(&before).is_some_and(|change| change.db == 0.0));
    // Where nobody hears it, it doesn't count.
    let steeper = response(Biquad::lowpass(48_000, 30.0, 0.707));
    let other = response(Biquad::lowpass(48_000, 30.0, 0.708));
    let change = other.change_from(&steeper).expect("they have all in common");
    assert!(change.frequency_hz < 1_000.0, "{change:?}");
    // At another rate it has no frequency in common, or few.
    let elsewhere = Sweep::new(8_000, -20.0).expect("it is a rate");
    let elsewhere = linear(&elsewhere, elsewhere.signal(), 0).response(24, None);
    assert!(elsewhere.change_from(&before).is_none_or(|change| change.frequency_hz < 4_000.0));
}
