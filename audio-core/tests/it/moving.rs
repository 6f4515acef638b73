//! Moving a playing engine from one output to another.

use std::sync::Arc;

use wavecraft_audio_core::{
    Audio, AudioError, Limits, Manual, ManualSettings, MoveError, ProjectSettings, Source,
};

fn output(sample_rate: u32, nominal_frames: u32) -> Manual {
    Manual::new(ManualSettings { sample_rate, nominal_frames, settle_limit: None })
}

fn started() -> Audio<Manual> {
    Audio::start(Box::new(output(48_000, 256)), Limits::default(), Arc::new(|_| {}))
        .expect("it has no device to refuse")
}

fn step(audio: &mut Audio<Manual>, frames: usize) -> Vec<f32> {
    let out = audio.backend_mut().step(frames, &[])[0].to_vec();
    audio.poll();
    out
}

#[test]
fn what_plays_goes_on_after_a_fade() {
    let mut audio = started();
    let project = audio
        .engine_mut()
        .add_project(ProjectSettings { source: Source::tone(), ..ProjectSettings::default() })
        .expect("there is room");
    let before: Vec<f32> = (0..20).flat_map(|_| step(&mut audio, 256)).collect();
    assert!(before[4096..].iter().any(|value| *value > 0.2));
    let position = audio.stats().position_frames;

    assert!(audio.move_to(Box::new(output(48_000, 64))).is_ok());
    let begin = step(&mut audio, 64);
    // A fade-in of 480 frames: a tone of 0.2512 has reached 64/480 of it at most.
    assert!(begin.iter().all(|value| value.abs() <= 0.2512 * 64.0 / 480.0 + 1e-4), "{begin:?}");
    let after: Vec<f32> = (0..40).flat_map(|_| step(&mut audio, 64)).collect();
    assert!(after[480..].iter().any(|value| *value > 0.2));
    let stats = audio.stats();
    assert_eq!(
        (stats.position_frames, stats.delay_frames),
        (position + 41 * 64, 64),
        "shorter callbacks, shorter delay"
    );
    assert_eq!(
        audio.engine_mut().snapshot(project).expect("it's there").timestamp_frames,
        position + 41 * 64
    );
}

#[test]
fn an_output_of_another_rate_is_given_back_and_nothing_changes() {
    let mut audio = started();
    step(&mut audio, 256);
    let Err(MoveError::OtherRate(other)) = audio.move_to(Box::new(output(44_100, 256))) else {
        panic!("it has another rate")
    };
    step(&mut audio, 256);
    assert_eq!((audio.stats().position_frames, audio.stream().sample_rate), (512, 48_000));
    let other = Audio::start(other, Limits::default(), Arc::new(|_| {})).expect("it has no device to refuse");
    assert_eq!(other.stream().sample_rate, 44_100);
}

#[test]
fn an_output_that_keeps_the_engine_is_told() {
    let mut audio = started();
    drop(wavecraft_audio_core::Backend::stop(audio.backend_mut()));
    let Err(MoveError::Stranded(AudioError::Refused { reason, .. })) =
        audio.move_to(Box::new(output(48_000, 256)))
    else {
        panic!("there is no engine to move")
    };
    assert!(reason.contains("doesn't let go"), "{reason}");
}
