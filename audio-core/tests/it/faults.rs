//! Children that are late, silent, dead, replaced, or answer with NaN: never a gap, never a click.

use std::sync::Arc;

use wavecraft_audio_core::{
    Audio, AudioError, Backend, Clock, DeviceStatus, Finiteness, InputStream, Limits, LinkState, Manual,
    ManualSettings, OnBypass, OutputStream, ProjectSettings, Render, Source,
};

use crate::bench::{Bench, Child, RATE, largest_step, peak, sine};

const BLOCK: usize = 256;

/// The steepest step of the tests' sine: 0.5 · 2π · 500 / 48000.
const OWN_STEP: f32 = 0.0328;

/// The difference of dry and processed, at most 0.25 here, spread over the 64 frames of a fade.
const FADE_STEP: f32 = 0.25 / 64.0;

/// An engine with a 500 Hz sine at its microphone and a child that halves it, after warm-up.
struct Scene {
    bench: Bench,
    project: wavecraft_audio_core::ProjectId,
    child: Child,
    signal: Vec<f32>,
    at: usize,
    out: Vec<f32>,
}

impl Scene {
    fn new() -> Self {
        Self::with(OnBypass::Dry)
    }

    fn with(on_bypass: OnBypass) -> Self {
        let mut bench = Bench::new(256);
        let project = bench.project(ProjectSettings {
            source: Source::Microphone,
            on_bypass,
            ..ProjectSettings::default()
        });
        let child = bench.child(project, 0.5);
        let mut scene =
            Self { bench, project, child, signal: sine(500.0, 0.5, BLOCK * 400), at: 0, out: vec![] };
        scene.steps(40);
        assert_eq!(scene.bench.snapshot(project).link, LinkState::Live);
        scene
    }

    /// Steps with the child answering.
    fn steps(&mut self, count: usize) {
        for _ in 0..count {
            self.step();
            self.child.pump();
        }
    }

    /// One step without an answer.
    fn step(&mut self) {
        let block = &self.signal[self.at..self.at + BLOCK];
        self.out.extend(self.bench.step(block));
        self.at += BLOCK;
    }

    /// The output of a block, and the input of the block before.
    fn block(&self, index: usize) -> (&[f32], &[f32]) {
        let range = index * BLOCK..(index + 1) * BLOCK;
        (&self.out[range.clone()], &self.signal[range.start - BLOCK..range.end - BLOCK])
    }

    fn hears(&self, index: usize, gain: f32) -> bool {
        let (out, input) = self.block(index);
        out.iter().zip(input).all(|(out, input)| (out - input * gain).abs() < 1e-6)
    }

    fn is_smooth(&self, extra: f32) {
        let step = largest_step(&self.out[BLOCK * 30..]);
        assert!(step < OWN_STEP + extra + 1e-4, "a step of {step}");
    }
}

#[test]
fn one_late_block_is_dry_between_two_short_fades() {
    let mut scene = Scene::new();
    let first = scene.at / BLOCK;
    scene.step();
    scene.step();
    // Too late: the block's position has already been played.
    scene.child.pump();
    scene.steps(4);
    // The block sent first is heard (or not) one step later.
    assert!(scene.hears(first, 0.5), "the step before isn't touched");
    let (out, input) = scene.block(first + 1);
    assert!((out[0] - 0.5 * input[0]).abs() < 2.0 * OWN_STEP, "it goes on from where it was");
    assert!(out[64..].iter().zip(&input[64..]).all(|(out, input)| out == input), "dry after 64 frames");
    let (out, input) = scene.block(first + 2);
    assert!(
        out[64..].iter().zip(&input[64..]).all(|(out, input)| *out == input * 0.5),
        "back after 64 frames"
    );
    assert!(scene.hears(first + 3, 0.5));
    scene.is_smooth(FADE_STEP);
    let snapshot = scene.bench.snapshot(scene.project);
    assert_eq!(
        (snapshot.late.not_scheduled, snapshot.late.of_child(), snapshot.link),
        (1, 1, LinkState::Live)
    );
}

#[test]
fn a_late_block_can_be_silence_instead() {
    let mut scene = Scene::with(OnBypass::Silence);
    let first = scene.at / BLOCK;
    scene.step();
    scene.steps(4);
    scene.step();
    scene.step();
    scene.child.pump();
    scene.steps(3);
    let (out, _) = scene.block(first + 6);
    assert!(out[64..].iter().all(|sample| *sample == 0.0));
    assert!(scene.hears(first + 8, 0.5));
    scene.is_smooth(FADE_STEP);
}

#[test]
fn a_child_that_has_begun_is_too_slow() {
    let mut scene = Scene::new();
    scene.step();
    {
        let block = scene.child.ring.next().expect("a block was sent");
        let signal = scene.signal[scene.at..scene.at + BLOCK].to_vec();
        scene.out.extend(scene.bench.step(&signal));
        scene.at += BLOCK;
        block.reply(wavecraft_ring::clock::now_ns());
    }
    scene.child.pump();
    scene.steps(3);
    let late = scene.bench.snapshot(scene.project).late;
    assert_eq!((late.too_slow, late.of_child()), (1, 1));
}

#[test]
fn three_late_in_a_row_are_bypassed_until_eight_were_in_time() {
    let mut scene = Scene::new();
    for _ in 0..3 {
        scene.step();
    }
    assert_eq!(scene.bench.snapshot(scene.project).link, LinkState::Live, "two are late so far");
    scene.step();
    assert_eq!(scene.bench.snapshot(scene.project).link, LinkState::Bypassed);
    scene.child.pump();
    let first = scene.at / BLOCK;
    // Three of the answers that come now are too late; the one to the last step is the first in time.
    scene.steps(7);
    assert_eq!(scene.bench.snapshot(scene.project).link, LinkState::Bypassed);
    assert!(scene.hears(first + 6, 1.0), "dry meanwhile, though it answers");
    scene.steps(1);
    assert_eq!(scene.bench.snapshot(scene.project).link, LinkState::Live);
    scene.steps(3);
    assert!(scene.hears(first + 10, 0.5), "after a fade of 480 frames");
    scene.is_smooth(FADE_STEP);
}

#[test]
fn a_full_ring_is_counted_and_the_next_block_tells_it() {
    let mut scene = Scene::new();
    let before = scene.child.discontinuities;
    for _ in 0..6 {
        scene.step();
    }
    let snapshot = scene.bench.snapshot(scene.project);
    assert_eq!(snapshot.late.full, 2, "four are under way, two weren't sent: {snapshot:?}");
    scene.child.pump();
    assert_eq!(scene.child.discontinuities, before, "those were sent before");
    scene.steps(20);
    assert_eq!(scene.child.discontinuities, before + 1);
    assert_eq!(scene.bench.snapshot(scene.project).link, LinkState::Live);
    scene.is_smooth(FADE_STEP);
}

#[test]
fn a_dead_child_is_left_within_the_same_block_and_freed() {
    let mut scene = Scene::new();
    let first = scene.at / BLOCK;
    scene.child.die();
    scene.step();
    let (out, input) = scene.block(first);
    assert!(out[64..].iter().zip(&input[64..]).all(|(out, input)| out == input), "dry in the same block");
    assert_eq!(scene.bench.snapshot(scene.project).link, LinkState::Gone);
    for _ in 0..3 {
        scene.step();
    }
    scene.is_smooth(FADE_STEP);
    assert!(scene.child.is_freed(), "its ring went back and was dropped on the control side");
    assert_eq!(scene.bench.snapshot(scene.project).link, LinkState::Gone, "still told");

    scene.child = scene.bench.child(scene.project, 0.25);
    scene.step();
    assert_eq!(scene.bench.snapshot(scene.project).link, LinkState::Shadow);
    scene.child.pump();
    scene.steps(14);
    assert_eq!(scene.bench.snapshot(scene.project).link, LinkState::Live);
    assert!(scene.hears(scene.at / BLOCK - 1, 0.25));
    scene.is_smooth(FADE_STEP);
}

#[test]
fn a_new_child_takes_over_by_a_crossfade_when_it_has_shown_itself() {
    let mut scene = Scene::new();
    let mut newer = scene.bench.child(scene.project, 0.25);
    let first = scene.at / BLOCK;
    for _ in 0..16 {
        scene.steps(1);
        newer.pump();
    }
    assert!(scene.hears(first + 6, 0.5), "the old one goes on meanwhile");
    assert!(scene.hears(first + 15, 0.25));
    assert!(scene.child.is_freed() && !newer.is_freed());
    scene.is_smooth(0.125 / 480.0);
    assert_eq!(scene.bench.snapshot(scene.project).late.of_child(), 0);
}

#[test]
fn a_new_child_that_never_answers_is_never_heard() {
    let mut scene = Scene::new();
    let silent = scene.bench.child(scene.project, 100.0);
    let first = scene.at / BLOCK;
    scene.steps(20);
    assert!((first..first + 20).all(|index| scene.hears(index, 0.5)));
    assert!(!silent.is_freed());
}

#[test]
fn a_link_that_is_cleared_fades_and_is_freed() {
    let mut scene = Scene::new();
    scene.bench.audio.engine_mut().clear_link(scene.project);
    scene.steps(5);
    assert!(scene.child.is_freed());
    assert!(scene.hears(scene.at / BLOCK - 1, 1.0));
    assert_eq!(scene.bench.snapshot(scene.project).link, LinkState::None);
    scene.is_smooth(0.25 / 480.0);
}

#[test]
fn what_is_not_a_number_is_silent_counted_and_never_gets_further() {
    let mut bench = Bench::new(256);
    let project = bench.microphone_project();
    let mut child = bench.child_with(project, 2, |samples| {
        samples[3] = f32::NAN;
        samples[4] = f32::INFINITY;
        samples[5] = f32::NEG_INFINITY;
        samples[6] = f32::MIN_POSITIVE / 4.0;
    });
    let out = bench.run(&sine(500.0, 0.5, BLOCK * 40), BLOCK, &mut [&mut child]);
    let snapshot = bench.snapshot(project);
    assert_eq!(snapshot.nonfinite, 39 * 6, "three in each of two channels");
    let Finiteness { frames, not_finite } = snapshot.finiteness;
    assert_eq!((frames, not_finite), (39 * 256, 39 * 256), "every block has one");
    assert!(out.iter().all(|sample| sample.is_finite()));
    let last = &out[39 * BLOCK..];
    assert_eq!(last[3..6], [0.0; 3]);
    assert!(snapshot.output.peak.iter().chain(&snapshot.output.rms).all(|level| level.is_finite()));
    assert!(peak(&out) <= 0.5);
}

/// A manual backend whose clock stands still, as when a device's callbacks come in bursts.
struct Burst(Manual);

impl Backend for Burst {
    fn output(&self) -> OutputStream {
        self.0.output()
    }
    fn clock(&self) -> Clock {
        Arc::new(|| 1)
    }
    fn runs_by_itself(&self) -> bool {
        false
    }
    fn status(&self) -> Arc<DeviceStatus> {
        self.0.status()
    }
    fn start(&mut self, renderer: Box<dyn Render>) -> Result<(), AudioError> {
        self.0.start(renderer)
    }
    fn stop(&mut self) -> Option<Box<dyn Render>> {
        self.0.stop()
    }
    fn open_input(&mut self) -> Result<InputStream, AudioError> {
        self.0.open_input()
    }
    fn close_input(&mut self) {
        self.0.close_input();
    }
}

#[test]
fn callbacks_in_bursts_are_the_devices_fault() {
    let settings = ManualSettings { sample_rate: RATE, nominal_frames: 256, settle_limit: None };
    let audio = Audio::start(Box::new(Burst(Manual::new(settings))), Limits::default(), Arc::new(|_| {}));
    let mut bench = Bench { audio: audio.expect("it has no device to refuse") };
    let project = bench.microphone_project();
    let mut child = bench.child(project, 0.5);
    let silence = [0.0; BLOCK];
    for _ in 0..20 {
        bench.audio.backend_mut().0.step(BLOCK, &[&silence]);
        child.pump();
    }
    for _ in 0..4 {
        bench.audio.backend_mut().0.step(BLOCK, &[&silence]);
    }
    let snapshot = bench.snapshot(project);
    assert_eq!((snapshot.late.device, snapshot.late.of_child(), snapshot.link), (3, 0, LinkState::Live));
}

#[test]
fn many_random_faults_leave_no_click() {
    let mut scene = Scene::new();
    let mut random = crate::bench::Random(5);
    while scene.at + BLOCK < scene.signal.len() {
        scene.step();
        if !random.next().is_multiple_of(4) {
            scene.child.pump();
        }
    }
    assert!(scene.bench.snapshot(scene.project).late.of_child() > 20);
    // Fades may overlap: a fade-in can begin before the last fade-out has ended.
    scene.is_smooth(2.0 * FADE_STEP);
    // The fading part is a difference, and may add to the dry sound's own peak.
    assert!(peak(&scene.out) <= 0.75);
}

#[test]
fn what_is_only_too_large_is_a_number() {
    let mut bench = Bench::new(256);
    let project = bench.microphone_project();
    let mut child = bench.child(project, 1e30);
    bench.run(&sine(500.0, 0.5, BLOCK * 40), BLOCK, &mut [&mut child]);
    let snapshot = bench.snapshot(project);
    assert!(snapshot.nonfinite > 0 && snapshot.finiteness.not_finite == 0, "{snapshot:?}");
}

#[test]
fn a_reset_comes_before_one_block_and_in_its_order() {
    let mut scene = Scene::new();
    scene.bench.audio.engine_mut().reset(scene.project);
    scene.bench.audio.engine_mut().reset(scene.project);
    let at = scene.at;
    scene.steps(3);
    assert_eq!(scene.child.resets, [u64::try_from(at).expect("a position")]);
    // Where no block can be sent, it waits for the next one.
    (0..6).for_each(|_| scene.step());
    scene.bench.audio.engine_mut().reset(scene.project);
    scene.step();
    scene.child.pump();
    let at = scene.at;
    scene.steps(3);
    assert_eq!(scene.child.resets[1..], [u64::try_from(at).expect("a position")]);
}
