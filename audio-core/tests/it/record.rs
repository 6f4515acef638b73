//! Recording: the tap is written to a file, whatever is heard.

use std::path::{Path, PathBuf};

use wavecraft_audio_core::{EngineError, Recording, WavFile};

use crate::bench::{Bench, RATE, assert_same, noise};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn begin(bench: &mut Bench, project: wavecraft_audio_core::ProjectId, path: &Path) -> Recording {
    let file = WavFile::create(path, RATE).expect("the folder is ours");
    bench.audio.engine_mut().record(project, path, file, None).expect("the project is there")
}

fn left_of(path: &PathBuf) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).expect("a valid file");
    assert_eq!(reader.spec().sample_rate, RATE);
    reader.samples::<f32>().map(|sample| sample.expect("a sample")).step_by(2).collect()
}

#[test]
fn a_take_is_what_the_processor_makes_whatever_becomes_of_it_after() {
    let (folder, mut bench) = (folder(), Bench::new(256));
    let project = bench.microphone_project();
    let mut child = bench.child(project, 0.5);
    let signal = noise(1, 0.5, 256 * 100);
    bench.run(&signal[..256 * 20], 256, &mut [&mut child]);

    let path = folder.path().join("take.wav");
    let recording = begin(&mut bench, project, &path);
    bench.audio.engine_mut().set_muted(project, true);
    bench.run(&signal[256 * 20..256 * 40], 256, &mut [&mut child]);
    bench.audio.engine_mut().set_bypassed(project, true);
    bench.audio.engine_mut().set_gain(project, 3.0);
    bench.run(&signal[256 * 40..256 * 60], 256, &mut [&mut child]);
    bench.audio.engine_mut().stop_recording(project);
    bench.run(&signal[256 * 60..256 * 62], 256, &mut [&mut child]);
    let take = recording.finish();

    assert_eq!((take.frames, take.dropped_frames, take.error), (256 * 40, 0, None));
    // Pipelined, so what is played in a callback was sent in the one before.
    let expected: Vec<f32> = signal[256 * 19..256 * 59].iter().map(|sample| sample * 0.5).collect();
    assert_same(&left_of(&path), &expected, "the take");
}

#[test]
fn a_take_goes_on_through_a_child_that_dies_and_its_successor() {
    let (folder, mut bench) = (folder(), Bench::new(256));
    let project = bench.microphone_project();
    let mut first = bench.child(project, 0.5);
    let ones = vec![1.0; 256 * 20];
    bench.run(&ones, 256, &mut [&mut first]);
    let path = folder.path().join("take.wav");
    let recording = begin(&mut bench, project, &path);
    bench.run(&ones, 256, &mut [&mut first]);
    first.die();
    bench.run(&ones, 256, &mut []);
    let mut second = bench.child(project, 0.25);
    bench.run(&ones, 256, &mut [&mut second]);
    let take = recording.finish();

    assert_eq!(take.frames, 256 * 60, "nothing is left out, so the times are right");
    let left = left_of(&path);
    assert_same(&left[..256 * 20], &[0.5; 256 * 20], "the first child");
    assert_same(&left[256 * 22..256 * 40], &[0.0; 256 * 18], "no child");
    assert_same(&left[256 * 42..], &[0.25; 256 * 18], "the second child");
}

#[test]
fn what_a_slow_disk_loses_is_counted() {
    let (folder, mut bench) = (folder(), Bench::new(4096));
    let project = bench.microphone_project();
    let path = folder.path().join("take.wav");
    let recording = begin(&mut bench, project, &path);
    // Minutes of sound at once: more than the ring holds, and faster than the writer empties it.
    let step = vec![0.0; 4096];
    let mut played = 0;
    while recording.dropped_frames() == 0 {
        bench.audio.backend_mut().step(4096, &[&step]);
        played += 4096;
    }
    let take = recording.finish();
    assert_eq!(take.frames + take.dropped_frames, played);
    assert_eq!(u64::try_from(left_of(&path).len()).expect("a count"), take.frames);
}

#[test]
fn a_recording_ends_with_its_engine_and_needs_the_engines_rate() {
    let (folder, mut bench) = (folder(), Bench::new(256));
    let project = bench.microphone_project();
    let path = folder.path().join("other.wav");
    let other = WavFile::create(&path, 44_100).expect("the folder is ours");
    let refused = bench.audio.engine_mut().record(project, &path, other, None).map(|_| ());
    assert_eq!(refused, Err(EngineError::OtherRate { file_rate: 44_100, engine_rate: RATE }));

    let path = folder.path().join("take.wav");
    let recording = begin(&mut bench, project, &path);
    bench.run(&vec![0.0; 256 * 4], 256, &mut []);
    drop(bench);
    while !recording.is_over() {
        std::thread::yield_now();
    }
    assert_eq!(recording.finish().frames, 256 * 4);
}

#[test]
fn a_take_of_a_given_length_ends_by_itself_at_that_frame() {
    let (folder, mut bench) = (folder(), Bench::new(256));
    let project = bench.microphone_project();
    let mut child = bench.child(project, 0.5);
    bench.run(&[1.0; 256 * 20], 256, &mut [&mut child]);
    let path = folder.path().join("take.wav");
    let file = WavFile::create(&path, RATE).expect("the folder is ours");
    // 0.25 s are 12,000 frames: not a whole number of blocks.
    let recording =
        bench.audio.engine_mut().record(project, &path, file, Some(0.25)).expect("the project is there");
    bench.run(&[1.0; 256 * 20], 256, &mut [&mut child]);
    child.die();
    // The child's successor and whatever is played after the end change nothing.
    let mut second = bench.child(project, 0.25);
    bench.run(&[1.0; 256 * 100], 256, &mut [&mut second]);
    let take = recording.finish();
    assert_eq!((take.frames, take.dropped_frames, take.error), (12_000, 0, None));
    assert_eq!(left_of(&path).len(), 12_000);
}
