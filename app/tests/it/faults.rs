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

/// The next line of the companion's own in the project's log that has this in it.
fn message(control: &mut Control, part: &str) -> String {
    let fits = |log: &Value| {
        log["stream"] == "message" && log["line"].as_str().is_some_and(|line| line.contains(part))
    };
    control.notice("childLog", fits)["line"].as_str().unwrap().to_owned()
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
    assert!(
        reason.contains("crashed 3 times in 30 s, so it is paused. You hear the dry input until you"),
        "{reason}"
    );
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
    assert!(
        reason.starts_with("No answer for 250 ms (endless loop?). It will be ended after 2 s. You hear"),
        "{reason}"
    );
    let child = control.child_pid();
    mend(&attached);
    let reason = control.state("crashed");
    assert!(reason.starts_with("No answer for 2 s") && reason.contains("starts again in 250 ms"), "{reason}");
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
    let stats = control.stats(|stats| stats["not_a_number"]["resets"].as_u64() > Some(1));
    assert!(output_rms(&stats).is_finite());
    assert!(stats["nonfinite"].as_u64() > Some(1000), "{stats}");
    let trouble = &stats["not_a_number"];
    assert!(trouble["since_ms"].as_u64() > Some(1_700_000_000_000), "{trouble}");
    assert_eq!(
        trouble["parameters"],
        json!([{"id": "faulty_fault", "name": "Fault", "value": "Not a number"}])
    );
    let notice = &stats["notices"][0];
    assert_eq!((&notice["id"], &notice["action"]), (&json!("notANumber"), &json!("restart")));
    let text = notice["text"].as_str().unwrap();
    assert!(
        text.contains("is not a number since ") && text.contains("(Fault Not a number): silence is played"),
        "{text}"
    );
    assert!(text.ends_with("the cause is still there."), "{text}");
}

/// A NaN that stays in a feedback path after its cause is gone.
#[test]
fn a_state_that_is_not_a_number_is_cleared_by_a_reset() {
    let companion = Companion::start();
    let (mut control, _attached) = faulty(&companion, 12.0);
    let line = message(&mut control, "not a number");
    assert!(line.contains("(Fault Poison): silence is played instead."), "{line}");
    let line = message(&mut control, "number again");
    assert_eq!(line, "The processor's output is a number again after a reset, and is heard.");
    let stats = control.stats(|stats| stats["not_a_number"].is_null());
    assert_eq!(stats["notices"], Value::Null, "{stats}");
    assert!(output_rms(&stats) > 0.1, "{stats}");
    assert_eq!(stats["respawns"], 0, "the same child");
}

/// What is heard without the processor is what meters show, and every reason says it.
#[test]
fn a_project_whose_processor_is_gone_shows_and_names_the_dry_input() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("faulty", json!({}));
    let stats = control.stats(|stats| stats["heard"] == "processed");
    assert_eq!((&stats["total"]["builds"], &stats["notices"]), (&json!(1), &Value::Null));
    let mut page = Page::open(&attached);
    page.call("setParameter", json!({"id": "faulty_fault", "value": 2.0})).unwrap();
    control.state("held");
    let stats = control.stats(|stats| stats["state"] == "held" && stats["heard"] == "dry");
    let notice = &stats["notices"][0];
    assert_eq!((&notice["id"], &notice["action"]), (&json!("state"), &json!("restart")));
    assert!(
        notice["text"]
            .as_str()
            .unwrap()
            .ends_with("so it is paused. You hear the dry input until you save a fix or restart it."),
        "{notice}"
    );
    control.heard_at(tone_rms());
    assert_eq!(stats["total"]["respawns"], 2, "{stats}");
    // A restart counts too, and the notice is over.
    mend(&attached);
    control.call("restart", json!({"session": attached["session"]})).unwrap();
    control.state("live");
    let stats = control.stats(|stats| stats["heard"] == "processed");
    assert_eq!((&stats["notices"], &stats["respawns"]), (&Value::Null, &json!(3)));
}

/// Too slow by half: bypassed, and its load is told all the same.
#[test]
fn a_processor_that_is_too_slow_is_measured_while_it_is_bypassed() {
    let companion = Companion::start();
    let (mut control, _attached) = faulty(&companion, 5.0);
    let reason = control.state("bypassed");
    assert!(reason.contains("You hear the dry input until"), "{reason}");
    let stats = control
        .stats(|stats| stats["heard"] == "dry" && stats["processor_load"]["average"].as_f64() > Some(1.4));
    let load = &stats["processor_load"];
    assert!(load["p99"].as_f64() <= load["max"].as_f64(), "{load}");
    assert!(stats["load"].as_f64() < Some(1.0), "the audio thread waits for nobody: {stats}");
}
