//! Presets, as files of a project: loaded for its pages and the sound, from a page and from the control socket; through rebuilds,
//! and at the next start.

use crate::{
    page::Page,
    support::{Companion, child, tone_rms},
};
use serde_json::{Value, json};
use std::{fs, path::Path};

fn preset(folder: &Path, name: &str, level: f64) {
    let text = json!({"version": 1, "values": {"gain_level": level}}).to_string();
    fs::create_dir_all(folder.join("presets")).unwrap();
    fs::write(folder.join("presets").join(name).with_extension("json"), text).unwrap();
}

fn value(page: &mut Page) -> Value {
    page.call("getParameter", json!({"id": "gain_level"})).unwrap()["value"].clone()
}

#[test]
fn a_preset_is_heard_and_outlives_rebuilds_and_the_companion() {
    let project = tempfile::tempdir().unwrap();
    preset(project.path(), "Loud", 6.0);
    preset(project.path(), "Soft", -6.0);
    let companion = Companion::start();
    let mut control = companion.control();
    let attach = json!({"project_dir": project.path()});
    let attached = control.attach_live("gain", attach.clone());
    let session = attached["session"].clone();
    let (mut page, mut other) = (Page::open(&attached), Page::open(&attached));

    // From the control socket, for every page, and for the ear.
    let loaded = control.call("loadPreset", json!({"session": session, "name": "soft"})).unwrap();
    assert_eq!(loaded["name"], "Soft");
    for page in [&mut page, &mut other] {
        assert_eq!(page.notice("parameterChanged", |change| change["value"] == -6.0)["id"], "gain_level");
        page.notice("presetChanged", |now| *now == json!({"current": "Soft", "changed": false}));
    }
    control.heard_at(tone_rms() * 10_f64.powf(-6.0 / 20.0));
    page.call("stepPreset", json!({"by": 1})).unwrap();
    control.heard_at(tone_rms() * 10_f64.powf(6.0 / 20.0));
    page.call("undo", json!({})).unwrap();
    assert_eq!(value(&mut page), -6.0, "a preset is one step");

    // A processor without that parameter: it has nothing that differs, and says so of a preset that it can't hear.
    let reload = |example: &str| json!({"session": session, "executable": child(example)});
    control.call("reload", reload("passthrough")).unwrap();
    let refused = control.call("loadPreset", json!({"session": session, "name": "Soft"}));
    assert!(refused.is_err() || refused.unwrap()["remarks"].to_string().contains("gain_level"));
    control.call("reload", reload("gain")).unwrap();
    control.call("loadPreset", json!({"session": session, "name": "Loud"})).unwrap();

    // Saved under a new name, and changed since.
    let saved = json!({"session": session, "name": "Mine", "note": "of a test"});
    assert_eq!(control.call("savePreset", saved.clone()).unwrap()["name"], "Mine");
    assert_eq!(control.call("savePreset", saved).unwrap_err()["code"], -32022);
    let text = fs::read_to_string(project.path().join("presets/Mine.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["values"]["gain_level"], 6.0);
    other.notice("presetsChanged", |list| {
        list["current"] == "Mine" && list["presets"].as_array().unwrap().len() == 3
    });
    page.call("setParameter", json!({"id": "gain_level", "value": 1.0})).unwrap();
    other.notice("presetChanged", |now| *now == json!({"current": "Mine", "changed": true}));

    // All of that at the next start, in the next companion too.
    drop((page, other));
    let companion = companion.succeeded(control, &session);
    let mut control = companion.control();
    let mut page = Page::open(&control.attach_live("gain", attach));
    let list = page.call("getPresets", json!({})).unwrap();
    assert_eq!((&list["current"], &list["changed"]), (&json!("Mine"), &json!(true)));
    page.call("renamePreset", json!({"from": "Mine", "to": "Ours"})).unwrap();
    page.call("loadPreset", json!({"name": "Ours"})).unwrap();
    assert_eq!(value(&mut page), 6.0);
    page.call("deletePreset", json!({"name": "Ours"})).unwrap();
    assert!(!project.path().join("presets/Ours.json").exists());
    assert_eq!(value(&mut page), 6.0, "the values stay");
}

#[test]
fn a_session_that_is_not_there_has_no_presets() {
    let companion = Companion::start();
    let mut control = companion.control();
    for (method, params) in [
        ("getPresets", json!({"session": "none-1"})),
        ("loadPreset", json!({"session": "none-1", "name": "a"})),
        ("stepPreset", json!({"session": "none-1", "by": 1})),
        ("savePreset", json!({"session": "none-1", "name": "a"})),
        ("renamePreset", json!({"session": "none-1", "from": "a", "to": "b"})),
        ("deletePreset", json!({"session": "none-1", "name": "a"})),
    ] {
        assert_eq!(control.call(method, params).unwrap_err()["code"], -32011, "{method}");
    }
}
