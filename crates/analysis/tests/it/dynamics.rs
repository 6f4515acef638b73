//! Levels and times of compressors whose figures are known.

use crate::devices::{compressed, delayed, factor, real, sample, shaped, shaped_by};
use wavecraft_companion_analysis::{
    Jump, Measured, Staircase, Unmeasured,
    dynamics::{Reaction, Times},
};

#[test]
fn a_compressor_has_its_ratio_above_its_threshold() {
    let stairs = Staircase::new(48_000).expect("it is a rate");
    for ratio in [2.0, 4.0, 10.0] {
        let answer = compressed(stairs.signal(), -30.0, ratio, 5.0, 20.0);
        for (latency, answer) in [(0, answer.clone()), (500, delayed(&answer, 500))] {
            let curve = stairs.analyse(&answer, latency).expect("it sounds");
            assert_eq!(curve.steps.len(), 21);
            for step in &curve.steps {
                let above = (step.input_dbfs + 30.0).max(0.0);
                let expected = step.input_dbfs - above * (1.0 - 1.0 / ratio);
                assert!((step.output_dbfs.db() - expected).abs() < 0.01, "{ratio} {latency}: {step:?}");
                assert!(step.settled, "{ratio}: {step:?}");
            }
            assert!((curve.ratio(-27.0, 0.0).expect("it rises") - ratio).abs() < 0.01, "{ratio}");
            assert!((curve.ratio(-60.0, -33.0).expect("it rises") - 1.0).abs() < 0.001, "{ratio}");
            assert!(curve.gain_db(-60.0).value().is_some_and(|gain| gain.abs() < 0.01));
        }
    }
}

#[test]
fn a_latency_takes_nothing_from_the_time_to_settle() {
    // 0.05 s of 0.2 are measured: ten time constants of 15 ms before, whatever the latency.
    let stairs = Staircase::new(48_000).expect("it is a rate");
    let answer = delayed(&compressed(stairs.signal(), -30.0, 4.0, 15.0, 20.0), 4_800);
    let curve = stairs.analyse(&answer, 4_800).expect("it sounds");
    for step in &curve.steps {
        let expected = step.input_dbfs - 0.75 * (step.input_dbfs + 30.0).max(0.0);
        assert!((step.output_dbfs.db() - expected).abs() < 0.01, "{step:?}");
    }
}

#[test]
fn levels_are_root_mean_squares_of_aes17() {
    // A square wave of 0.1 has −20 + 3.01 dBFS.
    let stairs = Staircase::new(48_000).expect("it is a rate");
    let square = shaped(stairs.signal(), |x| if x >= 0.0 { 0.1 } else { -0.1 });
    let curve = stairs.analyse(&square, 0).expect("it sounds");
    assert!(curve.steps.iter().all(|step| (step.output_dbfs.db() + 16.990).abs() < 0.001));
    assert_eq!(curve.ratio(-60.0, 0.0), Err(Unmeasured::NoChange));
}

#[test]
fn a_gate_is_silent_below_its_threshold() {
    let stairs = Staircase::new(44_100).expect("it is a rate");
    // It opens above −38 dBFS, and stays open.
    let mut open = false;
    let answer = shaped_by(stairs.signal(), |x| {
        open |= x.abs() > 0.0125;
        if open { x } else { 0.0 }
    });
    let curve = stairs.analyse(&answer, 0).expect("it sounds");
    for step in &curve.steps {
        assert_eq!(step.output_dbfs.is_silent(), step.input_dbfs < -38.0, "{step:?}");
    }
    assert_eq!(curve.ratio(-60.0, 0.0), Err(Unmeasured::Silent));
    assert_eq!(curve.gain_db(-60.0), Measured::Unmeasured(Unmeasured::Silent));
}

fn times(attack_ms: f64, release_ms: f64, latency: usize) -> Times {
    let jump = Jump::new(48_000).expect("it is a rate");
    let answer = compressed(jump.signal(), -40.0, 4.0, attack_ms, release_ms);
    jump.analyse(&delayed(&answer, latency), latency).expect("it sounds")
}

fn reaction(times: &Measured<Reaction>) -> Reaction {
    *times.value().unwrap_or_else(|| panic!("{times:?}"))
}

#[test]
fn attack_and_release_are_time_constants() {
    for (attack_ms, release_ms) in [(2.0, 50.0), (5.0, 20.0), (20.0, 100.0), (50.0, 200.0)] {
        for latency in [0, 480] {
            let times = times(attack_ms, release_ms, latency);
            let (attack, release) = (reaction(&times.attack), reaction(&times.release));
            // The amplitude is known a quarter of a period late, 0.25 ms.
            let close = |found: f64, ms: f64| (found - ms).abs() < 0.05 * ms + 0.3;
            assert!(close(attack.ms, attack_ms), "{attack_ms}: {attack:?}");
            assert!(close(release.ms, release_ms), "{release_ms}: {release:?}");
            // 10 dB above the threshold became 30: from −7.5 to −22.5 dB, and back.
            assert!((attack.change_db + 15.0).abs() < 0.05 && (release.change_db - 15.0).abs() < 0.05);
        }
    }
}

/// A gain that is turned down by 15 dB and back, in dB as one pole is, from the very frames of the steps on.
#[test]
fn a_gain_that_is_a_formula_has_its_times() {
    let jump = Jump::new(48_000).expect("it is a rate");
    for (attack_ms, release_ms) in [(2.0, 10.0), (5.0, 30.0), (40.0, 150.0)] {
        let answer: Vec<f32> = (0..)
            .zip(jump.signal())
            .map(|(frame, x)| {
                let since = |edge: usize, ms: f64| (-real(frame - edge) / (48.0 * ms)).exp();
                let gain = match frame {
                    0..24_000 => 0.0,
                    24_000..48_000 => -15.0 * (1.0 - since(24_000, attack_ms)),
                    _ => -15.0 * since(48_000, release_ms),
                };
                x * sample(factor(gain))
            })
            .collect();
        let times = jump.analyse(&answer, 0).expect("it sounds");
        let (attack, release) = (reaction(&times.attack), reaction(&times.release));
        assert!((attack.ms - attack_ms).abs() < 0.01 * attack_ms + 0.15, "{attack_ms}: {attack:?}");
        assert!((release.ms - release_ms).abs() < 0.01 * release_ms + 0.15, "{release_ms}: {release:?}");
    }
}

#[test]
fn what_has_no_time_says_why() {
    let jump = Jump::new(48_000).expect("it is a rate");
    let linear = jump.analyse(&shaped(jump.signal(), |x| 0.5 * x), 0).expect("it sounds");
    assert_eq!(linear.attack, Measured::Unmeasured(Unmeasured::NoChange));
    assert_eq!(linear.release, Measured::Unmeasured(Unmeasured::NoChange));

    let clipped = jump.analyse(&shaped(jump.signal(), |x| x.clamp(-0.05, 0.05)), 0).expect("it sounds");
    assert!(matches!(clipped.attack, Measured::Unmeasured(Unmeasured::FasterThan { .. })), "{clipped:?}");
    assert!(matches!(clipped.release, Measured::Unmeasured(Unmeasured::FasterThan { .. })), "{clipped:?}");

    // A gate has no gain while it is shut.
    let mut held = 0;
    let gated = shaped_by(jump.signal(), |x| {
        held = if x.abs() > 0.1 { 480 } else { (held - 1).max(0) };
        if held > 0 { x } else { 0.0 }
    });
    let gated = jump.analyse(&gated, 0).expect("it sounds");
    assert_eq!(gated.attack, Measured::Unmeasured(Unmeasured::Silent));
    assert_eq!(gated.release, Measured::Unmeasured(Unmeasured::Silent));

    let slow = times(5.0, 2_000.0, 0);
    assert!(slow.attack.value().is_some());
    assert!(matches!(slow.release, Measured::Unmeasured(Unmeasured::Unsettled { .. })), "{slow:?}");

    // With time enough it has one.
    let patient = Jump::lasting(48_000, -10.0, [0.5, 0.5, 15.0]).expect("it is in range");
    let times =
        patient.analyse(&compressed(patient.signal(), -40.0, 4.0, 5.0, 2_000.0), 0).expect("it sounds");
    assert!((reaction(&times.release).ms - 2_000.0).abs() < 20.0, "{times:?}");
    assert!(patient.analyse(patient.signal(), 24_000).is_err());
}

#[test]
fn the_steps_are_twenty_decibels_at_every_rate() {
    for rate in [8_000, 44_100, 48_000, 96_000, 384_000] {
        let jump = Jump::new(rate).expect("it is a rate");
        let peak = |from: f64, to: f64| {
            let index = |seconds: f64| {
                (0..jump.signal().len())
                    .position(|n| f64::from(u32::try_from(n).expect("short")) >= seconds * f64::from(rate))
                    .expect("it is that long")
            };
            jump.signal()[index(from)..index(to)].iter().fold(0.0_f32, |peak, x| peak.max(x.abs()))
        };
        assert!((peak(0.1, 0.4) - sample(factor(-30.0))).abs() < 1e-3, "{rate}");
        assert!((peak(0.6, 0.9) - sample(factor(-10.0))).abs() < 1e-3, "{rate}");
        assert!((peak(1.2, 2.0) - sample(factor(-30.0))).abs() < 1e-3, "{rate}");
    }
}
