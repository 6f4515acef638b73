//! Values that the control side can observe.

use wavecraft_audio_core::{HeardSound, LOUDEST, LinkState, OnBypass, ProjectSettings, SCOPE_POINTS, Source};

use crate::bench::{Bench, decibels, narrow, noise, sine};

#[test]
fn meters_agree_with_a_known_sine_within_a_hundredth_of_a_decibel() {
    let mut bench = Bench::new(333);
    let project = bench.microphone_project();
    let mut child = bench.child(project, 0.5);
    bench.run(&sine(1000.0, 0.5, 48_000), 333, &mut [&mut child]);
    let snapshot = bench.snapshot(project);
    let rms = |peak: f32| peak / std::f32::consts::SQRT_2;
    for channel in 0..2 {
        for (measured, expected) in [
            (snapshot.input.peak[channel], 0.5),
            (snapshot.input.rms[channel], rms(0.5)),
            (snapshot.output.peak[channel], 0.25),
            (snapshot.output.rms[channel], rms(0.25)),
            (bench.stats().output.rms[channel], rms(0.25)),
        ] {
            assert!(decibels(measured, expected).abs() < 0.01, "{measured} instead of {expected}");
        }
    }
    assert_eq!(snapshot.timestamp_frames, bench.stats().position_frames);
    assert_eq!(snapshot.timestamp_frames, 48_000);
    let callbacks = 48_000_u64.div_ceil(333);
    assert_eq!((bench.stats().callbacks, snapshot.blocks), (callbacks, callbacks - 1));
    assert_ne!(snapshot.heartbeat, 0);
}

/// The square of the child's output exceeds `f32`.
#[test]
fn what_a_processor_makes_of_absurd_size_is_limited_and_counted() {
    let mut bench = Bench::new(256);
    let project = bench.microphone_project();
    let mut child = bench.child(project, 1e30);
    bench.run(&sine(1000.0, 0.5, 48_000), 256, &mut [&mut child]);
    let snapshot = bench.snapshot(project);
    assert!(snapshot.nonfinite > 10_000, "{}", snapshot.nonfinite);
    assert_eq!(snapshot.output.peak, [LOUDEST; 2]);
    let spectrum = bench.audio.engine_mut().spectrum(project).expect("a second has run");
    let scope = bench.audio.engine_mut().scope(project).expect("a second has run");
    let levels = spectrum.levels_db.iter().chain(&scope.left).chain(&snapshot.output.rms);
    assert!(levels.into_iter().all(|level| level.is_finite()));
}

#[test]
fn the_scope_shows_the_processed_output_from_a_rising_crossing() {
    let mut bench = Bench::new(256);
    let project = bench.microphone_project();
    let mut child = bench.child(project, -0.5);
    assert!(bench.audio.engine_mut().scope(project).is_none(), "nothing has run");
    bench.run(&sine(300.0, 0.8, 48_000), 256, &mut [&mut child]);
    let frame = bench.audio.engine_mut().scope(project).expect("a second has run");
    assert_eq!(
        (frame.left.len(), frame.right.len(), frame.sample_rate),
        (SCOPE_POINTS, SCOPE_POINTS, 48_000)
    );
    assert!(frame.triggered && !frame.no_signal);
    // From the crossing on it's 0.4·sin: a quarter period is 40 frames.
    assert!(frame.left[0] >= 0.0 && frame.left[0] < 0.017 && (frame.left[40] - 0.4).abs() < 0.01);
    assert_eq!(frame.left, frame.right);
    assert!(frame.timestamp_frames <= 48_000 - 1024 && frame.timestamp_frames > 48_000 - 2049);

    bench.audio.engine_mut().set_source(project, &Source::Silence);
    bench.run(&vec![0.0; 48_000], 256, &mut [&mut child]);
    assert!(bench.audio.engine_mut().scope(project).expect("it still runs").no_signal);
}

#[test]
fn a_control_side_that_stands_still_loses_nothing_but_old_pictures() {
    let mut bench = Bench::new(256);
    let project = bench.project(ProjectSettings { source: Source::Microphone, ..ProjectSettings::default() });
    let signal = noise(1, 0.3, 256);
    for _ in 0..1000 {
        bench.audio.backend_mut().step(256, &[&signal]);
    }
    // More commands than the ring holds, then one that matters.
    for gain in 0..3000_u16 {
        bench.audio.engine_mut().set_gain(project, f32::from(gain) / 3000.0);
    }
    bench.audio.engine_mut().set_gain(project, 0.5);
    bench.run(&noise(1, 0.3, 25_600), 256, &mut []);
    let out = bench.step(&[0.2; 256]);
    assert_eq!(out.len(), 256);
    let out = bench.step(&[0.2; 256]);
    assert!((out[255] - narrow(0.1)).abs() < 1e-6, "{}", out[255]);
    assert!(bench.audio.engine_mut().scope(project).is_some());
}

/// Meters, oscilloscope and spectrum show the dry sound while the processor isn't heard, whatever the reason.
#[test]
fn what_is_shown_is_what_is_heard() {
    let mut bench = Bench::new(256);
    let project = bench.microphone_project();
    let mut child = bench.child(project, 0.5);
    let signal = sine(1000.0, 0.8, 48_000);
    let shown = |bench: &mut Bench, heard, level: f32| {
        let snapshot = bench.snapshot(project);
        let scope = bench.audio.engine_mut().scope(project).expect("a second has run");
        let highest = scope.left.iter().copied().fold(0.0, f32::max);
        assert_eq!(snapshot.heard, heard);
        assert!((snapshot.output.peak[0] - level).abs() < 0.001, "{snapshot:?}");
        assert!((highest - level).abs() < 0.002, "{highest} for {level}");
        let spectrum = bench.audio.engine_mut().spectrum(project).expect("a second has run");
        let loudest = spectrum.levels_db.iter().copied().fold(f32::MIN, f32::max);
        let expected = if level > 0.0 { decibels(level, 1.0) } else { -120.0 };
        assert!((loudest - expected).abs() < 1.5, "{loudest} dB for {expected}");
    };
    bench.run(&signal, 256, &mut [&mut child]);
    shown(&mut bench, HeardSound::Processed, 0.4);
    bench.audio.engine_mut().set_bypassed(project, true);
    bench.run(&signal, 256, &mut [&mut child]);
    shown(&mut bench, HeardSound::Dry, 0.8);
    assert!(bench.snapshot(project).load.average > 0.0, "the processor goes on and is measured");
    bench.audio.engine_mut().set_on_bypass(project, OnBypass::Silence);
    bench.run(&signal, 256, &mut [&mut child]);
    shown(&mut bench, HeardSound::Silence, 0.0);
    bench.audio.engine_mut().set_bypassed(project, false);
    bench.run(&signal, 256, &mut [&mut child]);
    shown(&mut bench, HeardSound::Processed, 0.4);
    // Muted, it is still shown: mute and gain come after.
    bench.audio.engine_mut().set_muted(project, true);
    bench.run(&signal, 256, &mut [&mut child]);
    shown(&mut bench, HeardSound::Processed, 0.4);
    bench.audio.engine_mut().set_on_bypass(project, OnBypass::Dry);
    child.die();
    bench.run(&signal, 256, &mut []);
    shown(&mut bench, HeardSound::Dry, 0.8);
    assert_eq!(bench.snapshot(project).link, LinkState::Gone);
}
