//! The page beside the sound.

use crate::support::{
    World,
    fake_companion::{FakeCompanion, Fault},
    until, until_gone,
};
use serde_json::json;
use std::net::TcpListener;

const START: &[&str] = &["start", "--with-audio", "--json", "--seconds", "1"];

#[test]
fn the_page_is_served_and_gone_after() {
    let world = World::with_project().with_page();
    let companion = FakeCompanion::run(&world, Fault::None);
    // A port of its own, so that tests at the same time don't meet; taken, so that it has to step aside.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut live = world.live(&[START, &["--ui-port", &port]].concat());
    let ready = live.event("ready");
    let attach = companion.call("attach").unwrap();
    let url = ready["ui_url"].as_str().unwrap();
    let (address, fragment) = url.split_once("/#").unwrap();
    assert_eq!(fragment, format!("wc={}&ws=9000", attach["token"].as_str().unwrap()));
    assert_ne!(address, format!("http://127.0.0.1:{port}"));
    let named = address.replace("127.0.0.1", "localhost");
    assert_eq!(attach["origins"], json!([named, address]));
    let finished = live.finish();
    finished.left_nothing();
    assert_eq!(finished.code, Some(0));
    until_gone("the page's server", world.pid_in("vite.pid"));
    until_gone("its child", world.pid_in("esbuild.pid"));
    let unneeded = std::fs::read_to_string(world.path("vite.url")).unwrap();
    assert_eq!(unneeded.trim(), "", "only Wavecraft's own client gets the address by the environment");
}

#[test]
fn wavecrafts_own_client_gets_the_address_by_the_environment() {
    let world = World::with_project().with_page().file(
        "here/ui/package.json",
        r#"{"scripts": {"dev": "vite"}, "dependencies": {"@wavecraft/core": "1"}}"#,
    );
    let companion = FakeCompanion::run(&world, Fault::None);
    world.run(START).left_nothing();
    let token = companion.call("attach").unwrap()["token"].as_str().unwrap().to_owned();
    let url = std::fs::read_to_string(world.path("vite.url")).unwrap();
    assert_eq!(url.trim(), format!("ws://127.0.0.1:9000/p/{token}"));
}

#[test]
fn what_opens_the_page_is_told_an_address_that_works_once() {
    let world = World::with_project().with_page();
    let (notes, new) = (world.path("opened"), world.path("opened.new"));
    let script = format!("echo \"$@\" > '{0}' && mv '{0}' '{1}'", new.display(), notes.display());
    let world = world.script("tools/xdg-open", &script).script("tools/open", &script);
    let companion = FakeCompanion::run(&world, Fault::None);
    world.run(&[START, &["--open"]].concat()).left_nothing();
    let opened = until("the page is opened", || std::fs::read_to_string(&notes).ok());
    assert_eq!(opened.trim(), "http://127.0.0.1:9000/open/a-code");
    assert_eq!(companion.call("openOnce"), Some(json!({"session": "demo", "inspector": false})));
}

#[test]
fn without_a_page_nothing_of_it_runs() {
    let world = World::with_project().with_page();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(&[START, &["--no-ui"]].concat());
    finished.left_nothing();
    assert!(!world.path("vite.pid").exists());
}

#[test]
fn a_taken_page_port_is_refused_where_strict() {
    let world = World::with_project().with_page();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let finished = world.run(&[START, &["--strict-port", "--ui-port", &port]].concat());
    finished.fails(1, &[&port, "--ui-port"]);
    finished.left_nothing();
}

#[test]
fn a_server_that_fails_ends_the_start() {
    let world =
        World::with_project().with_page().script("here/ui/node_modules/.bin/vite", "echo oh no; exit 4");
    let _companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(START);
    finished.fails(1, &["exit status: 4", "--no-ui"]);
    assert!(finished.events().contains(&json!({"event": "log", "from": "ui", "line": "oh no"})));
    finished.left_nothing();
}

#[test]
fn missing_packages_are_installed_unless_forbidden() {
    let npm =
        "echo \"$@\" > ../../npm.args; mkdir -p node_modules/.bin; cp ../../vite node_modules/.bin/vite";
    let world = World::with_project().with_page().script("tools/npm", npm);
    std::fs::rename(world.path("here/ui/node_modules/.bin/vite"), world.path("vite")).unwrap();
    std::fs::remove_dir_all(world.path("here/ui/node_modules")).unwrap();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let refused = world.run(&[START, &["--no-install"]].concat());
    refused.fails(1, &["npm install", "--no-ui"]);
    let finished = world.run(START);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    assert!(finished.err.contains("Installing the page's packages"), "it says what it installs");
    assert_eq!(
        std::fs::read_to_string(world.path("npm.args")).unwrap().trim(),
        "install --no-audit --no-fund"
    );
}

#[test]
fn a_failing_install_shows_npms_words() {
    let world =
        World::with_project().with_page().script("tools/npm", "echo E404 no such package >&2; exit 1");
    std::fs::remove_dir_all(world.path("here/ui/node_modules")).unwrap();
    world.run(START).fails(1, &["E404 no such package"]);
}

#[test]
fn a_server_that_is_elsewhere_is_told_and_nothing_waits_for_it() {
    let world = World::with_project()
        .with_page()
        .file("here/ui/package.json", r#"{"scripts": {"dev": "node server.js"}}"#)
        .script("tools/npm", "echo listening on port 1; exec sleep 1000");
    let _companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(START);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    finished.left_nothing();
    for text in ["nothing answers at http://127.0.0.1:", "--strictPort", "--no-ui", "listening on port 1"] {
        assert!(finished.err.contains(text), "no `{text}` in {finished:#?}");
    }
    let ready = finished.events().into_iter().find(|event| event["event"] == "ready").unwrap();
    assert!(ready["ui_url"].is_null(), "{ready}");
}

#[test]
fn a_page_that_comes_late_is_told_with_its_address() {
    let world = World::with_project().with_page();
    let vite = world.path("here/ui/node_modules/.bin/vite");
    std::fs::rename(&vite, vite.with_file_name("late")).unwrap();
    let (go, late) = (world.path("go"), vite.with_file_name("late"));
    let waits =
        format!("while [ ! -e '{}' ]; do sleep 0.05; done\nexec '{}' \"$@\"", go.display(), late.display());
    let world = world.script("here/ui/node_modules/.bin/vite", &waits);
    let _companion = FakeCompanion::run(&world, Fault::None);
    let mut live = world.live(&["start", "--with-audio", "--json"]);
    live.event("ready");
    std::fs::write(go, "").unwrap();
    let told = live.event("page");
    assert!(told["ui_url"].as_str().unwrap().contains("/#wc="), "{told}");
    live.signal(rustix::process::Signal::INT);
    let finished = live.finish();
    finished.left_nothing();
    assert!(finished.err.contains("The page is there now: http://127.0.0.1:"), "{finished:#?}");
}

#[test]
fn only_the_page_is_refused_where_vite_cant_serve_it() {
    for folder in ["here#1/demo", "here?1/demo", "here\\1/demo"] {
        let world = World::with_project().with_page();
        std::fs::create_dir_all(world.path(folder)).unwrap();
        std::fs::rename(world.path("here"), world.path(folder)).unwrap();
        let _companion = FakeCompanion::run(&world, Fault::None);
        let finished = world.live_in(folder, START).finish();
        assert_eq!(finished.code, Some(0), "{finished:#?}");
        finished.left_nothing();
        assert!(finished.err.contains("the page isn't served: Vite can't serve"), "{finished:#?}");
        assert!(!world.path("vite.pid").exists());
    }
}

#[test]
fn odd_names_that_vite_takes_are_taken() {
    let folder = "here \"a\" &'é' (1)";
    let world = World::with_project().with_page();
    std::fs::rename(world.path("here"), world.path(folder)).unwrap();
    std::fs::create_dir(world.path("here")).unwrap();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let mut live = world.live_in(folder, &["start", "--with-audio", "--json"]);
    assert!(live.event("ready")["ui_url"].is_string());
    // And what is changed there is built.
    let source = world.path(folder).join("engine/src/bin/dev-audio.rs");
    std::fs::write(&source, "fn main() { std::io::stdin().read_line(&mut \"2\".into()).unwrap(); }\n")
        .unwrap();
    live.event("reloaded");
    live.signal(rustix::process::Signal::INT);
    live.finish().left_nothing();
}
