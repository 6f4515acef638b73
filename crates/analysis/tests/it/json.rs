//! Results as JSON: camel case, reasons in the figure's place, nothing that isn't a number where one is expected.

use crate::devices::{noise, shaped};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::fmt::Debug;
use wavecraft_companion_analysis::{
    Comparison, Cost, Impulse, Jump, Loudness, Measured, Quiet, Rise, Score, Staircase, Stereo, Sweep, Take,
    Tone, TwoTones, Unmeasured,
    compare::{Alignment, Settings},
    two_tones::Method,
};

/// There and back is the same, and all names are in camel case.
fn crossed<T: Serialize + DeserializeOwned + PartialEq + Debug>(result: &T) -> Value {
    let value = serde_json::to_value(result).expect("it is data");
    // Through text, as it will be.
    let text = serde_json::to_string(&value).expect("it is data");
    let back: T = serde_json::from_str(&text).expect("it was written so");
    same(&serde_json::to_value(&back).expect("it is data"), &value);
    names(&value);
    value
}

/// The same but for the last digit of numbers, which serde_json reads fast rather than exactly.
fn same(one: &Value, other: &Value) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            assert!(one.keys().eq(other.keys()));
            one.values().zip(other.values()).for_each(|(one, other)| same(one, other));
        }
        (Value::Array(one), Value::Array(other)) => {
            assert_eq!(one.len(), other.len());
            one.iter().zip(other).for_each(|(one, other)| same(one, other));
        }
        (Value::Number(one), Value::Number(other)) => {
            let [one, other] = [one, other].map(|number| number.as_f64().expect("it is a number"));
            assert!((one - other).abs() <= 1e-14 * one.abs(), "{one} {other}");
        }
        _ => assert_eq!(one, other),
    }
}

fn names(value: &Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                assert!(!name.contains('_') && name.starts_with(char::is_lowercase), "{name}");
                names(member);
            }
        }
        Value::Array(members) => members.iter().for_each(names),
        _ => {}
    }
}

#[test]
fn every_result_crosses_json() {
    let curve = |x: f64| x + 0.1 * x * x;
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let value = crossed(&sweep.analyse(&shaped(sweep.signal(), curve), 0).expect("it sounds"));
    assert_eq!(value["harmonics"][0]["value"]["order"], 2);
    assert_eq!(value["response"]["levelDbfs"], -20.0);
    let linear = sweep.deconvolve(sweep.signal()).expect("it sounds").linear(0).expect("no latency");
    crossed(&linear.at(1_000.0).expect("it is below half the rate"));
    crossed(&sweep.deconvolve(sweep.signal()).expect("it sounds").latency(Some(0)).expect("it is plain"));
    let tone = Tone::new(48_000, 1_000.0, -20.0).expect("it is a rate");
    let value = crossed(&tone.analyse(&shaped(tone.signal(), curve)).expect("it sounds"));
    assert!(value["thd"]["value"]["percent"].is_number() && value["thdN"]["value"]["db"].is_number());
    let tones = TwoTones::new(48_000, Method::Smpte, -20.0).expect("it is a rate");
    assert_eq!(
        crossed(&tones.analyse(&shaped(tones.signal(), curve)).expect("it sounds"))["method"],
        "smpte"
    );
    let stairs = Staircase::new(48_000).expect("it is a rate");
    crossed(&stairs.analyse(stairs.signal(), 0).expect("it sounds"));
    let jump = Jump::new(48_000).expect("it is a rate");
    let value = crossed(&jump.analyse(jump.signal(), 0).expect("it sounds"));
    assert_eq!(value["attack"], json!({"unmeasured": {"why": "noChange"}}));
    let impulse = Impulse::new(48_000, -20.0).expect("it is a rate");
    crossed(&impulse.analyse(impulse.signal(), Some(0)).expect("it sounds"));
    let rise = Rise::new(48_000, -20.0).expect("it is a rate");
    crossed(&rise.analyse(rise.signal()).expect("it sounds"));
    let quiet = Quiet::new(48_000).expect("it is a rate");
    assert_eq!(crossed(&quiet.analyse(quiet.signal()).expect("it is finite"))["noiseDbfs"], "-Infinity");
    let stereo = Stereo::new(48_000, -20.0).expect("it is a rate");
    let both = [stereo.signal(); 2];
    crossed(&stereo.analyse(&both, &both, &both).expect("it sounds"));
    crossed(&Cost::of(&[100, 200, 300], 64, 48_000).expect("there are blocks"));
    crossed(&Score::of(12, 16).expect("it is a score"));
    let hiss = noise(48_000, 1);
    crossed(&Loudness::of(&[&hiss], 48_000).expect("it is finite"));
    let (other, channels): (Vec<f32>, [&[f32]; 1]) = (shaped(&hiss, curve), [&hiss]);
    let others: [&[f32]; 1] = [&other];
    let take = |channels| Take { rate_hz: 48_000, channels, latency_frames: Some(0) };
    let found = Comparison::of(&take(&channels), &take(&others), Settings::default()).expect("they can be");
    let value = crossed(&found.clone().with_floor(&found));
    assert_eq!(value["aboveFloor"], false);
    crossed(&Settings { alignment: Alignment::Found, match_level: true });
}

#[test]
fn reasons_have_a_name_and_what_belongs_to_it() {
    let value = crossed(&Unmeasured::AboveNyquist { frequency_hz: 10_000.0, nyquist_hz: 4_000.0 });
    assert_eq!(value, json!({"why": "aboveNyquist", "frequencyHz": 10_000.0, "nyquistHz": 4_000.0}));
    assert_eq!(crossed(&Unmeasured::NothingCounted), json!({"why": "nothingCounted"}));
    assert_eq!(crossed(&Measured::Value(1.5)), json!({"value": 1.5}));
}
