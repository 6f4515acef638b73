//! Attaching a project.

use crate::support::{Companion, is_close, tone_rms};
use serde_json::json;

#[test]
fn a_project_is_heard_through_its_processor() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({"parameters": {"gain_level": -6.0206}}));
    assert_eq!(attached["devices"]["backend"], "virtual");
    assert!(attached["ws_url"].as_str().unwrap().starts_with("ws://127.0.0.1:"));
    let stats = control.heard_at(tone_rms() / 2.0);
    assert!(is_close(stats["input"]["rms"][0].as_f64().unwrap(), tone_rms()), "{stats}");
    control.stats(|stats| stats["blocks"].as_u64() > Some(100));
}

#[test]
fn two_projects_live_side_by_side_each_with_its_own_port() {
    let companion = Companion::start();
    let (mut one, mut two) = (companion.control(), companion.control());
    let first = one.attach_live("gain", json!({}));
    let second = two.attach_live("gain", json!({}));
    assert_ne!(first["session"], second["session"]);
    assert_ne!(first["port"], second["port"]);
    one.call("detach", json!({"session": first["session"]})).unwrap();
    two.stats(|stats| stats["blocks"].as_u64() > Some(100));
}

#[test]
fn without_a_sound_server_it_says_so_and_goes_on() {
    let home = tempfile::tempdir().unwrap();
    // Nothing listens in this runtime folder, and this ALSA configuration has no device.
    let nothing = home.path().join("nothing");
    std::fs::create_dir(&nothing).unwrap();
    let config = nothing.join("asound.conf");
    std::fs::write(&config, "").unwrap();
    let mut process = Companion::command(home.path());
    process
        .env("XDG_RUNTIME_DIR", &nothing)
        .env("PIPEWIRE_RUNTIME_DIR", &nothing)
        .env("ALSA_CONFIG_PATH", &config);
    let process = process.args(["--headless", "--backend", "auto"]).spawn().unwrap();
    let companion = Companion { home, process };
    crate::support::eventually("it listens", || {
        std::os::unix::net::UnixStream::connect(companion.socket()).ok()
    });
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    assert_eq!(attached["devices"]["backend"], "virtual");
    let notice = attached["devices"]["notice"].as_str().unwrap();
    assert!(notice.contains("virtual device") && notice.contains("start the sound server"), "{notice}");
    control.stats(|stats| stats["blocks"].as_u64() > Some(50));
}

#[test]
fn a_taken_port_is_stepped_over_or_refused_as_asked() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let companion = Companion::start();
    let mut control = companion.control();
    let error = control.attach("gain", json!({"port": port, "strict_port": true})).unwrap_err();
    assert_eq!(error["code"], -32013);
    assert!(error["message"].as_str().unwrap().contains(&port.to_string()), "{error}");
    let attached = control.attach("gain", json!({"port": port})).unwrap();
    assert_ne!(attached["port"], port);
}

#[test]
fn what_can_not_be_run_is_refused_with_a_reason() {
    let companion = Companion::start();
    let mut control = companion.control();
    for (executable, reason) in
        [("/no/such/program", "can't be read"), ("relative", "absolute"), ("/", "not a regular file")]
    {
        let error = control.attach("gain", json!({"executable": executable})).unwrap_err();
        assert_eq!(error["code"], -32012, "{error}");
        assert!(error["message"].as_str().unwrap().contains(reason), "{error}");
    }
    assert_eq!(control.call("status", json!({})).unwrap()["sessions"], json!([]));
}

#[test]
fn a_source_that_is_no_sound_is_refused_with_a_reason() {
    let companion = Companion::start();
    let mut control = companion.control();
    let text = companion.home.path().join("song.wav");
    std::fs::write(&text, "this is no sound").unwrap();
    for path in ["/no/such/song.wav", text.to_str().unwrap()] {
        let error = control.attach("gain", json!({"source": {"kind": "file", "path": path}})).unwrap_err();
        assert_eq!(error["code"], -32014, "{error}");
        assert!(error["message"].as_str().unwrap().contains(path), "{error}");
    }
    let attached = control.attach_live("gain", json!({}));
    let params = json!({"session": attached["session"], "source": {"kind": "file", "path": text}});
    let error = control.call("setSource", params).unwrap_err();
    assert_eq!(error["code"], -32014, "{error}");
    control.call("setSource", json!({"session": attached["session"], "source": {"kind": "noise"}})).unwrap();
    control.stats(|stats| stats["source"] == "noise");
}

#[test]
fn the_last_source_of_a_project_is_remembered() {
    let home = tempfile::tempdir().unwrap();
    let companion = Companion::start_in(home, &["--backend", "virtual"]);
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({"source": {"kind": "noise"}}));
    control.call("detach", json!({"session": attached["session"]})).unwrap();
    control.attach_live("gain", json!({"source": null}));
    control.stats(|stats| stats["source"] == "noise");
}
