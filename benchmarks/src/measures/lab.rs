//! P13: from a build that is heard to its document, made at the lowest priority, against a rendering of as many samples; and how
//! much of a core that takes. P14: late blocks of a gain at 128 frames while builds are measured without a pause, against the same
//! time idle.

use crate::Run;
use crate::companion::Companion;
use crate::lines::{Line, Lines};
use crate::measures::{render_speed, while_building::while_late};
use crate::platform::cpu_of_children;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The project's goal for the time from swap to document, in milliseconds.
const GOAL_MS: f64 = 300.0;

/// Seconds of sound in a standard document beside an older build at 48 kHz: silence, the sweep three times, three sines, noise.
const SECONDS: u32 = 12;

pub(crate) fn measure(run: &Run, lines: &mut Lines) {
    let gain =
        run.programs.join("examples/gain").canonicalize().expect("the example gain is to be built before");
    let companion = Companion::start(&run.programs);
    let mut control = companion.control();
    let attached = control.attach(&gain, &[]);
    control.notice("buildMeasured", |_| true);
    let session = attached["session"].clone();
    let rounds = if run.quick { 5 } else { 21 };
    let (mut waited, mut rendered) = (Vec::new(), Vec::new());
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("in.wav");
    render_speed::write(&input, SECONDS);
    for round in 0..rounds {
        // Other names, so that each is a build of its own.
        let copy = copy(&gain, &companion, round);
        control.call("reload", &json!({"session": session, "executable": copy}));
        let start = Instant::now();
        let told = control.notice("buildMeasured", |told| told["build"]["number"] == round + 2);
        waited.push(start.elapsed().as_secs_f64() * 1000.0);
        assert_eq!(told["build"]["same"], true, "{told}");
        let output = folder.path().join("out.wav");
        let start = Instant::now();
        render_speed::render(run, &input, &output, 512);
        rendered.push(start.elapsed().as_secs_f64() * 1000.0);
        std::fs::remove_file(output).expect("it was made");
    }
    let median = |values: &mut Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let (waited, rendered) = (median(&mut waited), median(&mut rendered));
    let mut ms = |what: String, anchor: String, anchor_value| {
        lines.add(Line { id: "P13", what, value: waited, unit: "ms", anchor, anchor_value });
    };
    ms(
        "from heard to measured, beside the build before, median".into(),
        "the project's goal".into(),
        GOAL_MS,
    );
    ms("the same".into(), format!("{SECONDS} s rendered"), rendered);

    let busy_for = Duration::from_secs(if run.quick { 5 } else { 20 });
    let mut measured = 0_u32;
    let (cpu, busy) = while_late(&mut control, || {
        let (start, before) = (Instant::now(), cpu_of_children());
        while start.elapsed() < busy_for {
            measure_alone(run, &gain);
            measured += 1;
        }
        (cpu_of_children() - before).as_secs_f64() / f64::from(measured)
    });
    let ((), idle) = while_late(&mut control, || std::thread::sleep(busy_for));
    lines.add(Line {
        id: "P13",
        what: "a core's time for one document, with program and child".into(),
        value: cpu * 1000.0,
        unit: "ms",
        anchor: format!("{SECONDS} s rendered, elapsed"),
        anchor_value: rendered,
    });
    lines.add(Line {
        id: "P14",
        what: format!("late share while {measured} documents are made in {} s", busy_for.as_secs()),
        value: busy,
        unit: "%",
        anchor: "the same, idle".into(),
        anchor_value: idle,
    });
}

fn copy(program: &Path, companion: &Companion, round: u32) -> PathBuf {
    let folder = companion.folder().join(format!("builds/{}-x/{round}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder is ours");
    let copy = folder.join("gain");
    std::fs::copy(program, &copy).expect("there is room");
    copy
}

/// As the companion has it done.
fn measure_alone(run: &Run, program: &Path) {
    let plan = json!({
        "channels": 2, "rateHz": 48_000, "levelDbfs": -20.0, "sinesHz": [100.0, 1000.0, 10_000.0], "blockFrames": 512,
        "depth": "standard",
    });
    let job = json!({"executable": program, "cwd": "/", "name": "gain", "plan": plan, "before": {"executable": program}});
    let status = Command::new(run.programs.join("wavecraft-companion"))
        .args(["--measure", &job.to_string(), "--in-background"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.expect("the companion's program is to be built before").success());
}
