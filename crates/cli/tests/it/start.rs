//! A start from its first line to its last.

use crate::support::{
    World,
    fake_companion::{FakeCompanion, Fault},
};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;

#[test]
fn events_come_in_order_with_what_they_promise() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::None);
    let mut live = world.live_in("here/engine/src", &["start", "--with-audio", "--json", "--seconds", "1"]);
    let ready = live.event("ready");
    let attach = companion.call("attach").expect("an attach");
    let token = attach["token"].as_str().unwrap();
    assert_eq!(ready["ws_url"], format!("ws://127.0.0.1:9000/p/{token}"));
    assert_eq!(ready["ui_url"], json!(null), "no ui folder");
    assert_eq!(ready["inspector_url"], format!("http://127.0.0.1:9000/#wc={token}"));
    assert_eq!(ready["devices"]["sample_rate"], 48_000);
    assert_eq!(ready["latency_ms"], 10.0);

    assert_eq!(token.len(), 43);
    assert_ne!(attach["token"], attach["audio_token"]);
    assert_eq!(attach["project_dir"], world.path("here").to_str().unwrap());
    assert_eq!(attach["name"], "demo");
    let copy = std::path::PathBuf::from(attach["executable"].as_str().unwrap());
    assert!(
        copy.starts_with(world.path("home/wavecraft/builds")) && copy.ends_with("1/dev-audio"),
        "{copy:?}"
    );
    assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o700);

    let finished = live.finish();
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    let kinds = finished.kinds();
    let place = |kind: &str| {
        kinds.iter().position(|other| other == kind).unwrap_or_else(|| panic!("{kind}: {kinds:?}"))
    };
    assert!(
        place("build") < place("state") && place("state") < place("ready") && place("ready") < place("stats")
    );
    let events = finished.events();
    let stats = &events[place("stats")];
    assert_eq!(
        (&stats["blocks"], &stats["late_blocks"], &stats["xruns"]),
        (&json!(10), &json!(3), &json!(4))
    );
    let rms = stats["output_rms"].as_f64().unwrap();
    assert!((rms - 0.125_f64.sqrt()).abs() < 1e-6, "{rms}");
    assert!(events.contains(&json!({"event": "log", "from": "child", "line": "hello from the child"})));
    finished.left_nothing();
    assert!(world.names_in("home/wavecraft/builds").is_empty(), "the copy is gone");
    assert!(!finished.err.contains(token), "the token is only where it is asked for");
}

#[test]
fn people_get_plain_text_where_no_terminal_is() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(&["start", "--with-audio", "--seconds", "1"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    for text in [
        "wavecraft ",
        "Building dev-audio",
        "Built in",
        "/somewhere/companion.log",
        "virtual · 48000 Hz / 256 frames · 10.0 ms, pipelined",
        "child │ hello from the child",
        "Stopped.",
    ] {
        assert!(finished.out.contains(text), "no `{text}` in {finished:#?}");
    }
    assert!(!finished.out.contains('\u{1b}') && !finished.err.contains('\u{1b}'), "{finished:#?}");
    let token = companion.call("attach").unwrap()["token"].as_str().unwrap().to_owned();
    let inspector = format!("  Inspector http://127.0.0.1:9000/#wc={token}\n");
    assert_eq!(finished.out.matches(&token).count(), 1, "{finished:#?}");
    assert!(finished.out.contains(&inspector) && !finished.err.contains(&token), "{finished:#?}");
}

#[test]
fn flags_and_variables_reach_the_companion() {
    let world = World::with_project().file("here/loop.wav", "").env("WAVECRAFT_PORT", "9100");
    let companion = FakeCompanion::run(&world, Fault::None);
    let args = [
        "start",
        "--with-audio",
        "--json",
        "--seconds",
        "1",
        "--strict-port",
        "--input",
        "file:loop.wav",
        "--mode",
        "direct",
    ];
    world.run(&args).left_nothing();
    let attach = companion.call("attach").unwrap();
    assert_eq!(attach["port"], 9100);
    assert_eq!(attach["strict_port"], true);
    assert_eq!(attach["mode"], "direct");
    assert_eq!(attach["source"], json!({"kind": "file", "path": world.path("here/loop.wav")}));
}

#[test]
fn a_stop_from_elsewhere_is_a_good_end() {
    let world = World::with_project();
    let _companion = FakeCompanion::run(&world, Fault::StoppedElsewhere);
    let finished = world.run(&["start", "--with-audio", "--json"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    finished.left_nothing();
}
