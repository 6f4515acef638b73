//! Measuring the latency where there is nothing to measure. Another test measures a loop on a real sound server.

use crate::support::Companion;
use serde_json::json;
use std::{io::Write, os::unix::fs::PermissionsExt};

#[test]
fn a_device_without_sound_is_refused_and_everything_is_closed_again() {
    let companion = Companion::start();
    let mut control = companion.control();
    let refused = control.call("measureLatency", json!({})).unwrap_err();
    assert_eq!(refused["code"], -32020);
    let message = refused["message"].as_str().unwrap();
    assert!(message.starts_with("the latency can't be measured: the virtual device"), "{message}");
    let status = control.call("status", json!({})).unwrap();
    assert_eq!(status["devices"], json!(null), "the audio side is closed");
}

#[test]
fn it_is_refused_beside_a_project_that_goes_on() {
    let companion = Companion::start();
    let mut control = companion.control();
    control.attach_live("gain", json!({}));
    assert_eq!(control.call("measureLatency", json!({})).unwrap_err()["code"], -32020);
    let status = control.call("status", json!({})).unwrap();
    assert_eq!(status["sessions"][0]["state"], "live");
}

#[test]
fn a_client_that_hangs_up_ends_what_it_waits_for_and_hears_so() {
    let companion = Companion::start();
    let mut control = companion.control();
    let session = control.attach_live("gain", json!({}))["session"].clone();
    // The child never says hello, so the swap would be given up only after 10 s.
    let silent = companion.home.path().join("silent");
    std::fs::write(&silent, "#!/bin/sh\nsleep 1000\n").unwrap();
    std::fs::set_permissions(&silent, std::fs::Permissions::from_mode(0o700)).unwrap();
    let params = json!({"session": session, "executable": silent});
    let call = json!({"jsonrpc": "2.0", "id": 99, "method": "reload", "params": params});
    writeln!(control.stream, "{call}").unwrap();
    control.stream.shutdown(std::net::Shutdown::Write).unwrap();
    let answer = loop {
        let line = control.line().expect("an answer");
        if line["id"] == 99 {
            break line;
        }
    };
    assert_eq!(answer["error"]["message"], "the project was detached");
}
