//! Direct mode: no frame of delay, a bounded wait, and the fallback to Pipelined mode.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use wavecraft_audio_core::{Limits, LinkState, MAX_FRAMES, Mode, ProjectId, ProjectSettings, Source};

use crate::bench::{Bench, assert_same, largest_step, noise, sine};
use crate::served::{Served, patient};

const BLOCK: usize = 256;

/// The steepest step of the tests' sine: 0.5 · 2π · 500 / 48000.
const OWN_STEP: f32 = 0.0328;

/// The difference of any two of dry and processed, early and delayed, is at most 1; here spread over 64 frames.
const FADE_STEP: f32 = 1.0 / 64.0;

fn project(bench: &mut Bench, mode: Mode) -> ProjectId {
    bench.project(ProjectSettings { source: Source::Microphone, mode, ..ProjectSettings::default() })
}

/// Steps until the child is heard and every fade is over.
fn warm_up(bench: &mut Bench, frames: usize) {
    let blocks = 10 + 1000_usize.div_ceil(frames);
    // A new child begins in Pipelined mode, where only what was answered in the meantime counts.
    bench.audio.backend_mut().set_settle_limit(Some(Duration::from_secs(20)));
    bench.run(&vec![0.0; blocks * frames], frames, &mut []);
    bench.audio.backend_mut().set_settle_limit(None);
}

#[test]
fn an_impulse_comes_back_in_its_own_block_at_every_size() {
    // The last size exceeds a block, so it is split.
    for frames in [1, 64, 333, 4096, 10_000] {
        for channels in [1, 2] {
            let mut bench = Bench::with_limits(0, Limits { direct_wait_share: 1e6, ..Limits::default() });
            let project = project(&mut bench, Mode::Direct);
            let _child = Served::new(&mut bench, project, channels, 0.5);
            warm_up(&mut bench, frames);
            assert_eq!(bench.snapshot(project).link, LinkState::Live, "{frames} frames");

            let signal = noise(3, 0.5, frames * 20);
            let out = bench.run(&signal, frames, &mut []);
            let expected: Vec<f32> = signal.iter().map(|sample| sample * 0.5).collect();
            assert_same(&out, &expected, &format!("{frames} frames, {channels} channels"));
            let mut impulse = vec![0.0; frames];
            impulse[frames / 3] = 0.5;
            let out = bench.step(&impulse);
            assert!(out[frames / 3] == 0.25 && out.iter().filter(|sample| **sample != 0.0).count() == 1);
            let snapshot = bench.snapshot(project);
            assert_eq!(
                (snapshot.mode, snapshot.delay_frames, snapshot.late.of_child()),
                (Mode::Direct, 0, 0)
            );
        }
    }
}

#[test]
fn random_callbacks_are_never_delayed() {
    let mut bench = Bench::with_limits(0, Limits { direct_wait_share: 1e7, ..Limits::default() });
    let project = project(&mut bench, Mode::Direct);
    let _child = Served::new(&mut bench, project, 2, 1.0);
    warm_up(&mut bench, BLOCK);
    let signal = noise(7, 0.5, 200_000);
    let mut random = crate::bench::Random(99);
    let (mut at, mut out) = (0, Vec::new());
    while at < signal.len() {
        let wanted = usize::try_from(random.next() % MAX_FRAMES + 1).expect("it's small");
        let frames = wanted.min(signal.len() - at);
        out.extend(bench.step(&signal[at..at + frames]));
        at += frames;
    }
    assert_same(&out, &signal, "random callbacks");
}

#[test]
fn a_switch_either_way_is_a_crossfade_and_nothing_is_late() {
    let mut bench = Bench::with_limits(256, patient());
    let project = project(&mut bench, Mode::Pipelined);
    let _child = Served::new(&mut bench, project, 2, 0.5);
    bench.audio.backend_mut().set_settle_limit(Some(Duration::from_secs(20)));
    let signal = sine(500.0, 0.5, BLOCK * 200);
    let mut out = bench.run(&signal[..BLOCK * 40], BLOCK, &mut []);
    for turn in 0..8 {
        let mode = if turn % 2 == 0 { Mode::Direct } else { Mode::Pipelined };
        bench.audio.engine_mut().set_mode(project, mode);
        assert!(!bench.snapshot(project).fell_back, "not obeyed yet is not given up");
        let range = out.len()..out.len() + BLOCK * 20;
        out.extend(bench.run(&signal[range.clone()], BLOCK, &mut []));
        let (settled, delay) = (range.end - BLOCK * 15, if turn % 2 == 0 { 0 } else { BLOCK });
        let expected: Vec<f32> =
            signal[settled - delay..range.end - delay].iter().map(|sample| sample * 0.5).collect();
        assert_same(&out[settled..], &expected, &format!("turn {turn}"));
        let snapshot = bench.snapshot(project);
        assert_eq!((snapshot.mode, snapshot.fell_back), (mode, false));
        assert_eq!(usize::try_from(snapshot.delay_frames), Ok(delay));
    }
    // Half the level: half the sine's own step, and two half-level sines that fade over 480 frames.
    let step = largest_step(&out[BLOCK * 20..]);
    assert!(step < OWN_STEP / 2.0 + 0.5 / 480.0 + 1e-4, "a step of {step}");
    assert_eq!(bench.snapshot(project).late.of_child(), 0);
}

#[test]
fn one_late_block_is_dry_and_direct_goes_on() {
    let mut bench = Bench::with_limits(256, patient());
    let project = project(&mut bench, Mode::Direct);
    let child = Served::new(&mut bench, project, 2, 0.5);
    warm_up(&mut bench, BLOCK);
    let signal = sine(500.0, 0.5, BLOCK * 40);
    let mut out = bench.run(&signal[..BLOCK * 8], BLOCK, &mut []);
    child.hold(true);
    out.extend(bench.step(&signal[BLOCK * 8..BLOCK * 9]));
    child.hold(false);
    out.extend(bench.run(&signal[BLOCK * 9..], BLOCK, &mut []));
    let (late, back) = (BLOCK * 8 + 64, BLOCK * 9 + 64);
    assert_same(&out[late..BLOCK * 9], &signal[late..BLOCK * 9], "dry after 64 frames");
    let expected: Vec<f32> = signal[back..].iter().map(|sample| sample * 0.5).collect();
    assert_same(&out[back..], &expected, "back after 64 frames, and nothing is played late");
    assert!(largest_step(&out) < OWN_STEP + 0.25 / 64.0 + 1e-4, "{}", largest_step(&out));
    let snapshot = bench.snapshot(project);
    assert_eq!((snapshot.late.too_slow, snapshot.late.of_child(), snapshot.mode), (1, 1, Mode::Direct));
    let last = snapshot.last_late;
    assert!(last.begun && last.block_ns == 5_333_333, "{last:?}");
    assert!(
        last.waited_ns == 0 && last.busy_ns > 0,
        "no time passes on this clock, but on the child's: {last:?}"
    );
}

#[test]
fn a_child_that_is_late_too_often_goes_on_in_pipelined_mode() {
    // A child that the test runs between the steps can't answer within one: it's always late for Direct mode, and never
    // for Pipelined mode.
    let mut bench = Bench::new(256);
    let project = project(&mut bench, Mode::Direct);
    let mut child = bench.child(project, 0.5);
    // Whole periods, so that it can be repeated.
    let signal = sine(500.0, 0.5, BLOCK * 96);
    let out = bench.run(&signal, BLOCK, &mut [&mut child]);
    let snapshot = bench.snapshot(project);
    assert_eq!((snapshot.mode, snapshot.fell_back, snapshot.link), (Mode::Pipelined, true, LinkState::Live));
    assert!(snapshot.late.of_child() >= 3 && snapshot.late.of_child() <= 6, "{snapshot:?}");
    let expected: Vec<f32> = signal[BLOCK * 49..BLOCK * 95].iter().map(|sample| sample * 0.5).collect();
    assert_same(&out[BLOCK * 50..], &expected, "heard, one block later");
    assert!(largest_step(&out[BLOCK * 4..]) < OWN_STEP + FADE_STEP, "{}", largest_step(&out[BLOCK * 4..]));

    // Direct mode can be requested again, and is given up again.
    bench.audio.engine_mut().set_mode(project, Mode::Direct);
    assert!(!bench.snapshot(project).fell_back);
    let out = bench.run(&signal, BLOCK, &mut [&mut child]);
    assert!(bench.snapshot(project).fell_back);
    assert!(largest_step(&out[1..]) < OWN_STEP + FADE_STEP, "{}", largest_step(&out));
    bench.audio.engine_mut().set_mode(project, Mode::Pipelined);
    bench.run(&signal[..BLOCK], BLOCK, &mut [&mut child]);
    assert!(!bench.snapshot(project).fell_back, "what was asked for is what there is");
}

#[test]
fn nobody_waits_for_a_child_that_is_not_heard() {
    // With a second's wait for each block, this test would end minutes later if the engine waited.
    let mut bench = Bench::with_limits(256, patient());
    let project = project(&mut bench, Mode::Direct);
    let _old = Served::new(&mut bench, project, 2, 0.5);
    warm_up(&mut bench, BLOCK);
    let silent = bench.child(project, 100.0);
    let signal = sine(500.0, 0.5, BLOCK * 400);
    let out = bench.run(&signal, BLOCK, &mut []);
    let expected: Vec<f32> = signal.iter().map(|sample| sample * 0.5).collect();
    assert_same(&out, &expected, "the one before goes on");
    assert_eq!(bench.snapshot(project).late.of_child(), 0);
    assert!(!silent.is_freed());
}

#[test]
fn a_dead_child_is_left_within_the_block_and_a_new_one_is_heard_at_once() {
    let mut bench = Bench::with_limits(256, patient());
    let project = project(&mut bench, Mode::Direct);
    let child = Served::new(&mut bench, project, 2, 0.5);
    warm_up(&mut bench, BLOCK);
    let signal = sine(500.0, 0.5, BLOCK * 80);
    let mut out = bench.run(&signal[..BLOCK * 8], BLOCK, &mut []);
    child.die();
    out.extend(bench.step(&signal[BLOCK * 8..BLOCK * 9]));
    assert_same(
        &out[BLOCK * 8 + 64..],
        &signal[BLOCK * 8 + 64..BLOCK * 9],
        "dry in the same block, undelayed",
    );
    let _next = Served::new(&mut bench, project, 2, 0.25);
    bench.audio.backend_mut().set_settle_limit(Some(Duration::from_secs(20)));
    out.extend(bench.run(&signal[BLOCK * 9..], BLOCK, &mut []));
    assert!(child.is_freed());
    let expected: Vec<f32> = signal[BLOCK * 40..].iter().map(|sample| sample * 0.25).collect();
    assert_same(&out[BLOCK * 40..], &expected, "the new one, undelayed");
    assert!(largest_step(&out) < OWN_STEP + 0.25 / 64.0 + 1e-4, "{}", largest_step(&out));
}

/// Counts a child's blocks, and waits until the other child has begun as many: no child can finish alone.
fn in_step(mine: &AtomicUsize, other: &AtomicUsize) {
    let begun = mine.fetch_add(1, Ordering::SeqCst) + 1;
    let limit = Instant::now() + Duration::from_secs(10);
    while other.load(Ordering::SeqCst) < begun && Instant::now() < limit {
        std::thread::yield_now();
    }
}

#[test]
fn children_work_side_by_side() {
    let mut bench = Bench::with_limits(256, patient());
    let projects = [project(&mut bench, Mode::Direct), project(&mut bench, Mode::Direct)];
    let counts = [Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0))];
    let _children = [0, 1].map(|number| {
        let (mine, other) = (Arc::clone(&counts[number]), Arc::clone(&counts[1 - number]));
        Served::with(&mut bench, projects[number], 1, move |_| in_step(&mine, &other))
    });
    warm_up(&mut bench, BLOCK);
    let signal = sine(500.0, 0.25, BLOCK * 50);
    let out = bench.run(&signal, BLOCK, &mut []);
    let expected: Vec<f32> = signal.iter().map(|sample| sample * 2.0).collect();
    assert_same(&out, &expected, "both, undelayed");
    assert!(projects.iter().all(|project| bench.snapshot(*project).late.of_child() == 0));
}

#[test]
fn projects_of_both_modes_share_a_mix() {
    let mut bench = Bench::with_limits(256, patient());
    let modes = [Mode::Direct, Mode::Pipelined, Mode::Direct];
    let projects = modes.map(|mode| project(&mut bench, mode));
    let _children = projects.map(|id| Served::new(&mut bench, id, 2, 0.25));
    warm_up(&mut bench, BLOCK);
    bench.audio.backend_mut().set_settle_limit(Some(Duration::from_secs(20)));
    let mut impulse = vec![0.0; BLOCK * 3];
    impulse[10] = 0.5;
    let out = bench.run(&impulse, BLOCK, &mut []);
    assert_eq!((out[10], out[10 + BLOCK]), (0.25, 0.125), "two undelayed, one a block later");
}
