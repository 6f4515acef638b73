//! A child that fails in every way: the engine goes on, the reason is reported, and the child comes back.

use crate::{
    lease::Lease,
    page::Page,
    support::{Companion, Control, eventually, is_gone, kill, output_rms, tone_rms},
};
use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};

/// Attaches the faulty example and makes it fail.
fn faulty(companion: &Companion, fault: f32) -> (Control, Value) {
    let mut control = companion.control();
    let attached = control.attach_live("faulty", json!({}));
    let mut page = Page::open(&attached);
    page.call("setParameter", json!({"id": "faulty_fault", "value": fault})).unwrap();
    (control, attached)
}

/// Resets the fault to none, as a user would before the next try.
fn mend(attached: &Value) {
    let mut page = Page::open(attached);
    page.call("setParameter", json!({"id": "faulty_fault", "value": 0.0})).unwrap();
}

#[test]
fn a_killed_child_is_back_with_its_values() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let mut page = Page::open(&attached);
    page.call("setParameter", json!({"id": "gain_level", "value": -6.0206})).unwrap();
    let child = control.child_pid();
    kill(child);
    let reason = control.state("crashed");
    assert!(reason.contains("SIGKILL") && reason.contains("again in 250 ms"), "{reason}");
    control.state("live");
    assert_ne!(control.child_pid(), child);
    let blocks = control.stats(|_| true)["blocks"].as_u64();
    let stats = control.stats(|stats| stats["blocks"].as_u64() > blocks.map(|blocks| blocks + 50));
    assert_eq!(stats["respawns"], 1);
    control.heard_at(tone_rms() / 2.0);
}

#[test]
fn a_panic_is_told_with_its_message_and_place() {
    let companion = Companion::start();
    let (mut control, attached) = faulty(&companion, 1.0);
    let reason = control.state("crashed");
    assert!(reason.contains("panicked at") && reason.contains("faulty.rs:"), "{reason}");
    mend(&attached);
    control.state("live");
}

#[test]
fn an_abort_is_told_by_its_signal_and_an_exit_by_its_code() {
    let companion = Companion::start();
    let (mut control, attached) = faulty(&companion, 2.0);
    let reason = control.state("crashed");
    assert!(reason.contains("SIGABRT"), "{reason}");
    mend(&attached);
    control.state("live");
    let mut page = Page::open(&attached);
    page.call("setParameter", json!({"id": "faulty_fault", "value": 3.0})).unwrap();
    let reason = control.state("crashed");
    assert!(reason.contains("exited with code 0"), "{reason}");
}

#[test]
fn the_third_crash_holds_and_a_restart_tries_again() {
    let companion = Companion::start();
    let (mut control, attached) = faulty(&companion, 1.0);
    let reason = control.state("held");
    assert!(reason.contains("with 3 crashes in 30 s") && reason.contains("restarted"), "{reason}");
    mend(&attached);
    control.call("restart", json!({"session": attached["session"]})).unwrap();
    control.state("live");
    // Pages and the mix are available all the time.
    assert_eq!(control.call("status", json!({})).unwrap()["sessions"][0]["state"], "live");
}

#[test]
fn a_processor_that_can_not_be_made_is_held() {
    let companion = Companion::start();
    let mut control = companion.control();
    control.attach("faulty", json!({"args": ["--fault-at-start"]})).unwrap();
    let reason = control.state("held");
    assert!(reason.contains("told to fault at the start"), "{reason}");
}

#[test]
fn a_program_that_is_no_child_is_told_apart() {
    let companion = Companion::start();
    let mut control = companion.control();
    let program = companion.home.path().join("program");
    std::fs::copy("/bin/true", &program).unwrap();
    control.attach("gain", json!({"executable": program})).unwrap();
    let reason = control.state("held");
    assert!(reason.contains("exited with code 0"), "{reason}");
}

#[test]
fn a_program_that_says_nothing_is_waited_for_and_then_given_up() {
    let home = tempfile::tempdir().unwrap();
    let patience = json!({"first_word_ms": 900, "restart_after_ms": [1], "hold_after": 1});
    let settings = json!({"version": 1, "patience": patience, "projects": {}});
    std::fs::write(home.path().join("settings.json"), settings.to_string()).unwrap();
    let companion = Companion::start_in(home, &["--backend", "virtual"]);
    let mut control = companion.control();
    let program = companion.home.path().join("program");
    std::fs::copy("/bin/sleep", &program).unwrap();
    control.attach("gain", json!({"executable": program, "args": ["600"]})).unwrap();
    let waits = control
        .notice("childLog", |log| log["line"].as_str().is_some_and(|line| line.contains("waited for")));
    assert!(waits["line"].as_str().unwrap().contains("said nothing for 300 ms"), "{waits}");
    let reason = control.state("held");
    assert!(reason.contains("said nothing in 900 ms") && reason.contains("try Restart"), "{reason}");
}

/// As on a Mac that checks a new build first: no other process can open a leased file before the lease is given back.
#[test]
fn a_program_that_the_system_does_not_start_yet_holds_up_nothing_else() {
    let companion = Companion::start();
    let mut control = companion.control();
    let program = companion.home.path().join("program");
    std::fs::copy("/bin/true", &program).unwrap();
    let attached = control.attach("gain", json!({"executable": program})).unwrap();
    control.state("held");
    let Some(lease) = Lease::take(&program) else { return };
    control.call("restart", json!({"session": attached["session"]})).unwrap();
    eventually("the companion wants to run it", || lease.is_wanted().then_some(()));
    // Meanwhile another project becomes live.
    let mut other = companion.control();
    other.attach_live("gain", json!({}));
    let status = other.call("status", json!({})).unwrap();
    assert_eq!(status["sessions"].as_array().unwrap().len(), 2);
    drop(lease);
    let reason = control.state("held");
    assert!(reason.contains("exited with code 0"), "{reason}");
    // And a child that never starts can be given up.
    let Some(lease) = Lease::take(&program) else { panic!("the lease was there before") };
    control.call("restart", json!({"session": attached["session"]})).unwrap();
    eventually("the companion wants to run it", || lease.is_wanted().then_some(()));
    control.call("detach", json!({"session": attached["session"]})).unwrap();
    assert_eq!(other.call("status", json!({})).unwrap()["sessions"].as_array().unwrap().len(), 1);
}

#[test]
fn an_endless_loop_is_ended_and_the_child_is_back() {
    let companion = Companion::start();
    let (mut control, attached) = faulty(&companion, 4.0);
    let reason = control.state("notResponding");
    assert!(reason.contains("has not moved"), "{reason}");
    let child = control.child_pid();
    mend(&attached);
    let reason = control.state("crashed");
    assert!(reason.contains("did not respond"), "{reason}");
    eventually("the looping child is gone", || is_gone(child));
    control.state("live");
}

#[test]
fn a_child_that_stands_still_for_a_moment_comes_back_by_itself() {
    let companion = Companion::start();
    let mut control = companion.control();
    control.attach_live("gain", json!({}));
    let child = control.child_pid();
    kill_process(child, Signal::STOP).unwrap();
    control.state("notResponding");
    kill_process(child, Signal::CONT).unwrap();
    control.state("live");
    assert_eq!(control.child_pid(), child, "the same child");
}

#[test]
fn what_is_not_a_number_is_counted_and_not_heard() {
    let companion = Companion::start();
    let (mut control, _attached) = faulty(&companion, 6.0);
    let stats = control.stats(|stats| stats["nonfinite"].as_u64() > Some(1000));
    assert!(output_rms(&stats).is_finite());
}
