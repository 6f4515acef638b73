//! Builds are measured beside the sound: what they changed is told, to the terminal and to pages.

use crate::{
    page::Page,
    reloading::copy,
    support::{AUDIO_TOKEN, Companion, eventually},
};
use serde_json::{Value, json};
use std::path::Path;

/// The build of this number in a page's list.
fn build(lab: &Value, number: u32) -> &Value {
    let builds = lab["builds"].as_array().expect("a list");
    builds.iter().find(|build| build["number"] == number).expect("this build")
}

fn is_measured(lab: &Value, number: u32, revision: u32) -> bool {
    lab["measuring"].is_null() && build(lab, number)["revision"].as_u64() >= Some(revision.into())
}

#[test]
fn each_build_is_measured_and_what_it_changed_is_told() {
    let companion = Companion::start();
    let mut control = companion.control();
    let first = copy(&companion, "gain", 1);
    let attached = control.attach_live(
        "gain",
        json!({"executable": first, "parameters": {"gain_level": -6.0}, "measure": true}),
    );
    let session = attached["session"].clone();
    let told = control.notice("buildMeasured", |_| true);
    let build_1 = &told["build"];
    assert_eq!(
        (&told["session"], &build_1["number"], &build_1["heard"]),
        (&session, &json!(1), &json!(true))
    );
    assert_eq!((&build_1["changes"], &build_1["trouble"]), (&Value::Null, &Value::Null), "{told}");

    // The same again: nothing changed, and that is told too.
    let second = copy(&companion, "gain", 2);
    let reload = json!({"session": session, "executable": second, "files": ["src/gain.rs"], "more_files": 1});
    control.call("reload", reload).unwrap();
    let told = control.notice("buildMeasured", |told| told["build"]["number"] == 2);
    let build_2 = &told["build"];
    // What it costs is the machine's business, too.
    let (sound, cost) =
        build_2["changes"].as_str().map_or(("", ""), |words| words.split_once("; ").unwrap_or((words, "")));
    assert_eq!(sound, "sounds the same: null −∞ dB", "{told}");
    assert!(cost.is_empty() || cost.ends_with(" of a core"), "{told}");
    assert_eq!((&build_2["same"], &build_2["files"]), (&json!(true), &json!(["src/gain.rs"])));

    let mut page = Page::open(&attached);
    let floor = |page: &mut Page| page.call("getComparison", json!({})).unwrap()["floor"].clone();
    eventually("its floor is told", || floor(&mut page).is_object().then_some(()));
    assert_eq!(floor(&mut page), json!({"null_db": null}), "it repeats itself");

    // Another processor is 6 dB louder: the difference is as loud as what was heard.
    let third = copy(&companion, "passthrough", 3);
    control.call("reload", json!({"session": session, "executable": third})).unwrap();
    let told = control.notice("buildMeasured", |told| told["build"]["number"] == 3);
    let changes = told["build"]["changes"].as_str().expect("words");
    // Half of what is heard is left when half of it is taken away: the difference is as loud as the older one.
    assert!(changes.starts_with("+6.0 dB at "), "{changes}");
    assert!(changes.contains("null 0.0 dB"), "{changes}");

    let lab = page.call("getLab", json!({})).unwrap();
    assert_eq!(lab["builds"].as_array().map(Vec::len), Some(3));
    assert_eq!([1, 2, 3].map(|number| build(&lab, number)["heard"] == true), [false, false, true]);
    let document = page.call("getMeasurement", json!({"number": 2})).unwrap()["document"].clone();
    assert_eq!((&document["version"], &document["trouble"]), (&json!(1), &Value::Null));
    assert_eq!(document["subject"]["settings"][0]["value"], -6.0, "with the values that are heard");
    assert_eq!(page.call("getMeasurement", json!({"number": 9})).unwrap(), json!({"document": null}));
}

#[test]
fn pages_measure_builds_again_one_at_a_time_and_with_the_present_values() {
    let companion = Companion::start();
    let mut control = companion.control();
    let first = copy(&companion, "gain", 1);
    let attached = control.attach_live("gain", json!({"executable": first, "measure": true}));
    control.notice("buildMeasured", |_| true);
    let mut page = Page::open(&attached);

    // Nobody measures again before a page shows the figures.
    page.call("setParameter", json!({"id": "gain_level", "value": -12.0})).unwrap();
    page.call("subscribe", json!({"topics": ["lab"]})).unwrap();
    page.notice("labChanged", |lab| is_measured(lab, 1, 2));
    let of = |page: &mut Page| page.call("getMeasurement", json!({"number": 1})).unwrap()["document"].clone();
    let document = of(&mut page);
    assert_eq!(document["subject"]["settings"][0]["value"], -12.0);
    assert_eq!(document["plan"]["depth"], "standard");
    let db = document["distortion"][1]["value"]["gain_db"]
        .as_f64()
        .or(document["distortion"][1]["value"]["gainDb"].as_f64());
    assert!(db.is_some_and(|db| (db + 12.0).abs() < 0.001), "{db:?}");

    // A thousand wishes are few measurements, and the last one is granted.
    for _ in 0..1000 {
        page.notify("measureBuild", json!({"number": 1}));
    }
    page.call("measureBuild", json!({"number": 1, "full": true})).unwrap();
    loop {
        let lab = page.notice("labChanged", |lab| lab["measuring"].is_null());
        if of(&mut page)["plan"]["depth"] == "full" {
            let revision = build(&lab, 1)["revision"].as_u64().expect("it was measured");
            assert!(revision < 100, "{revision} measurements");
            break;
        }
    }
    assert!(of(&mut page)["stereo"]["value"].is_object());

    let error = page.call("measureBuild", json!({"number": 7})).unwrap_err();
    assert_eq!(error["code"], -32602);
    assert!(error["message"].as_str().unwrap().contains("build 7 isn't kept"), "{error}");
    let url = attached["ws_url"].as_str().unwrap().replace(crate::support::TOKEN, AUDIO_TOKEN);
    let mut program = Page::open(&json!({"ws_url": url}));
    assert!(
        program.call("measureBuild", json!({"number": 1})).is_err(),
        "not for a program with its own audio"
    );
}

#[test]
fn what_cannot_be_measured_is_told_and_the_sound_goes_on() {
    let companion = Companion::start();
    let mut control = companion.control();
    let faulty = copy(&companion, "faulty", 1);
    let attached = control.attach_live("faulty", json!({"executable": faulty, "measure": false}));
    let session = attached["session"].clone();
    let mut page = Page::open(&attached);
    page.call("subscribe", json!({"topics": ["lab"]})).unwrap();
    let lab = page.call("getLab", json!({})).unwrap();
    assert_eq!((&lab["measures"], &build(&lab, 1)["revision"]), (&json!(false), &Value::Null), "{lab}");

    // The child that plays is another one than the child that is measured, so only the latter's copy is replaced.
    let program = Path::new(&faulty);
    std::fs::remove_file(program).unwrap();
    std::fs::copy("/bin/true", program).unwrap();
    control.call("setMeasuring", json!({"session": session, "on": true})).unwrap();
    let told = control.notice("buildMeasured", |_| true);
    let trouble = told["build"]["trouble"].as_str().expect("a reason").to_owned();
    assert!(!trouble.is_empty() && told["build"]["changes"].is_null(), "{told}");
    let document = page.call("getMeasurement", json!({"number": 1})).unwrap()["document"].clone();
    assert_eq!(
        (&document["trouble"], &document["swept"]["unmeasured"]["why"]),
        (&json!(trouble), &json!("stopped"))
    );
    let status = control.call("status", json!({})).unwrap();
    assert_eq!(status["sessions"][0]["state"], "live");
}
