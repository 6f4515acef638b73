//! A whole processor measured, and one that stops on the way.

use crate::devices::{Biquad, delayed, factor, noise, shaped};
use wavecraft_companion_analysis::{
    Unmeasured,
    survey::{Answer, Change, Changes, DOCUMENT_VERSION, Depth, Device, Document, Older, Plan, Subject, run},
};

/// A function in place of a processor. It ends after so many answers.
struct Function<F> {
    function: F,
    answers: usize,
}

impl<F: FnMut(&[f32]) -> Vec<f32>> Device for Function<F> {
    fn answer(&mut self, signal: &[&[f32]]) -> Result<Answer, String> {
        self.answers = self.answers.checked_sub(1).ok_or("it crashed")?;
        Ok(signal.iter().map(|channel| (self.function)(channel)).collect())
    }

    fn times(&mut self, signal: &[&[f32]], block_frames: usize) -> Result<Vec<u64>, String> {
        self.answers = self.answers.checked_sub(1).ok_or("it crashed")?;
        // As if each frame took 10 ns, and subnormal inputs 1 µs.
        let time = |block: &[f32]| block.iter().map(|x| if *x == 0.0 { 1000 } else { 10 }).sum();
        Ok(signal[0].chunks(block_frames).map(time).collect())
    }
}

fn survey(depth: Depth, answers: usize, function: impl FnMut(&[f32]) -> Vec<f32>) -> Document {
    let plan = Plan { depth, ..Plan::usual(48_000) };
    let subject = Subject { name: "demo".into(), reported_latency_frames: Some(0), ..Subject::default() };
    run(&mut Function { function, answers }, None, plan, subject)
}

#[test]
fn a_standard_survey_has_the_figures_of_a_known_curve() {
    let gain = factor(-6.0);
    let document = survey(Depth::Standard, usize::MAX, |input| shaped(input, |x| gain * (x + 0.1 * x * x)));
    assert_eq!((document.version, document.trouble.as_deref()), (DOCUMENT_VERSION, None));
    let idle = document.idle.value().expect("it was measured");
    assert!(idle.noise_dbfs.is_silent());
    let latency = document.latency.value().expect("it was found");
    assert_eq!((latency.agrees, latency.to_remove()), (Some(true), 0));
    let swept = document.swept.value().expect("a response");
    let heard = swept
        .response
        .frequency_hz
        .iter()
        .zip(&swept.response.magnitude_db)
        .filter(|(hz, _)| (50.0..10_000.0).contains(*hz));
    assert!(heard.clone().count() > 100);
    // The square leaks at 0 Hz into the lowest octaves, and folded at half the rate into the highest.
    for (hz, level) in heard {
        assert!((level.db() + 6.0).abs() < 0.02, "{hz} Hz: {level:.3} dB");
    }
    for distortion in &document.distortion {
        let distortion = distortion.value().expect("a sine's");
        // 0.1·A/2 with A = −20 dBFS: 0.5 %.
        let thd = distortion.thd.value().expect("a ratio");
        assert!((thd.percent - 0.5).abs() < 0.001, "{thd:?}");
    }
    let cost = document.cost[0].value().expect("times");
    assert!((cost.ns_per_frame - 10.0).abs() < 1e-9 && cost.block_frames == 512);
    assert!(document.curve.is_none() && document.stereo.is_none(), "nobody asked");
    let text = serde_json::to_string(&document).expect("JSON");
    assert_eq!(serde_json::from_str::<Document>(&text).expect("the same"), document);
}

#[test]
fn a_full_survey_measures_everything() {
    let filter = Biquad::lowpass(48_000, 1_000.0, 0.7);
    let document = survey(Depth::Full, usize::MAX, |input| filter.run(input));
    assert_eq!(document.trouble, None);
    assert_eq!(
        (document.cost.len(), document.distortion_by_level.len(), document.intermodulation.len()),
        (8, 11, 2)
    );
    let silence = document.cost_of_silence.expect("asked").value().expect("times").ns_per_frame;
    assert!((silence - 1000.0).abs() < 1e-9, "only what follows the noise counts: {silence}");
    let image = document.stereo.expect("asked");
    assert!(image.value().expect("two channels").crosstalk_to_left_db.value().expect("a level").is_silent());
    for there in [
        document.curve.is_some(),
        document.times.is_some(),
        document.impulse.is_some(),
        document.step.is_some(),
    ] {
        assert!(there);
    }
}

#[test]
fn a_processor_that_stops_leaves_what_it_answered_and_the_reason() {
    let document = survey(Depth::Full, 3, |input| input.to_vec());
    assert_eq!(document.trouble.as_deref(), Some("it crashed"));
    assert!(document.swept.value().is_some() && document.distortion[0].value().is_some());
    let stopped = Err(&Unmeasured::Stopped);
    assert_eq!(document.distortion[1].as_result().map(|_| ()), stopped);
    assert_eq!(document.stereo.expect("asked").as_result().map(|_| ()), stopped);
}

#[test]
fn a_processor_that_answers_not_a_number_is_told_so() {
    let document = survey(Depth::Standard, usize::MAX, |input| vec![f32::NAN; input.len()]);
    let why = Unmeasured::NotFinite { frame: 0, channel: 0 };
    assert_eq!(document.idle.as_result().map(|_| ()), Err(&why));
    assert_eq!(document.swept.as_result().map(|_| ()), Err(&why));
}

/// Measures `now` beside `before`, and tells what changed.
fn changed(
    before: impl Fn(&[f32]) -> Vec<f32>,
    now: impl FnMut(&[f32]) -> Vec<f32>,
    latencies: [usize; 2],
) -> (Document, Changes) {
    let plan = Plan::usual(48_000);
    let subject =
        |frames| Subject { name: "demo".into(), reported_latency_frames: Some(frames), ..Subject::default() };
    let mut old = Function { function: &before, answers: usize::MAX };
    let first = run(&mut old, None, plan.clone(), subject(latencies[0]));
    let older = Older { device: &mut old, reported_latency_frames: Some(latencies[0]) };
    let mut new = Function { function: now, answers: usize::MAX };
    let second = run(&mut new, Some(older), plan, subject(latencies[1]));
    let changes = Changes::between(&first, &second);
    (second, changes)
}

#[test]
fn a_change_is_told_with_its_place_and_its_null() {
    // Half of a decibel at 1 kHz, a second harmonic of 0.5 % where there was none.
    let (before, after) =
        (Biquad::peaking(48_000, 1_000.0, 1.0, 6.0), Biquad::peaking(48_000, 1_000.0, 1.0, 5.5));
    let (document, changes) =
        changed(|input| before.run(input), |input| shaped(&after.run(input), |x| x + 0.1 * x * x), [0, 0]);
    let Some(Change::Response { frequency_hz, db }) = changes.figures.first() else { panic!("{changes:?}") };
    assert!((frequency_hz - 1_000.0).abs() < 30.0 && (db + 0.5).abs() < 0.02, "{changes:?}");
    let thd = changes.figures.iter().find_map(|one| match one {
        Change::Thd { before_percent, percent, .. } => Some((*before_percent, *percent)),
        _ => None,
    });
    let (was, now) = thd.expect("it was changed");
    // The sine lies at 999.02 Hz, which is what a person calls 1 kHz.
    let at = changes.figures.iter().find_map(|one| match one {
        Change::Thd { frequency_hz, .. } => Some(*frequency_hz),
        _ => None,
    });
    assert!(at.is_some_and(|hz| [100.0, 1_000.0, 10_000.0].contains(&hz)), "{at:?}");
    assert!(was < 0.001 && now > 0.4, "{changes:?}");
    let null = changes.null_db.expect("they were compared").db();
    assert!((-40.0..-20.0).contains(&null), "{null}");
    assert_eq!((changes.above_floor, changes.same_sound()), (Some(true), Some(false)));
    assert!(changes.floor_db.is_some_and(|floor| floor.is_silent()), "two runs of it are the same");
    let words = changes.to_string();
    assert!(words.starts_with("−0.5 dB at ") && words.contains("THD") && words.contains("null −"), "{words}");
    let text = serde_json::to_string(&document).expect("JSON");
    let read: Document = serde_json::from_str(&text).expect("a document");
    assert!(read.against.expect("it was compared").value().is_some_and(|against| against.floor.is_some()));
}

#[test]
fn a_refactoring_sounds_the_same_and_so_does_a_longer_latency() {
    let same = |input: &[f32]| shaped(input, |x| 0.5 * x);
    let (_, changes) = changed(same, same, [0, 0]);
    assert_eq!((changes.figures.as_slice(), changes.same_sound()), (&[][..], Some(true)));
    assert_eq!(changes.to_string(), "sounds the same: null −∞ dB");
    // What is later by as much as it says is moved back.
    let (_, changes) = changed(same, |input| delayed(&same(input), 64), [0, 64]);
    assert_eq!(changes.same_sound(), Some(true), "{changes:?}");
    // A latency that isn't reported is heard.
    let (_, changes) = changed(same, |input| delayed(&same(input), 64), [0, 0]);
    assert_eq!(changes.same_sound(), Some(false), "{changes:?}");
    assert!(changes.to_string().contains("latency 0 → 64 frames"), "{changes}");
}

#[test]
fn what_two_runs_of_one_build_differ_by_is_no_change() {
    let seeds = std::cell::Cell::new(1);
    let hiss = |input: &[f32]| {
        seeds.set(seeds.get() + 1);
        let hiss = noise(input.len(), seeds.get());
        input.iter().zip(&hiss).map(|(input, hiss)| input + 0.001 * hiss).collect::<Vec<_>>()
    };
    let (_, changes) = changed(hiss, hiss, [0, 0]);
    assert_eq!((changes.above_floor, changes.same_sound()), (Some(false), Some(true)), "{changes:?}");
    assert!(changes.to_string().contains("two runs of it −"), "{changes}");
}

#[test]
fn an_older_build_that_stops_leaves_the_figures_of_the_newer_one() {
    let mut old = Function { function: |_: &[f32]| Vec::new(), answers: 0 };
    let mut new = Function { function: |input: &[f32]| input.to_vec(), answers: usize::MAX };
    let older = Older { device: &mut old, reported_latency_frames: Some(0) };
    let document = run(&mut new, Some(older), Plan::usual(48_000), Subject::default());
    assert_eq!(document.trouble, None);
    assert!(document.swept.value().is_some());
    assert_eq!(document.against.expect("asked").as_result().map(|_| ()), Err(&Unmeasured::Stopped));
}

#[test]
fn other_channels_and_one_channel_are_measured_as_they_are() {
    struct Left;
    impl Device for Left {
        fn answer(&mut self, signal: &[&[f32]]) -> Result<Answer, String> {
            Ok(vec![signal[0].to_vec()])
        }
        fn times(&mut self, _: &[&[f32]], _: usize) -> Result<Vec<u64>, String> {
            Ok(vec![1_000])
        }
    }
    let measured = |channels| {
        let plan = Plan { channels, depth: Depth::Full, ..Plan::usual(48_000) };
        run(&mut Left, None, plan, Subject::default())
    };
    let changed = Unmeasured::ChannelsChanged { given: 2, answered: 1 };
    let stereo = measured(2);
    assert_eq!(stereo.trouble, None);
    assert_eq!(stereo.swept.as_result().map(|_| ()), Err(&changed));
    assert_eq!(stereo.stereo.expect("asked").as_result().map(|_| ()), Err(&changed));
    let mono = measured(1);
    assert!(mono.swept.value().is_some() && mono.stereo.is_none());
}
