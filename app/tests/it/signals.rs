//! Signals with numbers: from the control socket and from pages, told with their numbers, and remembered.

use crate::{
    page::Page,
    support::{Companion, eventually, is_close},
};
use serde_json::{Value, json};
use std::fs;

fn rms(level_db: f64) -> f64 {
    10_f64.powf(level_db / 20.0) / 2_f64.sqrt()
}

/// What pages are told, once it is of this signal.
fn told(page: &mut Page, text: &str) -> Value {
    eventually(&format!("{text} is told"), || {
        page.call("getSource", json!({})).ok().filter(|source| source["signal"]["text"] == text)
    })
}

#[test]
fn a_signal_is_chosen_with_its_numbers_from_everywhere_and_remembered() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({"source": "tone:440@-20"}));
    let session = attached["session"].clone();
    let stats = control.heard_at(rms(-20.0));
    assert_eq!((&stats["source"], &stats["signal"]), (&json!("tone"), &json!("tone:440@-20")));
    let mut page = Page::open(&attached);
    let source = told(&mut page, "tone:440@-20");
    assert_eq!(
        source["signal"],
        json!({"text": "tone:440@-20", "label": "Tone 440 Hz, −20 dBFS", "form": "tone[:HZ][@DB]", "hz": 440.0, "level_db": -20.0})
    );

    page.call("subscribe", json!({"topics": ["spectrum"], "hz": 30})).unwrap();
    page.call("setSource", json!({"source": "tone:2500@-6"})).unwrap();
    page.notice("spectrumUpdate", |spectrum| {
        spectrum["peak"]["hz"].as_f64().is_some_and(|hertz| (hertz - 2500.0).abs() < 1.0)
    });
    control.heard_at(rms(-6.0));
    let of = |source: Value| json!({"session": session, "source": source});
    for (text, numbers) in [
        ("noise:pink", json!({"colour": "pink", "level_db": -20.0})),
        ("sweep", json!({"from_hz": 20.0, "to_hz": 20_000.0, "seconds": 10.0, "level_db": -12.0})),
        (
            "sweep:100-5000/2@-30",
            json!({"from_hz": 100.0, "to_hz": 5000.0, "seconds": 2.0, "level_db": -30.0}),
        ),
        ("impulse:0.5", json!({"seconds": 0.5, "level_db": -12.0})),
        ("twotone:60,7000", json!({"hz": 60.0, "second_hz": 7000.0, "level_db": -12.0})),
        ("silence", json!({})),
        ("step@-20", json!({"level_db": -20.0})),
    ] {
        control.call("setSource", of(json!(text))).unwrap();
        let source = told(&mut page, text);
        for (name, value) in numbers.as_object().unwrap() {
            assert_eq!(&source["signal"][name], value, "{text}");
        }
    }
    let stats = control.stats(|stats| stats["signal"] == "step@-20");
    assert_eq!(stats["source"], "step");
    control.call("detach", json!({"session": session})).unwrap();
    let again = control.attach_live("gain", json!({"source": null}));
    let stats = control.stats(|stats| stats["signal"] == "step@-20");
    assert_eq!(stats["source"], "step");
    control.call("detach", json!({"session": again["session"]})).unwrap();
}

#[test]
fn a_wrong_one_is_told_and_changes_nothing() {
    let companion = Companion::start();
    let mut control = companion.control();
    let refused = control.attach("gain", json!({"source": "tone:30000"})).unwrap_err();
    assert_eq!(refused["code"], -32014);
    assert!(refused["message"].as_str().unwrap().contains("can't be played at 48000 Hz"), "{refused}");

    let attached = control.attach_live("gain", json!({}));
    let mut page = Page::open(&attached);
    told(&mut page, "tone");
    let many = format!("tone:{}", "9".repeat(400));
    for (text, what) in [
        ("tone:24000", "must be below half of that, 24000 Hz"),
        ("twotone:100,40000", "must be below half of that"),
        ("tone:nan", "a frequency is 0.1 to 192000 Hz"),
        ("tone:440@1", "a level is −120 to 0 dBFS"),
        ("tone:", "Write tone[:HZ][@DB]"),
        ("sweep:20-", "Write sweep[:FROM-TO[/SECONDS]][@DB]"),
        ("radio", "noise[:white|pink][@DB]"),
        (&many, "Write tone[:HZ][@DB]"),
    ] {
        let error = page.call("setSource", json!({"source": text})).unwrap_err();
        assert_eq!(error["code"], -32602, "{text}: {error}");
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with("setSource: ") && message.contains(what), "{text}: {message}");
        assert!(message.len() < 400, "{message}");
        let params = json!({"session": attached["session"], "source": text});
        let error = control.call("setSource", params).unwrap_err();
        assert!([json!(-32602), json!(-32014)].contains(&error["code"]), "{text}: {error}");
    }
    told(&mut page, "tone");
    control.heard_at(rms(-12.0));
}

#[test]
fn one_that_the_rate_has_no_room_for_is_silent_and_told() {
    let home = tempfile::tempdir().unwrap();
    let remembered = json!({"kind": "tone", "signal": "tone:30000@-20"});
    let settings = json!({"version": 1, "projects": {"/": {"source": remembered}}});
    fs::write(home.path().join("settings.json"), settings.to_string()).unwrap();
    let companion = Companion::start_in(home, &["--backend", "virtual"]);
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({"source": null}));
    let stats = control.stats(|stats| stats["source_reason"].is_string());
    let reason = stats["source_reason"].as_str().unwrap();
    assert!(reason.contains("`tone:30000@-20` can't be played at 48000 Hz"), "{reason}");
    assert!(reason.ends_with("You hear silence; choose another source"), "{reason}");
    assert_eq!(stats["notices"][0]["id"], "source");
    assert!(stats["output"]["rms"][0].as_f64().unwrap() == 0.0);
    let params = json!({"session": attached["session"], "source": "tone:440@-20"});
    control.call("setSource", params).unwrap();
    let stats = control.stats(|stats| is_close(stats["output"]["rms"][0].as_f64().unwrap(), rms(-20.0)));
    assert!(stats["source_reason"].is_null() && stats["notices"].is_null(), "{stats}");
}
