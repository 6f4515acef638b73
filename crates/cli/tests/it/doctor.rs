//! `wavecraft doctor`: each thing that it checks, both in order and not.

use crate::preview::{SOURCE, describes};
use crate::support::{
    Finished, World,
    fake_companion::{FakeCompanion, Fault},
    until_gone,
};
use serde_json::Value;

/// A world where nothing is missing: with its own tools, and a companion's program.
fn healthy() -> World {
    let world = World::with_project();
    let companion = world.path("tools/wavecraft-companion");
    world
        .script("tools/rustc", "echo 'rustc 1.95.0 (abc 2026-01-01)'")
        .script("tools/node", "echo v22.12.0")
        .script("tools/npm", "echo 11.0.0")
        .script("tools/wavecraft-companion", "echo 'wavecraft-companion 0.1.0 (abc1234)'")
        .env("WAVECRAFT_COMPANION", companion)
}

/// Its report about one thing, with `--json`.
fn check(world: &World, name: &str) -> (i32, Value) {
    let finished = world.run(&["doctor", "--json"]);
    let findings: Value = serde_json::from_str(&finished.out).unwrap_or_else(|_| panic!("{finished:#?}"));
    let code = finished.code.expect("a code");
    assert_eq!(findings["ok"], code == 0, "{findings:#}");
    let checks = findings["checks"].as_array().expect("a list");
    let found = checks.iter().find(|check| check["name"] == name);
    (code, found.unwrap_or_else(|| panic!("no {name} in {findings:#}")).clone())
}

#[track_caller]
fn fails(world: &World, name: &str, found: &str, mend: &str) {
    told(world, name, "failed", 1, found, mend);
}

#[track_caller]
fn warns(world: &World, name: &str, found: &str, mend: &str) {
    told(world, name, "attention", 0, found, mend);
}

#[track_caller]
fn told(world: &World, name: &str, verdict: &str, code: i32, found: &str, mend: &str) {
    let (exit, check) = check(world, name);
    assert_eq!((exit, &check["verdict"]), (code, &verdict.into()), "{check:#}");
    let has = |member: &str, text: &str| check[member].as_str().expect(member).contains(text);
    assert!(has("found", found) && has("mend", mend), "{check:#}");
}

fn has_lines(finished: &Finished, lines: &[&str]) {
    for line in lines {
        assert!(finished.out.lines().any(|told| told.starts_with(line)), "no `{line}`: {finished:#?}");
    }
}

#[test]
fn where_nothing_is_missing_it_says_so() {
    let world = healthy();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(&["doctor"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    has_lines(
        &finished,
        &[
            "✓ rustc       rustc 1.95.0",
            "✓ cargo       cargo 1.",
            "✓ node        v22.12.0",
            "✓ npm         11.0.0",
            "✓ files       ",
            "✓ companion   wavecraft-companion 0.1.0 (abc1234), at ",
            "✓ running     version 7.7.7, process ",
            "! microphone  the system doesn't let the companion use it",
            "              → turn it on in System Settings",
            "✓ login       the companion starts at login",
            "✓ devices     out Loudspeaker at 48000 Hz, in nothing",
            "✓ project     demo in ",
            "✓ page        none",
            "Nothing keeps `wavecraft start --with-audio` from working.",
        ],
    );
    assert!(!finished.out.contains('\u{1b}'), "no colours where no terminal is");
}

#[test]
fn a_companion_that_is_started_to_look_is_gone_after() {
    let world = World::with_project().with_companion();
    let finished = world.run(&["doctor"]);
    has_lines(&finished, &["✓ running     no; ", "✓ devices     out Loudspeaker"]);
    until_gone("the companion", world.pid_in("home/wavecraft/companion.pid"));
}

#[test]
fn tools_that_are_missing_or_old_are_told_with_what_mends_it() {
    let world = healthy();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let old = world.script("tools/rustc", "echo 'rustc 1.60.0'").script("tools/rustup", "exit 0");
    fails(&old, "rustc", "rustc 1.60.0: 1.95 or newer is needed", "rustup update stable");
    let silent = old.script("tools/rustc", "exit 1");
    fails(&silent, "rustc", "doesn't tell its version here", "`rustc --version`");
    let old = silent.script("tools/rustc", "echo 'rustc 1.95.0'").script("tools/node", "echo v18.0.0");
    warns(&old, "node", "v18.0.0: the pages of created projects need 20.19", "https://nodejs.org");
    let tools = old.path("tools").into_os_string();
    let bare = old.env("PATH", tools);
    fails(&bare, "cargo", "cargo is not on the PATH", "https://rustup.rs");
}

#[test]
fn another_command_of_the_same_name_is_told() {
    let world = healthy().script("tools/wavecraft", "echo 'wavecraft 0.9.1'");
    let _companion = FakeCompanion::run(&world, Fault::None);
    let found = "(wavecraft 0.9.1), not this one";
    warns(&world, "wavecraft", found, "put this one first: export PATH=");
    let (code, check) = check(&world, "published");
    let (found, place) = (check["found"].as_str().unwrap(), world.path("tools/wavecraft"));
    assert!(found.starts_with(&format!("wavecraft 0.9.1, at {}: ", place.display())), "{found}");
    assert_eq!((code, &check["verdict"]), (0, &"fine".into()));
}

#[test]
fn a_plugin_of_the_published_sdk_needs_its_command_and_its_headers() {
    let tools = |world: World| {
        let companion = world.path("tools/wavecraft-companion");
        world
            .script("tools/wavecraft-companion", "echo 'wavecraft-companion 0.1.0 (abc1234)'")
            .env("WAVECRAFT_COMPANION", companion)
    };
    let world = tools(World::new().with_published_plugin("0.9.38"));
    let _companion = FakeCompanion::run(&world, Fault::None);
    warns(&world, "published", "the project is one of the published Wavecraft", "cargo install wavecraft");
    if std::env::consts::OS == "linux" {
        let lacking = world.script("tools/pkg-config", "exit 1");
        warns(&lacking, "webview", "the headers of webkit2gtk-4.1 are missing", "libwebkit2gtk-4.1-dev");
        let lock = "version = 4\n[[package]]\nname = \"webkit2gtk-sys\"\nversion = \"2.0.1\"\n";
        let locked = lacking.file("here/Cargo.lock", lock);
        fails(&locked, "webview", "the headers of webkit2gtk-4.1 are missing", "sudo apt install");
        let there =
            locked.script("tools/pkg-config", "[ \"$*\" = '--modversion webkit2gtk-4.1' ] && echo 2.50.6");
        assert_eq!(check(&there, "webview").1["found"], "webkit2gtk-4.1 2.50.6");
        let without = there.file("here/Cargo.lock", "version = 4\n");
        let findings = without.run(&["doctor", "--json"]).out;
        assert!(!findings.contains("webview"), "{findings}");
    }
}

#[test]
fn a_companion_that_is_missing_or_other_is_told() {
    let world = healthy().env("WAVECRAFT_COMPANION", "/nowhere/companion");
    fails(&world, "companion", "WAVECRAFT_COMPANION is /nowhere/companion", "correct it or unset it");
    let world = healthy().script("tools/wavecraft-companion", "echo 'wavecraft-companion 0.0.9'");
    let companion = FakeCompanion::run(&world, Fault::None);
    warns(&world, "companion", "0.0.9, at ", "update the older of the two");
    drop(companion);
    let world = healthy();
    let _companion = FakeCompanion::run(&world, Fault::OtherVersion);
    fails(&world, "running", "protocol 2", "wavecraft-companion --quit");
}

#[test]
fn a_socket_path_that_is_too_long_is_told() {
    let world = healthy();
    let home = world.path(&"long".repeat(30));
    fails(&world.env("WAVECRAFT_HOME", home), "files", "and 103 fit", "export WAVECRAFT_HOME=");
}

#[test]
fn a_project_is_looked_into() {
    let world = healthy();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let with_page = world.file("here/ui/package.json", "{}");
    warns(&with_page, "page", "its packages aren't installed", "npm install");
    let broken = with_page.file("here/ui/package.json", "{");
    fails(&broken, "page", "is not JSON", "start with --no-ui");
    let other_sdk = broken
        .file("here/ui/package.json", "{}")
        .file("here/sdk/dev-audio/Cargo.toml", "[package]\nversion = \"0.0.1\"\n");
    warns(&other_sdk, "sdk", "0.0.1; this command's is", "wavecraft update");
    std::fs::remove_dir_all(other_sdk.path("here/engine/src/bin")).unwrap();
    fails(&other_sdk, "project", "this project has nothing that can be played", "says it at length");
    std::fs::remove_dir_all(other_sdk.path("here/engine")).unwrap();
    warns(&other_sdk, "project", "its own checks are left out", "wavecraft create");
}

#[test]
fn ones_own_start_is_known_at_its_ports_and_a_stranger_is_named() {
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = stranger.local_addr().expect("its address").port();
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
    let world = World::with_project()
        .file(SOURCE, &describes("gain_level", 10))
        .with_page()
        .env("WAVECRAFT_PORT", free.port().to_string());
    // A page alone: the companion knows nothing of it.
    let mut live = world.live(&["start", "--json"]);
    let ready = live.event("ready");
    let page = ready["ui_url"]
        .as_str()
        .and_then(|url| url.split([':', '/', '#']).nth(4))
        .expect("a port")
        .to_owned();
    let here = world.path("here").display().to_string();
    for port in [free.port().to_string(), page] {
        let (_, check) = check(&world, &format!("port {port}"));
        let found = check["found"].as_str().expect("what");
        assert_eq!(check["verdict"], "fine", "{check:#}");
        assert!(found.starts_with(&format!("in use by `wavecraft start` in {here};")), "{check:#}");
    }
    drop(live);
    let world = world.env("WAVECRAFT_PORT", taken.to_string());
    // The project's own port counts, too.
    let named = World::with_project().file("here/wavecraft.toml", &format!("port = {taken}\n"));
    for world in [world, named] {
        let (_, check) = check(&world, &format!("port {taken}"));
        let has = |member: &str, text: &str| check[member].as_str().expect(member).contains(text);
        assert_eq!(check["verdict"], "attention", "{check:#}");
        assert!(has("found", &format!("(process {}", std::process::id())), "{check:#}");
        assert!(has("mend", "--port chooses another"), "{check:#}");
    }
}

#[test]
fn the_command_line_is_described_for_shells_and_for_man() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = world.run(&["completions", shell]);
        assert!(script.code == Some(0) && script.out.contains("measure-latency"), "{script:#?}");
    }
    world.run(&["completions", "klingon"]).fails(2, &["klingon", "bash"]);
    assert_eq!(world.run(&["man", "pages"]).code, Some(0));
    let pages = world.names_in("here/pages");
    assert!(
        ["wavecraft.1", "wavecraft-doctor.1"].iter().all(|page| pages.iter().any(|p| p == page)),
        "{pages:?}"
    );
    world.run(&["man", "/dev/null/pages"]).fails(1, &["can't be written", "choose another folder"]);
    let version = world.run(&["--version"]);
    assert!(version.out.starts_with(&format!("wavecraft {}", env!("CARGO_PKG_VERSION"))), "{version:#?}");
}
