//! Impulse, step, tail, noise, latency.

use crate::devices::{Biquad, db, delayed, factor, noise, real, sample, shaped, shaped_by};
use wavecraft_companion_analysis::{
    Impulse, Level, Measured, Quiet, Rise, Sweep, Unmeasured, impulse::ImpulseResponse,
};

fn impulse(answer: impl Fn(&[f32]) -> Vec<f32>, reported: Option<usize>) -> ImpulseResponse {
    let impulse = Impulse::new(48_000, -6.0).expect("it is a rate");
    impulse.analyse(&answer(impulse.signal()), reported).expect("it sounds")
}

#[test]
fn a_delay_is_its_latency() {
    for frames in [0, 1, 64, 4_800] {
        let found = impulse(|input| delayed(&shaped(input, |x| -0.5 * x), frames), Some(frames));
        assert_eq!(found.peak_frame, frames);
        assert!((found.peak + 0.5).abs() < 1e-6);
        let Measured::Value(latency) = found.latency else { panic!("{:?}", found.latency) };
        assert!((latency.peak_frames - real(frames)).abs() < 1e-3, "{latency:?}");
        assert_eq!((latency.onset_frames, latency.agrees), (frames, Some(true)));
        let wrong = impulse(|input| delayed(input, frames), Some(frames + 10)).latency;
        assert!(wrong.value().is_some_and(|latency| latency.agrees == Some(false)), "{wrong:?}");
    }
}

#[test]
fn a_latency_that_is_wrong_is_found_by_sweep_and_impulse_alike() {
    let sweep = Sweep::new(44_100, -20.0).expect("it is a rate");
    let filter = Biquad::lowpass(44_100, 5_000.0, 0.707);
    let answer = delayed(&filter.run(sweep.signal()), 333);
    let by_sweep = sweep.deconvolve(&answer).expect("it sounds").latency(Some(100)).expect("it is plain");
    let impulse = Impulse::new(44_100, -20.0).expect("it is a rate");
    let answer = delayed(&filter.run(impulse.signal()), 333);
    let by_impulse = impulse.analyse(&answer, Some(100)).expect("it sounds");
    let by_impulse = by_impulse.latency.value().expect("it is plain");
    assert_eq!((by_sweep.onset_frames, by_impulse.onset_frames), (333, 333));
    assert!((by_sweep.peak_frames - by_impulse.peak_frames).abs() < 0.05, "{by_sweep:?} {by_impulse:?}");
    assert_eq!((by_sweep.agrees, by_impulse.agrees), (Some(false), Some(false)));
}

/// `(1−p)·pⁿ` is 90 dB below its first value after 4.5·ln 10/−ln p frames.
#[test]
fn the_tail_of_one_pole_is_known() {
    for pole in [0.5, 0.9, 0.999, 0.9998] {
        let expected = (4.5 * 10.0_f64.ln() / -f64::ln(pole)).floor();
        let Measured::Value(tail) = impulse(|input| Biquad::one_pole(pole).run(input), None).tail else {
            panic!("{pole}");
        };
        assert!((real(tail.frames) - expected).abs() <= 1.0, "{pole}: {tail:?}, {expected}");
        assert!((tail.seconds - real(tail.frames) / 48_000.0).abs() < 1e-12);
        assert!((tail.reverb_seconds() - tail.seconds / 1.5).abs() < 1e-12);
    }
}

#[test]
fn a_tail_that_goes_on_is_no_number() {
    let slow = impulse(|input| Biquad::one_pole(0.999_99).run(input), None);
    assert!(matches!(slow.tail, Measured::Unmeasured(Unmeasured::Unsettled { .. })), "{:?}", slow.tail);
    let long = Impulse::watched(48_000, -6.0, 30.0).expect("it is in range");
    let answer = Biquad::one_pole(0.999_99).run(long.signal());
    let tail = long.analyse(&answer, None).expect("it sounds").tail;
    let expected = 4.5 * 10.0_f64.ln() / -f64::ln(0.999_99) / 48_000.0;
    assert!(tail.value().is_some_and(|tail| (tail.seconds - expected).abs() < 0.001), "{tail:?} {expected}");
}

/// A filter that never ends: after n frames `A·(1−p)·pⁿ` is below 2⁻¹²⁶, the smallest normal number.
#[test]
fn the_frame_is_told_at_which_numbers_become_subnormal() {
    let pole = 0.99_f64;
    let found = impulse(|input| Biquad::one_pole(pole).run(input), None);
    let expected = ((2.0_f64.powi(-126) / (factor(-6.0) * (1.0 - pole))).ln() / pole.ln()).ceil();
    let frame = found.subnormal_frame.expect("it never ends");
    assert!((real(frame) - expected).abs() <= 1.0, "{frame} {expected}");
    // One that flushes them has none.
    let flushed = impulse(
        |input| shaped(&Biquad::one_pole(pole).run(input), |x| if x.abs() < 1e-30 { 0.0 } else { x }),
        None,
    );
    assert_eq!(flushed.subnormal_frame, None);
}

#[test]
fn the_response_is_told_from_the_impulse_on() {
    let found = impulse(|input| Biquad::one_pole(0.9).run(input), None);
    assert_eq!(found.samples.len(), 2_048);
    for (frame, value) in found.samples.iter().enumerate().take(50) {
        let expected = 0.1 * 0.9_f64.powf(real(frame));
        assert!((f64::from(*value) - expected).abs() < 1e-7, "{frame}");
    }
}

#[test]
fn an_answer_that_is_noise_is_no_answer() {
    let impulse = Impulse::new(48_000, -20.0).expect("it is a rate");
    let hiss = noise(impulse.signal().len(), 5);
    assert!(matches!(impulse.analyse(&hiss, None), Err(Unmeasured::BelowNoise { .. })));
}

#[test]
fn one_pole_rises_by_its_time_constant() {
    let rise = Rise::new(48_000, -20.0).expect("it is a rate");
    let pole = (-1.0_f64 / 480.0).exp(); // 10 ms
    let found = rise.analyse(&Biquad::one_pole(pole).run(rise.signal())).expect("it sounds");
    assert!(found.final_value.value().is_some_and(|value| (value - 1.0).abs() < 1e-4), "{found:?}");
    // ln 9 time constants.
    let expected = 10.0 * 9.0_f64.ln();
    assert!(found.rise_ms.value().is_some_and(|ms| (ms - expected).abs() < 0.01), "{:?}", found.rise_ms);
    assert!(found.overshoot_percent.value().is_some_and(|percent| percent.abs() < 0.01));
}

#[test]
fn a_resonance_overshoots_by_its_damping() {
    // A second-order low-pass of damping ζ = 1/2Q goes beyond by e^(−πζ/√(1−ζ²)); the bilinear transform is close to it at 100 Hz.
    let rise = Rise::new(48_000, -20.0).expect("it is a rate");
    for q in [1.0_f64, 2.0] {
        let damping = 0.5 / q;
        let expected = 100.0 * (-std::f64::consts::PI * damping / (1.0 - damping * damping).sqrt()).exp();
        let answer = Biquad::lowpass(48_000, 100.0, q).run(rise.signal());
        let found = rise.analyse(&answer).expect("it sounds").overshoot_percent;
        assert!(
            found.value().is_some_and(|percent| (percent - expected).abs() < 0.05),
            "{found:?} {expected}"
        );
    }
}

#[test]
fn a_high_pass_returns_to_zero_and_does_not_rise() {
    let rise = Rise::new(48_000, -20.0).expect("it is a rate");
    let found = rise.analyse(&Biquad::highpass(48_000, 20.0, 0.707).run(rise.signal())).expect("it sounds");
    assert!(found.final_value.value().is_some_and(|value| value.abs() < 1e-3), "{:?}", found.final_value);
    assert_eq!(found.rise_ms, Measured::Unmeasured(Unmeasured::NoChange));
    let at_once = rise.analyse(rise.signal()).expect("it sounds");
    assert!(
        matches!(at_once.rise_ms, Measured::Unmeasured(Unmeasured::FasterThan { .. })),
        "{:?}",
        at_once.rise_ms
    );
    let ramp: Vec<f32> = (0..).zip(rise.signal()).map(|(n, x)| x * sample(real(n) / 48_000.0)).collect();
    let moving = rise.analyse(&ramp).expect("it sounds");
    assert!(matches!(moving.final_value, Measured::Unmeasured(Unmeasured::Unsettled { .. })));
}

#[test]
fn noise_and_offset_are_told_apart() {
    let quiet = Quiet::new(48_000).expect("it is a rate");
    let silent = quiet.analyse(quiet.signal()).expect("silence is an answer here");
    assert!(
        silent.noise_dbfs.is_silent() && silent.dc_offset_dbfs.is_silent() && silent.peak_dbfs.is_silent()
    );

    // Noise between ±0.001 has an RMS of 0.001/√3.
    let hiss: Vec<f32> = noise(quiet.signal().len(), 9).iter().map(|x| 0.001 * x + 0.01).collect();
    let found = quiet.analyse(&hiss).expect("it is finite");
    let expected = db(0.001 / 3.0_f64.sqrt() * 2.0_f64.sqrt());
    assert!((found.noise_dbfs.db() - expected).abs() < 0.1, "{found:?} {expected}");
    assert!(
        (found.dc_offset - 0.01).abs() < 1e-5 && (found.dc_offset_dbfs.db() + 40.0).abs() < 0.01,
        "{found:?}"
    );
    assert!((found.peak_dbfs.db() - db(0.011)).abs() < 0.01);
}

#[test]
fn a_limit_cycle_is_noise() {
    // Quantisation in a loop: y = round(x + 0.9·y), which sticks at an offset, here fed by one kick.
    let quiet = Quiet::new(48_000).expect("it is a rate");
    let mut state = factor(-60.0);
    let mut sign = 1.0;
    let answer = shaped_by(quiet.signal(), |_| {
        sign = -sign;
        state = state.abs() * sign;
        state
    });
    let found = quiet.analyse(&answer).expect("it is finite");
    assert!((found.noise_dbfs.db() - (-60.0 + 3.01)).abs() < 0.01, "{found:?}");
    assert!(found.dc_offset_dbfs < Level::new(-100.0).expect("a number"));
}
