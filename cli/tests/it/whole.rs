//! All of it at once: a created project, the real companion, cargo, npm and Vite. No sound card: the virtual backend.

use crate::support::{Live, World, until, until_gone, which};
use rustix::process::Signal;
use serde_json::Value;
use std::{net::TcpStream, path::Path};

/// A world with a project that was just created, in `here/demo`, and everything that it is built with.
fn created() -> World {
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

/// What `wavecraft status` says from another terminal.
fn status(world: &World) -> Value {
    let status = world.run(&["status", "--json"]);
    serde_json::from_str(&status.out).unwrap_or_else(|_| panic!("{}{}", status.out, status.err))
}

fn pid(value: &Value) -> i32 {
    i32::try_from(value.as_i64().expect("a process")).expect("a process")
}

/// The `host:port` of an address.
fn address(url: &Value) -> String {
    let url = url.as_str().expect("an address");
    let rest = url.split_once("://").expect("a scheme").1;
    rest.split('/').next().expect("a host").to_owned()
}

fn until_nobody_listens(address: &str) {
    until(&format!("nobody listens on {address}"), || TcpStream::connect(address).is_err().then_some(()));
}

#[test]
fn a_created_project_is_heard_and_nothing_is_left_of_it() {
    let world = created();
    let mut live = start(&world, &["--no-ui", "--seconds", "3"]);
    let ready = live.event("ready");
    assert!(ready["ws_url"].as_str().expect("an address").contains("/p/"));
    assert_eq!(ready["devices"]["backend"], "virtual");
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
fn a_killed_child_is_back_and_a_killed_companion_is_told() {
    let world = created();
    let mut live = start(&world, &["--no-ui"]);
    live.event("ready");
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

    kill(pid(&running["companion"]["pid"]));
    let finished = live.finish();
    assert_eq!(finished.code, Some(1));
    assert!(finished.err.contains("companion"), "{}", finished.err);
    assert_eq!(finished.events().last().expect("events")["orphans"], 0);

    let again = start(&world, &["--no-ui", "--seconds", "1"]).finish();
    assert_eq!(again.code, Some(0), "{}", again.err);
}

fn kill(process: i32) {
    let process = rustix::process::Pid::from_raw(process).expect("a process");
    rustix::process::kill_process(process, Signal::KILL).expect("it runs");
}
