//! The mode, what is heard instead of the processor, the guard, and what is remembered of a project.

use crate::{
    page::Page,
    support::{Companion, eventually, kill},
};
use serde_json::{Value, json};
use std::os::unix::net::UnixStream;

/// Is the project in direct mode, without a delay, or did a machine that is too busy give that up, with the reason?
fn is_direct(stats: &Value) -> bool {
    let direct = stats["mode"] == "direct" && stats["latency"]["pipeline"] == 0;
    direct || stats["mode_reason"].as_str().is_some_and(|reason| reason.contains("Direct mode is given up"))
}

fn is_pipelined(stats: &Value) -> bool {
    stats["mode"] == "pipelined" && stats["latency"]["pipeline"] == 256 && stats["mode_reason"].is_null()
}

#[test]
fn the_mode_is_chosen_at_the_attach_by_a_call_and_by_a_page() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({"mode": "direct"}));
    control.stats(is_direct);
    let set = |mode: &str| json!({"session": attached["session"], "mode": mode});
    control.call("setMode", set("pipelined")).unwrap();
    control.stats(is_pipelined);
    control.call("setMode", set("direct")).unwrap();
    control.stats(is_direct);
    assert_eq!(control.call("setMode", set("fast")).unwrap_err()["code"], -32602);

    let mut page = Page::open(&attached);
    page.call("subscribe", json!({"topics": ["stats"]})).unwrap();
    page.call("setMode", json!({"mode": "pipelined"})).unwrap();
    page.notice("stats", is_pipelined);
    let status = control.call("status", json!({})).unwrap();
    assert!(is_pipelined(&status["sessions"][0]["stats"]), "{status}");
    page.call("setMode", json!({"mode": "direct"})).unwrap();
    page.notice("stats", is_direct);

    control.call("detach", json!({"session": attached["session"]})).unwrap();
    control.attach_live("gain", json!({}));
    control.stats(is_direct);
}

#[test]
fn a_slow_processor_is_taken_back_to_pipelined_and_then_bypassed_with_the_measured_times() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("faulty", json!({"mode": "direct"}));
    let mut page = Page::open(&attached);
    page.call("subscribe", json!({"topics": ["log", "stats"]})).unwrap();
    // Each block takes one and a half blocks' time.
    page.call("setParameter", json!({"id": "faulty_fault", "value": 5.0})).unwrap();
    let given_up =
        |log: &Value| log["line"].as_str().is_some_and(|line| line.contains("Direct mode is given up"));
    control.notice("childLog", given_up);
    page.notice("childLog", given_up);
    page.notice("stats", |stats| stats["mode"] == "pipelined" && stats["mode_reason"].is_string());
    let reason = control.state("bypassed");
    assert!(
        reason.contains("5.3 ms") && reason.ends_with("You hear the dry input until it catches up."),
        "{reason}"
    );
    let stats = control.stats(|stats| stats["late_blocks"]["too_slow"].as_u64() > Some(3));
    assert_eq!(stats["mode"], "pipelined");

    page.call("setParameter", json!({"id": "faulty_fault", "value": 0.0})).unwrap();
    control.state("live");
    control.stats(|stats| {
        stats["processor_load"]["max"].as_f64() > Some(1.0) || stats["wake_us"].as_f64() > Some(0.0)
    });
}

#[test]
fn what_is_heard_instead_is_the_terminals_choice() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("faulty", json!({"on_bypass": "silence"}));
    let mut page = Page::open(&attached);
    page.call("setParameter", json!({"id": "faulty_fault", "value": 5.0})).unwrap();
    let reason = control.state("bypassed");
    assert!(reason.ends_with("You hear silence until it catches up."), "{reason}");
    page.call("setParameter", json!({"id": "faulty_fault", "value": 0.0})).unwrap();
    control.state("live");
    let dry = json!({"session": attached["session"], "on": false, "on_bypass": "dry"});
    control.call("setBypass", dry).unwrap();
    page.call("setParameter", json!({"id": "faulty_fault", "value": 5.0})).unwrap();
    let reason = control.state("bypassed");
    assert!(reason.ends_with("You hear the dry input until it catches up."), "{reason}");
}

#[test]
fn values_mode_and_source_outlive_a_companion_that_is_killed() {
    let mut companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({"mode": "direct", "source": {"kind": "sweep"}}));
    let mut page = Page::open(&attached);
    page.call("setParameter", json!({"id": "gain_level", "value": -9.0})).unwrap();
    let settings = companion.home.path().join("settings.json");
    eventually("the value is in the settings", || {
        let settings: Value = serde_json::from_slice(&std::fs::read(&settings).ok()?).ok()?;
        (settings["projects"]["/"]["parameters"] == json!({"gain_level": -9.0})).then_some(())
    });
    kill(rustix::process::Pid::from_child(&companion.process));
    companion.process.wait().unwrap();

    let again =
        Companion::command(companion.home.path()).args(["--headless", "--backend", "virtual"]).spawn();
    companion.process = again.unwrap();
    eventually("the companion listens again", || UnixStream::connect(companion.socket()).ok());
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({"source": null}));
    let mut page = Page::open(&attached);
    let level = page.call("getParameter", json!({"id": "gain_level"})).unwrap();
    assert_eq!(level["value"], -9.0);
    let stats = control.stats(is_direct);
    assert_eq!(stats["source"], "sweep");
}

#[test]
fn the_guard_is_shown_while_it_acts_and_a_howl_ends_by_unmuting() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let mut page = Page::open(&attached);
    let mut level = |decibels: f32| {
        page.call("setParameter", json!({"id": "gain_level", "value": decibels})).unwrap();
    };
    // The tone has its peaks at -12 dBFS and an RMS of -15 dBFS.
    level(13.0);
    let stats = control.stats(|stats| stats["guard"]["limiting"] == true);
    assert_eq!(stats["guard"]["howl_muted"], false);
    level(24.0);
    control.notice("childLog", |log| log["line"].as_str().is_some_and(|line| line.contains("then unmute")));
    control.stats(|stats| stats["guard"]["howl_muted"] == true);
    level(0.0);
    control.call("setMute", json!({"session": attached["session"], "on": false})).unwrap();
    control.stats(|stats| stats["guard"] == json!({"limiting": false, "howl_muted": false}));
}
