//! Several projects, their settings, and the limiter and howl mute: every change is a fade.

use wavecraft_audio_core::{AudioFile, EngineError, HeardSound, OnBypass, ProjectSettings, Source};

use crate::bench::{Bench, RATE, largest_step, peak, sine};

const BLOCK: usize = 256;

/// 0.5 · 2π · 500 / 48000.
const OWN_STEP: f32 = 0.0328;

/// −1 dBFS.
const CEILING: f32 = 0.891_251;

/// A loop of a 500 Hz sine.
fn sine_file(peak: f64) -> AudioFile {
    AudioFile::from_frames(sine(500.0, peak, 96).into_iter().map(|sample| [sample, sample]).collect(), RATE)
}

fn constant(level: f32) -> Source {
    Source::File(AudioFile::from_frames(vec![[level, -level]], RATE))
}

fn project(source: Source) -> ProjectSettings {
    ProjectSettings { source, ..ProjectSettings::default() }
}

fn silent_steps(bench: &mut Bench, blocks: usize) -> Vec<f32> {
    bench.run(&vec![0.0; blocks * BLOCK], BLOCK, &mut [])
}

#[test]
fn three_projects_are_mixed_and_one_leaves() {
    let mut bench = Bench::new(256);
    let ids = [0.1, 0.2, 0.3].map(|level| bench.project(project(constant(level))));
    let mut children = ids.map(|id| bench.child(id, 0.5));
    let [first, second, third] = &mut children;
    let input = vec![0.0; BLOCK * 30];
    let out = bench.run(&input, BLOCK, &mut [first, second, third]);
    assert!((out[BLOCK * 30 - 1] - 0.3).abs() < 1e-6, "half of 0.1 + 0.2 + 0.3");

    bench.audio.engine_mut().remove_project(ids[1]);
    let [first, second, third] = &mut children;
    let out = bench.run(&input, BLOCK, &mut [first, second, third]);
    assert!((out[BLOCK * 30 - 1] - 0.2).abs() < 1e-6);
    assert!(largest_step(&out) < 0.1 / 480.0 + 1e-5, "{}", largest_step(&out));
    assert!(children[1].is_freed() && !children[0].is_freed());
    assert!(bench.audio.engine_mut().snapshot(ids[1]).is_none());
}

#[test]
fn the_start_is_a_fade() {
    let mut bench = Bench::new(256);
    bench.project(project(Source::File(sine_file(0.5))));
    let out = silent_steps(&mut bench, 20);
    assert!(largest_step(&out) < OWN_STEP + 2.0 * 0.5 / 480.0, "{}", largest_step(&out));
    assert!(peak(&out[..300]) < 0.4 && peak(&out[2000..]) > 0.49);
}

#[test]
fn mute_gain_bypass_and_source_change_without_a_click() {
    let mut bench = Bench::new(256);
    let id = bench.project(project(Source::File(sine_file(0.5))));
    let mut child = bench.child(id, 0.5);
    let input = vec![0.0; BLOCK * 10];
    bench.run(&vec![0.0; BLOCK * 20], BLOCK, &mut [&mut child]);
    let mut out = bench.run(&input, BLOCK, &mut [&mut child]);
    let mut expect = |bench: &mut Bench, child: &mut crate::bench::Child, level: f32, what: &str| {
        let part = bench.run(&input, BLOCK, &mut [child]);
        let settled = peak(&part[BLOCK * 6..]);
        assert!((settled - level).abs() < 1e-3, "{what}: {settled} instead of {level}");
        out.extend(part);
    };
    expect(&mut bench, &mut child, 0.25, "at first");
    bench.audio.engine_mut().set_muted(id, true);
    expect(&mut bench, &mut child, 0.0, "muted");
    assert!(bench.snapshot(id).muted);
    bench.audio.engine_mut().set_muted(id, false);
    bench.audio.engine_mut().set_gain(id, 1.5);
    expect(&mut bench, &mut child, 0.375, "gain");
    bench.audio.engine_mut().set_gain(id, f32::NAN);
    expect(&mut bench, &mut child, 0.0, "no number");
    bench.audio.engine_mut().set_gain(id, 1.0);
    bench.audio.engine_mut().set_bypassed(id, true);
    expect(&mut bench, &mut child, 0.5, "bypassed");
    assert!(bench.snapshot(id).bypassed && bench.snapshot(id).heard == HeardSound::Dry);
    assert!((bench.snapshot(id).output.peak[0] - 0.5).abs() < 1e-3, "the meter shows what is heard");
    bench.audio.engine_mut().set_on_bypass(id, OnBypass::Silence);
    expect(&mut bench, &mut child, 0.0, "bypassed to silence");
    bench.audio.engine_mut().set_on_bypass(id, OnBypass::Dry);
    bench.audio.engine_mut().set_bypassed(id, false);
    expect(&mut bench, &mut child, 0.25, "back");
    bench.audio.engine_mut().set_source(id, &Source::Silence);
    expect(&mut bench, &mut child, 0.0, "silent source");
    // Three at once: the first is faded in, the second is skipped, the third comes next.
    bench.audio.engine_mut().set_source(id, &Source::File(sine_file(0.4)));
    bench.audio.engine_mut().set_source(id, &Source::File(sine_file(0.3)));
    bench.audio.engine_mut().set_source(id, &Source::File(sine_file(0.2)));
    expect(&mut bench, &mut child, 0.1, "the last source");

    // The steepest is the dry sound; each fade of 480 frames adds at most 0.5/480.
    let step = largest_step(&out);
    assert!(step < OWN_STEP + 0.5 / 480.0, "a step of {step}");
}

#[test]
fn from_a_file_to_the_microphone_to_a_tone_without_a_click() {
    let mut bench = Bench::new(256);
    let id = bench.project(project(Source::File(sine_file(0.5))));
    let mut child = bench.child(id, 1.0);
    let voice = sine(500.0, 0.4, BLOCK * 60);
    let mut out = bench.run(&voice[..BLOCK * 20], BLOCK, &mut [&mut child]).split_off(BLOCK * 10);
    for (source, start, level) in [(Source::Microphone, 20, 0.4), (Source::tone(), 40, 0.251)] {
        bench.audio.engine_mut().set_source(id, &source);
        let part = bench.run(&voice[BLOCK * start..BLOCK * (start + 20)], BLOCK, &mut [&mut child]);
        let settled = peak(&part[BLOCK * 6..]);
        assert!((settled - level).abs() < 1e-2, "{source:?}: {settled} instead of {level}");
        out.extend(part);
    }
    let step = largest_step(&out);
    assert!(step < OWN_STEP + 0.5 / 480.0, "a step of {step}");
}

#[test]
fn sources_deliver_what_they_say() {
    let mut bench = Bench::new(256);
    for (source, peak_level) in
        [(Source::tone(), 0.2512), (Source::sweep(), 0.2512), (Source::noise(), 0.1732)]
    {
        let id = bench.project(project(source));
        let out = silent_steps(&mut bench, 60);
        let level = peak(&out[BLOCK * 20..]);
        assert!(level <= peak_level + 1e-4 && level > peak_level * 0.98, "{level}");
        bench.audio.engine_mut().remove_project(id);
        silent_steps(&mut bench, 10);
    }
    assert!(bench.audio.engine().is_empty());
}

#[test]
fn the_guard_limits_the_mix_and_leaves_the_tap_alone() {
    let mut bench = Bench::new(256);
    let id = bench.project(project(Source::File(sine_file(0.5))));
    let mut child = bench.child(id, 4.0);
    let out = bench.run(&vec![0.0; BLOCK * 60], BLOCK, &mut [&mut child]);
    assert!(peak(&out) <= CEILING, "{}", peak(&out));
    assert!(peak(&out[BLOCK * 40..]) > CEILING * 0.99);
    let stats = bench.stats();
    assert!(stats.limiter.gain < 0.5 && stats.limiter.limited_frames > 1000 && !stats.limiter.howl_muted);
    assert!((bench.snapshot(id).output.peak[0] - 2.0).abs() < 1e-3, "the tap is before the guard");
    assert!(stats.output.peak[0] <= CEILING);
}

#[test]
fn a_howl_is_muted_and_comes_back_when_it_is_cleared() {
    let mut bench = Bench::new(256);
    let id = bench.project(project(Source::File(sine_file(0.5))));
    let mut child = bench.child(id, 8.0);
    let out = bench.run(&vec![0.0; 48_000], BLOCK, &mut [&mut child]);
    assert!(bench.stats().limiter.howl_muted);
    assert!(peak(&out[4800..20_000]) > 0.8, "heard for half a second");
    assert_eq!(peak(&out[36_000..]), 0.0);
    assert!(bench.snapshot(id).output.peak[0] > 3.9, "still measured");
    bench.audio.engine_mut().set_gain(id, 0.1);
    bench.run(&[0.0; 4096], BLOCK, &mut [&mut child]);
    bench.audio.engine_mut().clear_howl();
    let out = bench.run(&vec![0.0; 96_000], BLOCK, &mut [&mut child]);
    assert!(!bench.stats().limiter.howl_muted);
    assert!((peak(&out[48_000..]) - 0.4).abs() < 1e-3, "{}", peak(&out[48_000..]));
}

#[test]
fn too_many_projects_and_unknown_ones_are_refused() {
    let mut bench = Bench::new(256);
    let ids: Vec<_> =
        (0..wavecraft_audio_core::MAX_PROJECTS).map(|_| bench.project(ProjectSettings::default())).collect();
    assert_eq!(
        bench.audio.engine_mut().add_project(ProjectSettings::default()),
        Err(EngineError::TooManyProjects)
    );
    silent_steps(&mut bench, 2);
    for id in &ids {
        bench.audio.engine_mut().remove_project(*id);
    }
    // As many again at once, while the old ones still fade out.
    let again: Vec<_> = ids.iter().map(|_| bench.project(ProjectSettings::default())).collect();
    silent_steps(&mut bench, 10);
    assert!(again.iter().all(|id| {
        bench.audio.engine_mut().snapshot(*id).is_some_and(|snapshot| snapshot.timestamp_frames > 0)
    }));
    bench.audio.engine_mut().set_gain(ids[0], 1.0);
    bench.audio.engine_mut().set_source(ids[0], &Source::tone());
    assert!(bench.audio.engine_mut().scope(ids[0]).is_none());
    silent_steps(&mut bench, 2);
    assert_eq!(bench.stats().leaked, 0);
}
