//! P10: a minute of stereo at 48 kHz rendered through the example `gain`, from the start of the companion's program to its
//! end, at the command's default block size and at others. The anchor reads the same file, multiplies, and writes the
//! same output, in one process and without a child.

use crate::Run;
use crate::figures::RATE;
use crate::lines::{Line, Lines};
use serde_json::json;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use wavecraft_audio_core::{FileReader, WavFile};

/// −6 dB.
const FACTOR: f32 = 0.501_187_2;

pub(crate) fn measure(run: &Run, lines: &mut Lines) {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("in.wav");
    let seconds = if run.quick { 10 } else { 60 };
    write(&input, seconds);
    let rounds = if run.quick { 1 } else { 5 };
    for block_frames in [512, 64, 4096] {
        // Taken in turns, and the best of each: what else the machine does only makes slower.
        let mut best = [0.0_f64; 2];
        for _ in 0..rounds {
            let output = folder.path().join("out.wav");
            let speed = |start: Instant| f64::from(seconds) / start.elapsed().as_secs_f64();
            let start = Instant::now();
            render(run, &input, &output, block_frames);
            best[0] = best[0].max(speed(start));
            let start = Instant::now();
            in_process(&input, &folder.path().join("anchor.wav"));
            best[1] = best[1].max(speed(start));
            for name in ["out.wav", "anchor.wav"] {
                std::fs::remove_file(folder.path().join(name)).expect("it was made");
            }
        }
        lines.add(Line {
            id: "P10",
            what: format!("{seconds} s rendered through a gain, blocks of {block_frames}"),
            value: best[0],
            unit: "× real",
            anchor: "read, multiply, write in process".into(),
            anchor_value: best[1],
        });
    }
}

/// Noise.
pub(crate) fn write(path: &Path, seconds: u32) {
    let mut state = 1_u32;
    let mut file = WavFile::create(path, RATE).expect("the folder is ours");
    let mut sample = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from((state >> 16) as u16) / 65_536.0 - 0.5
    };
    for _ in 0..seconds {
        file.append((0..RATE).map(|_| [sample(), sample()])).expect("there is room");
    }
    file.commit().expect("there is room");
}

pub(crate) fn render(run: &Run, input: &Path, output: &Path, block_frames: u32) {
    let gain =
        run.programs.join("examples/gain").canonicalize().expect("the example gain is to be built before");
    let job = json!({
        "executable": gain, "cwd": "/", "input": input, "output": output, "block_frames": block_frames,
        "parameters": {"gain_level": "-6"},
    });
    let status = Command::new(run.programs.join("wavecraft-companion"))
        .arg("--render")
        .arg(job.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status();
    assert!(status.expect("the companion's program is to be built before").success());
}

fn in_process(input: &Path, output: &Path) {
    let mut reader = FileReader::open(input).expect("it was just written");
    let mut file = WavFile::create(output, RATE).expect("the folder is ours");
    while let Some(frames) = reader.next_frames().expect("it was just written") {
        file.append(frames.iter().map(|frame| frame.map(|sample| sample * FACTOR))).expect("there is room");
    }
    file.commit().expect("there is room");
}
