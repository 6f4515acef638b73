//! Every signal at every kind of rate: what does nothing is found to do nothing.

use crate::devices::real;
use wavecraft_companion_analysis::{
    Impulse, Jump, Measured, Quiet, Rise, Staircase, Stereo, Sweep, Tone, TwoTones, Unmeasured,
    two_tones::Method,
};

const RATES: [u32; 12] =
    [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000, 384_000];

#[test]
fn what_does_nothing_is_found_to_do_nothing() {
    for rate in RATES {
        let sweep = Sweep::new(rate, -20.0).expect("it is a rate");
        let seconds = real(sweep.signal().len()) / f64::from(rate);
        assert!((1.9..4.0).contains(&seconds), "{rate}: {seconds} s");
        let swept = sweep.analyse(sweep.signal(), 0).expect("it sounds");
        assert!(swept.response.magnitude_db.iter().all(|level| level.db().abs() < 1e-6), "{rate}");
        assert_eq!(swept.harmonics.len(), 4);
        assert!(swept.harmonics.iter().all(|harmonic| harmonic.value().is_some()), "{rate}");

        let impulse = Impulse::new(rate, -6.0).expect("it is a rate");
        let response = impulse.analyse(impulse.signal(), Some(0)).expect("it sounds");
        assert!((response.peak - 1.0).abs() < 1e-6 && response.peak_frame == 0, "{rate}");
        assert!(response.tail.value().is_some_and(|tail| tail.frames == 0), "{rate}");
        assert!(response.latency.value().is_some_and(|latency| latency.agrees == Some(true)), "{rate}");

        let rise = Rise::new(rate, -20.0).expect("it is a rate");
        let step = rise.analyse(rise.signal()).expect("it sounds");
        assert!(step.final_value.value().is_some_and(|value| (value - 1.0).abs() < 1e-6), "{rate}");

        let quiet = Quiet::new(rate).expect("it is a rate");
        assert!(quiet.analyse(quiet.signal()).expect("it is finite").noise_dbfs.is_silent(), "{rate}");

        let stairs = Staircase::new(rate).expect("it is a rate");
        let curve = stairs.analyse(stairs.signal(), 0).expect("it sounds");
        for step in &curve.steps {
            assert!(
                (step.output_dbfs.db() - step.input_dbfs).abs() < 1e-3 && step.settled,
                "{rate}: {step:?}"
            );
        }

        let jump = Jump::new(rate).expect("it is a rate");
        let times = jump.analyse(jump.signal(), 0).expect("it sounds");
        assert_eq!(times.attack, Measured::Unmeasured(Unmeasured::NoChange), "{rate}");

        let stereo = Stereo::new(rate, -20.0).expect("it is a rate");
        let (silent, sound) = (vec![0.0; stereo.signal().len()], stereo.signal());
        let image = stereo.analyse(&[sound, &silent], &[&silent, sound], &[sound, sound]).expect("it sounds");
        assert!(image.mono_db.value().is_some_and(|level| level.db().abs() < 1e-6), "{rate}");
    }
}

#[test]
fn signals_stay_at_their_level() {
    for rate in RATES {
        for level in [-60.0_f64, -20.0, 0.0] {
            let peak = 10.0_f64.powf(level / 20.0);
            let highest =
                |signal: &[f32]| signal.iter().fold(0.0_f64, |most, x| most.max(f64::from(x.abs())));
            let near = |signal: &[f32]| (0.97 * peak..=peak * (1.0 + 1e-6)).contains(&highest(signal));
            assert!(near(Sweep::new(rate, level).expect("it is a rate").signal()), "{rate} {level}");
            assert!(near(Tone::new(rate, 1_000.0, level).expect("it is a rate").signal()), "{rate} {level}");
            assert!(near(Impulse::new(rate, level).expect("it is a rate").signal()), "{rate} {level}");
            assert!(near(Rise::new(rate, level).expect("it is a rate").signal()), "{rate} {level}");
        }
    }
}

#[test]
fn other_rates_are_refused() {
    for rate_hz in [0, 1, 7_999, 384_001, u32::MAX] {
        let refused = Unmeasured::RateOutOfRange { rate_hz };
        assert_eq!(Sweep::new(rate_hz, -20.0).err(), Some(refused.clone()));
        assert_eq!(Tone::new(rate_hz, 1_000.0, -20.0).err(), Some(refused.clone()));
        assert_eq!(TwoTones::new(rate_hz, Method::Smpte, -20.0).err(), Some(refused.clone()));
        assert_eq!(Staircase::new(rate_hz).err(), Some(refused.clone()));
        assert_eq!(Jump::new(rate_hz).err(), Some(refused.clone()));
        assert_eq!(Impulse::new(rate_hz, -20.0).err(), Some(refused.clone()));
        assert_eq!(Rise::new(rate_hz, -20.0).err(), Some(refused.clone()));
        assert_eq!(Quiet::new(rate_hz).err(), Some(refused.clone()));
        assert_eq!(Stereo::new(rate_hz, -20.0).err(), Some(refused));
    }
}

#[test]
fn other_levels_frequencies_and_times_are_refused() {
    for level in [0.1, -120.1, f64::NAN, f64::INFINITY] {
        assert!(Sweep::new(48_000, level).is_err(), "{level}");
        assert!(Tone::new(48_000, 1_000.0, level).is_err(), "{level}");
        assert!(Impulse::new(48_000, level).is_err(), "{level}");
        assert!(Rise::new(48_000, level).is_err(), "{level}");
    }
    let above = |rate, hz| matches!(Tone::new(rate, hz, -20.0), Err(Unmeasured::AboveNyquist { .. }));
    assert!(above(8_000, 10_000.0) && above(8_000, 4_000.0) && above(48_000, 24_000.0));
    assert!(Tone::new(48_000, 0.5, -20.0).is_err() && Tone::new(48_000, -1.0, -20.0).is_err());
    assert!(Tone::new(48_000, f64::NAN, -20.0).is_err());
    for seconds in [0.0, -1.0, 61.0, f64::NAN, f64::INFINITY] {
        assert!(Sweep::lasting(48_000, -20.0, seconds).is_err(), "{seconds}");
        assert!(Tone::settling(48_000, 1_000.0, -20.0, seconds).is_err(), "{seconds}");
        assert!(Impulse::watched(48_000, -20.0, seconds).is_err(), "{seconds}");
        assert!(Rise::lasting(48_000, -20.0, seconds).is_err(), "{seconds}");
        assert!(Quiet::lasting(48_000, seconds).is_err(), "{seconds}");
        assert!(Staircase::holding(48_000, seconds).is_err(), "{seconds}");
        assert!(Jump::lasting(48_000, -10.0, [0.5, seconds, 0.5]).is_err(), "{seconds}");
    }
}
