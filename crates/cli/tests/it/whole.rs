//! Everything together: a created project, the real companion, cargo, npm and Vite. No sound card: the virtual backend.

use crate::{
    support::{Live, World, until, until_gone, which},
    websocket::Page,
};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A world with a newly created project, in `here/demo`, and everything needed to build it.
pub(crate) fn created() -> World {
    let npm = which("npm").parent().expect("its folder").to_path_buf();
    let node = which("node").parent().expect("its folder").to_path_buf();
    let cargo = which("cargo").parent().expect("its folder").to_path_buf();
    let path = [cargo, npm, node, "/usr/bin".into(), "/bin".into()];
    let world = World::new()
        .env("PATH", std::env::join_paths(path).expect("a PATH"))
        .env("WAVECRAFT_BACKEND", "virtual")
        // Shared by these tests, so that the project's crates are built once.
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("created-target"));
    let companion = Path::new(env!("CARGO_BIN_EXE_wavecraft")).with_file_name("wavecraft-companion");
    assert!(companion.exists(), "{} is missing: cargo build --bins", companion.display());
    let created = world.run(&["create", "demo", "--no-git"]);
    assert_eq!(created.code, Some(0), "{}", created.err);
    world
}

fn start(world: &World, more: &[&str]) -> Live {
    let args =
        ["start", "--with-audio", "--input", "tone", "--json", "--port", "19100", "--ui-port", "19200"];
    world.live_in("here/demo/engine/src", &[&args[..], more].concat())
}

/// The output of `wavecraft status` in another terminal.
pub(crate) fn status(world: &World) -> Value {
    let status = world.run(&["status", "--json"]);
    serde_json::from_str(&status.out).unwrap_or_else(|_| panic!("{}{}", status.out, status.err))
}

pub(crate) fn pid(value: &Value) -> i32 {
    i32::try_from(value.as_i64().expect("a process")).expect("a process")
}

/// The `host:port` of an address.
pub(crate) fn address(url: &Value) -> String {
    let url = url.as_str().expect("an address");
    let rest = url.split_once("://").expect("a scheme").1;
    rest.split('/').next().expect("a host").to_owned()
}

pub(crate) fn until_nobody_listens(address: &str) {
    until(&format!("nobody listens on {address}"), || TcpStream::connect(address).is_err().then_some(()));
}

#[test]
fn a_created_project_is_heard_and_nothing_is_left_of_it() {
    let world = created();
    let mut live = start(&world, &["--no-ui", "--seconds", "3"]);
    let ready = live.event("ready");
    assert!(ready["ws_url"].as_str().expect("an address").contains("/p/"));
    assert_eq!(ready["devices"]["backend"], "virtual");
    // One callback of delay through the child, at 48 kHz, and no device.
    let frames = ready["devices"]["buffer_frames"].as_f64().expect("a number");
    assert_eq!(ready["latency_ms"].as_f64(), Some(frames / 48.0), "{ready}");
    let child = pid(&status(&world)["sessions"][0]["child_pid"]);
    let finished = live.finish();
    assert_eq!(finished.code, Some(0), "{}", finished.err);
    let events = finished.events();
    let last = events.iter().rfind(|event| event["event"] == "stats").expect("stats");
    assert!(last["blocks"].as_u64() > Some(100), "{last}");
    assert!(last["output_rms"].as_f64() > Some(0.01), "{last}");
    assert_eq!(events.last().expect("events")["event"], "stopped");
    assert_eq!(events.last().expect("events")["orphans"], 0);
    until_gone("the child", child);
    until_nobody_listens(&address(&ready["ws_url"]));
    assert_eq!(world.names_in("home/wavecraft/builds"), Vec::<String>::new());
}

/// The processor of a new project shows a value of its inside, and every program has it.
#[test]
fn a_created_project_has_a_probe() {
    let world = created();
    let mut live = start(&world, &["--no-ui", "--probe", "gain_reduction"]);
    live.event("ready");
    let shown = |probes: &Value| {
        let Some([probe]) = probes.as_array().map(Vec::as_slice) else { return false };
        let of = |member: &str| probe[member].as_f64();
        let (Some(least), Some(last), Some(greatest)) = (of("least"), of("last"), of("greatest")) else {
            return false;
        };
        // A tone of −12 dB and 6 dB of drive: the curve takes about 0.6 dB off.
        probe["name"] == "gain_reduction"
            && probe["processor"] == "saturator"
            && least <= last
            && last <= greatest
            && (-1.5..-0.2).contains(&least)
    };
    until("an event has it", || Some(live.event("stats")).filter(|stats| shown(&stats["probes"])));
    assert!(shown(&status(&world)["sessions"][0]["stats"]["probes"]));
    live.signal(Signal::INT);
    live.finish().left_nothing();
}

/// A project that was created by an older release: its segment is another one.
#[test]
fn an_older_sdk_is_refused_and_the_way_out_is_named() {
    let world = created();
    let header = world.path("here/demo/sdk/ring/src/header.rs");
    let source = fs::read_to_string(&header).expect("the SDK's source");
    assert!(source.contains("ABI_VERSION: u32 = 3;"), "the version has changed: change this test");
    fs::write(&header, source.replace("ABI_VERSION: u32 = 3;", "ABI_VERSION: u32 = 2;")).expect("written");
    let finished = start(&world, &["--no-ui"]).finish();
    assert_ne!(finished.code, Some(0));
    assert!(finished.err.contains("Run `wavecraft update` in the project's folder"), "{}", finished.err);
    finished.left_nothing();
}

#[test]
fn a_killed_command_leaves_nothing_npm_and_vite_included() {
    let world = created();
    let mut live = start(&world, &["--install"]);
    let ready = live.event("ready");
    let page = address(&ready["ui_url"]);
    TcpStream::connect(&page).expect("the page's server listens");
    let running = status(&world);
    let child = pid(&running["sessions"][0]["child_pid"]);
    let companion = pid(&running["companion"]["pid"]);
    live.signal(Signal::KILL);
    until_gone("the child", child);
    until_nobody_listens(&page);
    until_nobody_listens(&address(&ready["ws_url"]));
    // A companion that the command started ends by itself a few seconds later.
    until_gone("the companion", companion);
    assert_eq!(world.names_in("home/wavecraft/builds"), Vec::<String>::new());
}

#[test]
fn a_killed_child_is_back() {
    let world = created();
    let mut live = start(&world, &["--no-ui"]);
    live.event("ready");
    // The template ships what a start would write.
    let ids =
        |root: PathBuf| fs::read_to_string(root.join("ui/src/generated/parameters.ts")).expect("the ids");
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/react");
    assert_eq!(ids(world.path("here/demo")), ids(template));
    let running = status(&world);
    let child = pid(&running["sessions"][0]["child_pid"]);
    kill(child);
    let crashed = loop {
        let event = live.event("state");
        if event["state"] == "crashed" {
            break event;
        }
    };
    assert!(crashed["reason"].as_str().expect("a reason").contains("SIGKILL"), "{crashed}");
    while live.event("state")["state"] != "live" {}
    live.event("stats");
    live.signal(Signal::INT);
    live.finish().left_nothing();
}

#[test]
fn a_program_with_its_own_audio_registers_with_what_status_prints() {
    let world = created();
    let mut live = start(&world, &["--no-ui"]);
    let ready = live.event("ready");
    let session = status(&world)["sessions"][0].take();
    let example = Path::new(env!("CARGO_BIN_EXE_wavecraft")).with_file_name("examples/own_audio");
    assert!(example.exists(), "{} is missing: cargo build --examples", example.display());
    let mut program = Command::new(example)
        .env("WAVECRAFT_WS_URL", session["ws_url"].as_str().expect("an address"))
        .env("WAVECRAFT_AUDIO_TOKEN", session["audio_token"].as_str().expect("a token"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the example starts");
    let mut says = BufReader::new(program.stdout.take().expect("it is piped")).lines();
    let mut says = || says.next().expect("the example goes on").expect("a line");
    assert!(says().contains("registered"));

    let mut page = Page::open(ready["ws_url"].as_str().expect("an address"));
    // Without a subscription: these come from the program.
    assert_eq!(page.notification("meterUpdate")["left_rms"], 0.25);
    page.set("saturator_drive", 3.0);
    let knob: Value = serde_json::from_str(&says()).expect("JSON");
    assert_eq!(knob, json!({"id": "saturator_drive", "value": 3.0}));
    live.signal(Signal::TERM);
    assert!(says().contains("ended"));
    assert!(program.wait().expect("it ends").success());
    live.finish().left_nothing();
}

#[test]
fn an_edit_is_heard_a_mistake_is_not_and_the_sound_never_stops() {
    let world = created();
    let mut live = start(&world, &["--no-ui"]);
    let ready = live.event("ready");
    let mut page = Page::open(ready["ws_url"].as_str().expect("an address"));
    page.call("subscribe", json!({"topics": ["build"]}));
    // Unity gain through a clean chain, so that the level is the tone's.
    for (id, value) in [("saturator_drive", 0.0), ("saturator_mix", 0.0), ("saturator_output", -6.0)] {
        page.set(id, value);
    }
    let level = |page: &mut Page| {
        let rms = page.call("getStats", json!({}))["output"]["rms"][0].as_f64().expect("a level");
        20.0 * rms.log10()
    };
    let settled = |page: &mut Page, expected: f64| {
        until(&format!("the level is {expected} dB"), || {
            ((level(page) - expected).abs() < 0.2).then_some(())
        });
    };
    // The position of the last block that was heard; it advances with the device.
    let frames = |page: &mut Page| {
        page.call("getMeterFrame", json!({}))["frame"]["timestamp"].as_u64().expect("a position")
    };
    // The tone's peak is −12 dBFS, and a sine's RMS is 3.01 dB below.
    let before = -12.0 - 3.01 - 6.0;
    settled(&mut page, before);

    let source = world.path("here/demo/engine/src/saturator.rs");
    let text = fs::read_to_string(&source).expect("the source");
    let line = "channel[frame] = output * (dry + mix * (wet - dry));";
    assert!(text.contains(line), "{text}");
    let edit = |line_instead: &str| fs::write(&source, text.replace(line, line_instead)).expect("written");

    let at_edit = frames(&mut page);
    edit("channel[frame] = 0.25 * output * (dry + mix * (wet - dry));");
    let reloaded = live.event("reloaded");
    let block = ready["devices"]["buffer_frames"].as_u64().expect("a number of frames");
    println!("edit to heard: {} blocks of {block} frames, {reloaded}", (frames(&mut page) - at_edit) / block);
    // Values are kept by id, so the difference is the edit alone: 0.25 is −12.04 dB.
    settled(&mut page, before - 12.04);

    edit("channel[frame] = nonsense;");
    let failed = loop {
        let build = page.notification("buildStatus");
        if build["status"] == "failed" {
            break build;
        }
    };
    let errors = failed["errors"].as_str().expect("errors");
    assert!(errors.contains("src/saturator.rs:") && errors.contains("nonsense"), "{errors}");
    let at_error = frames(&mut page);
    until("blocks go on", || (frames(&mut page) > at_error + 20 * block).then_some(()));
    settled(&mut page, before - 12.04);

    edit("channel[frame] = 0.5 * output * (dry + mix * (wet - dry));");
    settled(&mut page, before - 6.02);
    live.event("reloaded");
    live.signal(Signal::INT);
    let finished = live.finish();
    assert_eq!(finished.code, Some(130), "{}", finished.err);
    let states: Vec<_> = finished.events().into_iter().filter(|event| event["event"] == "state").collect();
    let gone = ["crashed", "held", "notResponding"];
    assert!(!states.iter().any(|event| gone.iter().any(|state| event["state"] == *state)), "{states:?}");
    assert!(finished.err.contains("engine/src/saturator.rs changed, building"), "{}", finished.err);
}

#[test]
fn a_created_project_shows_its_page_without_audio() {
    let world = created().env("WAVECRAFT_COMPANION", "/nowhere/companion");
    let args = ["start", "--json", "--no-ui", "--port", "19100"];
    let mut live = world.live_in("here/demo", &args);
    let ready = live.event("ready");
    let mut page = Page::open(ready["ws_url"].as_str().expect("an address"));
    let all = page.call("getAllParameters", json!({}))["parameters"].take();
    let ids: Vec<_> = all.as_array().expect("a list").iter().map(|parameter| &parameter["id"]).collect();
    assert!(ids.contains(&&json!("saturator_drive")) && ids.contains(&&json!("saturator_bypass")), "{ids:?}");
    live.signal(Signal::INT);
    live.finish().left_nothing();
}

pub(crate) fn kill(process: i32) {
    let process = rustix::process::Pid::from_raw(process).expect("a process");
    rustix::process::kill_process(process, Signal::KILL).expect("it runs");
}
