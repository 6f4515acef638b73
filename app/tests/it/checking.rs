//! `--check`: each planted fault is found by its own test, and the others stay as they are.

use crate::support::{Companion, child, eventually};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Output, Stdio},
};
use wavecraft_companion_check::TESTS;

fn names() -> Vec<&'static str> {
    TESTS.iter().map(|test| test.name).collect()
}

/// A job for the example, in the folder that names its fault.
fn job(home: &Path, fault: &str, plan: Value) -> Value {
    job_of("unsound", home, fault, plan)
}

fn job_of(example: &str, home: &Path, fault: &str, plan: Value) -> Value {
    let folder = home.join(fault);
    fs::create_dir_all(&folder).expect("a folder");
    let mut whole =
        json!({"seed": 1, "depth": "quick", "limits": {}, "tests": names(), "skip": {}, "jobs": 2});
    plan.as_object().expect("a plan").iter().for_each(|(key, value)| whole[key] = value.clone());
    json!({"executable": child(example), "cwd": folder, "name": fault, "plan": whole})
}

fn check(home: &Path, job: &Value) -> Output {
    Companion::command(home)
        .arg("--check")
        .arg(job.to_string())
        .stdout(Stdio::piped())
        .output()
        .expect("it runs")
}

/// The document, by the names of its tests.
fn document(output: &Output) -> BTreeMap<String, Value> {
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut events = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let checked = events.rfind(|event| event["event"] == "checked").expect("a document");
    assert_eq!(checked["document"]["version"], 1);
    let rows = checked["document"]["tests"].as_array().expect("tests");
    rows.iter().map(|row| (row["name"].as_str().expect("a name").to_owned(), row.clone())).collect()
}

/// Checks one that has a fault: each of `wanted` has its verdict and its words, and no other fails or warns.
fn finds(fault: &str, plan: Value, wanted: &[(&str, &str, &str)]) {
    finds_in("unsound", fault, plan, wanted);
}

fn finds_in(example: &str, fault: &str, plan: Value, wanted: &[(&str, &str, &str)]) {
    let home = tempfile::tempdir().expect("a folder");
    let rows = document(&check(home.path(), &job_of(example, home.path(), fault, plan)));
    for (name, row) in &rows {
        let verdict = row["verdict"].as_str().expect("a verdict");
        let text = row.to_string();
        match wanted.iter().find(|(wanted, ..)| wanted == name) {
            Some((_, wanted, says)) => {
                assert!(
                    verdict == *wanted && text.contains(says),
                    "{fault}: no {wanted} with `{says}`: {text}"
                );
            }
            None => assert!(matches!(verdict, "pass" | "skipped"), "{fault}: {text}"),
        }
        assert_eq!(row["again"], format!("wavecraft check --only {name} --seed 1"));
    }
    assert!(wanted.iter().all(|(name, ..)| rows.contains_key(*name)), "{fault}");
}

/// All but what takes times, which a busy machine changes.
fn usual() -> Value {
    json!({"skip": {"cost": "the machine is busy"}})
}

#[test]
fn one_that_is_sound_passes_everything() {
    let home = tempfile::tempdir().expect("a folder");
    let rows = document(&check(home.path(), &job(home.path(), "sound", usual())));
    assert_eq!(rows.len(), TESTS.len());
    for (name, row) in &rows {
        let verdict = match name.as_str() {
            "compatible" | "cost" => "skipped",
            // By the watch of the system that this runs on.
            "realtime" => continue,
            _ => "pass",
        };
        assert_eq!(row["verdict"], verdict, "{row}");
    }
    assert_eq!(rows["cost"]["told"], "left out: the machine is busy");
}

#[test]
fn faults_of_state_and_blocks_are_found() {
    finds("block-size", usual(), &[("block-sizes", "fail", "in blocks of 1 frame it differs")]);
    finds("shared-state", usual(), &[("instances", "fail", "they share state")]);
    finds(
        "forgetful-reset",
        usual(),
        &[("reset", "fail", "after a reset it still knows what was played before")],
    );
    finds(
        "random",
        usual(),
        &[
            ("deterministic", "fail", "the second of two runs differs from frame 0"),
            ("block-sizes", "skipped", "see `deterministic`"),
            ("instances", "skipped", "see `deterministic`"),
            // It is heard in silence, too.
            ("tail-ends", "fail", "there are still"),
        ],
    );
    finds(
        "leak",
        json!({"depth": "standard", "tests": ["long-run"]}),
        &[("long-run", "fail", "its memory grew by")],
    );
}

#[test]
fn faults_of_numbers_are_found() {
    finds(
        "sticky-nan",
        usual(),
        &[
            ("recovers", "fail", "NaN comes out after NaN went in, even after a reset"),
            // The same state.
            ("reset", "fail", "still knows"),
        ],
    );
    finds("denormal-tail", usual(), &[("denormals", "warn", "are denormal numbers, the first in frame")]);
    finds("broken-end", usual(), &[("parameter-ends", "fail", "unsound_level = −24")]);
    finds("broken-by-dc", usual(), &[("finite", "fail", "NaN comes out")]);
    finds("endless-tail", usual(), &[("tail-ends", "fail", "there are still −60.0 dBFS")]);
}

#[test]
fn faults_of_sound_are_found() {
    finds("clicks", usual(), &[("parameter-clicks", "warn", "`unsound_level` clicks at −6.3 dB")]);
    let mut strict = usual();
    strict["limits"] = json!({"click_db": -30.0});
    finds("clicks", strict, &[("parameter-clicks", "fail", "−30.0 dB is the limit")]);
    finds("fixed-cutoff", usual(), &[("rate-independence", "fail", "at 96 kHz it differs from 48 kHz by")]);
    finds(
        "fixed-delay",
        usual(),
        &[
            ("rate-independence", "fail", "the middle of its energy comes after"),
            ("latency", "fail", "0 frames are reported, and an impulse comes out from frame 4800 on"),
        ],
    );
    finds(
        "latency-off-by-one",
        usual(),
        &[
            ("latency", "fail", "63 frames are reported, and an impulse comes out from frame 64 on"),
            // The published wrapper's.
            ("bypass", "warn", "while it reports 63 frames of latency"),
        ],
    );
    finds("swapped", usual(), &[("channels", "fail", "the channels are swapped")]);
    finds(
        "wet-bypass",
        usual(),
        &[
            ("bypass", "fail", "what it makes while bypassed isn't its input"),
            // It smooths nothing.
            ("parameter-clicks", "warn", "`wet_level` clicks"),
        ],
    );
    finds("ignored", usual(), &[("unused-parameters", "warn", "`unsound_level` changes nothing")]);
}

#[test]
fn a_crash_and_a_hang_are_verdicts_and_what_follows_is_tried() {
    finds("mono-crash", usual(), &[("mono", "fail", "it crashed: the processor panicked at ")]);
    finds("rate-crash", usual(), &[("sample-rates", "fail", "no filter for 8000 Hz")]);
    finds("backwards-crash", usual(), &[("transport", "fail", "time goes on")]);
    finds(
        "hang",
        usual(),
        &[("block-sizes", "fail", "in a block of 31 frames from frame 0 of noise at 48 kHz")],
    );
    finds(
        "no-start",
        usual(),
        &[("starts", "fail", "told to fail at the start"), ("mono", "skipped", "see `starts`")],
    );
}

#[test]
fn parameters_that_are_refused_are_told_by_one_test() {
    for (fault, says) in [
        ("duplicate-id", "two parameters have the id `unsound_level`"),
        ("inverted-range", "its smallest value is above its largest"),
        ("wild-default", "its default is outside of its range"),
    ] {
        finds(fault, usual(), &[("parameters", "fail", says), ("finite", "skipped", "see `parameters`")]);
    }
}

#[test]
fn cost_is_told_and_what_process_does_where_it_is_watched() {
    let only = |name: &str| json!({"tests": [name]});
    finds("dear", only("cost"), &[("cost", "warn", "% of real time at 48 kHz; 50 % is the limit")]);
    let home = tempfile::tempdir().expect("a folder");
    let rows = document(&check(home.path(), &job(home.path(), "allocates", only("realtime"))));
    let row = &rows["realtime"];
    let told = row["told"].as_str().expect("words");
    assert_eq!(row["verdict"], "fail", "{row}");
    assert!(told.contains("unsound.rs"), "{row}");
}

/// The gain, the saturator and the filter of 0.12 smooth nothing.
#[test]
fn processors_of_the_published_crate_pass_and_their_clicks_warn() {
    for name in ["passthrough", "tone"] {
        finds_in("published", name, usual(), &[]);
    }
    for (name, parameter) in
        [("gain", "gain_level"), ("saturator", "saturator_drive_db"), ("filter", "filter_cutoff_hz")]
    {
        finds_in(
            "published",
            name,
            usual(),
            &[("parameter-clicks", "warn", &format!("`{parameter}` clicks at "))],
        );
    }
}

#[test]
fn limits_move_a_verdict_and_a_seed_repeats_it() {
    let home = tempfile::tempdir().expect("a folder");
    let plan = |seed: u64| json!({"seed": seed, "tests": ["parameter-clicks", "block-sizes"], "limits": {"click_db": 0.0, "same_db": 0.0}});
    for fault in ["clicks", "block-size"] {
        let rows = document(&check(home.path(), &job(home.path(), fault, plan(7))));
        assert!(rows.values().all(|row| row["verdict"] == "pass"), "{rows:?}");
    }
    let seen = |seed: u64| {
        let plan = json!({"seed": seed, "tests": ["block-sizes"]});
        let rows = document(&check(home.path(), &job(home.path(), "block-size", plan)));
        rows["block-sizes"]["told"].as_str().expect("words").to_owned()
    };
    let first = seen(7);
    assert_eq!(seen(7), first);
    assert_ne!(seen(8), first, "other noise");
}

#[test]
fn a_job_that_makes_no_sense_is_refused_in_words() {
    let home = tempfile::tempdir().expect("a folder");
    for (plan, says) in [
        (json!({"tests": ["nothing"]}), "there is no test `nothing`"),
        (json!({"limits": {"rate_db": -1.0}}), "`rate_db` can't be -1"),
        (json!({"limits": {"rate": 1.0}}), "unknown field `rate`"),
        (json!({"depth": "endless"}), "endless"),
    ] {
        let output = check(home.path(), &job(home.path(), "sound", plan));
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains(says), "{says}: {output:?}");
    }
}

/// Ends by a signal in the middle of a hang, and its children with it.
#[test]
fn a_signal_ends_it_and_its_children() {
    let home = tempfile::tempdir().expect("a folder");
    let job = job(home.path(), "hang", json!({"tests": ["block-sizes"]}));
    let mut running = Companion::command(home.path())
        .arg("--check")
        .arg(job.to_string())
        .stdout(Stdio::null())
        .spawn()
        .expect("it runs");
    let folder = home.path().join("hang");
    let children = || {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        processes
            .filter(|process| fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == folder))
            .count()
    };
    if Path::new("/proc/self/cwd").exists() {
        eventually("a child runs", || (children() > 0).then_some(()));
    }
    kill_process(Pid::from_child(&running), Signal::INT).expect("it is ours");
    assert_eq!(running.wait().expect("it ends").code(), Some(130));
    eventually("no child is left", || (children() == 0).then_some(()));
}
