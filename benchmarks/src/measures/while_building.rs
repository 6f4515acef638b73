//! P9: a new project's cold build and warm rebuild, as `wavecraft start` builds it; and late blocks of a gain at 128
//! frames meanwhile, against the same time idle.

use crate::Run;
use crate::companion::{Companion, Control};
use crate::lines::{Line, Lines};
use crate::measures::swap::late;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The project's goals, in seconds.
const COLD_SECONDS: f64 = 30.0;
const WARM_SECONDS: f64 = 1.5;

/// The command's own profile (crates/cli/src/cargo.rs).
const PROFILE: [&str; 8] = [
    "--profile",
    "wavecraft-dev",
    "--config",
    "profile.wavecraft-dev.inherits=\"dev\"",
    "--config",
    "profile.wavecraft-dev.opt-level=2",
    "--config",
    "profile.wavecraft-dev.debug=\"line-tables-only\"",
];

pub(crate) fn measure(run: &Run, lines: &mut Lines) {
    let gain =
        run.programs.join("examples/gain").canonicalize().expect("the example gain is to be built before");
    let companion = Companion::start(&run.programs);
    let project = companion.folder().join("project");
    let created = Command::new(run.programs.join("wavecraft"))
        .args(["create", "bench", "--no-git", "--output"])
        .arg(&project)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(created.expect("the command is to be built before").success(), "a project is created");
    let manifest = project.join("engine/Cargo.toml");
    // What is downloaded isn't built.
    cargo(&["fetch"], &manifest);

    let mut control = companion.control();
    control.attach(&gain, &[]);
    let (cold, busy) = while_late(&mut control, || build(&manifest));
    let (_, idle) =
        while_late(&mut control, || std::thread::sleep(Duration::from_secs_f64(cold.clamp(5.0, 30.0))));
    lines.add(Line {
        id: "P9",
        what: "late share while a cold build runs".into(),
        value: busy,
        unit: "%",
        anchor: "the same, idle".into(),
        anchor_value: idle,
    });
    let mut seconds = |what: &str, value, goal| {
        let anchor = "the project's goal".into();
        lines.add(Line { id: "P9", what: what.into(), value, unit: "s", anchor, anchor_value: goal });
    };
    seconds("a new project's cold build, sound on", cold, COLD_SECONDS);
    let source = project.join("engine/src/lib.rs");
    let mut warm: Vec<f64> = (0..3)
        .map(|_| {
            let text = std::fs::read_to_string(&source).expect("the project's library");
            std::fs::write(&source, text + "\n").expect("the folder is ours");
            build(&manifest)
        })
        .collect();
    warm.sort_by(f64::total_cmp);
    seconds("its rebuild after an edit, median of 3", warm[1], WARM_SECONDS);
}

/// Seconds.
fn build(manifest: &Path) -> f64 {
    let start = Instant::now();
    cargo(&[&["build", "--bin", "dev-audio"][..], &PROFILE].concat(), manifest);
    start.elapsed().as_secs_f64()
}

/// At the priority that the command gives it.
fn cargo(arguments: &[&str], manifest: &Path) {
    let status = Command::new("nice")
        .args(["-n", "10", "cargo"])
        .args(arguments)
        .arg("--manifest-path")
        .arg(manifest)
        .current_dir(manifest.parent().expect("a folder"))
        .env_remove("CARGO_TARGET_DIR")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.expect("cargo starts").success(), "cargo {arguments:?} failed");
}

/// What `work` gives, and the percentage of blocks that were late meanwhile.
pub(crate) fn while_late<T>(control: &mut Control, work: impl FnOnce() -> T) -> (T, f64) {
    let counts = |stats: &Value| (late(stats), stats["blocks"].as_u64().expect("a count"));
    let (late_before, before) = counts(&control.stats());
    let result = work();
    let (late, in_time) = counts(&control.stats());
    let (late, in_time) = (late - late_before, in_time - before);
    (result, 100.0 * late as f64 / ((late + in_time).max(1)) as f64)
}
