//! Latency measurement, with the test as the loop.

use wavecraft_audio_core::{LatencyError, Manual, ManualSettings, MeasuredLatency, ProjectSettings, Source};

use crate::bench::{Bench, Random, peak};

/// More callbacks than a measurement takes at the sizes used here.
const LIMIT: usize = 20_000;

/// −12 dBFS.
const CHIRP_PEAK: f32 = 0.251_2;

/// Output frames on their way to the input.
struct Loop {
    on_the_way: Vec<f32>,
}

impl Loop {
    /// A loop of `frames` frames beyond the callback itself: with callbacks of equal size, the output of one is in the
    /// next one's input at the earliest.
    fn new(frames: usize) -> Self {
        Self { on_the_way: vec![0.0; frames] }
    }

    /// One callback, with the output that `play` makes from its input.
    fn step(&mut self, frames: usize, play: impl FnOnce(&[f32]) -> Vec<f32>) -> Vec<f32> {
        let input: Vec<f32> = self.on_the_way.drain(..frames).collect();
        let out = play(&input);
        self.on_the_way.extend_from_slice(&out);
        out
    }
}

/// Steps until there is a recording, in callbacks of the sizes that `next` gives.
fn measure(
    bench: &mut Bench,
    round: &mut Loop,
    next: impl FnMut() -> usize,
) -> Result<MeasuredLatency, LatencyError> {
    measure_with(bench, round, next, |bench, input| bench.step(input))
}

/// The same, each step done by `play`.
fn measure_with(
    bench: &mut Bench,
    round: &mut Loop,
    mut next: impl FnMut() -> usize,
    mut play: impl FnMut(&mut Bench, &[f32]) -> Vec<f32>,
) -> Result<MeasuredLatency, LatencyError> {
    for _ in 0..LIMIT {
        round.step(next(), |input| play(bench, input));
        if let Some(recording) = bench.audio.engine_mut().latency_recording() {
            return recording.evaluate();
        }
    }
    panic!("the measurement never ends");
}

#[test]
fn the_loops_own_delay_is_measured_to_the_frame() {
    for delay in [256, 300, 1_024, 12_345] {
        let mut bench = Bench::new(256);
        bench.audio.engine_mut().measure_latency();
        let found = measure(&mut bench, &mut Loop::new(delay), || 256).expect("the loop is clean");
        assert!(
            (found.frames - f64::from(u32::try_from(delay).expect("small"))).abs() < 1e-2,
            "{delay}: {found:?}"
        );
        assert!(found.gain_db.abs() < 0.01 && !found.inverted, "{found:?}");
        assert_eq!(bench.stats().leaked, 0);
    }
}

#[test]
fn callbacks_of_any_size_measure_the_same() {
    let mut bench = Bench::new(64);
    let mut random = Random(7);
    bench.audio.engine_mut().measure_latency();
    // As long as two of the longest callbacks, so that the input is always there.
    let found = measure(&mut bench, &mut Loop::new(10_000), || {
        1 + usize::try_from(random.next() % 5_000).expect("it's small")
    });
    assert!((found.as_ref().expect("the loop is clean").frames - 10_000.0).abs() < 1e-2, "{found:?}");
}

#[test]
fn projects_are_silent_meanwhile_and_back_afterwards() {
    let mut bench = Bench::new(256);
    // It plays what it receives, so its own loop would howl.
    let heard = bench.microphone_project();
    let mut child = bench.child(heard, 1.0);
    bench.project(ProjectSettings { source: Source::tone(), ..ProjectSettings::default() });
    let silence = [0.0; 256];
    (0..40).for_each(|_| {
        bench.step(&silence);
        child.pump();
    });
    assert!(peak(&bench.step(&silence)) > 0.2, "the tone plays");

    bench.audio.engine_mut().measure_latency();
    let mut round = Loop::new(512);
    let mut loudest = 0.0_f32;
    let found = measure_with(
        &mut bench,
        &mut round,
        || 256,
        |bench, input| {
            let out = bench.step(input);
            child.pump();
            loudest = loudest.max(peak(&out));
            out
        },
    );
    assert!((found.expect("the projects don't disturb it").frames - 512.0).abs() < 1e-2);
    // Fading projects at the beginning, only the chirps after that.
    assert!(loudest < 0.2512 + 0.01, "{loudest}");

    let back: Vec<f32> = (0..8).flat_map(|_| bench.step(&silence)).collect();
    assert!(peak(&back[1024..]) > 0.24, "the tone plays again");
    let step = back.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    assert!(step < 0.05, "and faded in: a step of {step}");
}

#[test]
fn what_is_played_is_three_chirps_at_their_level() {
    let mut bench = Bench::new(256);
    bench.audio.engine_mut().measure_latency();
    let mut out = Vec::new();
    while bench.audio.engine_mut().latency_recording().is_none() {
        out.extend(bench.step(&[0.0; 256]));
    }
    assert!((peak(&out) - CHIRP_PEAK).abs() < 1e-3, "{}", peak(&out));
    // A chirp lasts 150 ms and is followed by 550 ms of silence.
    let loud: Vec<bool> = out.chunks(480).map(|part| peak(part) > 0.01).collect();
    assert_eq!(loud.windows(2).filter(|pair| !pair[0] && pair[1]).count(), 3);
    let parts = loud.iter().filter(|loud| **loud).count();
    assert!((42..=48).contains(&parts), "{parts} parts of 10 ms are loud");
}

#[test]
fn nothing_connected_is_told() {
    let mut bench = Bench::new(256);
    bench.audio.engine_mut().measure_latency();
    let told = measure_with(
        &mut bench,
        &mut Loop::new(256),
        || 256,
        |bench, _| {
            bench.step(&[0.0; 256]);
            vec![0.0; 256]
        },
    );
    assert_eq!(told, Err(LatencyError::NotHeard { input_db: f64::NEG_INFINITY }));
}

#[test]
fn a_measurement_that_is_stopped_gives_the_projects_back_and_nothing_else() {
    let mut bench = Bench::new(256);
    bench.project(ProjectSettings { source: Source::tone(), ..ProjectSettings::default() });
    bench.audio.engine_mut().measure_latency();
    let out: Vec<f32> = (0..20).flat_map(|_| bench.step(&[0.0; 256])).collect();
    assert!(peak(&out) < 0.26);
    bench.audio.engine_mut().stop_measuring();
    let out: Vec<f32> = (0..600).flat_map(|_| bench.step(&[0.0; 256])).collect();
    assert!(bench.audio.engine_mut().latency_recording().is_none());
    assert!((peak(&out[1024..2048]) - 0.2512).abs() < 1e-3, "the tone, and no chirp");

    // A measurement after that is a new one.
    bench.audio.engine_mut().measure_latency();
    bench.audio.engine_mut().measure_latency();
    let found = measure(&mut bench, &mut Loop::new(256), || 256).expect("the loop is clean");
    assert!((found.frames - 256.0).abs() < 1e-2);
}

#[test]
fn another_output_interrupts_it() {
    let mut bench = Bench::new(256);
    bench.audio.engine_mut().measure_latency();
    (0..100).for_each(|_| drop(bench.step(&[0.0; 256])));
    let next = Manual::new(ManualSettings { nominal_frames: 64, ..ManualSettings::default() });
    assert!(bench.audio.move_to(Box::new(next)).is_ok());
    bench.step(&[0.0; 64]);
    let recording = bench.audio.engine_mut().latency_recording().expect("it came back");
    assert_eq!(recording.evaluate(), Err(LatencyError::Interrupted));
}
