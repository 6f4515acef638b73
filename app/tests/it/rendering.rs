//! `--render`: the same bytes however it is done, no delay, and nothing left where it fails.

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

    /// Renders, which must work, and gives the output's bytes.
    fn render(&self, job: &Value) -> Vec<u8> {
        let output = self.command(job).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        fs::read(job["output"].as_str().unwrap()).unwrap()
    }

    /// Renders, which must fail, leave nothing, and say why.
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

/// Left and right, of any rate; the two differ.
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

/// So many frames that no sample is like another: a ramp that is folded.
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

    // One with a memory, and a tail that it rings in.
    let tail = json!({"tail_seconds": 0.5});
    let first = folder.render(&folder.job("echo", "echo1.wav", tail.clone()));
    assert_eq!(folder.render(&folder.job("echo", "echo2.wav", tail)), first);
    assert_eq!(read(&folder.path("echo1.wav")).1.len(), 20_000 + 24_000);
}

/// The example says that its latency is 7 frames, and repeats its input after 3 and after 500.
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

/// Waits until a rendering that takes its time is on its way.
fn under_way(folder: &Folder) -> (Child, Pid) {
    write(&folder.path("in.wav"), 48_000, &signal(48_000));
    // Blocks of one frame, and an hour of them.
    let job = folder.job("gain", "out.wav", json!({"block_frames": 1, "tail_seconds": 3600}));
    let mut process = folder.command(&job).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    lines.find(|line| line.as_ref().unwrap().contains("\"frames\":48000")).unwrap().unwrap();
    // It is read on, so that the process never waits for that.
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
