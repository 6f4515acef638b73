//! Commands and companions that are killed while others continue, with real processes.

use crate::{
    support::{Live, World, until_gone},
    websocket::Page,
    whole::{address, created, kill, pid, status, until_nobody_listens},
};
use rustix::process::Signal;
use serde_json::{Value, json};

fn start(world: &World, project: &str, port: u16, more: &[&str]) -> Live {
    let port = port.to_string();
    let args = ["start", "--with-audio", "--input", "tone", "--json", "--no-ui", "--port", &port];
    world.live_in(&format!("here/{project}"), &[&args[..], more].concat())
}

/// The first figures after the companion came back in which the processor is heard: it fades in.
fn heard_again(live: &mut Live) -> Value {
    live.event("reattached");
    while live.event("state")["state"] != "live" {}
    loop {
        let stats = live.event("stats");
        if stats["output_rms"].as_f64() > Some(0.01) {
            return stats;
        }
    }
}

#[test]
fn a_killed_companion_comes_back_once_with_address_and_values() {
    let world = created();
    let mut live = start(&world, "demo", 19_110, &[]);
    let ready = live.event("ready");
    let url = ready["ws_url"].as_str().expect("an address");
    Page::open(url).set("saturator_drive", 7.0);
    // The companion saves values once a second, with the figures.
    live.event("stats");
    live.event("stats");
    let before = status(&world);
    kill(pid(&before["companion"]["pid"]));
    assert!(heard_again(&mut live)["output_rms"].as_f64() > Some(0.01));
    let value = Page::open(url).call("getParameter", json!({"id": "saturator_drive"}));
    assert_eq!(value["value"].as_f64(), Some(7.0), "{value}");
    until_gone("the child from before", pid(&before["sessions"][0]["child_pid"]));
    let after = status(&world);
    assert_eq!(after["sessions"][0]["audio_token"], before["sessions"][0]["audio_token"]);

    kill(pid(&after["companion"]["pid"]));
    let finished = live.finish();
    finished.fails(1, &["Starting the companion again …", "went again soon after it was started anew"]);
    finished.left_nothing();
    until_gone("the child", pid(&after["sessions"][0]["child_pid"]));
    until_nobody_listens(&address(&ready["ws_url"]));
}

#[test]
fn two_projects_are_heard_each_at_its_own_port_also_after_the_companion_was_killed() {
    let world = created();
    assert_eq!(world.run(&["create", "second", "--no-git"]).code, Some(0));
    let mut first = start(&world, "demo", 19_120, &[]);
    let ready = first.event("ready");
    let mut second = start(&world, "second", 19_120, &[]);
    assert_ne!(address(&ready["ws_url"]), address(&second.event("ready")["ws_url"]));
    let before = status(&world);
    let sessions = before["sessions"].as_array().expect("a list");
    assert_eq!(sessions.iter().map(|session| &session["name"]).collect::<Vec<_>>(), ["demo", "second"]);
    world.run(&["stop", "third"]).fails(1, &["no project `third` is running. These are: demo-1, second-1"]);

    kill(pid(&before["companion"]["pid"]));
    for live in [&mut first, &mut second] {
        assert!(heard_again(live)["output_rms"].as_f64() > Some(0.01));
    }
    let urls = |status: &Value| {
        let sessions = status["sessions"].as_array().expect("a list").iter();
        sessions.map(|session| session["ws_url"].to_string()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(urls(&status(&world)), urls(&before));

    let stopped = world.run(&["stop", "--all"]);
    assert_eq!(stopped.code, Some(0), "{stopped:#?}");
    for live in [first, second] {
        let finished = live.finish();
        assert_eq!(finished.code, Some(0), "{}", finished.err);
        finished.left_nothing();
    }
}

#[test]
fn three_killed_starts_in_a_row_leave_nothing_in_the_way_of_the_next() {
    let world = created();
    let mut gone = Vec::new();
    for _ in 0..3 {
        let mut live = start(&world, "demo", 19_130, &[]);
        live.event("ready");
        let running = status(&world);
        let ours = running["sessions"].as_array().expect("a list").last().expect("ours").clone();
        gone.extend([pid(&ours["child_pid"]), pid(&running["companion"]["pid"])]);
        live.signal(Signal::KILL);
        until_gone("the child", gone[gone.len() - 2]);
    }
    let finished = start(&world, "demo", 19_130, &["--seconds", "1"]).finish();
    assert_eq!(finished.code, Some(0), "{}", finished.err);
    finished.left_nothing();
    for process in gone {
        until_gone("a child or a companion of the killed", process);
    }
    assert!(world.names_in("home/wavecraft/builds").is_empty());
    assert_eq!(world.names_in("home/wavecraft/run"), ["companion.lock"]);
}

#[test]
fn without_an_output_the_processor_runs_on_a_timer_and_that_is_said() {
    // JACK without a server: a way to have no output that works on every machine.
    let world = created().env("WAVECRAFT_BACKEND", "jack").env("JACK_NO_START_SERVER", "1");
    let mut live = start(&world, "demo", 19_140, &["--seconds", "1"]);
    let ready = live.event("ready");
    assert_eq!(ready["devices"]["backend"], "virtual", "{ready}");
    let notice = ready["devices"]["notice"].as_str().expect("why").to_owned();
    let finished = live.finish();
    assert_eq!(finished.code, Some(0), "{}", finished.err);
    assert!(finished.err.contains(&notice), "{}", finished.err);
}
