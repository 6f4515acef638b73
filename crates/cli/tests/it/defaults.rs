//! A project's `wavecraft.toml`.

use crate::support::{
    Finished, World,
    fake_companion::{FakeCompanion, Fault},
    until,
};
use serde_json::{Value, json};

/// Starts a project with this file until it ends; returns what the companion was asked for.
fn started(file: &str, fault: Fault, args: &[&str]) -> (Finished, FakeCompanion) {
    let world = World::with_project().file("here/wavecraft.toml", file).file("here/loop.wav", "");
    let companion = FakeCompanion::run(&world, fault);
    let finished =
        world.live_in("here/engine", &[&["start", "--with-audio", "--seconds", "1"], args].concat()).finish();
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    (finished, companion)
}

fn attached(file: &str, args: &[&str]) -> Value {
    started(file, Fault::None, args).1.call("attach").expect("an attach")
}

#[test]
fn a_project_starts_as_its_file_says_and_flags_go_before_it() {
    let file = "source = \"file:loop.wav\"\nmode = \"direct\"\non_bypass = \"silence\"\nport = 9300\n";
    let attach = attached(file, &[]);
    assert!(attach["source"]["path"].as_str().expect("a path").ends_with("here/loop.wav"), "{attach}");
    assert_eq!((&attach["mode"], &attach["on_bypass"]), (&json!("direct"), &json!("silence")));
    assert_eq!(attach["port"], 9300);
    let attach = attached(file, &["--input", "noise", "--mode", "pipelined", "--port", "9400"]);
    assert_eq!((&attach["source"]["kind"], &attach["mode"]), (&json!("noise"), &json!("pipelined")));
    assert_eq!((&attach["port"], &attach["on_bypass"]), (&json!(9400), &json!("silence")));
}

#[test]
fn a_variable_goes_before_the_file_and_the_profile_is_built_with() {
    let world = World::with_project()
        .file("here/wavecraft.toml", "mode = \"direct\"\nprofile = \"release\"\n")
        .env("WAVECRAFT_MODE", "pipelined");
    let companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(&["start", "--with-audio", "--seconds", "1"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    assert_eq!(companion.call("attach").expect("an attach")["mode"], "pipelined");
    assert!(world.path("here/engine/target/release/dev-audio").exists());
}

#[test]
fn a_mistake_in_it_is_told_with_its_place() {
    let world = World::with_project().file("here/wavecraft.toml", "mode = \"direct\"\nsauce = \"tone\"\n");
    world
        .run(&["start", "--json"])
        .fails(1, &["wavecraft.toml:2:1: unknown field `sauce`", "`source`", "`on_bypass`", "`devices`"]);
    let world = world.file("here/wavecraft.toml", "source = \"file:none.wav\"\n");
    world.run(&["start", "--json"]).fails(1, &["the source of wavecraft.toml", "here/none.wav"]);
}

#[test]
fn its_devices_are_chosen_for_every_project() {
    let (finished, companion) = started("[devices]\noutput = \"desk\"\n", Fault::None, &[]);
    assert_eq!(companion.call("selectDevices"), Some(json!({"output": "hw:1"})));
    assert!(finished.out.contains("asks for the output Desk: chosen from now on"), "{finished:#?}");
}

#[test]
fn devices_stay_while_another_project_plays_and_where_one_is_away() {
    let (finished, companion) = started("[devices]\noutput = \"desk\"\n", Fault::Shared, &[]);
    assert_eq!(companion.call("selectDevices"), None);
    for text in ["asks for the output Desk", "other-1 is played through other devices", "`wavecraft devices`"]
    {
        assert!(finished.err.contains(text) || finished.out.contains(text), "no `{text}` in {finished:#?}");
    }
    let (finished, companion) = started("[devices]\ninput = \"Moon\"\n", Fault::None, &[]);
    assert_eq!(companion.call("selectDevices"), None);
    let text = "asks for the input `Moon`, which isn't there";
    assert!(finished.err.contains(text) || finished.out.contains(text), "no `{text}` in {finished:#?}");
}

#[test]
fn a_change_while_it_runs_is_taken_over_or_said_to_wait() {
    let world = World::with_project().file("here/wavecraft.toml", "audio = true\n");
    let companion = FakeCompanion::run(&world, Fault::None);
    let mut live = world.live(&["start", "--no-ui", "--json"]);
    live.event("ready");
    let write = |text: &str| std::fs::write(world.path("here/wavecraft.toml"), text).expect("written");
    let all = "audio = true\nsource = \"noise\"\nmode = \"direct\"\non_bypass = \"silence\"\nport = 9100\n";
    write(all);
    until("all is set", || companion.call("setBypass"));
    assert_eq!(companion.call("setSource").expect("a source")["source"], json!({"kind": "noise"}));
    assert_eq!(companion.call("setMode").expect("a mode")["mode"], "direct");
    assert_eq!(companion.call("setBypass").expect("what is heard")["on_bypass"], "silence");

    write(&all.replace("direct", "fast"));
    let error = live.event("error")["message"].as_str().expect("why").to_owned();
    assert!(error.contains("wavecraft.toml:3:8: unknown variant `fast`"), "{error}");
    assert!(error.contains("What was in effect before stays so"), "{error}");
    write(&all.replace("direct", "pipelined"));
    until("the mended one is set", || (companion.calls("setMode").len() == 2).then_some(()));
    live.signal(rustix::process::Signal::INT);
    let finished = live.finish();
    let said = "wavecraft.toml has changed; in effect: mode direct, on_bypass silence; from the next start on: port.";
    assert!(finished.err.contains(said), "{}", finished.err);
    assert_eq!(finished.kinds().iter().filter(|kind| *kind == "error").count(), 1, "once");
    assert_eq!(companion.calls("setSource").len(), 1, "what didn't change isn't set again");
}
