//! Files as a source: what is refused at once, what is reported, and a changed output rate.

use crate::support::{Companion, Control, output_rms};
use serde_json::{Value, json};
use std::{path::Path, process::Command};

fn write(path: &Path, sample_rate: u32, sample: f32) {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    (0..sample_rate * 2).for_each(|_| writer.write_sample(sample).unwrap());
    writer.finalize().unwrap();
}

fn file(path: &Path) -> Value {
    json!({"kind": "file", "path": path})
}

/// Changes the output's rate, and thereby the engine: the project becomes live again in the new one.
fn change_rate(control: &mut Control, rate: u32) {
    control.call("selectDevices", json!({"sample_rate": rate})).unwrap();
    control.state("starting");
    control.state("live");
    let devices = control.call("status", json!({})).unwrap()["devices"].clone();
    assert_eq!(devices["sample_rate"], rate, "{devices}");
}

#[test]
fn what_is_no_ordinary_file_is_an_answer_for_every_way_in() {
    let companion = Companion::start();
    let mut control = companion.control();
    let pipe = companion.home.path().join("pipe.wav");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (path, kind) in [(pipe.as_path(), "a pipe"), (Path::new("/dev/zero"), "a device")] {
        let error = control.attach("gain", json!({"source": file(path)})).unwrap_err();
        assert_eq!(error["code"], -32014, "{error}");
        assert!(error["message"].as_str().unwrap().contains(kind), "{error}");
    }
    let attached = control.attach_live("gain", json!({}));
    let params = json!({"session": attached["session"], "source": file(&pipe)});
    let error = control.call("setSource", params).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("a pipe"), "{error}");
    control.stats(|stats| stats["source"] == "tone");
}

#[test]
fn a_file_follows_the_outputs_rate() {
    let companion = Companion::start();
    let mut control = companion.control();
    let path = companion.home.path().join("level.wav");
    write(&path, 44_100, 0.25);
    let attached = control.attach_live("gain", json!({"source": file(&path)}));
    control.heard_at(0.25);
    change_rate(&mut control, 96_000);
    let stats = control.heard_at(0.25);
    assert_eq!(stats["file"]["length_frames"], 96_000, "{stats}");

    // A file that isn't the present source is converted once it is chosen.
    let session = &attached["session"];
    control.call("setSource", json!({"session": session, "source": {"kind": "silence"}})).unwrap();
    control.stats(|stats| output_rms(stats) == 0.0);
    change_rate(&mut control, 44_100);
    control.stats(|stats| output_rms(stats) == 0.0);
    control.call("setSource", json!({"session": session, "source": file(&path)})).unwrap();
    control.heard_at(0.25);
}

/// Sums of these samples aren't finite, at any rate and in any meter.
#[test]
fn a_file_of_huge_samples_is_told_and_harms_nobody() {
    let companion = Companion::start();
    let mut control = companion.control();
    for rate in [44_100, 48_000] {
        let path = companion.home.path().join(format!("{rate}.wav"));
        write(&path, rate, 3e38);
        let attached = control.attach_live("gain", json!({"source": file(&path)}));
        let told = control.notice("childLog", |log| {
            log["stream"] == "message" && log["line"].as_str().unwrap().contains("limited")
        });
        assert!(told["line"].as_str().unwrap().contains(path.to_str().unwrap()), "{told}");
        let stats = control.stats(|stats| stats["input"]["peak"][0].as_f64() > Some(0.0));
        for meter in ["input", "output"] {
            assert!(stats[meter]["rms"].as_array().unwrap().iter().all(Value::is_number), "{stats}");
        }
        change_rate(&mut control, 96_000);
        change_rate(&mut control, 48_000);
        control.call("detach", json!({"session": attached["session"]})).unwrap();
    }
}
