//! A child that stays beside the newest: heard, subtracted, aligned, and never in the newest one's way.

use std::time::Duration;

use wavecraft_audio_core::{Comparing, Hear, Limits, LinkState, Mode, ProjectId, ProjectSettings, Source};

use crate::bench::{Bench, Child, Place, assert_same, largest_step, noise, peak, sine};
use crate::served::{Served, patient};

const BLOCK: usize = 256;

/// The steepest step of the tests' sine: 0.5 · 2π · 500 / 48000.
const OWN_STEP: f32 = 0.0328;

/// Blocks after which every fade, dip and warm-up is over.
const SETTLED: usize = 20;

/// A project whose newest child, of generation 2, replaced one of generation 1 that stays beside it.
struct Scene {
    bench: Bench,
    project: ProjectId,
    before: Child,
    after: Child,
    signal: Vec<f32>,
    at: usize,
    out: Vec<f32>,
}

fn comparing(round: u32, hear: Hear) -> Option<Comparing> {
    Some(Comparing { round, hear, gain: 1.0, delay_frames: [0; 2] })
}

fn times(gain: f32) -> impl FnMut(&mut [f32]) + 'static {
    move |samples| samples.iter_mut().for_each(|sample| *sample *= gain)
}

/// Delays both channels, which are processed in turn.
fn delayed(frames: usize) -> impl FnMut(&mut [f32]) + 'static {
    let mut lines = [0, 1].map(|_| std::collections::VecDeque::from(vec![0.0; frames]));
    let mut side = 0;
    move |samples| {
        for sample in samples {
            lines[side].push_back(*sample);
            *sample = lines[side].pop_front().unwrap_or_default();
        }
        side = 1 - side;
    }
}

impl Scene {
    fn new(before: f32, after: f32) -> Self {
        Self::of(sine(500.0, 0.5, BLOCK * 400), times(before), times(after))
    }

    fn of(
        signal: Vec<f32>,
        before: impl FnMut(&mut [f32]) + 'static,
        after: impl FnMut(&mut [f32]) + 'static,
    ) -> Self {
        let mut bench = Bench::new(256);
        let project = bench.microphone_project();
        let mut before = bench.child_at(Place::Newest, project, (2, 1), before);
        let mut out = bench.run(&signal[..BLOCK * SETTLED], BLOCK, &mut [&mut before]);
        bench.audio.engine_mut().keep(project, Some(1));
        let mut after = bench.child_at(Place::Newest, project, (2, 2), after);
        let range = BLOCK * SETTLED..BLOCK * SETTLED * 2;
        out.extend(bench.run(&signal[range], BLOCK, &mut [&mut before, &mut after]));
        Self { bench, project, before, after, signal, at: BLOCK * SETTLED * 2, out }
    }

    fn compare(&mut self, comparing: Option<Comparing>) {
        self.bench.audio.engine_mut().compare(self.project, comparing);
    }

    /// Steps with the newest child answering, and the older one if `both`.
    fn steps(&mut self, count: usize, both: bool) {
        for _ in 0..count {
            self.out.extend(self.bench.step(&self.signal[self.at..self.at + BLOCK]));
            self.at += BLOCK;
            self.after.pump();
            if both {
                self.before.pump();
            }
        }
    }

    /// Asserts that the last blocks are the input of one block before, times `gain`.
    fn hears(&self, gain: f32, what: &str) {
        let range = self.at - BLOCK * 4..self.at;
        let expected: Vec<f32> =
            self.signal[range.start - BLOCK..range.end - BLOCK].iter().map(|sample| sample * gain).collect();
        assert_same(&self.out[range], &expected, what);
    }

    fn beside(&mut self) -> Option<(u32, LinkState)> {
        self.bench.snapshot(self.project).beside.map(|beside| (beside.generation, beside.link))
    }
}

#[test]
fn the_child_before_stays_and_is_not_heard_until_it_is_asked_for() {
    let mut scene = Scene::new(0.5, 0.25);
    scene.hears(0.25, "the newest");
    assert_eq!(scene.beside(), Some((1, LinkState::Live)));
    assert!(!scene.before.is_freed());
    let (blocks, handled) = (scene.bench.snapshot(scene.project).blocks, scene.before.handled);
    scene.steps(10, true);
    assert_eq!(scene.bench.snapshot(scene.project).blocks, blocks + 10, "of the newest alone");
    assert_eq!(scene.before.handled, handled + 10, "the same input");
    let snapshot = scene.bench.snapshot(scene.project);
    assert_eq!(
        (snapshot.live_generation, snapshot.link, snapshot.hear),
        (Some(2), LinkState::Live, Hear::After)
    );

    scene.bench.audio.engine_mut().clear_beside(scene.project);
    scene.steps(2, true);
    assert!(scene.before.is_freed() && !scene.after.is_freed());
    assert_eq!(scene.beside(), None);
    scene.hears(0.25, "all the time");
}

#[test]
fn before_after_and_their_difference_are_exact_and_switched_without_a_step() {
    let mut scene = Scene::new(0.5, 0.125);
    let begin = scene.out.len();
    for (hear, gain) in [
        (Hear::Before, 0.5),
        (Hear::After, 0.125),
        (Hear::Difference, -0.375),
        (Hear::Before, 0.5),
        (Hear::Difference, -0.375),
        (Hear::After, 0.125),
    ] {
        scene.compare(comparing(1, hear));
        scene.steps(SETTLED, true);
        scene.hears(gain, &format!("{hear:?}"));
        assert_eq!(scene.bench.snapshot(scene.project).hear, hear);
    }
    scene.compare(None);
    scene.steps(SETTLED, true);
    scene.hears(0.125, "no comparison");
    // A difference of at most 0.875 · 0.5 is spread over the 480 frames of a fade.
    let step = largest_step(&scene.out[begin..]);
    assert!(step < OWN_STEP * 0.5 + 0.4375 / 480.0 + 1e-4, "a step of {step}");
    // Both cleared their state, once, before the same block.
    assert_eq!(scene.before.resets, scene.after.resets);
    assert_eq!(scene.after.resets.len(), 1);
    assert_eq!(scene.bench.snapshot(scene.project).late.of_child(), 0);
}

#[test]
fn switching_faster_than_a_fade_never_makes_a_step() {
    let mut scene = Scene::new(0.5, 0.125);
    scene.compare(comparing(1, Hear::Before));
    scene.steps(SETTLED, true);
    let begin = scene.out.len();
    let turns = [Hear::After, Hear::Difference, Hear::Before, Hear::Difference, Hear::After, Hear::Before];
    for turn in 0..60 {
        scene.compare(comparing(1, turns[turn % turns.len()]));
        scene.steps(1, true);
    }
    // Two fades may run at once: one to or from the difference, one between both.
    let step = largest_step(&scene.out[begin..]);
    assert!(step < OWN_STEP * 0.5 + 2.0 * 0.4375 / 480.0 + 1e-4, "a step of {step}");
}

#[test]
fn equal_builds_differ_by_nothing_at_all() {
    let signal = noise(5, 0.9, BLOCK * 400);
    let mut scene = Scene::of(signal, times(0.3), times(0.3));
    scene.compare(comparing(1, Hear::Difference));
    scene.steps(SETTLED, true);
    assert!(peak(&scene.out[scene.at - BLOCK * 4..]) == 0.0);
    let pairs = scene.bench.audio.engine_mut().take_pairs(scene.project);
    assert!(!pairs.is_empty() && pairs.iter().all(|pair| pair[0] == pair[2] && pair[1] == pair[3]));
}

#[test]
fn different_latencies_are_delayed_out() {
    let signal = noise(9, 0.5, BLOCK * 400);
    let mut scene = Scene::of(signal, delayed(700), delayed(37));
    let aligned = |round, hear| Some(Comparing { round, hear, gain: 1.0, delay_frames: [663, 0] });
    scene.compare(aligned(1, Hear::Difference));
    scene.steps(SETTLED, true);
    assert!(peak(&scene.out[scene.at - BLOCK * 4..]) == 0.0, "aligned");
    let heard = |scene: &Scene, delay: usize, what: &str| {
        let range = scene.at - BLOCK * 4..scene.at;
        let due = range.start - BLOCK - delay..range.end - BLOCK - delay;
        assert_same(&scene.out[range], &scene.signal[due], what);
    };
    for hear in [Hear::Before, Hear::After] {
        scene.compare(aligned(1, hear));
        scene.steps(SETTLED, true);
        heard(&scene, 700, &format!("{hear:?}"));
    }
    assert_eq!(scene.bench.snapshot(scene.project).delay_frames, 256 + 663);
    // The delay ends with the comparison, in silence.
    scene.compare(None);
    scene.steps(SETTLED, true);
    heard(&scene, 37, "the newest alone");
    assert_eq!(scene.after.resets.len(), 1);
}

#[test]
fn a_change_that_would_jump_is_made_in_silence() {
    let mut scene = Scene::new(0.5, 0.25);
    let begin = scene.out.len();
    scene.compare(Some(Comparing { round: 1, hear: Hear::Before, gain: 1.0, delay_frames: [0, 300] }));
    scene.steps(SETTLED, true);
    let step = largest_step(&scene.out[begin..]);
    assert!(step < OWN_STEP * 0.5 + 0.25 / 480.0 + 1e-4, "a step of {step}");
    let silent = scene.out[begin..].windows(64).any(|frames| peak(frames) == 0.0);
    assert!(silent, "between two fades");
}

#[test]
fn one_gain_makes_both_equally_loud() {
    let mut scene = Scene::new(0.5, 0.125);
    let matched = |hear| Some(Comparing { round: 1, hear, gain: 0.25, delay_frames: [0; 2] });
    scene.compare(comparing(1, Hear::Before));
    scene.steps(SETTLED, true);
    let begin = scene.out.len();
    scene.compare(matched(Hear::Before));
    scene.steps(SETTLED, true);
    scene.hears(0.125, "as loud as the newest");
    let step = largest_step(&scene.out[begin..]);
    assert!(step < OWN_STEP * 0.5 + 0.1875 / 480.0 + 1e-4, "a step of {step}");
    scene.compare(matched(Hear::Difference));
    scene.steps(SETTLED, true);
    scene.hears(0.0, "nothing but loudness differs");
    let pairs = scene.bench.audio.engine_mut().take_pairs(scene.project);
    let [after, _, before, _] = pairs[pairs.len() - 1];
    assert_eq!(before * 0.25, after, "measured before the gain");
}

#[test]
fn an_old_child_that_dies_leaves_the_newest() {
    for (hear, level) in [(Hear::Before, 0.5), (Hear::Difference, 0.25), (Hear::After, 0.25)] {
        let mut scene = Scene::new(0.5, 0.25);
        scene.compare(comparing(1, hear));
        scene.steps(SETTLED, true);
        let begin = scene.out.len() - BLOCK;
        scene.before.die();
        scene.steps(SETTLED, false);
        scene.hears(0.25, &format!("{hear:?}"));
        let snapshot = scene.bench.snapshot(scene.project);
        assert_eq!((snapshot.hear, snapshot.beside, snapshot.late.of_child()), (Hear::After, None, 0));
        assert!(scene.before.is_freed(), "{hear:?}");
        let step = largest_step(&scene.out[begin..]);
        assert!(step < OWN_STEP * 0.5 + level / 64.0 + 0.25 / 480.0 + 1e-4, "{hear:?}: a step of {step}");
    }
}

#[test]
fn a_late_old_child_never_disturbs_the_newest() {
    let mut scene = Scene::new(0.5, 0.25);
    let before = scene.bench.snapshot(scene.project);
    for hear in [Hear::After, Hear::Before, Hear::Difference] {
        scene.compare(comparing(1, hear));
        scene.steps(SETTLED, true);
        scene.steps(SETTLED, false);
        // Not kept on the air: what is left is the newest.
        scene.hears(0.25, &format!("{hear:?}"));
        let snapshot = scene.bench.snapshot(scene.project);
        assert_eq!((snapshot.hear, scene.beside()), (Hear::After, Some((1, LinkState::Bypassed))));
        assert_eq!(snapshot.late, before.late, "{hear:?}");
        assert_eq!((snapshot.link, snapshot.nonfinite), (LinkState::Live, 0));
        scene.steps(SETTLED, true);
    }
    scene.hears(-0.25, "it answers in time again");
}

#[test]
fn a_difference_is_silent_where_one_of_both_is_missing() {
    let mut scene = Scene::new(0.5, 0.25);
    scene.compare(comparing(1, Hear::Difference));
    scene.steps(SETTLED, true);
    let begin = scene.out.len();
    // One late block: neither of both is heard in its place.
    scene.steps(1, false);
    scene.steps(8, true);
    let missing = &scene.out[begin + BLOCK + 64..begin + BLOCK * 2];
    assert!(peak(missing) == 0.0, "{}", peak(missing));
    scene.hears(-0.25, "after it");
    let step = largest_step(&scene.out[begin..]);
    assert!(step < OWN_STEP * 0.5 + 0.125 / 64.0 + 1e-4, "a step of {step}");
}

#[test]
fn nothing_of_a_broken_old_child_is_heard_or_counted() {
    let signal = sine(500.0, 0.5, BLOCK * 400);
    let broken = |samples: &mut [f32]| samples.fill(f32::NAN);
    let mut scene = Scene::of(signal, broken, times(0.25));
    scene.compare(comparing(1, Hear::After));
    let before = scene.bench.snapshot(scene.project).nonfinite;
    scene.steps(SETTLED, true);
    scene.hears(0.25, "the newest");
    assert_eq!(scene.bench.snapshot(scene.project).nonfinite, before);
    scene.compare(comparing(1, Hear::Before));
    scene.steps(SETTLED, true);
    scene.hears(0.0, "silence");
}

#[test]
fn a_newer_child_takes_over_while_the_chosen_one_stays() {
    let mut scene = Scene::new(0.5, 0.25);
    scene.compare(comparing(1, Hear::Difference));
    scene.steps(SETTLED, true);
    let mut newest = scene.bench.child_at(Place::Newest, scene.project, (2, 3), times(0.125));
    let begin = scene.out.len();
    for _ in 0..SETTLED {
        scene.steps(1, true);
        newest.pump();
    }
    scene.hears(-0.375, "against the newest");
    assert!(scene.after.is_freed(), "replaced, and not kept");
    assert_eq!(scene.beside(), Some((1, LinkState::Live)));
    let step = largest_step(&scene.out[begin..]);
    assert!(step < OWN_STEP * 0.5 + 0.0625 / 480.0 + 1e-4, "a step of {step}");
    assert_eq!(scene.bench.snapshot(scene.project).live_generation, Some(3));
}

#[test]
fn another_old_child_replaces_the_one_beside() {
    let mut scene = Scene::new(0.5, 0.25);
    scene.compare(comparing(1, Hear::Before));
    scene.steps(SETTLED, true);
    let begin = scene.out.len();
    let mut older = scene.bench.child_at(Place::Beside, scene.project, (2, 3), times(0.75));
    for _ in 0..SETTLED {
        scene.steps(1, true);
        older.pump();
    }
    assert!(scene.before.is_freed());
    assert_eq!(scene.beside(), Some((3, LinkState::Live)));
    scene.compare(comparing(2, Hear::Before));
    for _ in 0..SETTLED {
        scene.steps(1, true);
        older.pump();
    }
    scene.hears(0.75, "the other one");
    assert_eq!(older.resets.len(), 1, "they were made alike again");
    assert_eq!(older.resets.last(), scene.after.resets.last());
    let step = largest_step(&scene.out[begin..]);
    assert!(step < OWN_STEP + 0.5 / 480.0 + 1e-4, "a step of {step}");
}

#[test]
fn a_bypass_is_dry_whatever_is_compared() {
    let mut scene = Scene::new(0.5, 0.25);
    for hear in [Hear::Before, Hear::Difference] {
        scene.compare(comparing(1, hear));
        scene.steps(SETTLED, true);
        scene.bench.audio.engine_mut().set_bypassed(scene.project, true);
        scene.steps(SETTLED, true);
        scene.hears(1.0, &format!("{hear:?}"));
        scene.bench.audio.engine_mut().set_bypassed(scene.project, false);
        scene.steps(SETTLED, true);
        scene.hears(if hear == Hear::Before { 0.5 } else { -0.25 }, &format!("{hear:?} again"));
    }
}

#[test]
fn wrong_numbers_are_made_into_right_ones_and_nothing_is_compared_alone() {
    let mut scene = Scene::new(0.5, 0.25);
    scene.compare(Some(Comparing {
        round: 1,
        hear: Hear::Before,
        gain: f32::NAN,
        delay_frames: [u32::MAX; 2],
    }));
    scene.steps(SETTLED * 2, true);
    scene.hears(0.0, "a gain that is none");
    scene.bench.audio.engine_mut().clear_beside(scene.project);
    scene.steps(SETTLED * 2, false);
    scene.compare(comparing(2, Hear::Before));
    scene.steps(SETTLED, false);
    scene.hears(0.25, "there is nothing to compare with");
    assert_eq!(scene.after.resets.len(), 1);
}

#[test]
fn direct_mode_waits_for_both_and_an_old_one_that_hangs_costs_no_frame() {
    let mut bench = Bench::with_limits(256, patient());
    let project = bench.project(ProjectSettings {
        source: Source::Microphone,
        mode: Mode::Direct,
        ..ProjectSettings::default()
    });
    let newest = Served::new(&mut bench, project, 2, 0.25);
    let old = Served::beside(&mut bench, project, 0.5);
    bench.audio.backend_mut().set_settle_limit(Some(Duration::from_secs(20)));
    bench.run(&vec![0.0; BLOCK * SETTLED], BLOCK, &mut []);
    let signal = sine(500.0, 0.5, BLOCK * 100);
    let hears = |bench: &mut Bench, hear: Option<Comparing>, gain: f32| {
        bench.audio.engine_mut().compare(project, hear);
        let out = bench.run(&signal, BLOCK, &mut []);
        let settled = BLOCK * SETTLED..signal.len();
        let expected: Vec<f32> = signal[settled.clone()].iter().map(|sample| sample * gain).collect();
        assert_same(&out[settled], &expected, &format!("{hear:?}"));
    };
    hears(&mut bench, comparing(1, Hear::Before), 0.5);
    hears(&mut bench, comparing(1, Hear::Difference), -0.25);
    hears(&mut bench, comparing(1, Hear::After), 0.25);

    // Short waits from here on: the old one never answers in time.
    drop(bench);
    drop((newest, old));
    let limits = Limits { direct_wait_share: 4.0, ..patient() };
    let mut bench = Bench::with_limits(256, limits);
    let project = bench.project(ProjectSettings {
        source: Source::Microphone,
        mode: Mode::Direct,
        ..ProjectSettings::default()
    });
    let old = Served::beside(&mut bench, project, 0.5);
    bench.audio.backend_mut().set_settle_limit(Some(Duration::from_secs(20)));
    bench.run(&vec![0.0; BLOCK * SETTLED], BLOCK, &mut []);
    bench.audio.engine_mut().compare(project, comparing(1, Hear::Before));
    bench.audio.backend_mut().set_settle_limit(None);
    old.hold(true);
    bench.run(&vec![0.0; BLOCK * SETTLED], BLOCK, &mut []);
    let snapshot = bench.snapshot(project);
    assert_eq!((snapshot.mode, snapshot.fell_back), (Mode::Direct, false), "not because of the old one");
    assert_eq!(snapshot.late.of_child(), 0);
}
