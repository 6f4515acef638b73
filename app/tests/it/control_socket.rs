//! The control socket itself.

use crate::{page::Page, support::Companion};
use serde_json::{Value, json};
use std::io::Write;

#[test]
fn hello_comes_first_and_versions_must_agree() {
    let companion = Companion::start();
    let mut control = companion.connect();
    assert_eq!(control.call("status", json!({})).unwrap_err()["code"], -32015);
    let error = control.call("hello", json!({"version": 99})).unwrap_err();
    assert_eq!(error["code"], -32010);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("protocol 1") && message.contains("99"), "{message}");
    let welcome = control.call("hello", json!({"version": 1})).unwrap();
    assert_eq!(welcome["pid"], companion.process.id());
    assert_eq!(welcome["headless"], true);
}

#[test]
fn garbage_hurts_nobody_else() {
    let companion = Companion::start();
    let mut good = companion.control();
    let mut bad = companion.connect();
    bad.stream.write_all(b"\x00{{{ nothing\n").unwrap();
    assert_eq!(bad.line().unwrap()["error"]["code"], -32700);
    assert_eq!(bad.call("nosuch", json!({})).unwrap_err()["code"], -32015);
    bad.call("hello", json!({"version": 1})).unwrap();
    assert_eq!(bad.call("nosuch", json!({})).unwrap_err()["code"], -32601);
    assert_eq!(bad.call("attach", json!({"name": 7})).unwrap_err()["code"], -32602);
    assert_eq!(bad.call("detach", json!({"session": "nosuch"})).unwrap_err()["code"], -32011);
    bad.stream.write_all(&[0xff, b'\n']).unwrap();
    assert!(bad.line().unwrap()["error"]["message"].as_str().unwrap().contains("UTF-8"));
    assert_eq!(bad.line(), None, "closed after a line that is no text");
    good.call("status", json!({})).unwrap();
}

#[test]
fn an_endless_line_is_cut_off() {
    let companion = Companion::start();
    let mut control = companion.connect();
    // The companion closes in the middle of this, so the end of the write may fail.
    let _ = control.stream.write_all(&vec![b'x'; 1 << 20]);
    let answer = control.line();
    assert!(answer.is_none_or(|answer| answer["error"]["code"] == -32600));
}

#[test]
fn notifications_get_no_answer_and_batches_get_one() {
    let companion = Companion::start();
    let mut control = companion.control();
    let quiet = json!({"jsonrpc": "2.0", "method": "nosuch"});
    writeln!(control.stream, "{quiet}").unwrap();
    writeln!(control.stream, "{}", json!([quiet, {"jsonrpc": "2.0", "id": "x", "method": "status"}, 1]))
        .unwrap();
    let Value::Array(answers) = control.line().unwrap() else { panic!("no batch") };
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0]["id"], "x");
    assert_eq!(answers[1]["error"]["code"], -32600);
}

#[test]
fn others_may_look_and_stop_and_no_more() {
    let companion = Companion::start();
    let mut owner = companion.control();
    let mut other = companion.control();
    let session = owner.attach_live("gain", json!({}))["session"].clone();
    other.call("subscribe", json!({"all": true})).unwrap();
    for (method, params) in [
        ("setMute", json!({"session": session, "on": true})),
        ("setSource", json!({"session": session, "source": {"kind": "microphone"}})),
        ("reload", json!({"session": session, "executable": "/x"})),
        ("restart", json!({"session": session})),
    ] {
        let error = other.call(method, params).unwrap_err();
        assert!(error["message"].as_str().unwrap().contains("belongs to"), "{method}: {error}");
    }
    let status = other.call("status", json!({})).unwrap();
    assert_eq!(status["sessions"][0]["session"], session);
    other.stats(|stats| stats["session"] == session);
    other.call("detach", json!({"session": session})).unwrap();
    assert_eq!(owner.state("ended"), "");
}

#[test]
fn gain_mute_and_bypass_are_behind_the_meters() {
    let companion = Companion::start();
    let mut control = companion.control();
    let session = control.attach_live("gain", json!({}))["session"].clone();
    control.call("setGain", json!({"session": session, "gain_db": -12.0})).unwrap();
    control.call("setMute", json!({"session": session, "on": true})).unwrap();
    control.call("setBypass", json!({"session": session, "on": true})).unwrap();
    let stats = control.stats(|stats| stats["muted"] == true && stats["bypassed"] == true);
    assert_eq!(stats["gain_db"], -12.0);
    control.heard_at(crate::support::tone_rms());
    let error = control.call("setGain", json!({"session": session, "gain_db": 40.0})).unwrap_err();
    assert_eq!(error["code"], -32602);
}

#[test]
fn a_projects_volume_is_its_pages_too_and_outlives_its_start() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let session = attached["session"].clone();
    let mut page = Page::open(&attached);
    for wrong in [json!(12.5), json!(-61), json!("loud"), json!(null)] {
        let error = page.call("setGain", json!({"gain_db": wrong})).unwrap_err();
        assert_eq!(error["code"], -32602, "{error}");
    }
    page.call("setGain", json!({"gain_db": -20.5})).unwrap();
    control.stats(|stats| stats["gain_db"] == -20.5);
    drop(page);
    control.call("detach", json!({"session": session})).unwrap();
    let session = control.attach_live("gain", json!({}))["session"].clone();
    control.stats(|stats| stats["session"] == session && stats["gain_db"] == -20.5);
    // Back at 0 there is nothing to remember.
    control.call("setGain", json!({"session": session, "gain_db": 0})).unwrap();
    control.call("detach", json!({"session": session})).unwrap();
    let session = control.attach_live("gain", json!({}))["session"].clone();
    control.stats(|stats| stats["session"] == session && stats["gain_db"] == 0.0);
}

#[test]
fn devices_are_chosen_for_good_and_only_from_those_there_are() {
    let companion = Companion::start();
    let mut control = companion.control();
    let select = |control: &mut crate::support::Control, params| control.call("selectDevices", params);
    let error = select(&mut control, json!({"output": "nosuch"})).unwrap_err();
    assert_eq!(error["code"], -32017, "{error}");
    assert!(error["message"].as_str().unwrap().contains("there is no output `nosuch`"), "{error}");
    let error = select(&mut control, json!({"buffer_size": 8, "sample_rate": 96_000})).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("16 to 4096, not 8"), "{error}");

    let told =
        select(&mut control, json!({"buffer_size": 64, "sample_rate": 96_000, "input": null})).unwrap();
    assert_eq!(told["chosen"], json!({"buffer_size": 64, "sample_rate": 96_000}));
    let told = select(&mut control, json!({"sample_rate": null})).unwrap();
    assert_eq!(told["chosen"], json!({"buffer_size": 64}));
    let attached = control.attach_live("gain", json!({}));
    assert_eq!(attached["devices"]["buffer_frames"], 64, "{attached}");
    let told = control.call("devices", json!({})).unwrap();
    assert_eq!(told["in_use"]["backend"], "virtual", "{told}");
    let settings = std::fs::read_to_string(companion.home.path().join("settings.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&settings).unwrap()["buffer_size"], 64);
}
