//! `--render`: the same bytes in every way of rendering, no delay, and nothing left after a failure.

use crate::support::{Companion, LIMIT, child, eventually};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A job with the example, from `in.wav` to `output`.
    fn job(&self, example: &str, output: &str, changes: Value) -> Value {
        let mut job = json!({
            "executable": child(example),
            "cwd": self.0.path(),
            "input": self.path("in.wav"),
            "output": self.path(output),
            "block_frames": 512,
        });
        for (key, value) in changes.as_object().unwrap() {
            job[key] = value.clone();
        }
        job
    }

    fn command(&self, job: &Value) -> Command {
        let mut command = Companion::command(self.0.path());
        command.arg("--render").arg(job.to_string()).stdout(Stdio::piped());
        command
    }

    /// Renders, which must succeed, and returns the output's bytes.
    fn render(&self, job: &Value) -> Vec<u8> {
        let output = self.command(job).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        fs::read(job["output"].as_str().unwrap()).unwrap()
    }

    /// Renders, which must fail, leave nothing behind, and say why.
    fn fails(&self, job: &Value, code: i32, text: &str) {
        let before = self.names();
        let output = self.command(job).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let message = last_event(&output)["message"].as_str().unwrap().to_owned();
        assert!(message.contains(text), "no `{text}` in {message}");
        assert_eq!(self.names(), before);
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn last_event(output: &Output) -> Value {
    serde_json::from_slice(output.stdout.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap())
        .unwrap()
}

/// Writes left and right, which differ, at any rate.
fn write(path: &Path, sample_rate: u32, frames: &[[f32; 2]]) {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    frames.iter().flatten().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
}

fn read(path: &Path) -> (u32, Vec<[f32; 2]>) {
    let mut reader = hound::WavReader::open(path).unwrap();
    let samples: Vec<f32> = reader.samples().map(Result::unwrap).collect();
    (reader.spec().sample_rate, samples.chunks_exact(2).map(|frame| [frame[0], frame[1]]).collect())
}

/// A signal of `count` frames in which no sample is like another: a folded ramp.
fn signal(count: u16) -> Vec<[f32; 2]> {
    let sample = |index: u16, step: u16| f32::from(index.wrapping_mul(step)) / 65_536.0 - 0.5;
    (0..count).map(|index| [sample(index, 7919), sample(index, 104)]).collect()
}

#[test]
fn equal_to_the_bit_in_every_run_and_for_every_block_size() {
    let folder = Folder::new();
    write(&folder.path("in.wav"), 48_000, &signal(20_000));
    let half = json!({"parameters": {"gain_level": "-6.5", "gain_invert": "on"}});
    let first = folder.render(&folder.job("gain", "first.wav", half.clone()));
    for block in [1, 64, 333, 4096] {
        let mut job = folder.job("gain", &format!("{block}.wav"), half.clone());
        job["block_frames"] = block.into();
        assert_eq!(folder.render(&job), first, "blocks of {block}");
    }
    let (rate, frames) = read(&folder.path("first.wav"));
    let factor = -(10_f32.powf(-6.5 / 20.0));
    let expected: Vec<[f32; 2]> =
        signal(20_000).iter().map(|frame| frame.map(|sample| sample * factor)).collect();
    assert_eq!(rate, 48_000);
    assert!(frames == expected, "every frame is the input's, from the first on");

    // A processor with a memory, and a tail for it to ring out.
    let tail = json!({"tail_seconds": 0.5});
    let first = folder.render(&folder.job("echo", "echo1.wav", tail.clone()));
    assert_eq!(folder.render(&folder.job("echo", "echo2.wav", tail)), first);
    assert_eq!(read(&folder.path("echo1.wav")).1.len(), 20_000 + 24_000);
}

/// The example reports a latency of 7 frames, and repeats its input after 3 and after 500.
#[test]
fn the_processors_own_latency_is_taken_out_at_every_rate() {
    for rate in [44_100, 48_000, 96_000] {
        let folder = Folder::new();
        let mut frames = vec![[0.0; 2]; 1000];
        frames[100] = [1.0, 0.5];
        write(&folder.path("in.wav"), rate, &frames);
        let dry = json!({"parameters": {"echo_output": "Wet", "echo_2_output": "Dry", "echo_feedback": "0"}});
        folder.render(&folder.job("echo", "out.wav", dry));
        let (out_rate, out) = read(&folder.path("out.wav"));
        assert_eq!((out_rate, out.len()), (rate, 1000));
        let heard: Vec<usize> = (0..1000).filter(|index| out[*index] != [0.0; 2]).collect();
        assert_eq!(heard, [100 + 3 - 7], "the echo after 3 frames, 7 frames earlier");
        assert_eq!(out[96], [1.0, 0.5]);
    }
}

#[test]
fn a_signal_is_rendered_in_place_of_a_file() {
    let folder = Folder::new();
    let job = |input: &str, output: &str, more: Value| {
        let mut job = folder.job("gain", output, more);
        job["input"] = input.into();
        job
    };
    let out = |name: &str| read(&folder.path(name));
    folder.render(&job("tone:440@-20", "tone.wav", json!({"seconds": 1.5})));
    let (rate, tone) = out("tone.wav");
    assert_eq!((rate, tone.len()), (48_000, 72_000));
    for (frame, [left, right]) in (0_u32..).zip(&tone) {
        let wanted = 0.1 * (std::f64::consts::TAU * 440.0 * f64::from(frame) / 48_000.0).sin();
        assert!(left == right && (f64::from(*left) - wanted).abs() < 1e-7, "{frame}");
    }
    folder.render(&job(
        "impulse:0.25@0",
        "impulse.wav",
        json!({"seconds": 1.0, "sample_rate": 96_000, "tail_seconds": 0.5}),
    ));
    let (rate, impulses) = out("impulse.wav");
    let at: Vec<usize> = (0..impulses.len()).filter(|frame| impulses[*frame] != [0.0; 2]).collect();
    assert_eq!((rate, impulses.len(), at), (96_000, 144_000, vec![0, 24_000, 48_000, 72_000]));
    folder.render(&job("silence", "silence.wav", json!({"seconds": 0.001})));
    assert_eq!(out("silence.wav").1, vec![[0.0; 2]; 48]);
    // Noise too is the same in every run.
    let first = folder.render(&job("noise:pink", "one.wav", json!({"seconds": 0.5})));
    assert_eq!(
        folder.render(&job("noise:pink", "two.wav", json!({"seconds": 0.5, "block_frames": 77}))),
        first
    );

    // Of a file, as much as is asked for and as there is.
    write(&folder.path("in.wav"), 48_000, &signal(4800));
    folder.render(&folder.job("gain", "part.wav", json!({"seconds": 0.025})));
    assert_eq!(out("part.wav").1, signal(4800)[..1200]);
    folder.render(&folder.job("gain", "whole.wav", json!({"seconds": 10.0})));
    assert_eq!(out("whole.wav").1, signal(4800));

    folder.fails(
        &job("tone", "no.wav", json!({})),
        2,
        "`tone` has no end: say how much of it, such as --seconds 10",
    );
    folder.fails(&job("tone", "no.wav", json!({"seconds": 0.0})), 2, "above 0 to");
    folder.fails(&job("tone:24000", "no.wav", json!({"seconds": 1.0})), 2, "below half of that, 24000 Hz");
    folder.fails(&job("tone", "no.wav", json!({"seconds": 1.0, "sample_rate": 7999})), 2, "8000 to 384000");
    folder.fails(&job("tone:0", "no.wav", json!({"seconds": 1.0})), 2, "Write tone[:HZ][@DB]");
    folder.fails(&job("mic", "no.wav", json!({"seconds": 1.0})), 2, "the microphone can't be rendered");
    folder.fails(
        &job("noise", "no.wav", json!({"seconds": 31_000_000.0})),
        1,
        "longer than a WAV file can be",
    );
    folder.fails(&folder.job("gain", "no.wav", json!({"sample_rate": 48_000})), 2, "its own rate");
}

#[test]
fn what_can_not_be_rendered_is_said_and_leaves_nothing() {
    let folder = Folder::new();
    write(&folder.path("in.wav"), 48_000, &signal(4800));
    let job = |changes: Value| folder.job("gain", "out.wav", changes);
    folder.fails(&job(json!({"parameters": {"gain_levle": "1"}})), 2, "gain_level: -60 to 24 dB");
    folder.fails(&job(json!({"parameters": {"gain_level": "25"}})), 2, "can't be `25`");
    folder.fails(&job(json!({"parameters": {"gain_shape": "Soft"}})), 2, "Clean, Clipped, Silent");
    folder.fails(&job(json!({"block_frames": 0})), 2, "1 to 4096");
    folder.fails(&job(json!({"tail_seconds": -1.0})), 2, "a tail of -1 s");
    folder.fails(&job(json!({"input": folder.path("none.wav")})), 1, "there is no file");
    folder.fails(&job(json!({"output": folder.path("none/out.wav")})), 1, "no such folder");
    folder.fails(&job(json!({"executable": "/bin"})), 1, "/bin");
    fs::write(folder.path("out.wav"), "mine").unwrap();
    folder.fails(&job(json!({})), 2, "--force");
    assert_eq!(fs::read(folder.path("out.wav")).unwrap(), b"mine");
    folder.render(&job(json!({"force": true})));
    assert_eq!(read(&folder.path("out.wav")).1, signal(4800));
}

#[test]
fn only_an_ordinary_file_is_replaced_and_only_wav_is_written() {
    let folder = Folder::new();
    write(&folder.path("in.wav"), 48_000, &signal(4800));
    let job = |output: &str, force: bool| folder.job("gain", output, json!({"force": force}));
    let make = |program: &str, name: &str| {
        assert!(Command::new(program).arg(folder.path(name)).status().unwrap().success());
    };
    // A link stays, and its target is written, even one that doesn't exist yet.
    fs::create_dir(folder.path("there")).unwrap();
    for (link, target) in
        [("link.wav", "there/real.wav"), ("second.wav", "link.wav"), ("new.wav", "there/new.wav")]
    {
        std::os::unix::fs::symlink(target, folder.path(link)).unwrap();
    }
    fs::write(folder.path("there/real.wav"), "old").unwrap();
    folder.fails(&job("link.wav", false), 2, "--force");
    folder.fails(&job("new.wav", false), 2, "--force");
    assert_eq!(fs::read(folder.path("there/real.wav")).unwrap(), b"old");
    for link in ["link.wav", "second.wav", "new.wav"] {
        folder.render(&job(link, true));
        assert!(fs::symlink_metadata(folder.path(link)).unwrap().is_symlink(), "{link}");
    }
    assert_eq!(read(&folder.path("there/real.wav")).1, signal(4800));
    assert_eq!(read(&folder.path("there/new.wav")).1, signal(4800));
    assert_eq!(fs::read_dir(folder.path("there")).unwrap().count(), 2);

    // What isn't a file stays what it is.
    make("mkfifo", "pipe.wav");
    make("mkdir", "folder.wav");
    std::os::unix::fs::symlink("/dev/null", folder.path("null.wav")).unwrap();
    std::os::unix::fs::symlink("pipe.wav", folder.path("to-pipe.wav")).unwrap();
    std::os::unix::fs::symlink("circle.wav", folder.path("circle.wav")).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(folder.path("socket.wav")).unwrap();
    for force in [false, true] {
        folder.fails(&job("pipe.wav", force), 2, "is a pipe");
        folder.fails(&job("to-pipe.wav", force), 2, "is a pipe");
        folder.fails(&job("folder.wav", force), 2, "is a folder");
        folder.fails(&job("socket.wav", force), 2, "is a socket");
        folder.fails(&job("null.wav", force), 2, "is a device");
        folder.fails(&job("/dev/null", force), 2, "is a device");
    }
    folder.fails(&job("circle.wav", true), 2, "circle");
    drop(socket);

    folder.fails(&job("out.flac", false), 2, "only WAV files are written, not .flac: call it out.wav");
    folder.fails(&job("out.MP3", true), 2, "not .MP3");
    for name in ["out.WAV", "out.wave", "out"] {
        folder.render(&job(name, false));
        assert_eq!(read(&folder.path(name)).1, signal(4800), "{name}");
    }
}

/// There is only one reader: the same file gives the same answer here as for a source that is played.
#[test]
fn what_is_missing_in_the_input_is_told() {
    let folder = Folder::new();
    write(&folder.path("whole.wav"), 48_000, &signal(4800));
    let bytes = fs::read(folder.path("whole.wav")).unwrap();
    fs::write(folder.path("in.wav"), &bytes[..bytes.len() - 8 * 800]).unwrap();
    let output = folder.command(&folder.job("gain", "out.wav", json!({}))).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("4000 of its 4800 frames"), "{output:?}");
    assert_eq!(read(&folder.path("out.wav")).1, signal(4800)[..4000]);

    assert!(Command::new("mkfifo").arg(folder.path("pipe")).status().unwrap().success());
    folder.fails(&folder.job("gain", "no.wav", json!({"input": folder.path("pipe")})), 1, "is a pipe");
    fs::write(folder.path("text.wav"), "no sound").unwrap();
    folder.fails(
        &folder.job("gain", "no.wav", json!({"input": folder.path("text.wav")})),
        1,
        "isn't an audio file",
    );
}

#[test]
fn a_processor_that_panics_crashes_or_hangs_ends_the_rendering() {
    let folder = Folder::new();
    write(&folder.path("in.wav"), 48_000, &signal(48_000));
    for (fault, text) in
        [("Panic", "the processor panicked"), ("Abort", "SIGABRT"), ("Loop", "did not answer a block")]
    {
        let job = folder.job("faulty", "out.wav", json!({"parameters": {"faulty_fault": fault}}));
        folder.fails(&job, 1, text);
    }
    let job = folder.job("faulty", "nan.wav", json!({"parameters": {"faulty_fault": "not a number"}}));
    let output = folder.command(&job).output().unwrap();
    assert!(last_event(&output)["nonfinite"].as_u64() > Some(0), "{output:?}");
    assert!(read(&folder.path("nan.wav")).1.iter().flatten().all(|sample| sample.is_finite()));
}

/// Waits until a long rendering is under way.
fn under_way(folder: &Folder) -> (Child, Pid) {
    write(&folder.path("in.wav"), 48_000, &signal(48_000));
    // Blocks of one frame, and an hour of them.
    let job = folder.job("gain", "out.wav", json!({"block_frames": 1, "tail_seconds": 3600}));
    let mut process = folder.command(&job).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    lines.find(|line| line.as_ref().unwrap().contains("\"frames\":48000")).unwrap().unwrap();
    // The output is read on, so that the process never waits for that.
    std::thread::spawn(move || lines.for_each(drop));
    let parent = process.id().to_string();
    let child = eventually("there is a child", || {
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
        let all = fs::read_dir(format!("/proc/{parent}/task")).ok()?.flatten();
        let all = all.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        all.chain([children]).find_map(|list| list.split_whitespace().next()?.parse().ok())
    });
    (process, Pid::from_raw(child).unwrap())
}

#[test]
fn a_rendering_that_is_ended_leaves_no_file_and_no_child() {
    let folder = Folder::new();
    let (mut process, child) = under_way(&folder);
    kill_process(Pid::from_child(&process), Signal::INT).unwrap();
    let status = eventually("it ended", || process.try_wait().unwrap());
    assert_eq!(status.code(), Some(130), "within {LIMIT:?}");
    eventually("its child is gone", || crate::support::is_gone(child));
    assert_eq!(folder.names(), ["in.wav"]);

    let (mut process, child) = under_way(&folder);
    kill_process(child, Signal::KILL).unwrap();
    let status = eventually("it ended", || process.try_wait().unwrap());
    assert_eq!(status.code(), Some(1));
    assert_eq!(folder.names(), ["in.wav"]);
}

/// The processor hears the time from 0 on: a delay of a beat is as long as the tempo says.
#[test]
fn the_tempo_is_told_to_the_processor_to_the_sample() {
    let folder = Folder::new();
    let mut input = vec![[0.0; 2]; 60_000];
    input[100] = [0.5, -0.5];
    write(&folder.path("in.wav"), 48_000, &input);
    for (changes, echo) in [
        (json!({}), Some(24_000)),
        (json!({"tempo": 98}), Some(29_388)),
        (json!({"tempo": 250.5}), Some(11_497)),
        (json!({"no_transport": true}), None),
    ] {
        let mut job = folder.job("beat", "out.wav", changes.clone());
        job["force"] = true.into();
        folder.render(&job);
        let (_, frames) = read(&folder.path("out.wav"));
        let heard: Vec<usize> = (0..frames.len()).filter(|at| frames[*at] != [0.0; 2]).collect();
        let expected: Vec<usize> =
            [Some(100), echo.map(|frames| 100 + frames)].into_iter().flatten().collect();
        assert_eq!(heard, expected, "{changes}");
    }
    folder.fails(&folder.job("beat", "no.wav", json!({"tempo": 1000})), 2, "20 to 999 beats per minute");
}
