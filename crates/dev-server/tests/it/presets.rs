//! Presets as pages see them, and what no page can do with them.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};
use wavecraft_companion_protocol::preset::{BAD_PRESET, LoadPreset, PRESET_EXISTS};

use crate::{
    harness::{Client, Running},
    project::Project,
};

const BAD: i64 = BAD_PRESET as i64;

fn changed(id: &str, value: f64) -> (String, Value) {
    ("parameterChanged".into(), json!({"id": id, "value": value}))
}

fn preset_changed(current: &str, changed: bool) -> (String, Value) {
    ("presetChanged".into(), json!({"current": current, "changed": changed}))
}

/// The next notification about presets; what the history says of a change is another test's.
async fn hears(page: &mut Client) -> (String, Value) {
    loop {
        let heard = page.hears().await;
        if heard.0 != "historyChanged" {
            return heard;
        }
    }
}

fn names(list: &Value) -> Vec<&str> {
    let all = list["presets"].as_array().expect("presets").iter();
    all.map(|entry| entry["name"].as_str().expect("a name")).collect()
}

/// Every file below a folder.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => drop(all.insert(path.display().to_string())),
        }
    }
    all
}

fn folder(running: &Running) -> &Path {
    running.project.folder.as_ref().expect("a folder").path()
}

#[tokio::test]
async fn a_preset_is_loaded_for_all_pages_and_told_when_it_is_left() {
    let running = Running::with_presets().await;
    let (mut one, mut other) = (running.page().await, running.page().await);
    let loaded = one.call("loadPreset", json!({"name": "warm"})).await.expect("a preset");
    assert_eq!(
        loaded,
        json!({"name": "Warm", "remarks": ["the project has no parameter `amp_old`: ignored"]}),
        "case doesn't count"
    );
    for page in [&mut one, &mut other] {
        assert_eq!(hears(page).await, changed("amp_gain", 0.25));
        assert_eq!(hears(page).await, changed("amp_shape", 2.0));
        assert_eq!(hears(page).await, preset_changed("Warm", false));
    }
    other.call("setParameter", json!({"id": "amp_gain", "value": 0.5})).await.expect("to be set");
    assert_eq!(hears(&mut one).await, changed("amp_gain", 0.5));
    assert_eq!(hears(&mut one).await, preset_changed("Warm", true));
    other.call("setParameter", json!({"id": "amp_gain", "value": 0.25})).await.expect("to be set");
    assert_eq!(hears(&mut one).await, changed("amp_gain", 0.25));
    assert_eq!(hears(&mut one).await, preset_changed("Warm", false));

    // Out of range, and without a value for two: all of it is said.
    let soft = one.call("loadPreset", json!({"name": "Soft"})).await.expect("a preset");
    let remarks = soft["remarks"].to_string();
    assert!(
        remarks.contains("`amp_gain` from 9 to 1") && remarks.contains("have their defaults"),
        "{remarks}"
    );
    // After the last comes the first; what can't be used is passed over.
    for (by, name) in [(1, "Warm"), (1, "Bright"), (-1, "Warm"), (-1, "Soft"), (-1, "Dull"), (-1, "Bright")] {
        let stepped = one.call("stepPreset", json!({"by": by})).await.expect("a preset");
        assert_eq!(stepped["name"], name);
    }
    assert_eq!(one.call("loadPreset", json!({"name": "Old"})).await, Err(BAD));
    assert_eq!(one.call("loadPreset", json!({"name": "No such"})).await, Err(BAD));
    assert_eq!(
        one.call("getParameter", json!({"id": "amp_gain"})).await,
        Ok(json!({"id": "amp_gain", "value": 0.75}))
    );
}

#[tokio::test]
async fn one_undo_takes_a_whole_preset_back() {
    let running = Running::with_presets().await;
    let mut page = running.page().await;
    page.call("loadPreset", json!({"name": "Warm"})).await.expect("a preset");
    assert_eq!(page.call("getHistory", Value::Null).await.expect("a history")["undo"], "Preset Warm");
    page.call("undo", Value::Null).await.expect("a step");
    let all = page.call("getAllParameters", Value::Null).await.expect("parameters");
    let values: Vec<&Value> =
        all["parameters"].as_array().expect("a list").iter().map(|one| &one["value"]).collect();
    assert_eq!(values, [&json!(0.5), &json!(0.0), &json!(0.0)]);
    let list = page.call("getPresets", Value::Null).await.expect("presets");
    assert_eq!((list.get("current"), &list["changed"]), (None, &json!(false)), "as before");
    page.call("redo", Value::Null).await.expect("a step");
    let list = page.call("getPresets", Value::Null).await.expect("presets");
    assert_eq!((&list["current"], &list["changed"]), (&json!("Warm"), &json!(false)));
}

#[tokio::test]
async fn an_undo_brings_the_preset_before_back_unless_it_is_gone() {
    let running = Running::in_folder().await;
    let mut page = running.page().await;
    for (name, value) in [("Clean", 0.25), ("Warm", 0.75)] {
        page.call("setParameter", json!({"id": "amp_gain", "value": value})).await.expect("to be set");
        page.call("savePreset", json!({"name": name})).await.expect("to be saved");
    }
    page.call("loadPreset", json!({"name": "Clean"})).await.expect("a preset");
    page.call("loadPreset", json!({"name": "Warm"})).await.expect("a preset");
    page.call("setParameter", json!({"id": "amp_gain", "value": 0.5})).await.expect("to be set");
    let mut current = Vec::new();
    for method in ["undo", "undo", "redo"] {
        page.call(method, Value::Null).await.expect("a step");
        let list = page.call("getPresets", Value::Null).await.expect("presets");
        current.push((list["current"].clone(), list["changed"].clone()));
    }
    assert_eq!(current, ["Warm", "Clean", "Warm"].map(|name| (json!(name), json!(false))));
    page.call("deletePreset", json!({"name": "Clean"})).await.expect("to be deleted");
    page.call("undo", Value::Null).await.expect("a step");
    let list = page.call("getPresets", Value::Null).await.expect("presets");
    assert_eq!((list.get("current"), &list["changed"]), (None, &json!(false)));
    let now = page.call("getParameter", json!({"id": "amp_gain"})).await.expect("a value");
    assert_eq!(now["value"], 0.25, "its values are back all the same");
}

#[tokio::test]
async fn presets_are_saved_renamed_and_deleted() {
    let running = Running::in_folder().await;
    let (mut one, mut other) = (running.page().await, running.page().await);
    assert_eq!(one.call("getPresets", Value::Null).await, Ok(json!({"presets": [], "changed": false})));
    one.call("setParameter", json!({"id": "amp_gain", "value": 0.25})).await.expect("to be set");
    one.call("savePreset", json!({"name": " Warm ", "note": "For pads"})).await.expect("to be saved");
    let text = fs::read_to_string(folder(&running).join("presets/Warm.json")).expect("a file");
    assert_eq!(
        serde_json::from_str::<Value>(&text).expect("JSON"),
        json!({"version": 1, "note": "For pads", "values": {"amp_bypass": 0.0, "amp_gain": 0.25, "amp_shape": 0.0}})
    );
    assert_eq!(hears(&mut other).await, changed("amp_gain", 0.25));
    assert_eq!(hears(&mut other).await, preset_changed("Warm", false));
    let listed =
        json!({"presets": [{"name": "Warm", "note": "For pads"}], "current": "Warm", "changed": false});
    assert_eq!(hears(&mut other).await, ("presetsChanged".into(), listed));

    one.call("setParameter", json!({"id": "amp_gain", "value": 0.75})).await.expect("to be set");
    let exists = i64::from(PRESET_EXISTS);
    assert_eq!(one.call("savePreset", json!({"name": "WARM"})).await, Err(exists));
    assert_eq!(fs::read_to_string(folder(&running).join("presets/Warm.json")).expect("a file"), text);
    let saved = one.call("savePreset", json!({"name": "WARM", "replace": true})).await;
    assert_eq!(saved, Ok(json!({"name": "Warm"})), "under its own name");
    one.call("savePreset", json!({"name": "Bright"})).await.expect("to be saved");
    assert_eq!(one.call("renamePreset", json!({"from": "Bright", "to": "warm"})).await, Err(exists));
    assert_eq!(
        one.call("renamePreset", json!({"from": "Bright", "to": "Light"})).await,
        Ok(json!({"name": "Light"}))
    );
    let list = one.call("getPresets", Value::Null).await.expect("presets");
    assert_eq!(
        (names(&list), &list["current"]),
        (vec!["Light", "Warm"], &json!("Light")),
        "it is renamed too"
    );
    assert_eq!(one.call("deletePreset", json!({"name": "Light"})).await, Ok(json!({})));
    assert_eq!(one.call("deletePreset", json!({"name": "Light"})).await, Err(BAD));
    let list = one.call("getPresets", Value::Null).await.expect("presets");
    assert_eq!((names(&list), list.get("current")), (vec!["Warm"], None));
    assert_eq!(*running.project.preset.lock().unwrap(), None, "the host keeps that too");
}

#[tokio::test]
async fn the_present_preset_outlives_a_start_and_what_others_do_to_files() {
    let running = Running::with_presets().await;
    let mut page = running.page().await;
    page.call("loadPreset", json!({"name": "Warm"})).await.expect("a preset");
    assert_eq!(running.project.preset.lock().unwrap().as_deref(), Some("Warm"));

    // The next start of the same project, whose values are what they were.
    let (mut project, asked) = Project::new();
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("presets")).expect("the presets");
    let file = folder.path().join("presets/Warm.json");
    fs::write(&file, r#"{"version": 1, "values": {"amp_gain": 0.5}}"#).expect("a preset");
    project.folder = Some(folder);
    *project.preset.lock().unwrap() = Some("Warm".to_owned());
    let next = Running::of(project, asked, Default::default()).await;
    let mut page = next.page().await;
    let list = page.call("getPresets", Value::Null).await.expect("presets");
    assert_eq!(list, json!({"presets": [{"name": "Warm"}], "current": "Warm", "changed": false}));

    // Git brings another file, and then none.
    fs::write(&file, r#"{"version": 1, "note": "new", "values": {"amp_gain": 0.25}}"#).expect("a preset");
    let list = page.call("getPresets", Value::Null).await.expect("presets");
    assert_eq!(
        list,
        json!({"presets": [{"name": "Warm", "note": "new"}], "current": "Warm", "changed": true})
    );
    fs::remove_file(&file).expect("to go");
    let list = page.call("getPresets", Value::Null).await.expect("presets");
    assert_eq!(list, json!({"presets": [], "changed": false}));
}

#[tokio::test]
async fn a_page_names_presets_and_never_a_path() {
    let running = Running::with_presets().await;
    let outside = folder(&running).join("secret.json");
    fs::write(&outside, r#"{"version": 1, "values": {"amp_gain": 0}}"#).expect("a secret");
    let before = files(folder(&running));
    let mut page = running.page().await;
    let absolute = outside.with_extension("").display().to_string();
    let long = "x".repeat(65);
    for name in [
        "../secret",
        "..",
        ".",
        "",
        " ",
        &absolute,
        "a/b",
        "a\\b",
        "a\0",
        "a\n",
        ".hidden",
        "a.",
        "C:a",
        &long,
    ] {
        for (method, params) in [
            ("loadPreset", json!({"name": name})),
            ("deletePreset", json!({"name": name})),
            ("renamePreset", json!({"from": name, "to": "new"})),
            ("renamePreset", json!({"from": "Warm", "to": name})),
            ("savePreset", json!({"name": name, "replace": true})),
        ] {
            // Pages may change files so often only: that is another test's.
            let outcome = loop {
                let outcome = page.call(method, params.clone()).await;
                if outcome != Err(-32603) {
                    break outcome;
                }
                tokio::task::yield_now().await;
            };
            assert_eq!(outcome, Err(BAD), "{method} {params}");
        }
    }
    for (method, params) in [
        ("loadPreset", json!({"name": {"path": "/etc/passwd"}})),
        ("loadPreset", json!({"path": "/etc/passwd"})),
        ("savePreset", json!({"name": "a", "values": {"amp_gain": 1}, "replace": 1})),
        ("stepPreset", json!({"by": 2})),
        ("stepPreset", json!({"by": 0})),
        ("stepPreset", json!({"by": 1.5})),
    ] {
        assert_eq!(page.call(method, params.clone()).await, Err(-32602), "{method} {params}");
    }
    assert_eq!(files(folder(&running)), before);
}

#[tokio::test]
async fn a_link_leads_no_page_out_of_the_folder() {
    let running = Running::with_presets().await;
    let outside = tempfile::tempdir().expect("a folder");
    let secret = outside.path().join("secret");
    let text = r#"{"version": 1, "note": "secret", "values": {"amp_gain": 0}}"#;
    fs::write(&secret, text).expect("a secret");
    std::os::unix::fs::symlink(&secret, folder(&running).join("presets/link.json")).expect("a link");
    let mut page = running.page().await;
    let list = page.call("getPresets", Value::Null).await.expect("presets");
    assert!(!list.to_string().contains("secret") && list.to_string().contains("a link"), "{list}");
    assert_eq!(page.call("loadPreset", json!({"name": "link"})).await, Err(BAD));
    assert_eq!(page.call("savePreset", json!({"name": "link", "replace": true})).await, Err(BAD));
    assert_eq!(page.call("deletePreset", json!({"name": "link"})).await, Err(BAD));
    assert_eq!(fs::read_to_string(&secret).expect("the secret"), text);
}

#[tokio::test]
async fn the_audio_token_opens_no_preset() {
    let running = Running::with_presets().await;
    let before = files(folder(&running));
    let mut program = running.registered("its own audio").await;
    for (method, params) in [
        ("getPresets", Value::Null),
        ("loadPreset", json!({"name": "Warm"})),
        ("stepPreset", json!({"by": 1})),
        ("savePreset", json!({"name": "mine", "replace": true})),
        ("renamePreset", json!({"from": "Warm", "to": "mine"})),
        ("deletePreset", json!({"name": "Warm"})),
    ] {
        assert_eq!(program.call(method, params).await, Err(-32002), "{method}");
    }
    assert_eq!(files(folder(&running)), before);
}

#[tokio::test]
async fn a_page_that_saves_without_end_is_slowed_down() {
    let running = Running::in_folder().await;
    let mut page = running.page().await;
    let calls: Vec<Value> = (0..200)
        .map(|id| json!({"jsonrpc": "2.0", "id": id, "method": "savePreset", "params": {"name": format!("p{id}")}}))
        .collect();
    let answer = page.answer_to(Value::Array(calls).to_string()).await;
    let answers = answer.as_array().expect("a batch");
    assert_eq!(answers.len(), 200);
    let refused = answers.iter().filter(|answer| answer["error"]["code"] == -32603).count();
    let saved = answers.iter().filter(|answer| answer.get("result").is_some()).count();
    assert_eq!((saved + refused, files(folder(&running)).len()), (200, saved), "each was told");
    assert!(refused > 0, "8 in a second");
    // The same client is served, and others were all the while.
    let list = page.call("getPresets", Value::Null).await.expect("presets");
    assert_eq!(names(&list).len(), saved);
}

#[tokio::test]
async fn a_project_without_a_folder_has_none() {
    let running = Running::new().await;
    let mut page = running.page().await;
    assert_eq!(page.call("getPresets", Value::Null).await, Err(-32002));
    let refused = running.server.presets().load(LoadPreset { name: "Warm".into() }).await.unwrap_err();
    assert!(refused.message.contains("no folder"), "{}", refused.message);
}
