//! Recordings over the control socket: the file's contents, each way to end, and what is refused.

use crate::support::{Companion, Control, eventually, is_close, kill, tone_rms};
use serde_json::{Value, json};
use std::path::Path;

fn wish(attached: &Value, path: &Path) -> Value {
    json!({"session": attached["session"], "path": path})
}

/// A recording that has begun to fill.
fn record(control: &mut Control, attached: &Value, path: &Path) {
    assert_eq!(control.call("record", wish(attached, path)).unwrap(), json!({"path": path}));
    control.stats(|stats| stats["recording"]["seconds"].as_f64() > Some(0.1));
}

/// The frames of a file that must be complete.
fn frames(path: &Path) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).unwrap();
    assert_eq!((reader.spec().channels, reader.spec().sample_rate), (2, 48_000));
    reader.samples().map(Result::unwrap).collect()
}

fn rms(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (sum / f64::from(u32::try_from(samples.len()).unwrap())).sqrt()
}

fn count(samples: &[f32]) -> u64 {
    u64::try_from(samples.len() / 2).unwrap()
}

#[test]
fn the_processed_sound_is_recorded_through_a_reload_a_crash_and_a_change_of_the_source() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let path = companion.home.path().join("take.wav");
    record(&mut control, &attached, &path);
    let status = control.call("status", json!({})).unwrap();
    assert_eq!(status["sessions"][0]["recording"], json!(path));

    let session = &attached["session"];
    // Played more quietly, and recorded in full.
    control.call("setMute", json!({"session": session, "on": true})).unwrap();
    let gain = crate::support::child("gain");
    control.call("reload", json!({"session": session, "executable": gain})).unwrap();
    let child = control.child_pid();
    kill(child);
    control.state("crashed");
    control.state("live");
    control.call("setSource", json!({"session": session, "source": {"kind": "noise"}})).unwrap();
    let before = control.stats(|stats| stats["source"] == "noise")["recording"]["seconds"].as_f64();
    control.stats(|stats| stats["recording"]["seconds"].as_f64() > before.map(|seconds| seconds + 0.5));

    let take = control.call("stopRecording", json!({"session": session})).unwrap();
    let samples = frames(&path);
    assert_eq!(take["frames"], count(&samples));
    assert_eq!((&take["dropped_frames"], &take["reason"]), (&json!(0), &Value::Null));
    assert!(is_close(rms(&samples[..4800]), tone_rms()), "{}", rms(&samples[..4800]));
    let end = &samples[samples.len() - 9600..];
    assert!((0.09..0.11).contains(&rms(end)), "noise of -20 dB: {}", rms(end));
    let ended = control.notice("recordingEnded", |ended| ended["session"] == *session);
    assert_eq!(ended["frames"], take["frames"]);
    assert_eq!(control.call("stopRecording", json!({"session": session})).unwrap_err()["code"], -32018);
}

#[test]
fn what_can_not_be_recorded_is_refused_in_words() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let folder = companion.home.path();
    let mut refused = |path: &Path, code: i64, text: &str| {
        let error = control.call("record", wish(&attached, path)).unwrap_err();
        assert!(error["code"] == code && error["message"].as_str().unwrap().contains(text), "{error}");
    };
    std::fs::write(folder.join("mine.wav"), "mine").unwrap();
    refused(&folder.join("mine.wav"), -32018, "nothing is overwritten");
    refused(&folder.join("none/take.wav"), -32018, "there is no folder");
    refused(Path::new("take.wav"), -32602, "no absolute path");
    for name in ["take.mp3", "take.flac", "take.wav.gz"] {
        refused(&folder.join(name), -32018, ".wav");
        assert!(!folder.join(name).exists(), "{name}");
    }
    assert_eq!(std::fs::read(folder.join("mine.wav")).unwrap(), b"mine");
    record(&mut control, &attached, &folder.join("take.wav"));
    let error = control.call("record", wish(&attached, &folder.join("second.wav"))).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("take.wav already"), "{error}");
    assert!(!folder.join("second.wav").exists());
    let unknown = control.call("record", json!({"session": "no-1", "path": "/x.wav"})).unwrap_err();
    assert_eq!(unknown["code"], -32011);
}

#[test]
fn a_recording_belongs_to_who_asked_and_ends_with_the_project() {
    let companion = Companion::start();
    let mut terminal = companion.control();
    let attached = terminal.attach_live("gain", json!({}));
    let first = companion.home.path().join("first.wav");
    let mut other = companion.control();
    other.call("subscribe", json!({"all": true})).unwrap();
    record(&mut other, &attached, &first);
    drop(other.stream.shutdown(std::net::Shutdown::Both));
    let ended = terminal.notice("recordingEnded", |_| true);
    assert!(ended["reason"].as_str().unwrap().contains("is gone"), "{ended}");
    assert_eq!(ended["frames"], count(&frames(&first)));
    terminal.notice("childLog", |log| log["line"].as_str().unwrap().contains("recording stopped"));
    let status = terminal.call("status", json!({})).unwrap();
    let trouble = status["sessions"][0]["recording_trouble"].as_str().unwrap();
    assert!(trouble.starts_with("recording stopped: "), "{trouble}");

    let second = companion.home.path().join("second.wav");
    record(&mut terminal, &attached, &second);
    terminal.call("detach", json!({"session": attached["session"]})).unwrap();
    assert!(count(&frames(&second)) > 4800, "whole when the detach is answered");
}

#[test]
fn a_companion_that_is_killed_leaves_a_file_that_can_be_read() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let path = companion.home.path().join("take.wav");
    record(&mut control, &attached, &path);
    kill(rustix::process::Pid::from_child(&companion.process));
    eventually("the connection ends", || control.line().is_none().then_some(()));
    assert!(count(&frames(&path)) > 4800 / 2);
}

#[test]
fn a_full_disk_ends_the_recording_with_what_fitted() {
    let home = tempfile::tempdir().unwrap();
    let disk = home.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let Some(companion) = Companion::start_with_a_small_disk(home, "disk", 400_000) else {
        eprintln!("this system lets no user mount a file system of its own: not tried");
        return;
    };
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    // Only the companion sees that disk; its contents are read through the companion's process.
    let path = disk.join("take.wav");
    control.call("record", wish(&attached, &path)).unwrap();
    let ended = control.notice("recordingEnded", |_| true);
    assert!(ended["reason"].as_str().unwrap().contains("the disk is full"), "{ended}");
    control.notice("childLog", |log| log["line"].as_str().unwrap().contains("the disk is full"));
    let seen = format!("/proc/{}/root", companion.process.id());
    let inside = Path::new(&seen).join(path.strip_prefix("/").unwrap());
    assert_eq!(ended["frames"], count(&frames(&inside)));
    assert!(ended["frames"].as_u64() > Some(4800));
}

#[test]
fn a_length_is_counted_in_frames_also_through_a_swap() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let path = companion.home.path().join("two.wav");
    let mut wanted = wish(&attached, &path);
    for bad in [0.0, -1.0, 1e12] {
        wanted["seconds"] = json!(bad);
        assert_eq!(control.call("record", wanted.clone()).unwrap_err()["code"], -32602, "{bad}");
    }
    wanted["seconds"] = json!(1.001);
    control.call("record", wanted).unwrap();
    let program = crate::support::child("passthrough");
    control.call("reload", json!({"session": attached["session"], "executable": program})).unwrap();
    let ended = control.notice("recordingEnded", |_| true);
    assert_eq!(
        (&ended["frames"], &ended["dropped_frames"], &ended["reason"]),
        (&json!(48_048), &json!(0), &Value::Null)
    );
    assert_eq!(frames(&path).len(), 2 * 48_048);
}
