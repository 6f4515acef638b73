//! The cases of EBU Tech 3341 (V4, table 1) that are described by their signals: sines of given levels and lengths. Loudness to
//! ±0.1 LU, true peak to +0.2 and −0.4 dB, as that document demands.

use crate::devices::{factor, real, sample, sine};
use std::f64::consts::TAU;
use wavecraft_companion_analysis::{Loudness, Measured, Unmeasured};

/// A sine at 1 kHz in parts of (dBFS, seconds), at 48 kHz.
fn parts(parts: &[(f64, u32)]) -> Vec<f32> {
    parts
        .iter()
        .flat_map(|(level, tenths)| {
            sine(48_000, 1_000.0, factor(*level), usize::try_from(tenths * 4_800).expect("short"))
        })
        .collect()
}

fn integrated(channels: &[&[f32]], rate: u32) -> f64 {
    let loudness = Loudness::of(channels, rate).expect("it is finite");
    *loudness.integrated_lufs.value().expect("it is loud enough")
}

#[test]
fn cases_1_to_5_of_tech_3341() {
    let cases: [(&[(f64, u32)], f64); 5] = [
        (&[(-23.0, 200)], -23.0),
        (&[(-33.0, 200)], -33.0),
        (&[(-36.0, 100), (-23.0, 600), (-36.0, 100)], -23.0),
        (&[(-72.0, 100), (-36.0, 100), (-23.0, 600), (-36.0, 100), (-72.0, 100)], -23.0),
        (&[(-26.0, 200), (-20.0, 201), (-26.0, 200)], -23.0),
    ];
    for (number, (signal, expected)) in cases.into_iter().enumerate() {
        let signal = parts(signal);
        let found = integrated(&[&signal, &signal], 48_000);
        assert!((found - expected).abs() < 0.1, "case {}: {found}", number + 1);
    }
}

#[test]
fn case_6_of_tech_3341_five_channels() {
    let [front, centre, back] = [-28.0, -24.0, -30.0].map(|level| parts(&[(level, 200)]));
    let found = integrated(&[&front, &front, &centre, &back, &back], 48_000);
    assert!((found + 23.0).abs() < 0.1, "{found}");
}

/// Cases 15 to 19: a sine at a whole fraction of the rate, whose samples miss its peaks.
#[test]
fn cases_15_to_19_of_tech_3341_true_peak() {
    for (fraction, degrees, peak, expected) in [
        (4.0, 0.0, 0.5, -6.0),
        (4.0, 45.0, 0.5, -6.0),
        (6.0, 60.0, 0.5, -6.0),
        (8.0, 67.5, 0.5, -6.0),
        (4.0, 45.0, 1.41, 3.0),
    ] {
        let phase = f64::to_radians(degrees);
        let signal: Vec<f32> =
            (0..48_000).map(|n| sample(peak * (TAU * real(n) / fraction + phase).sin())).collect();
        // Faded in and out, as theirs is, for the edge not to be a peak of its own.
        let faded: Vec<f32> = signal
            .iter()
            .enumerate()
            .map(|(n, x)| x * sample((real(n.min(47_999 - n)) / 480.0).min(1.0)))
            .collect();
        let found = Loudness::of(&[&faded, &faded], 48_000).expect("it is finite").true_peak_dbtp.db();
        assert!(found < expected + 0.2 && found > expected - 0.4, "{fraction} {degrees}: {found}");
    }
}

#[test]
fn loudness_is_the_same_at_every_rate() {
    for rate in [8_000, 16_000, 22_050, 44_100, 96_000, 192_000, 384_000] {
        let signal = sine(rate, 1_000.0, factor(-23.0), usize::try_from(rate * 4).expect("short"));
        let found = integrated(&[&signal, &signal], rate);
        assert!((found + 23.0).abs() < 0.1, "{rate}: {found}");
    }
}

#[test]
fn one_channel_is_three_lu_softer_than_two() {
    let signal = parts(&[(-20.0, 40)]);
    let (one, two) = (integrated(&[&signal], 48_000), integrated(&[&signal, &signal], 48_000));
    assert!((two - one - 3.0103).abs() < 1e-3, "{one} {two}");
}

#[test]
fn what_has_no_loudness_says_why() {
    let why = |signal: &[f32]| match Loudness::of(&[signal], 48_000).expect("it is finite").integrated_lufs {
        Measured::Value(lufs) => panic!("{lufs} LUFS"),
        Measured::Unmeasured(why) => why,
    };
    assert_eq!(why(&[0.0; 48_000]), Unmeasured::Silent);
    assert_eq!(why(&parts(&[(-80.0, 10)])), Unmeasured::Silent);
    assert_eq!(why(&[0.1; 100]), Unmeasured::TooShort { frames: 100, needed: 19_200 });
    assert!(Loudness::of(&[], 48_000).is_err());
    assert!(Loudness::of(&[&[0.0; 10][..]; 7], 48_000).is_err());
    assert_eq!(Loudness::of(&[&[0.0; 10]], 1_000), Err(Unmeasured::RateOutOfRange { rate_hz: 1_000 }));
    assert_eq!(
        Loudness::of(&[&[0.0; 3], &[0.0, f32::NAN, 0.0]], 48_000),
        Err(Unmeasured::NotFinite { frame: 1, channel: 1 })
    );
    assert!(Loudness::of(&[&[0.0; 3], &[0.0; 2]], 48_000).is_err());
    let silent = Loudness::of(&[&[0.0; 48_000]], 48_000).expect("it is finite");
    assert!(silent.true_peak_dbtp.is_silent() && silent.sample_peak_dbfs.is_silent());
}

#[test]
fn a_peak_at_the_very_end_counts() {
    let mut signal = vec![0.0_f32; 48_000];
    signal[47_998] = 0.7;
    signal[47_999] = 0.7;
    let loudness = Loudness::of(&[&signal], 48_000).expect("it is finite");
    assert!(loudness.true_peak_dbtp.db() > 20.0 * 0.75_f64.log10(), "{loudness:?}");
    assert!((loudness.sample_peak_dbfs.db() - 20.0 * 0.7_f64.log10()).abs() < 1e-5, "{loudness:?}");
}
