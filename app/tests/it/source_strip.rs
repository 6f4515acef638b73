//! The source as a page sees and changes it: loop, jump, and the files that were played before.

use crate::{
    page::Page,
    support::{Companion, eventually},
};
use serde_json::{Value, json};
use std::path::Path;

/// A file of a second at 48 kHz, whose samples are all this.
fn write(path: &Path, sample: f32) {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 48_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    (0..96_000).for_each(|_| writer.write_sample(sample).unwrap());
    writer.finalize().unwrap();
}

fn source(page: &mut Page, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    eventually(what, || page.call("getSource", json!({})).ok().filter(&fits))
}

#[test]
fn a_page_loops_jumps_and_chooses_among_files_that_a_person_chose() {
    let companion = Companion::start();
    let mut control = companion.control();
    let [one, two] = ["one.wav", "two.wav"].map(|name| companion.home.path().join(name));
    write(&one, 0.25);
    write(&two, 0.5);
    let attached = control.attach_live("gain", json!({"source": {"kind": "file", "path": one}}));
    let mut page = Page::open(&attached);
    let first = source(&mut page, "the file is named", |source| source["name"] == "one.wav");
    assert_eq!((&first["sample_rate"], &first["length_frames"]), (&json!(48_000), &json!(48_000)));
    assert_eq!(first["waveform"]["max"].as_array().unwrap().len(), 512);
    assert_eq!(first["waveform"]["min"][7], 0.25);
    assert!(first.get("loop").is_none() && first.get("signal").is_none());

    // The terminal's choice is remembered too, and pages are told.
    let params = json!({"session": attached["session"], "source": {"kind": "file", "path": two}});
    control.call("setSource", params).unwrap();
    page.notice("sourceChanged", |_| true);
    let both = source(&mut page, "two files are known", |source| source["name"] == "two.wav");
    let recent: Vec<&Value> = both["recent"].as_array().unwrap().iter().map(|file| &file["name"]).collect();
    assert_eq!(recent, ["two.wav", "one.wav"]);
    assert!(both["recent"][0]["playing"] == true && both["recent"][1]["playing"] == false);
    assert!(!both.to_string().contains(companion.home.path().to_str().unwrap()), "no folder is told");

    page.call("setLoop", json!({"from_frames": 12_000, "to_frames": 24_000})).unwrap();
    source(&mut page, "the loop is told", |source| source["loop"] == json!([12_000, 24_000]));
    page.call("subscribe", json!({"topics": ["meters"], "hz": 60})).unwrap();
    let within = |meters: &Value| (12_000..24_480).contains(&meters["position_frames"].as_u64().unwrap_or(0));
    page.notice("meterUpdate", within);
    page.call("seek", json!({"frame": 20_000})).unwrap();

    // Another page finds the loop, and so does the file when it is chosen again.
    let number = |source: &Value, name: &str| {
        let files = source["recent"].as_array().unwrap().iter();
        files.clone().find(|file| file["name"] == name).unwrap()["number"].as_u64().unwrap()
    };
    let mut page = Page::open(&attached);
    page.call("chooseRecent", json!({"number": number(&both, "one.wav")})).unwrap();
    let first = source(&mut page, "the first plays again", |source| source["name"] == "one.wav");
    assert!(first.get("loop").is_none());
    control.heard_at(0.25);
    assert_eq!(number(&first, "two.wav"), number(&both, "two.wav"), "numbers stay");
    page.call("chooseRecent", json!({"number": number(&both, "two.wav")})).unwrap();
    source(&mut page, "the loop is kept", |source| source["loop"] == json!([12_000, 24_000]));
    page.call("setLoop", json!({})).unwrap();
    source(&mut page, "the whole file plays", |source| source.get("loop").is_none());

    // A file that is gone is said, without its folder, and leaves the list; what plays goes on.
    std::fs::remove_file(&one).unwrap();
    page.call("chooseRecent", json!({"number": number(&both, "one.wav")})).unwrap();
    let gone = source(&mut page, "it is said", |source| source["trouble"].is_string());
    assert!(gone["trouble"].as_str().unwrap().starts_with("one.wav is gone"), "{gone}");
    assert_eq!((&gone["name"], gone["recent"].as_array().unwrap().len()), (&json!("two.wav"), 1));

    // The numbers of what is played otherwise.
    page.call("setSource", json!({"source": "tone"})).unwrap();
    let tone = source(&mut page, "the tone plays", |source| source["source"] == "tone");
    assert_eq!(
        (&tone["signal"]["hz"], &tone["signal"]["label"]),
        (&json!(1000.0), &json!("Tone 1 kHz, −12 dBFS"))
    );
    assert!(tone.get("name").is_none() && tone.get("trouble").is_none());
}

#[test]
fn a_page_can_not_reach_more_than_that() {
    let companion = Companion::start();
    let mut control = companion.control();
    let path = companion.home.path().join("mine.wav");
    write(&path, 0.25);
    let other = control.attach_live("gain", json!({"source": {"kind": "file", "path": path}}));
    let foreign = {
        let mut page = Page::open(&other);
        let source = source(&mut page, "it plays", |source| !source["recent"].as_array().unwrap().is_empty());
        source["recent"][0]["number"].clone()
    };
    control.call("detach", json!({"session": other["session"]})).unwrap();
    let attached = control.attach_live("gain", json!({"project_dir": "/tmp", "source": {"kind": "tone"}}));
    let mut page = Page::open(&attached);
    source(&mut page, "it is told", |source| source["source"] == "tone");
    let huge = json!(u64::MAX);
    for (method, params) in [
        ("chooseRecent", json!({"number": foreign})),
        ("chooseRecent", json!({"number": 0})),
        ("chooseRecent", json!({"number": -1})),
        ("chooseRecent", json!({"number": 1.5})),
        ("chooseRecent", json!({"number": null})),
        ("chooseRecent", json!({"number": huge})),
        ("chooseRecent", json!({"number": path})),
        ("chooseRecent", json!({"path": path})),
        ("setLoop", json!({"from_frames": 0, "to_frames": 4800})),
        ("setLoop", json!({})),
        ("seek", json!({"frame": 0})),
    ] {
        let error = page.call(method, params.clone()).expect_err(method);
        assert_eq!(error["code"], -32602, "{method} {params}: {error}");
    }
    let params = json!({"session": attached["session"], "source": {"kind": "file", "path": path}});
    control.call("setSource", params).unwrap();
    source(&mut page, "the file plays", |source| source["name"] == "mine.wav");
    for (method, params) in [
        ("setLoop", json!({"from_frames": 0, "to_frames": 48_001})),
        ("setLoop", json!({"from_frames": 48_000})),
        ("setLoop", json!({"from_frames": 100, "to_frames": 579})),
        ("setLoop", json!({"from_frames": huge, "to_frames": huge})),
        ("setLoop", json!({"from_frames": -5, "to_frames": 4800})),
        ("seek", json!({"frame": 48_000})),
        ("seek", json!({"frame": huge})),
        ("seek", json!({"frame": -1})),
        ("seek", json!({"frame": 1e300})),
    ] {
        let error = page.call(method, params.clone()).expect_err(method);
        assert_eq!(error["code"], -32602, "{method} {params}: {error}");
    }
    // Half a second of sound from where it rises, with the peak of what is heard.
    let scope = json!({"span_ms": 500, "edge": "rising", "level": 0});
    page.call("setSource", json!({"source": "tone"})).unwrap();
    page.call("subscribe", json!({"topics": ["scope", "spectrum"], "hz": 30, "scope": scope})).unwrap();
    let drawn = page.notice("scopeUpdate", |scope| scope["triggered"] == true);
    assert_eq!((&drawn["frames"], &drawn["pairs"]), (&json!(24_000), &json!(true)));
    assert_eq!(drawn["points_l"].as_array().unwrap().len(), 1024);
    page.notice("spectrumUpdate", |spectrum| {
        spectrum["peak"]["hz"].as_f64().is_some_and(|hertz| (hertz - 1000.0).abs() < 0.3)
    });
}
