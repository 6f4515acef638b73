//! `wavecraft microphone`: permissions given in a terminal.

use crate::support::{
    World,
    fake_companion::{FakeCompanion, Fault},
};
use serde_json::{Value, json};

/// A name with control sequences.
fn is_plain(text: &str) -> bool {
    text.chars().all(|char| char == '\n' || !char.is_control())
}

#[test]
fn without_a_companion_it_tells_what_is_remembered_and_who_asks() {
    let world = World::new();
    let nothing = world.run(&["microphone"]);
    assert_eq!(nothing.code, Some(0), "{nothing:#?}");
    assert!(
        nothing.out.contains("No companion is running") && nothing.out.contains("No folder was"),
        "{nothing:#?}"
    );
    world.run(&["microphone", "allow"]).fails(1, &["no companion is running", "--input mic"]);

    let settings = json!({"version": 1, "projects": {
        "/a": {"microphone": "allowed", "microphone_given": {"at": 1_700_000_000, "from": "menu"}},
        "/b": {"source": {"kind": "tone"}},
    }});
    let world = world.file("home/wavecraft/settings.json", &settings.to_string()).env("TZ", "UTC");
    let told = world.run(&["microphone"]);
    assert!(told.out.contains("allowed  /a  (2023-11-14 22:13, in the menu)"), "{told:#?}");
    assert!(!told.out.contains("/b"), "{told:#?}");
    let told: Value = serde_json::from_str(&world.run(&["microphone", "--json"]).out).unwrap();
    assert_eq!(
        told["remembered"],
        json!([
            {"project_dir": "/a", "consent": "allowed", "given": {"at": 1_700_000_000, "from": "menu"}}
        ])
    );
}

#[test]
fn the_only_project_that_asks_is_meant() {
    let world = World::new().env("TZ", "UTC");
    let companion = FakeCompanion::run(&world, Fault::Asks);
    let told = world.run(&["microphone"]);
    assert_eq!(told.code, Some(0), "{told:#?}");
    assert!(is_plain(&told.out), "{told:#?}");
    for line in [
        // A line end in the name doesn't end a line of ours.
        "one allowed (one-1) in /projects/one: asks for the microphone",
        "allowed  /projects/old  (2023-11-14 22:13, in a terminal)",
        "refused  /projects/odd name  (it isn't known when)",
    ] {
        assert!(told.out.contains(line), "no `{line}`: {told:#?}");
    }
    let allowed = world.run(&["microphone", "allow"]);
    assert_eq!(allowed.code, Some(0), "{allowed:#?}");
    assert!(allowed.out.contains("Allowed for /projects/one, now and later."), "{allowed:#?}");
    assert_eq!(
        companion.call("confirmMicrophone"),
        Some(json!({"project_dir": "/projects/one", "consent": "allowed", "if_asked": false}))
    );
    let denied = world.run(&["microphone", "deny", "one-1", "--json"]);
    let access: Value = serde_json::from_str(&denied.out).unwrap_or_else(|_| panic!("{denied:#?}"));
    assert_eq!(access["projects"][0]["session"], "one-1");
    assert!(is_plain(&denied.out), "JSON has another way to write them: {denied:#?}");
    world.run(&["microphone", "forget", "/projects/old"]);
    let words: Vec<_> =
        companion.calls("confirmMicrophone").iter().map(|call| call["consent"].clone()).collect();
    assert_eq!(words, [json!("allowed"), json!("refused"), Value::Null]);
    world.run(&["microphone", "allow", "/nowhere"]).fails(1, &["`/nowhere`", "`wavecraft microphone` lists"]);
}

#[test]
fn where_two_ask_or_none_nothing_is_allowed() {
    let world = World::new();
    let companion = FakeCompanion::run(&world, Fault::AsksTwice);
    world.run(&["microphone", "allow"]).fails(2, &["several could be meant", "one-1, two-1"]);
    assert_eq!(companion.calls("confirmMicrophone"), Vec::<Value>::new());
    let two = world.run(&["microphone", "allow", "two"]);
    assert_eq!(two.code, Some(0), "{two:#?}");
    assert_eq!(companion.call("confirmMicrophone").unwrap()["project_dir"], "/projects/two");

    let world = World::new();
    let companion = FakeCompanion::run(&world, Fault::None);
    world.run(&["microphone", "allow"]).fails(1, &["no project waits for the microphone"]);
    assert_eq!(companion.calls("confirmMicrophone"), Vec::<Value>::new());
}

#[test]
fn what_the_system_says_is_told_after_a_yes() {
    let world = World::new();
    let _companion = FakeCompanion::run(&world, Fault::DeniedBySystem);
    let allowed = world.run(&["microphone", "allow"]);
    assert_eq!(allowed.code, Some(0), "{allowed:#?}");
    assert!(
        allowed.out.contains("It isn't heard yet") && allowed.out.contains("Privacy & Security"),
        "{allowed:#?}"
    );
}
