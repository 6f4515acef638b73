//! The time: one for all projects, from the control socket and from pages.

use crate::{
    page::Page,
    support::{Companion, Control, eventually},
};
use serde_json::{Value, json};
use std::path::Path;

/// Frames of a beat at 98 BPM and 48 kHz: 60 × 48,000 ÷ 98, to the nearest.
const BEAT_AT_98: usize = 29_388;

fn beats(time: &Value) -> f64 {
    time["position_beats"].as_f64().unwrap()
}

/// The left samples of a recording that is whole.
fn left(path: &Path) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).unwrap();
    reader.samples().step_by(2).map(Result::unwrap).collect()
}

/// How far what is heard is behind an impulse of the source, in frames; none where two impulses aren't in the recording.
fn distances(samples: &[f32], period: usize) -> Option<Vec<usize>> {
    let heard: Vec<usize> = (0..samples.len()).filter(|at| samples[*at] != 0.0).collect();
    let first = *heard.iter().find(|at| heard.contains(&(*at + period)))?;
    Some(heard.iter().filter(|at| (first..first + period).contains(*at)).map(|at| at - first).collect())
}

/// Records until what is heard comes after these distances: a busy machine may have a block late in a recording.
fn records(control: &mut Control, attached: &Value, path: &Path, expected: &[usize]) {
    eventually("it is heard so", || {
        let wish = json!({"session": attached["session"], "path": path, "seconds": 2.5});
        control.call("record", wish).unwrap();
        control.notice("recordingEnded", |ended| ended["frames"] == 120_000);
        let samples = left(path);
        std::fs::remove_file(path).unwrap();
        (distances(&samples, 48_000).as_deref() == Some(expected)).then_some(())
    });
}

#[test]
fn a_delay_of_a_beat_follows_the_tempo_to_the_sample_and_a_project_may_do_without() {
    let companion = Companion::start();
    let mut control = companion.control();
    let wanted = json!({"transport": {"tempo": 98}});
    let attached = control.attach_live("beat", wanted);
    let mut page = Page::open(&attached);
    let time = page.call("getTransport", json!({})).unwrap();
    assert_eq!(
        (&time["playing"], &time["tempo"], &time["reaches"]),
        (&json!(true), &json!(98.0), &json!("all"))
    );
    page.call("setSource", json!({"source": "impulse:1@-6"})).unwrap();
    control.stats(|stats| stats["source"] == "impulse");
    let path = companion.home.path().join("echo.wav");
    records(&mut control, &attached, &path, &[0, BEAT_AT_98]);

    let session = &attached["session"];
    control.call("setTransport", json!({"session": session, "none": true})).unwrap();
    page.notice("transportChanged", |told| told["reaches"] == "none");
    let path = companion.home.path().join("dry.wav");
    records(&mut control, &attached, &path, &[0]);
    let stats = control.stats(|stats| stats["transport"]["reaches"] == "none");
    assert_eq!(stats["transport"]["tempo"], 98.0);
}

#[test]
fn all_projects_share_one_time_that_stops_goes_on_and_repeats() {
    let companion = Companion::start();
    let mut control = companion.control();
    let first = control.attach_live("gain", json!({}));
    let mut page = Page::open(&first);
    let wanted = json!({"name": "other", "transport": {"tempo": 240, "loop_bars": 1}});
    let mut other = Page::open(&control.attach("gain", wanted).unwrap());
    // The project attached last decides.
    let told = page.notice("transportChanged", |told| told["tempo"] == 240.0);
    assert_eq!((&told["loop_bars"], &told["sample_rate"]), (&json!(1), &json!(48_000)));
    eventually("it plays", || (beats(&page.call("getTransport", json!({})).unwrap()) > 0.1).then_some(()));

    other.call("setTransport", json!({"playing": false})).unwrap();
    let stopped = page.notice("transportChanged", |told| told["playing"] == false);
    control.notice("transportChanged", |told| told["playing"] == false && told.get("reaches").is_none());
    let at = control.call("getTransport", json!({})).unwrap();
    assert!(beats(&at) < 4.0, "the loop has a bar: {at}");
    assert_eq!(control.call("getTransport", json!({})).unwrap(), at, "it stands still");
    assert!((beats(&stopped) - beats(&at)).abs() < 1.0, "{stopped} {at}");

    // Another tempo, and the same beat.
    control.call("setTransport", json!({"tempo": 120, "loop_bars": 0})).unwrap();
    let slower = eventually("the engine has it", || {
        Some(control.call("getTransport", json!({})).unwrap()).filter(|time| time["tempo"] == 120.0)
    });
    assert!((beats(&slower) - beats(&at)).abs() < 1e-3, "{slower} {at}");
    control.call("setTransport", json!({"position_beats": 8, "playing": true})).unwrap();
    page.notice("transportChanged", |told| told["playing"] == true && told.get("loop_bars").is_none());
    eventually("it goes on from there", || {
        (beats(&page.call("getTransport", json!({})).unwrap()) > 8.1).then_some(())
    });
    // What concerns one project is its owner's.
    let refused =
        companion.control().call("setTransport", json!({"session": first["session"], "none": true}));
    assert!(refused.unwrap_err()["message"].as_str().unwrap().contains("belongs to the terminal"));
    let refused = control.call("setTransport", json!({"none": true})).unwrap_err();
    assert!(refused["message"].as_str().unwrap().contains("session"), "{refused}");
}

/// A page moves the time, within its limits, and nothing else by it; a thousand wishes are the newest.
#[test]
fn what_a_page_may_do_with_the_time() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let mut page = Page::open(&attached);
    for wrong in [
        json!({"tempo": 19.9}),
        json!({"tempo": 1000}),
        json!({"tempo": 1e308}),
        json!({"tempo": "NaN"}),
        json!({"loop_bars": 65}),
        json!({"loop_bars": -1}),
        json!({"position_beats": -1}),
        json!({"position_beats": 1e7}),
        json!({"playing": 2}),
    ] {
        assert_eq!(page.call("setTransport", wrong.clone()).unwrap_err()["code"], -32602, "{wrong}");
    }
    let before = control.call("getTransport", json!({})).unwrap();
    assert_eq!((&before["tempo"], before.get("loop_bars")), (&json!(120.0), None));
    // Of no use to a page: whether a project is told of the time is its owner's.
    page.call("setTransport", json!({"none": true, "session": attached["session"]})).unwrap();
    page.notices.clear();
    for number in 0..1000 {
        page.notify("setTransport", json!({"tempo": 100 + number % 100, "loop_bars": number % 64}));
    }
    let told = page.notice("transportChanged", |told| told["tempo"] == 199.0 && told["loop_bars"] == 39);
    assert_eq!(told["reaches"], "all");
    // Every tap counts: two at once are as fast as it goes.
    for _ in 0..200 {
        page.notify("tapTempo", Value::Null);
    }
    page.notice("transportChanged", |told| told["tempo"] == 999.0);
    control.stats(|stats| stats["state"] == "live");
}
