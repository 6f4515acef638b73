//! What a child says of what it does in `process`: told as far as it can be true, whatever it says.

use crate::support::{Companion, child};
use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt};
use wavecraft_companion_protocol::{
    child::FromChild,
    frame,
    realtime::{Act, ChildPlace, Frame, Watch, Watching},
};

/// The most places that are told of one child.
const MOST: usize = 64;

fn place(number: u32, module: &str, address: u64, count: u64) -> ChildPlace {
    let frames = vec![Frame { module: module.into(), address }; 40];
    ChildPlace { number, act: Act::Allocation { bytes: 96 }, count, blocks: u64::MAX, frames }
}

fn told(places: Vec<ChildPlace>, elsewhere: u64) -> FromChild {
    FromChild::Violations { places, elsewhere, last: false }
}

/// A child that first says all of this, and is a good one then.
fn liar(companion: &Companion, messages: &[FromChild]) -> std::path::PathBuf {
    let said = companion.home.path().join("said");
    let bytes: Vec<u8> = messages.iter().flat_map(|message| frame::encode(message).unwrap()).collect();
    fs::write(&said, bytes).unwrap();
    let path = companion.home.path().join("liar");
    let text =
        format!("#!/bin/sh\n/bin/cat '{}' >&4\nexec '{}' \"$@\"\n", said.display(), child("gain").display());
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    path
}

#[test]
fn a_lying_child_is_heard_and_harms_nobody() {
    let companion = Companion::start();
    let watching = Watching { memory: Watch::On, system_calls: Watch::Off("so it is".into()) };
    let mut messages = vec![FromChild::Watching(watching)];
    let modules = ["", "/etc/passwd", "/dev/zero", "../../x", "\u{1b}[31mred"];
    let strange = |number: u32| {
        let module = modules[usize::try_from(number).unwrap() % modules.len()];
        place(number, module, u64::MAX - u64::from(number), u64::MAX)
    };
    messages.push(told((0..=70).map(strange).collect(), u64::MAX));
    messages.push(told(vec![place(u32::MAX, "", 0, 1)], 0));
    // A flood in which counts go down.
    messages.extend((0..20_000).map(|round| told(vec![place(round % 64, "", u64::from(round), 1)], 0)));
    let mut control = companion.control();
    control.attach_live("gain", json!({"executable": liar(&companion, &messages)}));
    let stats =
        control.stats(|stats| stats["realtime"]["violations"].as_array().is_some_and(|all| all.len() > 1));
    let realtime = &stats["realtime"];
    let violations = realtime["violations"].as_array().unwrap();
    assert!(violations.len() <= MOST && realtime["watched"] == true, "{realtime}");
    assert_eq!(realtime["elsewhere"].as_u64(), Some(u64::MAX));
    assert_eq!(realtime["unwatched"], json!(["System calls aren't watched: so it is."]));
    for violation in violations {
        assert_eq!(
            (&violation["place"], violation["count"].as_u64()),
            (&Value::Null, Some(u64::MAX)),
            "{violation}"
        );
        let why = violation["whyNoPlace"].as_str().unwrap();
        assert!(!why.contains("/etc") && !why.contains('\u{1b}'), "no path that it names is shown: {why}");
    }
    let named = |name: &str| violations.iter().any(|one| one["whyNoPlace"].as_str().unwrap().contains(name));
    assert!(named("it is in passwd, which isn't the project's program") && named("in zero,"), "{realtime}");
}

#[test]
fn nobody_is_asked_where_it_is_not_wanted() {
    let companion = Companion::start();
    let messages = [
        FromChild::Watching(Watching { memory: Watch::On, system_calls: Watch::On }),
        told(vec![place(0, "", 1, 1)], 0),
    ];
    let mut control = companion.control();
    control.attach_live("gain", json!({"executable": liar(&companion, &messages), "watch": false}));
    let stats = control.stats(|stats| stats["blocks"].as_u64() > Some(20));
    let realtime = &stats["realtime"];
    assert_eq!((&realtime["watched"], &realtime["violations"]), (&json!(false), &json!([])), "{realtime}");
    assert!(realtime["unwatched"][0].as_str().unwrap().contains("watch = false"), "{realtime}");
}
