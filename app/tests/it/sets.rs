//! The sets A and B belong to the project: the same for all pages, through rebuilds, and at the next start. And the restart
//! that a page may ask for.

use crate::{
    page::Page,
    support::{Companion, child, eventually, tone_rms},
};
use serde_json::{Value, json};

fn set(page: &mut Page, level: f64) {
    page.call("setParameter", json!({"id": "gain_level", "value": level})).unwrap();
}

fn value(page: &mut Page) -> Value {
    page.call("getParameter", json!({"id": "gain_level"})).unwrap()["value"].clone()
}

#[test]
fn a_set_is_heard_and_outlives_rebuilds_and_the_companion() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let session = attached["session"].clone();
    let (mut page, mut other) = (Page::open(&attached), Page::open(&attached));
    set(&mut page, 6.0);
    page.call("hearSet", json!({"set": "B"})).unwrap();
    set(&mut page, -6.0);
    other.notice("setsChanged", |sets| *sets == json!({"active": "B", "differ": true}));

    // A processor without that parameter: B is left while it is away.
    page.notices.clear();
    let reload = |example: &str| json!({"session": session, "executable": child(example)});
    control.call("reload", reload("passthrough")).unwrap();
    page.notice("setsChanged", |sets| *sets == json!({"active": "B", "differ": false}));
    page.call("hearSet", json!({"set": "A"})).unwrap();
    control.call("reload", reload("gain")).unwrap();
    page.notice("setsChanged", |sets| *sets == json!({"active": "A", "differ": true}));
    assert_eq!(value(&mut page), 6.0, "A's value, although it was away when A was heard");
    other.call("hearSet", json!({"set": "B"})).unwrap();
    assert_eq!(page.notice("parameterChanged", |change| change["value"] == -6.0)["id"], "gain_level");
    control.heard_at(tone_rms() * 10_f64.powf(-6.0 / 20.0));

    // Both sets are there at the next start, in the next companion too.
    drop((page, other));
    let companion = companion.succeeded(control, &session);
    let mut control = companion.control();
    let mut page = Page::open(&control.attach_live("gain", json!({})));
    let sets = page.call("getSets", json!({})).unwrap();
    assert_eq!(sets, json!({"active": "B", "differ": true}));
    assert_eq!(value(&mut page), -6.0);
    page.call("hearSet", json!({"set": "A"})).unwrap();
    assert_eq!(value(&mut page), 6.0);
}

#[test]
fn a_page_starts_a_new_child() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let mut page = Page::open(&attached);
    let before = control.child_pid();
    page.call("restart", json!({})).unwrap();
    eventually("another child is heard", || (control.child_pid() != before).then_some(()));
    control.heard_at(tone_rms());
}
