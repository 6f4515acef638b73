//! A Wavecraft plugin without a `dev-audio`: the plugin host runs its library, with the real companion.

use crate::{
    support::{Live, World, published::SOURCE, until},
    websocket::Page,
};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::{fs, path::Path};

const LIBRARY: &str = "here/engine/src/lib.rs";

/// A project with the layout of Wavecraft's own `create`: a workspace with the plugin's package in `engine`.
fn plugin() -> World {
    World::new()
        .env("WAVECRAFT_BACKEND", "virtual")
        .file(
            "here/Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"engine\"]\n[workspace.package]\nversion = \"0.1.0\"\n",
        )
        .file(
            "here/engine/Cargo.toml",
            "[package]\nname = \"demo\"\nversion.workspace = true\nedition = \"2024\"\n[lib]\ncrate-type = \
             [\"cdylib\"]\n[features]\n_param-discovery = []\n",
        )
        .file(LIBRARY, SOURCE)
}

/// Writes the plugin's source with other contents.
fn edit(world: &World, text: &str, other: &str) {
    assert!(SOURCE.contains(text), "`{text}` isn't in the plugin's source");
    fs::write(world.path(LIBRARY), SOURCE.replace(text, other)).expect("the source");
}

fn start(world: &World) -> (Live, Page) {
    let mut live =
        world.live(&["start", "--with-audio", "--input", "tone", "--json", "--no-ui", "--port", "19300"]);
    let ready = live.event("ready");
    let page = Page::open(ready["ws_url"].as_str().expect("an address"));
    (live, page)
}

fn stop(live: Live) {
    live.signal(Signal::INT);
    let finished = live.finish();
    assert_eq!(finished.code, Some(130), "{finished:#?}");
    finished.left_nothing();
}

/// Waits until the plugin makes the tone this many times as loud.
fn settled(page: &mut Page, factor: f64) {
    let mut gain = || {
        let stats = page.call("getStats", json!({}));
        let rms = |side: &str| stats[side]["rms"][0].as_f64().expect("a level");
        (rms("input") > 0.01).then(|| rms("output") / rms("input"))
    };
    until(&format!("the gain is {factor}"), || gain().filter(|gain| (gain - factor).abs() < 0.02));
}

/// The library's own copy of `wavecraft-probe` exports a function, by which the host finds it.
#[test]
fn a_library_shows_its_probes() {
    let world = plugin();
    let probe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../probe");
    let manifest = world.path("here/engine/Cargo.toml");
    let with = format!("\n[dependencies]\nwavecraft-probe = {{ path = {probe:?} }}\n");
    let text = fs::read_to_string(&manifest).expect("the manifest");
    fs::write(&manifest, text + &with).expect("written");
    edit(
        &world,
        "match gain.fault {",
        "wavecraft_probe::probe!(\"level\", gain.level);\n        match gain.fault {",
    );
    let (mut live, _page) = start(&world);
    until("the level is shown", || {
        let stats = live.event("stats");
        let probe = &stats["probes"][0];
        (probe["name"] == "level" && probe["processor"] == "gain" && probe["last"] == 0.5).then_some(())
    });
    stop(live);
}

/// The next event with this state, with its reason.
fn reason(live: &mut Live, state: &str) -> String {
    loop {
        let event = live.event("state");
        if event["state"] == state {
            return event["reason"].as_str().expect("a reason").to_owned();
        }
    }
}

#[test]
fn a_plugin_is_heard_obeys_its_parameter_and_is_swapped() {
    let world = plugin();
    let (mut live, mut page) = start(&world);
    settled(&mut page, 0.5);
    page.set("gain_level", 1.5);
    settled(&mut page, 1.5);

    edit(&world, "*sample *= gain.level;", "*sample *= gain.level * 0.5;");
    live.event("reloaded");
    // The parameter kept its value.
    settled(&mut page, 0.75);

    edit(&world, "const VERSION: u32 = 2;", "const VERSION: u32 = 7;");
    live.line_with("has version 7, and");
    settled(&mut page, 0.75);
    edit(&world, "const LEVEL: f32 = 0.5;", "const LEVEL: f32 = 0.25;");
    live.event("reloaded");
    settled(&mut page, 1.5);
    let copies = world.names_in("home/wavecraft/builds");
    let copies = format!("home/wavecraft/builds/{}", copies[0]);
    // To be heard and measured again.
    let left = world.names_in(&copies);
    assert!(left.contains(&"1".into()) && left.contains(&"2".into()), "{left:?}");
    stop(live);
    assert!(world.names_in("home/wavecraft/builds").is_empty());
}

#[test]
fn a_plugin_that_aborts_is_restarted_and_then_held() {
    let world = plugin();
    let (mut live, mut page) = start(&world);
    page.set("gain_fault", 1.0);
    assert!(reason(&mut live, "crashed").contains("SIGABRT"));
    let held = reason(&mut live, "held");
    assert!(held.contains("SIGABRT"), "{held}");
    page.set("gain_fault", 0.0);
    edit(&world, "const LEVEL: f32 = 0.5;", "const LEVEL: f32 = 0.25;");
    live.event("reloaded");
    settled(&mut page, 0.5);
    stop(live);
}

#[test]
fn a_plugin_that_panics_ends_with_its_place_in_the_log() {
    let world = plugin();
    let (mut live, mut page) = start(&world);
    page.set("gain_fault", 3.0);
    assert!(reason(&mut live, "crashed").contains("SIGABRT"));
    page.set("gain_fault", 0.0);
    live.signal(Signal::INT);
    let finished = live.finish();
    let said = |text: &str| finished.err.contains(text);
    assert!(said("src/lib.rs:") && said("told to panic"), "{}", finished.err);
}

#[test]
fn a_plugin_that_hangs_is_told_ended_and_back() {
    let world = plugin();
    let (mut live, mut page) = start(&world);
    page.set("gain_fault", 2.0);
    reason(&mut live, "notResponding");
    page.set("gain_fault", 0.0);
    reason(&mut live, "crashed");
    while live.event("state")["state"] != "live" {}
    settled(&mut page, 0.5);
    stop(live);
}

#[test]
fn a_library_that_can_not_be_played_ends_the_start_and_says_why() {
    let world = plugin();
    let start = ["start", "--with-audio", "--input", "tone", "--json", "--no-ui", "--port", "19300"];
    edit(&world, "const VERSION: u32 = 2;", "const VERSION: u32 = 1;");
    world
        .run(&start)
        .fails(1, &["libdemo", "has version 1, and", "knows version 2", "depend on `wavecraft` 0.12"]);
    edit(&world, "wavecraft_dev_create_processor", "something_else");
    world.run(&start).fails(1, &["libdemo", "no `wavecraft_dev_create_processor`", "`dev-audio`"]);
    edit(&world, "Box::into_raw(Box::new(Gain { level: 0.0, fault: 0.0 })).cast()", "std::ptr::null_mut()");
    world.run(&start).fails(1, &["the library made no processor"]);
}

#[test]
fn a_plugin_shows_its_page_without_audio_and_renders() {
    let world =
        plugin().env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugin-target"));
    let mut live = world.live(&["start", "--json", "--no-ui", "--port", "19300"]);
    let ready = live.event("ready");
    let mut page = Page::open(ready["ws_url"].as_str().expect("an address"));
    let all = page.call("getAllParameters", json!({}))["parameters"].take();
    let ids: Vec<_> = all.as_array().expect("a list").iter().map(|parameter| &parameter["id"]).collect();
    assert_eq!(ids, ["gain_level", "gain_fault"]);
    stop(live);

    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 44_100,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(world.path("here/in.wav"), spec).expect("a file");
    (0..2000).for_each(|_| writer.write_sample(0.25_f32).expect("a sample"));
    writer.finalize().expect("a file");
    let finished =
        world.run(&["render", "--input", "in.wav", "--output", "out.wav", "--set", "gain_level=2", "--json"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    let mut out = hound::WavReader::open(world.path("here/out.wav")).expect("a file");
    let samples: Vec<f32> = out.samples().map(|sample| sample.expect("a sample")).collect();
    assert_eq!(samples, [0.5; 2000]);
    edit(&world, "const VERSION: u32 = 2;", "const VERSION: u32 = 1;");
    let refused = world.run(&["render", "--input", "in.wav", "--output", "out.wav", "--force"]);
    refused.fails(1, &["has version 1, and"]);
    world.run(&["start", "--json", "--no-ui"]).fails(1, &["libdemo", "has version 1, and"]);
}

#[test]
fn without_a_plugin_host_it_says_what_to_do() {
    let world = plugin().env("WAVECRAFT_PLUGIN_HOST", "/nowhere/host");
    world
        .run(&["start", "--with-audio", "--json"])
        .fails(1, &["WAVECRAFT_PLUGIN_HOST is /nowhere/host", "absolute path of a program"]);
}

#[test]
fn of_a_workspace_in_engine_the_one_plugin_is_played() {
    let package = |name: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n"
        )
    };
    let world = World::new()
        .file("here/engine/Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"a\", \"b\"]\n")
        .file("here/engine/a/Cargo.toml", &package("a"))
        .file("here/engine/a/src/lib.rs", SOURCE)
        .file("here/engine/b/Cargo.toml", &package("b").replace("cdylib", "rlib"))
        .file("here/engine/b/src/lib.rs", "");
    let mut live = world.live(&["start", "--json", "--no-ui", "--port", "19300"]);
    let ready: Value = live.event("ready");
    assert_eq!(ready["session"], "a");
    stop(live);
    let world = world.file("here/engine/b/Cargo.toml", &package("b"));
    world.run(&["start", "--json", "--no-ui"]).fails(1, &["more than one package", "`a`, `b`"]);
}
