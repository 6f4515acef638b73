//! The howl mute silences all projects: it ends with its cause.

use crate::support::Companion;
use serde_json::{Value, json};

/// Far above full scale: the tone of −12 dBFS, 12 dB in the processor and 12 dB after it.
const LOUD: f32 = 12.0;

#[test]
fn the_mix_is_heard_again_when_the_one_that_was_too_loud_goes() {
    let companion = Companion::start();
    let mut quiet = companion.control();
    let innocent = quiet.attach_live("passthrough", json!({}))["session"].clone();
    let muted = |on: bool| {
        let session = innocent.clone();
        move |stats: &Value| stats["session"] == session && stats["guard"]["howl_muted"] == on
    };

    for end in ["detach", "setMute", "setBypass"] {
        let mut loud = companion.control();
        let attached = loud.attach_live("gain", json!({"parameters": {"gain_level": LOUD}}));
        let session = &attached["session"];
        loud.call("setGain", json!({"session": session, "gain_db": LOUD})).unwrap();
        quiet.stats(muted(true));
        // Silencing a project that isn't the cause changes nothing.
        quiet.call("setBypass", json!({"session": innocent, "on": true})).unwrap();
        quiet.call("setBypass", json!({"session": innocent, "on": false})).unwrap();
        quiet.stats(muted(true));
        let params = match end {
            "detach" => json!({"session": session}),
            _ => json!({"session": session, "on": true}),
        };
        loud.call(end, params).unwrap();
        quiet.stats(muted(false));
        if end != "detach" {
            loud.call("detach", json!({"session": session})).unwrap();
        }
    }
}
