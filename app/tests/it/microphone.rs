//! The system's permission for the microphone, simulated with a file, without a menu: debug builds only.

use crate::{
    page::Page,
    support::{Companion, eventually},
};
use serde_json::{Value, json};
use std::{fs, os::unix::net::UnixStream, path::PathBuf};

/// A companion for which the file holds the system's permission.
fn companion(says: &str) -> (Companion, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let system = home.path().join("permission");
    fs::write(&system, says).unwrap();
    let mut command = Companion::command(home.path());
    command.args(["--headless", "--backend", "virtual"]).env("WAVECRAFT_PLAY_MICROPHONE", &system);
    let companion = Companion { home, process: command.spawn().unwrap() };
    eventually("the companion listens", || UnixStream::connect(companion.socket()).ok());
    (companion, system)
}

fn microphone() -> Value {
    json!({"source": {"kind": "microphone"}})
}

fn line_with(part: &str) -> impl Fn(&Value) -> bool {
    move |log| log["stream"] == "message" && log["line"].as_str().unwrap().contains(part)
}

fn is_open(stats: &Value) -> bool {
    stats["devices"]["input"].is_string() && stats["source_reason"].is_null()
}

#[test]
fn a_denied_microphone_is_silence_and_said_everywhere_until_it_is_allowed() {
    let (companion, system) = companion("denied");
    let mut control = companion.control();
    let attached = control.attach_live("gain", microphone());
    control.notice("childLog", line_with("System Settings"));
    let stats = control.stats(|stats| stats["source_reason"].is_string());
    assert_eq!((&stats["source"], &stats["devices"]["input"]), (&json!("microphone"), &Value::Null));
    let mut page = Page::open(&attached);
    let status = page.call("getAudioStatus", json!({})).unwrap()["status"].clone();
    assert_eq!(
        (&status["phase"], &status["diagnostic"]["code"]),
        (&json!("degraded"), &json!("inputPermissionDenied"))
    );
    assert!(status["diagnostic"]["hint"].as_str().unwrap().contains("Privacy"), "{status}");

    // Allowed in the system's settings, which notify nobody.
    fs::write(&system, "authorized").unwrap();
    page.notice("audioStatusChanged", |status| status["phase"] == "runningFullDuplex");
    control.notice("childLog", line_with("the microphone is allowed"));
    control.stats(is_open);

    // And taken away again while the microphone is heard.
    fs::write(&system, "restricted").unwrap();
    control.notice("childLog", line_with("this computer's rules"));
    control.stats(|stats| stats["devices"]["input"].is_null());
}

#[test]
fn the_system_is_asked_when_a_project_wants_the_microphone_and_not_before() {
    let (companion, system) = companion("notDetermined authorized");
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let mut set = |source: &str| {
        let set = json!({"session": attached["session"], "source": {"kind": source}});
        control.call("setSource", set).unwrap();
    };
    set("noise");
    assert_eq!(fs::read_to_string(&system).unwrap(), "notDetermined authorized");
    set("microphone");
    control.notice("childLog", line_with("the system asks"));
    control.notice("childLog", line_with("the microphone is allowed"));
    control.stats(is_open);
    assert_eq!(fs::read_to_string(&system).unwrap(), "authorized");
}

#[test]
fn a_person_who_says_no_is_not_asked_again() {
    let (companion, system) = companion("notDetermined denied");
    let mut control = companion.control();
    let attached = control.attach_live("gain", microphone());
    control.notice("childLog", line_with("System Settings"));
    // Whatever the system would answer, it isn't asked.
    fs::write(&system, "notDetermined authorized").unwrap();
    let set = json!({"session": attached["session"], "source": {"kind": "microphone"}});
    control.call("setSource", set).unwrap();
    control.stats(|stats| stats["source_reason"].as_str().is_some_and(|reason| reason.contains("asks")));
    assert_eq!(fs::read_to_string(&system).unwrap(), "notDetermined authorized");
}

#[test]
fn without_a_menu_whoever_starts_a_project_allows_it() {
    let companion = Companion::start();
    let mut control = companion.control();
    control.attach_live("gain", microphone());
    control.stats(is_open);
    assert!(companion.log().contains("hears the microphone"), "{}", companion.log());
}

#[test]
fn nothing_is_measured_with_a_microphone_that_the_system_keeps_away() {
    let (companion, system) = companion("notDetermined denied");
    let mut control = companion.control();
    let refused = control.call("measureLatency", json!({})).unwrap_err();
    assert!(refused["message"].as_str().unwrap().contains("answer it, then measure again"), "{refused}");
    // The user was asked, and said no.
    assert_eq!(fs::read_to_string(system).unwrap(), "denied");
    let refused = control.call("measureLatency", json!({})).unwrap_err();
    assert!(refused["message"].as_str().unwrap().contains("System Settings"), "{refused}");
}

#[test]
fn a_terminals_word_is_obeyed_remembered_and_listed() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached =
        control.attach_live("gain", json!({"source": {"kind": "microphone"}, "project_dir": "/first"}));
    control.stats(is_open);
    let word = |consent: Value| json!({"project_dir": "/first", "consent": consent});

    // From any connection: any caller on this socket is this user.
    let mut other = companion.control();
    let access = other.call("confirmMicrophone", word(json!("refused"))).unwrap();
    assert_eq!(access["projects"][0]["access"], "refused");
    control.notice("childLog", line_with("`wavecraft microphone allow`"));
    control.stats(|stats| stats["source_reason"].is_string() && stats["devices"]["input"].is_null());

    let access = other.call("confirmMicrophone", word(json!("allowed"))).unwrap();
    assert_eq!(
        access["projects"],
        json!([{"session": attached["session"], "name": "gain", "project_dir": "/first", "access": "allowed"}])
    );
    let said = &access["remembered"][0];
    assert_eq!((&said["project_dir"], &said["consent"]), (&json!("/first"), &json!("allowed")));
    assert_eq!(said["given"]["from"], "terminal");
    assert!(said["given"]["at"].as_u64().unwrap() > 1_700_000_000, "{said}");
    control.stats(is_open);
    // Each yes is announced on the desktop; if there is none, the log has it.
    eventually("the yes is told", || {
        companion.log().contains(": gain may hear the microphone").then_some(())
    });
    // A repeated answer keeps its time and place.
    let again = other.call("confirmMicrophone", word(json!("allowed"))).unwrap();
    assert_eq!(again["remembered"], access["remembered"]);

    let forgotten = other.call("confirmMicrophone", word(Value::Null)).unwrap();
    assert_eq!(forgotten["remembered"], json!([]));
    assert_eq!(other.call("microphone", json!({})).unwrap(), forgotten);
}

#[test]
fn a_word_on_nothing_is_refused_and_a_flood_of_yeses_too() {
    let companion = Companion::start();
    let mut control = companion.control();
    let refused = |control: &mut crate::support::Control, params: Value, why: &str| {
        let error = control.call("confirmMicrophone", params).unwrap_err();
        assert_eq!(error["code"], -32019, "{error}");
        assert!(error["message"].as_str().unwrap().contains(why), "{error}");
    };
    let word = |consent: Value| json!({"project_dir": "/first", "consent": consent});
    // No project asks: nothing can be allowed in advance.
    refused(&mut control, word(json!("allowed")), "no project in /first asks");
    refused(&mut control, word(Value::Null), "nothing was said");
    refused(&mut control, word(json!("refused")), "nothing was said");
    control.attach_live("gain", json!({"source": {"kind": "microphone"}, "project_dir": "/first"}));
    // The project hears it already, as there is no menu: a key pressed by mistake has no effect.
    let by_key = json!({"project_dir": "/first", "consent": "refused", "if_asked": true});
    refused(&mut control, by_key, "nothing here waits");
    for _ in 0..10 {
        control.call("confirmMicrophone", word(json!("allowed"))).unwrap();
        control.call("confirmMicrophone", word(Value::Null)).unwrap();
    }
    refused(&mut control, word(json!("allowed")), "wait a moment");
}
