//! File sources: which can be read, and the errors for others.

use std::path::{Path, PathBuf};

use wavecraft_audio_core::{
    AudioFile, FileError, FilePosition, FileReader, LOUDEST, MAX_FILE_FRAMES, ProjectSettings, Source,
};

use crate::bench::{Bench, RATE, float, largest_step, narrow, peak};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn spec(channels: u16, sample_rate: u32) -> hound::WavSpec {
    hound::WavSpec { channels, sample_rate, bits_per_sample: 32, sample_format: hound::SampleFormat::Float }
}

/// A WAV file of a sine of 441 Hz at half scale; the right channel is upside down.
fn write_sine(path: &Path, channels: u16, sample_rate: u32, frames: usize) {
    let mut writer =
        hound::WavWriter::create(path, spec(channels, sample_rate)).expect("the file can be made");
    for frame in 0..frames {
        let phase = std::f64::consts::TAU * 441.0 * float(frame) / f64::from(sample_rate);
        for channel in 0..channels {
            let sign = if channel == 1 { -1.0 } else { 1.0 };
            writer.write_sample(narrow(sign * 0.5 * phase.sin())).expect("there is room");
        }
    }
    writer.finalize().expect("the file can be closed");
}

#[test]
fn a_file_of_another_rate_loops_seamlessly_at_its_pitch() {
    let folder = folder();
    let path = folder.path().join("sine.wav");
    write_sine(&path, 2, 44_100, 44_100);
    let file = AudioFile::load(&path, 48_000).expect("it's an ordinary file");
    assert_eq!((file.frames().len(), file.sample_rate()), (48_000, 48_000));

    let mut bench = Bench::new(256);
    bench.project(ProjectSettings { source: Source::File(file), ..ProjectSettings::default() });
    let out = bench.run(&vec![0.0; 144_000 + 4800], 256, &mut []);
    let settled = &out[4800..];
    let crossings = settled.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    assert!((1322..=1324).contains(&crossings), "441 Hz for three seconds: {crossings}");
    // Its own steepest step is 0.5·2π·441/48000 = 0.02886: the seams, once a second, aren't steeper.
    assert!(largest_step(settled) < 0.0290, "{}", largest_step(settled));
    assert!((peak(settled) - 0.5).abs() < 0.001);
}

#[test]
fn the_rate_is_converted_again_when_the_session_has_another() {
    let folder = folder();
    let path = folder.path().join("sine.wav");
    write_sine(&path, 1, 48_000, 48_000);
    let file = AudioFile::load(&path, 96_000).expect("it's an ordinary file");
    assert_eq!(file.frames().len(), 96_000);
    let file = file.at_rate(&path, RATE).expect("it's an ordinary rate");
    assert_eq!(file.frames().len(), 48_000);
    let mut bench = Bench::new(256);
    bench.project(ProjectSettings { source: Source::File(file), ..ProjectSettings::default() });
    let out = bench.run(&vec![0.0; 52_800], 256, &mut []);
    let crossings = out[4800..].windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    assert!((440..=442).contains(&crossings), "{crossings}");
}

#[test]
fn mono_is_heard_on_both_sides_and_of_many_channels_the_first_two() {
    let folder = folder();
    for (channels, sign) in [(1, 1.0), (2, -1.0), (4, -1.0)] {
        let path = folder.path().join(format!("{channels}.wav"));
        write_sine(&path, channels, 48_000, 480);
        let file = AudioFile::load(&path, 48_000).expect("it's an ordinary file");
        assert_eq!(file.frames().len(), 480);
        assert!(file.frames().iter().all(|[left, right]| (left * sign - right).abs() < 1e-7));
        assert!((file.frames()[27][0] - 0.5).abs() < 0.001, "a quarter period is 27 frames");
    }
}

/// The fixtures hold 0.5 s of a 1 kHz sine at −6 dBFS, stereo, 44.1 kHz.
#[test]
fn flac_mp3_and_vorbis_can_be_read() {
    for name in ["sine.flac", "sine.mp3", "sine.ogg"] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
        let file = AudioFile::load(&path, 44_100).unwrap_or_else(|error| panic!("{name}: {error}"));
        let frames = file.frames();
        // MP3 pads its ends; the middle is the sine in each.
        assert!((22_000..=25_500).contains(&frames.len()), "{name}: {} frames", frames.len());
        let middle = &frames[6000..16_000];
        let left: Vec<f32> = middle.iter().map(|frame| frame[0]).collect();
        let crossings = left.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        assert!((226..=228).contains(&crossings), "{name}: {crossings}");
        assert!((peak(&left) - 0.501).abs() < 0.02, "{name}: {}", peak(&left));
    }
}

#[test]
fn each_thing_that_can_be_wrong_has_its_own_answer() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let load = |path: &Path| AudioFile::load(path, 48_000).expect_err("it must be refused");

    let missing = path("missing.wav");
    assert_eq!(load(&missing), FileError::Missing { path: missing.clone() });
    assert!(load(&missing).to_string().contains("missing.wav"));

    std::fs::write(path("text.wav"), "this is not sound").expect("it can be written");
    assert_eq!(load(&path("text.wav")), FileError::NotAudio { path: path("text.wav") });
    assert_eq!(load(folder.path()), FileError::NoFile { path: folder.path().to_owned(), kind: "a folder" });
    std::fs::write(path("empty"), []).expect("it can be written");
    assert_eq!(load(&path("empty")), FileError::Empty { path: path("empty") });

    write_sine(&path("none.wav"), 2, 48_000, 0);
    assert_eq!(load(&path("none.wav")), FileError::Empty { path: path("none.wav") });
}

#[test]
fn a_file_is_as_long_as_memory_allows_at_its_own_rate_and_the_sessions() {
    let folder = folder();
    let path = folder.path().join("long.wav");
    // As long as allowed at its own rate, and far too long at 48 kHz.
    write_sine(&path, 1, 1000, usize::try_from(MAX_FILE_FRAMES / 48).expect("it's small") + 1);
    let too_long = FileError::TooLong { path: path.clone(), limit_seconds: 1200, sample_rate: 48_000 };
    assert_eq!(AudioFile::load(&path, 48_000).expect_err("too long at 48 kHz"), too_long);
    let file = AudioFile::load(&path, 1000).expect("short at its own rate");
    assert_eq!(file.at_rate(&path, 48_000).expect_err("the same later"), too_long);

    // 599 s at 768 kHz take no room on the disk, but would take gigabytes in memory.
    let sparse = folder.path().join("sparse.wav");
    write_sine(&sparse, 2, 768_000, 0);
    let bytes = 599 * 768_000 * 8_u32;
    let mut header = std::fs::read(&sparse).expect("it can be read");
    let size_at = header.len() - 4;
    header[size_at..].copy_from_slice(&bytes.to_le_bytes());
    std::fs::write(&sparse, header).expect("it can be written");
    let file = std::fs::OpenOptions::new().write(true).open(&sparse).expect("it is there");
    file.set_len(u64::from(bytes) + 1000).expect("a sparse file");
    let error = AudioFile::load(&sparse, 48_000).expect_err("it is too long");
    assert!(matches!(error, FileError::TooLong { limit_seconds: 75, sample_rate: 768_000, .. }), "{error}");
}

#[test]
fn what_is_no_ordinary_file_is_refused_without_a_wait() {
    let folder = folder();
    let load = |path: &Path| AudioFile::load(path, 48_000).expect_err("it must be refused");
    let refused =
        |path: &Path, kind| assert_eq!(load(path), FileError::NoFile { path: path.to_owned(), kind });
    let pipe = folder.path().join("pipe.wav");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is there");
    assert!(made.success());
    // Nothing ever writes into it.
    refused(&pipe, "a pipe");
    let socket = folder.path().join("socket.wav");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a short path");
    refused(&socket, "a socket");
    refused(Path::new("/dev/zero"), "a device");
    let link = folder.path().join("link.wav");
    std::os::unix::fs::symlink(&pipe, &link).expect("a link");
    refused(&link, "a pipe");
}

#[test]
fn samples_that_are_no_sound_are_limited_and_told_and_every_rate_can_follow() {
    let folder = folder();
    let path = folder.path().join("loud.wav");
    let mut writer = hound::WavWriter::create(&path, spec(2, 44_100)).expect("the file can be made");
    for sample in [3e38, -3e38, f32::MAX, f32::MIN, 1e30, f32::INFINITY, f32::NAN, 0.5].repeat(1000) {
        writer.write_sample(sample).expect("there is room");
    }
    writer.finalize().expect("the file can be closed");
    let file = AudioFile::load(&path, 44_100).expect("it is an ordinary file otherwise");
    assert_eq!(file.frames()[..4], [[LOUDEST, -LOUDEST], [LOUDEST, -LOUDEST], [LOUDEST, 0.0], [0.0, 0.5]]);
    assert!(file.remarks()[0].starts_with("7000 samples of"), "{:?}", file.remarks());
    for rate in [48_000, 96_000, 8000] {
        let converted = file.at_rate(&path, rate).expect("any rate");
        assert!(converted.frames().iter().flatten().all(|sample| sample.is_finite()), "{rate}");
    }
}

#[test]
fn a_file_that_was_cut_off_plays_as_far_as_it_goes() {
    let folder = folder();
    let path = folder.path().join("cut.wav");
    write_sine(&path, 1, 48_000, 48_000);
    let bytes = std::fs::read(&path).expect("it can be read");
    std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("it can be written");
    let frames = AudioFile::load(&path, 48_000).expect("half of it is there").frames().len();
    assert!((20_000..=24_000).contains(&frames), "{frames}");
}

#[test]
fn a_file_is_read_in_pieces_that_are_the_whole_and_says_where_it_is() {
    let folder = folder();
    let path = folder.path().join("sine.wav");
    write_sine(&path, 4, 44_100, 30_000);
    let mut reader = FileReader::open(&path).expect("an ordinary file");
    assert_eq!((reader.sample_rate(), reader.channels(), reader.total_frames()), (44_100, 4, Some(30_000)));
    let (mut frames, mut pieces) = (Vec::new(), 0);
    while let Some(more) = reader.next_frames().expect("a whole file") {
        frames.extend_from_slice(more);
        pieces += 1;
    }
    assert!(pieces > 1);
    let whole = AudioFile::load(&path, 44_100).expect("an ordinary file");
    assert_eq!(frames, whole.frames());

    let mut bench = Bench::new(256);
    let project = bench.project(ProjectSettings {
        source: Source::File(AudioFile::from_frames(vec![[0.5; 2]; 1000], RATE)),
        ..ProjectSettings::default()
    });
    bench.run(&vec![0.0; 256 * 5], 256, &mut []);
    let position = Some(FilePosition { position_frames: 280, length_frames: 1000 });
    assert_eq!(bench.snapshot(project).file, position, "five blocks, once around");
    bench.audio.engine_mut().set_source(project, &Source::tone());
    bench.run(&vec![0.0; 256 * 5], 256, &mut []);
    assert_eq!(bench.snapshot(project).file, None);
}
