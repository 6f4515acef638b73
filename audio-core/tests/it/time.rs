//! One musical time for all projects, exact to the frame.

use std::sync::Arc;

use wavecraft_audio_core::{
    Audio, BlockTime, Limits, MAX_FRAMES, Manual, ManualSettings, Mode, ProjectSettings, Source, Time,
    TimeChange,
};

use crate::bench::{Bench, Child, Place, RATE};

/// What a child was sent: the frames of each block, and where it begins.
fn positions(child: &Child) -> Vec<(usize, i64)> {
    child.blocks.iter().map(|(frames, time)| (*frames, time.position)).collect()
}

/// That each block begins where the one before ended.
fn assert_continuous(child: &Child, from: i64) {
    let mut expected = from;
    for (frames, time) in &child.blocks {
        assert_eq!(*time, BlockTime { tempo: Some(120.0), position: expected, playing: true });
        expected += i64::try_from(*frames).expect("short");
    }
}

fn change(bench: &mut Bench, change: TimeChange) {
    bench.audio.engine_mut().change_time(change);
}

fn step(bench: &mut Bench, frames: usize, children: &mut [&mut Child]) {
    bench.step(&vec![0.0; frames]);
    children.iter_mut().for_each(|child| child.pump());
}

#[test]
fn the_position_is_exact_across_sizes_a_second_project_a_new_child_and_another_mode() {
    let mut bench = Bench::new(256);
    let [first, second] = [0, 1].map(|_| bench.microphone_project());
    let [mut one, mut other] = [first, second].map(|project| bench.child(project, 1.0));
    let mut sent = 0;
    for frames in [256, 1, 255, MAX_FRAMES.try_into().expect("small"), 64, 333] {
        step(&mut bench, frames, &mut [&mut one, &mut other]);
        sent += i64::try_from(frames).expect("small");
    }
    assert_continuous(&one, 0);
    assert_eq!(one.blocks, other.blocks, "both have the same time");

    let mut newer = bench.child_at(Place::Newest, first, (2, 2), |_| {});
    for frames in [64; 40] {
        step(&mut bench, frames, &mut [&mut one, &mut newer, &mut other]);
    }
    assert_eq!(bench.snapshot(first).live_generation, Some(2));
    assert_continuous(&newer, sent);
    bench.audio.engine_mut().set_mode(first, Mode::Direct);
    for frames in [64, 128, 7] {
        step(&mut bench, frames, &mut [&mut newer, &mut other]);
    }
    assert_continuous(&newer, sent);
    assert_continuous(&other, 0);
    assert!(newer.resets.is_empty() && other.resets.is_empty(), "nothing has stopped");
}

#[test]
fn a_stop_keeps_the_position_and_clears_every_childs_state_once() {
    let mut bench = Bench::new(64);
    let project = bench.microphone_project();
    let mut heard = bench.child(project, 1.0);
    for _ in 0..20 {
        step(&mut bench, 64, &mut [&mut heard]);
    }
    let mut warming = bench.child_at(Place::Newest, project, (2, 2), |_| {});
    let mut beside = bench.child_at(Place::Beside, project, (2, 3), |_| {});
    let all = &mut [&mut heard, &mut warming, &mut beside];
    step(&mut bench, 64, all);
    change(&mut bench, TimeChange::Playing(false));
    assert_eq!(
        bench.audio.engine().time(),
        Time { playing: false, position_frames: 21 * 64, ..Time::default() },
        "told before it is carried out"
    );
    change(&mut bench, TimeChange::Playing(false));
    for _ in 0..3 {
        step(&mut bench, 64, all);
    }
    change(&mut bench, TimeChange::Playing(true));
    step(&mut bench, 64, all);
    for child in all {
        assert_eq!(child.resets, [21 * 64], "before the first block after the stop, and never again");
        let after: Vec<_> = child.blocks.iter().rev().take(4).rev().map(|(_, time)| *time).collect();
        let at = |playing| BlockTime { tempo: Some(120.0), position: 21 * 64, playing };
        assert_eq!(after, [at(false), at(false), at(false), at(true)]);
    }
    assert_eq!(bench.audio.engine().time().position_frames, 22 * 64);
}

#[test]
fn a_loop_wraps_at_its_frame_and_no_block_crosses_it() {
    let mut bench = Bench::new(1000);
    let project = bench.microphone_project();
    let mut child = bench.child(project, 1.0);
    // A bar at 999 beats a minute: 4 × 60 × 48,000 ÷ 999 = 11,531.53 frames.
    change(&mut bench, TimeChange::Tempo(999.0));
    change(&mut bench, TimeChange::LoopBars(1));
    for _ in 0..24 {
        step(&mut bench, 1000, &mut [&mut child]);
    }
    let mut expected: Vec<(usize, i64)> = (0..11).map(|n| (1000, n * 1000)).collect();
    expected.extend([(532, 11_000), (468, 0)]);
    expected.extend((0..11).map(|n| (1000, 468 + n * 1000)));
    expected.extend([(64, 11_468), (936, 0)]);
    assert_eq!(positions(&child), expected);
    assert!(child.resets.is_empty());
    assert_eq!(bench.snapshot(project).late.of_child(), 0, "two blocks of a callback are in time");
}

#[test]
fn another_tempo_keeps_the_beat_and_the_start_is_frame_0() {
    let mut bench = Bench::new(480);
    let project = bench.microphone_project();
    let mut child = bench.child(project, 1.0);
    for _ in 0..100 {
        step(&mut bench, 480, &mut [&mut child]);
    }
    // Two beats at 120.
    change(&mut bench, TimeChange::Tempo(60.0));
    step(&mut bench, 480, &mut [&mut child]);
    let last = |child: &Child| child.blocks.last().map(|(_, time)| (time.tempo, time.position));
    assert_eq!(last(&child), Some((Some(60.0), 96_000)));
    change(&mut bench, TimeChange::Beat(0.0));
    step(&mut bench, 480, &mut [&mut child]);
    step(&mut bench, 480, &mut [&mut child]);
    assert_eq!(last(&child), Some((Some(60.0), 480)));
}

#[test]
fn a_project_that_is_told_no_time_has_the_one_of_nothing() {
    let mut bench = Bench::new(64);
    let settings = ProjectSettings { timed: false, source: Source::Microphone, ..ProjectSettings::default() };
    let (none, timed) = (bench.project(settings), bench.microphone_project());
    let [mut child, mut other] = [none, timed].map(|project| bench.child(project, 1.0));
    for _ in 0..3 {
        step(&mut bench, 64, &mut [&mut child, &mut other]);
    }
    change(&mut bench, TimeChange::Playing(false));
    step(&mut bench, 64, &mut [&mut child, &mut other]);
    assert!(child.blocks.iter().all(|(_, time)| *time == BlockTime::default()), "{:?}", child.blocks);
    assert_eq!((&child.resets, &other.resets), (&vec![192], &vec![192]));
    bench.audio.engine_mut().set_timed(none, true);
    step(&mut bench, 64, &mut [&mut child, &mut other]);
    assert_eq!(child.blocks.last(), other.blocks.last());
}

#[test]
fn the_time_moves_with_the_engine_to_another_output() {
    let mut bench = Bench::new(256);
    let project = bench.microphone_project();
    let mut child = bench.child(project, 1.0);
    change(&mut bench, TimeChange::Beat(4.0));
    step(&mut bench, 256, &mut [&mut child]);
    let settings = ManualSettings { sample_rate: RATE, nominal_frames: 64, settle_limit: None };
    assert!(bench.audio.move_to(Box::new(Manual::new(settings))).is_ok());
    step(&mut bench, 64, &mut [&mut child]);
    assert_eq!(positions(&child), [(256, 96_000), (64, 96_256)]);
}

#[test]
fn what_was_changed_is_told_before_and_after_it_is_carried_out() {
    let settings = ManualSettings { sample_rate: RATE, nominal_frames: 64, settle_limit: None };
    let mut audio = Audio::start(Box::new(Manual::new(settings)), Limits::default(), Arc::new(|_| {}))
        .expect("it has no device to refuse");
    let wished = |audio: &mut Audio<Manual>| {
        for change in [TimeChange::Tempo(98.0), TimeChange::LoopBars(4), TimeChange::Beat(2.0)] {
            audio.engine_mut().change_time(change);
        }
        audio.engine().time()
    };
    let before = wished(&mut audio);
    assert_eq!((before.tempo, before.loop_bars, before.beats(RATE).round()), (98.0, 4, 2.0));
    audio.backend_mut().step(64, &[]);
    let expected = Time { position_frames: before.position_frames + 64, ..before };
    assert_eq!(audio.engine().time(), expected);
}
