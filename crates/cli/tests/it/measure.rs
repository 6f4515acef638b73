//! `measure`: figures of a known processor, and what is said where there are none, with the real companion and a plugin's library.

use crate::support::{Finished, World, published::SOURCE};
use serde_json::Value;
use std::fs;

/// A plugin that multiplies by its parameter `gain_level`, 0.5 unless set.
pub(crate) fn plugin() -> World {
    World::new()
        .file(
            "here/engine/Cargo.toml",
            "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n\
             [features]\n_param-discovery = []\n[workspace]\n",
        )
        .file("here/engine/src/lib.rs", SOURCE)
}

fn measure(world: &World, more: &[&str]) -> Finished {
    world.run(&[&["measure"], more].concat())
}

/// The document, which is all that is on standard output.
fn document(finished: &Finished, code: i32) -> Value {
    assert_eq!(finished.code, Some(code), "{finished:#?}");
    serde_json::from_str(&finished.out).unwrap_or_else(|_| panic!("not one document: {finished:#?}"))
}

#[track_caller]
fn is_near(value: &Value, wanted: f64) {
    let found = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
    assert!((found - wanted).abs() < 0.01, "{found} isn't {wanted}");
}

/// The response's level at a frequency.
fn response(document: &Value, hz: f64) -> Value {
    let response = &document["swept"]["value"]["response"];
    let all = response["frequencyHz"].as_array().expect("frequencies");
    let at = all.iter().position(|one| one.as_f64() >= Some(hz)).expect("it is measured there");
    response["magnitudeDb"][at].clone()
}

#[test]
fn a_gain_is_measured_on_the_screen_and_as_a_document() {
    let world = plugin();
    let screen = measure(&world, &[]);
    assert_eq!(screen.code, Some(0), "{screen:#?}");
    for text in [
        "demo, measured at 48 kHz with −20 dBFS in blocks of 512",
        "Level 0.5 x",
        "Response     −6.0 dB at 1 kHz",
        "1 kHz  THD",
        "gain −6.0 dB",
        "Latency      none",
        "Silence      stays silent",
        "of a core in blocks of 512",
    ] {
        assert!(screen.out.contains(text), "no `{text}` in {screen:#?}");
    }

    let found = document(&measure(&world, &["--json"]), 0);
    assert_eq!((&found["version"], &found["trouble"]), (&Value::from(1), &Value::Null));
    [20.0, 1_000.0, 19_000.0].into_iter().for_each(|hz| is_near(&response(&found, hz), -6.0206));
    assert_eq!(found["distortion"].as_array().map(Vec::len), Some(3));
    is_near(&found["distortion"][1]["value"]["gainDb"], -6.0206);
    assert!(found["distortion"][1]["value"]["thd"]["value"]["percent"].as_f64() < Some(1e-3));
    assert_eq!(found["subject"]["settings"][0]["id"], "gain_level");

    let more = [
        "--json",
        "--mono",
        "--rate",
        "96000",
        "--set",
        "gain_level=2",
        "--frequency",
        "440",
        "--level",
        "-30",
        "--full",
    ];
    let found = document(&measure(&world, &more), 0);
    is_near(&response(&found, 40_000.0), 6.0206);
    let plan = &found["plan"];
    assert_eq!((&plan["channels"], &plan["rateHz"]), (&Value::from(1), &Value::from(96_000)));
    assert_eq!(found["distortion"].as_array().map(Vec::len), Some(1));
    is_near(&found["distortion"][0]["value"]["gainDb"], 6.0206);
    assert!(
        found["impulse"]["value"].is_object() && found.get("stereo").is_none(),
        "one channel has no other side"
    );
    assert!(world.names_in("home/wavecraft/builds").is_empty(), "the copy is gone");
}

#[test]
fn a_processor_that_fails_is_told_and_what_was_asked_for_in_vain() {
    let world = plugin();
    for (fault, says) in
        [("Abort", "SIGABRT"), ("Panic", "SIGABRT"), ("Loop", "did not answer a block for 5 s")]
    {
        let finished = measure(&world, &["--json", "--set", &format!("gain_fault={fault}")]);
        finished.fails(1, &["could not be measured to the end", says]);
        let found = document(&finished, 1);
        assert!(found["trouble"].as_str().is_some_and(|trouble| trouble.contains(says)), "{found}");
        assert_eq!(found["swept"]["unmeasured"]["why"], "stopped");
    }
    measure(&world, &["--set", "gain_level=9"]).fails(2, &["`gain_level` can't be `9`", "0 to 2 x"]);
    measure(&world, &["--set", "gain_levle=1"])
        .fails(2, &["there is no parameter `gain_levle`", "gain_level: 0 to 2 x"]);
    measure(&world, &["--set", "gain_level"]).fails(2, &["ID=VALUE"]);
    measure(&world, &["--frequency", "24000"]).fails(2, &["24000 Hz isn't below half of 48000 Hz"]);
    measure(&world, &["--level", "3"]).fails(2, &["from −120 to 0"]);

    let source = world.path("here/engine/src/lib.rs");
    fs::write(&source, SOURCE.replace("*sample *= gain.level;", "*sample = f32::NAN;")).expect("written");
    let finished = measure(&world, &["--json"]);
    let found = document(&finished, 0);
    assert_eq!(found["swept"]["unmeasured"]["why"], "notFinite", "{found}");
    assert_eq!(found["idle"]["unmeasured"]["why"], "notFinite");
    let screen = measure(&world, &[]);
    assert!(
        screen.out.contains("Response     not measured: frame 0 of channel 0 is not a number"),
        "{screen:#?}"
    );
}
