//! The page beside the sound.

use crate::support::{
    World,
    fake_companion::{FakeCompanion, Fault},
    until, until_gone,
};
use serde_json::json;
use std::{net::TcpListener, path::Path};

const START: &[&str] = &["start", "--with-audio", "--json", "--seconds", "1"];

#[test]
fn the_page_is_served_and_gone_after() {
    let world = World::with_project().with_page();
    let companion = FakeCompanion::run(&world, Fault::None);
    // A separate port, so that concurrent tests don't collide; it is taken, so that the server has to use another.
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
fn wavecrafts_own_client_is_led_by_a_configuration() {
    let world = World::with_project()
        .with_page()
        .file(
            "here/ui/package.json",
            r#"{"scripts": {"dev": "vite"}, "dependencies": {"@wavecraft/core": "1"}}"#,
        )
        .file("here/ui/node_modules/@wavecraft/core/package.json", "{}");
    let companion = FakeCompanion::run(&world, Fault::None);
    world.run(START).left_nothing();
    let token = companion.call("attach").unwrap()["token"].as_str().unwrap().to_owned();
    let read = |name: &str| std::fs::read_to_string(world.path(name)).unwrap();
    assert_eq!(read("vite.url").trim(), "ws://127.0.0.1:9000", "what may stand in the page has no token");
    assert_eq!(read("vite.secret").trim(), format!("ws://127.0.0.1:9000/p/{token}"));
    let args = read("vite.args");
    let config = args.split(' ').skip_while(|word| *word != "--config").nth(1).expect("a configuration");
    let builds = world.path("home/wavecraft/builds");
    assert!(Path::new(config).starts_with(&builds), "{args}");
    assert_eq!(world.names_in("home/wavecraft/builds"), [""; 0], "nothing stays");
    assert_eq!(world.names_in("here/ui").len(), 2, "nothing was written into the page's folder");
}

#[test]
fn a_script_that_is_more_than_vite_is_told_what_to_do() {
    let world = World::with_project()
        .with_page()
        .script("tools/npm", "shift 3; exec node_modules/.bin/vite \"$@\"")
        .file(
            "here/ui/package.json",
            r#"{"scripts": {"dev": "tsc && vite"}, "dependencies": {"@wavecraft/core": "1"}}"#,
        )
        .file("here/ui/node_modules/@wavecraft/core/package.json", "{}");
    let companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(START);
    finished.left_nothing();
    assert!(finished.err.contains("let `dev` be `vite`"), "{}", finished.err);
    let token = companion.call("attach").unwrap()["token"].as_str().unwrap().to_owned();
    let read = |name: &str| std::fs::read_to_string(world.path(name)).unwrap();
    assert_eq!(read("vite.url").trim(), format!("ws://127.0.0.1:9000/p/{token}"));
    assert!(!read("vite.args").contains("--config"), "nothing that the script may not expect");
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
fn a_server_that_fails_leaves_the_sound_and_is_tried_again() {
    let world = World::with_project().with_page();
    let working = world.path("vite");
    std::fs::rename(world.path("here/ui/node_modules/.bin/vite"), &working).unwrap();
    let world = world.script("here/ui/node_modules/.bin/vite", "echo oh no; exit 4");
    let _companion = FakeCompanion::run(&world, Fault::None);
    let mut live = world.live(&["start", "--with-audio", "--json"]);
    let trouble = live.event("error")["message"].as_str().unwrap().to_owned();
    for part in ["exit status: 4", "oh no", "--no-ui", "package.json"] {
        assert!(trouble.contains(part), "{trouble}");
    }
    assert_eq!(live.event("ready")["ui_url"], json!(null), "the sound is there");
    std::fs::rename(&working, world.path("here/ui/node_modules/.bin/vite")).unwrap();
    std::fs::write(world.path("here/ui/vite.config.ts"), "export default {}").unwrap();
    assert!(live.event("page")["ui_url"].as_str().unwrap().contains("#wc="));
    live.signal(rustix::process::Signal::INT);
    let finished = live.finish();
    assert_eq!(finished.code, Some(130), "{finished:#?}");
    finished.left_nothing();
}

/// A page whose server works, whose packages are missing, and whose package manager is `script`; it finds the server in
/// `vite`.
fn without_packages(manager: &str, script: &str) -> World {
    let world = World::with_project().with_page().script(&format!("tools/{manager}"), script);
    std::fs::rename(world.path("here/ui/node_modules/.bin/vite"), world.path("vite")).unwrap();
    std::fs::remove_dir_all(world.path("here/ui/node_modules")).unwrap();
    world
}

const INSTALLS: &str =
    "echo \"$@\" > ../../manager.args; mkdir -p node_modules/.bin; cp ../../vite node_modules/.bin/vite";

#[test]
fn missing_packages_are_installed_by_whom_the_page_is_made_for() {
    for (manager, lock, args) in [
        ("npm", "package-lock.json", "install --no-audit --no-fund"),
        ("pnpm", "pnpm-lock.yaml", "install"),
        ("yarn", "yarn.lock", "install"),
        ("bun", "bun.lock", "install"),
    ] {
        let world = without_packages(manager, INSTALLS).file(&format!("here/ui/{lock}"), "");
        let _companion = FakeCompanion::run(&world, Fault::None);
        let finished = world.run(START);
        assert_eq!(finished.code, Some(0), "{finished:#?}");
        assert!(
            finished.err.contains(&format!("Installing the page's packages ({manager} install")),
            "{finished:#?}"
        );
        let said = std::fs::read_to_string(world.path("manager.args")).unwrap();
        assert_eq!(said.trim(), args, "{manager}");
    }
}

#[test]
fn packages_that_may_not_be_installed_leave_only_the_page_out() {
    let world = without_packages("npm", INSTALLS);
    let _companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(&[START, &["--no-install"]].concat());
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    assert!(finished.err.contains("npm install") && finished.err.contains("--no-ui"), "{}", finished.err);
    assert!(!world.path("manager.args").exists());
    finished.left_nothing();
}

#[test]
fn a_manager_that_is_missing_is_named() {
    let world = without_packages("npm", INSTALLS).file("here/ui/bun.lock", "");
    let _companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(START);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    assert!(
        finished.err.contains("bun is not on the PATH") && finished.err.contains("--no-ui"),
        "{}",
        finished.err
    );
}

#[test]
fn npm_that_fails_leaves_the_sound_and_is_tried_again() {
    let fails_once =
        format!("[ -e ../../there ] || {{ echo E404 no such package >&2; exit 1; }}; {INSTALLS}");
    let world = without_packages("npm", &fails_once);
    let _companion = FakeCompanion::run(&world, Fault::None);
    let mut live = world.live(&["start", "--with-audio", "--json"]);
    let trouble = live.event("error")["message"].as_str().unwrap().to_owned();
    for part in ["npm install", "E404 no such package", "--no-ui", "package.json"] {
        assert!(trouble.contains(part), "{trouble}");
    }
    let ready = live.event("ready");
    assert_eq!(ready["ui_url"], json!(null));
    assert!(ready["inspector_url"].is_string());
    std::fs::write(world.path("there"), "").unwrap();
    std::fs::write(world.path("here/ui/package-lock.json"), "{}").unwrap();
    assert!(live.event("page")["ui_url"].as_str().unwrap().contains("#wc="));
    live.signal(rustix::process::Signal::INT);
    live.finish().left_nothing();
}

#[test]
fn a_broken_package_json_leaves_only_the_page_out() {
    let world = World::with_project().with_page().file("here/ui/package.json", "{");
    let _companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(START);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    assert!(finished.err.contains("package.json is not JSON"), "{}", finished.err);
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
    // And changes there are built.
    let source = world.path(folder).join("engine/src/bin/dev-audio.rs");
    std::fs::write(&source, "fn main() { std::io::stdin().read_line(&mut \"2\".into()).unwrap(); }\n")
        .unwrap();
    live.event("reloaded");
    live.signal(rustix::process::Signal::INT);
    live.finish().left_nothing();
}
#[test]
fn a_package_of_the_same_workspace_is_left_to_who_knows_it() {
    let package = r#"{"scripts": {"dev": "vite"}, "dependencies": {"ours": "workspace:*"}}"#;
    for (manager, installs, says) in
        [("yarn", true, "yarn install"), ("npm", false, "which npm doesn't know")]
    {
        let world = without_packages(manager, INSTALLS).file("here/ui/package.json", package);
        let _companion = FakeCompanion::run(&world, Fault::None);
        let finished = world.run(START);
        assert_eq!(finished.code, Some(0), "{finished:#?}");
        assert!(finished.err.contains(says), "{}", finished.err);
        assert_eq!(world.path("manager.args").exists(), installs, "{manager}");
    }
}
