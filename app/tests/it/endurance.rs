//! Children that are killed, hang and are swapped, two hundred times: the engine misses nothing.

use crate::{
    page::Page,
    support::{Companion, Control, child, eventually, tone_rms},
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

const ROUNDS: usize = 200;

/// The virtual device counts cycles as lost when it is four periods behind: 64 ms with these settings. A hanging child
/// hangs for 200 ms, so an engine that waited for one could not make up for it.
const SETTINGS: &str = r#"{
    "version": 1,
    "buffer_frames": 768,
    "patience": {"not_responding_ms": 100, "end_after_ms": 200, "restart_after_ms": [1], "hold_after": 0}
}"#;

/// The delay that loses cycles.
const LOST_MS: u64 = 64;

/// How long the system made the companion's audio thread wait for a CPU although it was ready to run: lost cycles that
/// this explains aren't the engine's fault. From the kernel's schedstat, in nanoseconds, the second of three numbers; 0
/// if there is no such file.
fn starved_ms(companion: &Companion) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", companion.process.id()));
    let thread = tasks.into_iter().flatten().flatten().map(|task| task.path()).find(|task| {
        std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "virtual-audio")
    });
    let numbers = thread.and_then(|task| std::fs::read_to_string(task.join("schedstat")).ok());
    let waited_ns = numbers.and_then(|numbers| numbers.split(' ').nth(1)?.parse::<u64>().ok());
    waited_ns.unwrap_or(0) / 1_000_000
}

/// Waits until a child other than `before` is live.
fn another(control: &mut Control, before: Pid) {
    eventually("another child is heard", || {
        let status = control.call("status", json!({})).unwrap();
        let session = &status["sessions"][0];
        let is_new = session["child_pid"].as_i64() != Some(i64::from(before.as_raw_nonzero().get()));
        (is_new && session["state"] == "live").then_some(())
    });
    control.notices.clear();
}

/// Waits until the processed sound is heard.
fn sounds(page: &mut Page) {
    eventually("the sound is back", || {
        let frame: Value = page.call("getMeterFrame", json!({})).unwrap();
        let rms = frame["frame"]["rms_l"].as_f64()?;
        ((rms - tone_rms()).abs() < tone_rms() * 0.02).then_some(())
    });
    page.notices.clear();
}

#[test]
fn no_cycle_is_lost_to_two_hundred_faults() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("settings.json"), SETTINGS).unwrap();
    let companion = Companion::start_in(home, &["--backend", "virtual"]);
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    assert_eq!(attached["devices"]["buffer_frames"], 768);
    let session = &attached["session"];
    let mut page = Page::open(&attached);
    sounds(&mut page);
    for round in 0..ROUNDS {
        let before = control.child_pid();
        match round % 3 {
            // A child that stood still for too long on a starved machine is gone already, and another comes all the
            // same.
            0 => drop(kill_process(before, Signal::KILL)),
            1 => drop(kill_process(before, Signal::STOP)),
            _ => {
                let program = child(if round % 2 == 0 { "gain" } else { "passthrough" });
                control.call("reload", json!({"session": session, "executable": program})).unwrap();
            }
        }
        another(&mut control, before);
        sounds(&mut page);
        if round % 5 == 0 {
            let mode = if round % 10 == 0 { "direct" } else { "pipelined" };
            control.call("setMode", json!({"session": session, "mode": mode})).unwrap();
        }
    }
    // Two of three rounds end a child, the third replaces it by another build.
    let stats = control.stats(|stats| {
        let total = &stats["total"];
        let count = |name: &str| total[name].as_u64().unwrap();
        count("respawns") + count("builds") > u64::try_from(ROUNDS).unwrap()
    });
    let lost = stats["xruns"].as_u64().unwrap();
    let starved_ms = starved_ms(&companion);
    assert!(lost * LOST_MS <= starved_ms, "lost {lost} times, not run for {starved_ms} ms: {stats}");
}
