//! Finding, starting, asking and ending the companion.

use crate::support::{
    World,
    fake_companion::{FakeCompanion, Fault},
    until_gone,
};

#[test]
fn a_companion_that_the_start_launched_ends_with_it() {
    let world = World::with_project().with_companion();
    let mut live = world.live(&["start", "--with-audio", "--json", "--seconds", "1"]);
    live.event("ready");
    let pid = world.pid_in("home/wavecraft/companion.pid");
    let finished = live.finish();
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    finished.left_nothing();
    until_gone("the companion", pid);
    let args = std::fs::read_to_string(world.path("companion.args")).unwrap();
    assert_eq!(args.trim(), "--headless --exit-when-idle");
}

#[test]
fn a_companion_that_ends_at_once_is_reported_with_its_log() {
    let world = World::with_project().file("home/wavecraft/log/companion.log", "of an earlier run\n");
    let log = world.path("home/wavecraft/log/companion.log");
    let world =
        world.script("tools/companion", &format!("echo 'no sound today' >> '{}'; exit 3", log.display()));
    let program = world.path("tools/companion");
    let world = world.env("WAVECRAFT_COMPANION", program);
    let finished = world.run(&["start", "--with-audio", "--json"]);
    finished.fails(
        1,
        &[
            "! the companion ended at once (exit status: 3)",
            "no sound today\nTrying once more …",
            "error: the companion",
        ],
    );
    assert!(!finished.err.contains("of an earlier run"), "{finished:#?}");
    finished.left_nothing();

    let world = world.script("tools/companion", "echo 'the home is full' >&2; exit 1");
    world
        .run(&["start", "--with-audio", "--json"])
        .fails(1, &["ended at once", "It said:\n  the home is full"]);
}

#[test]
fn a_companion_that_goes_is_asked_again_once_for_the_same_addresses() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::Dies);
    let finished = world.run(&["start", "--with-audio", "--json"]);
    finished.fails(
        1,
        &[
            "! the sound stopped; /somewhere/companion.log may say why: the companion is gone. Starting the companion again …",
            "The companion is back. Pages reconnect by themselves.",
            "error: the companion went again soon after it was started anew: the sound stopped; ",
        ],
    );
    assert_eq!(finished.kinds().iter().filter(|kind| *kind == "reattached").count(), 1);
    finished.left_nothing();
    let [first, again] = &companion.calls("attach")[..] else { panic!("{finished:#?}") };
    for kept in ["token", "audio_token", "executable", "name", "project_dir", "cwd"] {
        assert_eq!(first[kept], again[kept], "{kept}");
    }
    assert_eq!((&again["port"], &again["strict_port"]), (&9000.into(), &true.into()));
}

#[test]
fn status_shows_what_runs() {
    let world = World::new();
    let nothing = world.run(&["status"]);
    assert_eq!(nothing.code, Some(0));
    assert!(nothing.out.contains("No companion is running"), "{nothing:#?}");
    assert_eq!(world.run(&["status", "--json"]).out.trim(), "null");
    let _companion = FakeCompanion::run(&world, Fault::None);
    let something = world.run(&["status"]);
    assert!(
        something.out.contains("Companion 7.7.7") && something.out.contains("No project"),
        "{something:#?}"
    );
    let json: serde_json::Value = serde_json::from_str(&world.run(&["status", "--json"]).out).unwrap();
    assert_eq!(json["companion"]["app_version"], "7.7.7");
}

#[test]
fn stop_says_so_where_nothing_runs() {
    let world = World::new();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(&["stop"]);
    assert_eq!((finished.code, finished.out.as_str()), (Some(0), "No project is running.\n"));
    world.run(&["stop", "demo"]).fails(1, &["`demo`"]);
}

#[test]
fn devices_are_listed_by_a_companion_started_for_it() {
    let world = World::new().with_companion();
    let finished = world.run(&["devices"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    let loudspeaker = "  * Loudspeaker, the system's default\n      hw:0 · 2 channels · 48000 Hz\n";
    assert!(finished.out.contains(loudspeaker), "{finished:#?}");
    until_gone("the companion", world.pid_in("home/wavecraft/companion.pid"));
}

#[test]
fn devices_are_chosen_by_id_or_name() {
    let world = World::new();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(&["devices", "--output", "desk", "--output-channel", "3", "--buffer", "64"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    for line in [
        "    Desk, chosen",
        "      hw:1 · USB · 8 channels · 48000 Hz (or 44100) · 16 to 4096 frames",
        "  Input     the system's default",
        "  Output    hw:1, channels 3 and 4",
        "  Rate      the device's own",
        "  Buffer    64 frames",
    ] {
        assert!(finished.out.lines().any(|told| told == line), "{line}: {finished:#?}");
    }
    let json: serde_json::Value = serde_json::from_str(
        &world.run(&["devices", "--output", "default", "--rate", "96000", "--json"]).out,
    )
    .unwrap();
    assert_eq!(json["chosen"], serde_json::json!({"sample_rate": 96_000}));
    world.run(&["devices", "--buffer", "many"]).fails(2, &["many", "--buffer"]);
}
