//! Undo and redo belong to the project: through rebuilds, crashes and both sets. What is kept for the next start are the
//! values and the sets, not the steps to them.

use crate::{
    page::Page,
    support::{Companion, child, eventually, kill, tone_rms},
};
use serde_json::{Value, json};

fn moves(page: &mut Page, gesture: u64, id: &str, value: f64) {
    page.call("setParameter", json!({"id": id, "value": value, "gesture": gesture})).unwrap();
}

fn level(page: &mut Page) -> Value {
    page.call("getParameter", json!({"id": "gain_level"})).unwrap()["value"].clone()
}

fn undo(page: &mut Page) -> Value {
    page.call("undo", json!({})).unwrap()
}

#[test]
fn a_gesture_is_undone_at_once_and_heard() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let (mut page, mut other) = (Page::open(&attached), Page::open(&attached));
    for value in [-1.0, -3.0, -6.0] {
        moves(&mut page, 1, "gain_level", value);
    }
    control.heard_at(tone_rms() * 10_f64.powf(-6.0 / 20.0));
    other.notice("historyChanged", |now| *now == json!({"undo": "Level", "undo_steps": 1, "redo_steps": 0}));
    assert_eq!(undo(&mut other), json!({"step": "Level"}));
    control.heard_at(tone_rms());
    assert_eq!(page.notice("parameterChanged", |change| change["value"] == 0.0)["id"], "gain_level");
}

#[test]
fn a_step_outlives_a_build_without_its_parameter_and_a_crash() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let session = attached["session"].clone();
    let mut page = Page::open(&attached);
    moves(&mut page, 1, "gain_level", 6.0);
    moves(&mut page, 2, "gain_level", -6.0);

    // Another build calls everything otherwise.
    let mut reload = |page: &mut Page, example: &str| {
        page.notices.clear();
        control.call("reload", json!({"session": session, "executable": child(example)})).unwrap();
        page.notice("parametersChanged", |_| true);
    };
    reload(&mut page, "echo");
    let all = page.call("getAllParameters", json!({})).unwrap()["parameters"].clone();
    let feedback = all[0]["id"].as_str().unwrap().to_owned();
    moves(&mut page, 3, &feedback, 0.25);
    assert_eq!(undo(&mut page), json!({"step": "Echo Feedback"}), "there are two echoes");
    let stepped = undo(&mut page);
    assert_eq!(stepped, json!({"said": "Passed over Level, Level: this build has none of it."}));

    // What was undone while it was away is so when it is back, and what a crash leaves is a history all the same.
    reload(&mut page, "gain");
    assert_eq!(level(&mut page), 0.0);
    let before = control.child_pid();
    kill(before);
    eventually("another child is heard", || (control.child_pid() != before).then_some(()));
    assert_eq!(page.call("redo", json!({})).unwrap(), json!({"step": "Level"}));
    assert_eq!(page.call("redo", json!({})).unwrap(), json!({"step": "Level"}));
    assert_eq!(level(&mut page), -6.0);
    control.heard_at(tone_rms() * 10_f64.powf(-6.0 / 20.0));
    assert_eq!(undo(&mut page), json!({"step": "Level"}));
    assert_eq!(level(&mut page), 6.0);
}

#[test]
fn both_sets_are_kept_as_an_undo_left_them_and_the_next_companion_has_no_steps() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let session = attached["session"].clone();
    let mut page = Page::open(&attached);
    moves(&mut page, 1, "gain_level", 6.0);
    page.call("hearSet", json!({"set": "B"})).unwrap();
    moves(&mut page, 2, "gain_level", -6.0);
    page.call("copySet", json!({})).unwrap();
    assert_eq!(undo(&mut page), json!({"step": "Copy B to A"}));
    page.call("hearSet", json!({"set": "A"})).unwrap();
    assert_eq!(level(&mut page), 6.0, "A's own");
    assert_eq!(undo(&mut page), json!({"step": "Hear A"}));
    assert_eq!(level(&mut page), -6.0);
    control.heard_at(tone_rms() * 10_f64.powf(-6.0 / 20.0));
    drop(page);
    let companion = companion.succeeded(control, &session);
    let mut control = companion.control();
    let mut page = Page::open(&control.attach_live("gain", json!({})));
    assert_eq!(page.call("getSets", json!({})).unwrap(), json!({"active": "B", "differ": true}));
    assert_eq!(page.call("getHistory", json!({})).unwrap(), json!({"undo_steps": 0, "redo_steps": 0}));
    assert_eq!((undo(&mut page), level(&mut page)), (json!({}), json!(-6.0)));
    page.call("hearSet", json!({"set": "A"})).unwrap();
    assert_eq!(level(&mut page), 6.0);
}
