//! Microphones: which one is opened, with how many channels, and that none is open without a user.

use crate::{SINE_DB, recording::Recording, server::Server, session::Session, until};
use serde_json::{Value, json};

/// The names of our input's and our output's stream on the server.
const CAPTURE: &str = "cpal-capture";
const PLAYBACK: &str = "cpal-playback";

#[test]
#[ignore = "needs PipeWire: scripts/test sound"]
fn inputs_of_any_kind_are_heard() {
    let server = Server::start();
    server.plug(&["sink_name=desk"]);
    let mut inputs = vec![
        server.plug_microphone("mono", &["MONO"], ""),
        server.plug_microphone("four", &["AUX0", "AUX1", "AUX2", "AUX3"], ""),
        server.plug_microphone("usb", &["FL", "FR"], "device.bus=usb"),
    ];
    let session = Session::start(&server, "inputs");
    let _page = session.clean_page();
    for (asked, ports, output) in [
        (&["--input", "mono"][..], &["mono.in:input_MONO"][..], "speaker"),
        (
            &["--input", "four", "--input-channel", "3"],
            &["four.in:input_AUX2", "four.in:input_AUX3"],
            "speaker",
        ),
        (
            &["--input", "usb", "--input-channel", "default", "--output", "desk"],
            &["usb.in:input_FL", "usb.in:input_FR"],
            "desk",
        ),
    ] {
        println!("{asked:?}");
        let list = session.ask(&[&["devices"], asked].concat());
        let device = list["inputs"]
            .as_array()
            .and_then(|inputs| inputs.iter().find(|input| input["name"] == asked[1]));
        assert_eq!(device.expect("it is listed")["id"], list["chosen"]["input"], "{list}");
        until("it is open", || (session.last_event("devices")?["input"] == asked[1]).then_some(()));
        let _tone = server.play_tone(ports);
        Recording::of(&server, output).until_heard(SINE_DB);
    }

    // The chosen one disappears, and comes back.
    inputs.pop();
    notice(&session, "isn't connected: using the system's default");
    inputs.push(server.plug_microphone("usb", &["FL", "FR"], "device.bus=usb"));
    until("it is open again", || {
        let devices = session.status()["devices"].clone();
        (devices["input"] == "usb" && devices["notice"] == Value::Null).then_some(())
    });
    let _tone = server.play_tone(&["usb.in:input_FL", "usb.in:input_FR"]);
    Recording::of(&server, "desk").until_heard(SINE_DB);
    session.stop();
}

#[test]
#[ignore = "needs PipeWire: scripts/test sound"]
fn a_bluetooth_microphone_is_opened_for_who_asks_for_it_and_none_for_nobody() {
    let server = Server::start();
    let _headset = server.plug_microphone("headset", &["FL", "FR"], "device.api=bluez5");
    server.make_default("source", "headset");
    let session = Session::start(&server, "bluetooth");
    let mut page = session.clean_page();
    notice(&session, "the microphone stays closed");
    assert!(!server.has_stream(CAPTURE) && server.has_stream(PLAYBACK));
    let status = page.call("getAudioStatus", json!({}))["status"].clone();
    let told = status["diagnostic"]["message"].as_str().unwrap_or_default();
    assert!(told.contains("devices --input pipewire:headset"), "{status}");
    let list = session.ask(&["devices"]);
    assert_eq!(list["inputs"][0]["transport"], "Bluetooth", "{list}");
    assert!(list["notice"].as_str().is_some_and(|notice| notice.contains("call quality")), "{list}");

    let _usb = server.plug_microphone("usb", &["FL", "FR"], "device.bus=usb");
    notice(&session, "using \"usb\" instead");
    until("the other one is open", || (session.status()["devices"]["input"] == "usb").then_some(()));

    session.ask(&["devices", "--input", "headset"]);
    let tone = server.play_tone(&["headset.in:input_FL", "headset.in:input_FR"]);
    Recording::start(&server).until_heard(SINE_DB);
    let devices = session.status()["devices"].clone();
    assert_eq!((&devices["input"], &devices["notice"]), (&json!("headset"), &Value::Null), "{devices}");
    drop(tone);

    // Muted and bypassed or not, it is open as long as it is the source, and no longer.
    page.call("setMute", json!({"on": true}));
    page.call("setBypass", json!({"on": true}));
    assert!(server.has_stream(CAPTURE));
    page.call("setSource", json!({"source": "tone"}));
    until("the microphone is closed", || (!server.has_stream(CAPTURE)).then_some(()));
    assert!(server.has_stream(PLAYBACK));
    session.stop();
    until("nothing of ours is left", || (!server.has_stream("cpal-")).then_some(()));
}

fn notice(session: &Session, notice: &str) {
    until(&format!("it is told: {notice}"), || {
        let devices = session.status()["devices"].clone();
        devices["notice"].as_str().is_some_and(|told| told.contains(notice)).then_some(())
    });
}
