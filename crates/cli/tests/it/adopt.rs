//! `wavecraft adopt`: what it shows, what it writes, and that the result is built and heard.

use crate::support::{
    World,
    published::{commit, crate_folder, git},
};
use std::{fs, path::Path, process::Command};

/// A plugin as in the published template, with a stand-in for the SDK beside it: its `wavecraft-dsp` is the published
/// one, not the one that `sdk/` would get from crates.io.
const PLUGIN: &str = "\
use wavecraft::prelude::{wavecraft_plugin, wavecraft_processor, SignalChain};
use wavecraft::Tap;

// Ours.
mod processors;
use processors::Half;

wavecraft_processor!(Trim => Gain);

wavecraft_plugin! {
    name: \"Demo\",
    signal: SignalChain![
        Trim,
        Half,
        Tap,
    ],
}
";
const HALF: &str = "\
use wavecraft::wavecraft_dsp::{Processor, Transport};

#[derive(Default)]
pub struct Half;

impl Processor for Half {
    type Params = ();
    fn process(&mut self, block: &mut [&mut [f32]], _: &Transport, _: &()) {
        block.iter_mut().flat_map(|channel| channel.iter_mut()).for_each(|sample| *sample *= 0.5);
    }
}
";
const SDK: &str = "\
pub use wavecraft_dsp;
pub mod prelude {
    pub use crate::{wavecraft_plugin, wavecraft_processor};
    pub struct SignalChain;
}
#[derive(Default)]
pub struct Tap;
impl wavecraft_dsp::Processor for Tap {
    type Params = ();
    fn process(&mut self, _: &mut [&mut [f32]], _: &wavecraft_dsp::Transport, _: &()) {}
}
#[macro_export]
macro_rules! wavecraft_processor {
    ($name:ident => Gain) => {
        #[derive(Default)]
        pub struct $name;
        impl $crate::wavecraft_dsp::Processor for $name {
            type Params = ();
            fn process(&mut self, _: &mut [&mut [f32]], _: &$crate::wavecraft_dsp::Transport, _: &()) {}
        }
    };
}
#[macro_export]
macro_rules! wavecraft_plugin {
    ($($rest:tt)*) => {};
}
";
const ENGINE: &str = "\
[package]
name = \"demo\"
version.workspace = true
edition.workspace = true

[lib]
name = \"demo\"
crate-type = [\"cdylib\"]

[dependencies]
# The SDK.
wavecraft = { package = \"wavecraft-nih_plug\", path = \"../../published/engine/crates/wavecraft-nih_plug\" }
";
const ROOT: &str = "\
[workspace]
members = [\"engine\"]
resolver = \"2\"

[workspace.package]
version = \"0.1.0\"
edition = \"2021\"
";

fn plugin() -> World {
    let nih_plug = "[package]\nname = \"wavecraft-nih_plug\"\nversion = \"0.12.48\"\nedition = \"2021\"\n[dependencies]\n\
                    wavecraft-dsp = { path = \"../wavecraft-dsp\" }\n[workspace]\n";
    let world = World::new()
        .file("published/engine/crates/wavecraft-nih_plug/Cargo.toml", nih_plug)
        .file("published/engine/crates/wavecraft-nih_plug/src/lib.rs", SDK)
        .file("here/Cargo.toml", ROOT)
        .file("here/.gitignore", "target\n")
        .file("here/Cargo.lock", include_str!("../../../../Cargo.lock"))
        .file("here/engine/Cargo.toml", ENGINE)
        .file("here/engine/src/lib.rs", PLUGIN)
        .file("here/engine/src/processors/mod.rs", "mod half;\npub use half::Half;\n")
        .file("here/engine/src/processors/half.rs", HALF);
    let dsp = world.path("published/engine/crates/wavecraft-dsp");
    let copied = Command::new("cp").arg("-r").arg(crate_folder("wavecraft-dsp")).arg(&dsp).status();
    assert!(copied.expect("cp runs").success());
    let here = world.path("here");
    git(&here, &["init", "--quiet"]);
    commit(&here);
    world
}

fn read(world: &World, name: &str) -> String {
    fs::read_to_string(world.path(&format!("here/{name}"))).expect(name)
}

fn status(folder: &Path) -> String {
    git(folder, &["status", "--porcelain"])
}

#[test]
fn a_plugin_gets_a_dev_audio_that_is_built_and_described() {
    let world = plugin();
    let here = world.path("here");
    let written = world.run(&["adopt", "--yes"]);
    assert_eq!((written.code, written.err.as_str()), (Some(0), ""), "{written:#?}");
    let changed = status(&here);
    assert_eq!(
        changed,
        " M Cargo.toml\n M engine/Cargo.toml\n M engine/src/lib.rs\n?? engine/src/bin/\n?? sdk/\n"
    );
    assert_eq!(
        read(&world, "engine/src/lib.rs"),
        PLUGIN.replace("use processors::Half", "pub use processors::Half")
    );
    assert_eq!(
        read(&world, "Cargo.toml"),
        ROOT.replace("resolver = \"2\"\n", "resolver = \"2\"\nexclude = [\"sdk\"]\n")
            + "\n[patch.crates-io]\n# One for the plugin and for sdk/: the tag is that of `wavecraft` in the plugin's manifest.\n\
               wavecraft-dsp = { path = \"../published/engine/crates/wavecraft-dsp\" }\n"
    );

    // Built from the versions that are on this machine, and heard with the same ids as in the plugin.
    let world = world.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("adopted-target"));
    let mut live = world.live(&["start", "--json", "--no-ui", "--port", "19340"]);
    let ready = live.event("ready");
    let mut page = crate::websocket::Page::open(ready["ws_url"].as_str().expect("an address"));
    let all = page.call("getAllParameters", serde_json::json!({}))["parameters"].take();
    let ids: Vec<_> =
        all.as_array().expect("a list").iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, ["trim_bypass", "half_bypass", "tap_bypass"]);
    drop(live);

    world.run(&["adopt", "--yes"]).fails(2, &["has a `dev-audio` already"]);
    // The undo commands that it printed work.
    let undo = written
        .out
        .lines()
        .find_map(|line| line.strip_prefix("To undo it, before you commit: "))
        .expect("how");
    assert!(Command::new("sh").args(["-c", undo]).status().expect("sh runs").success());
    git(&here, &["restore", "Cargo.lock"]);
    assert_eq!(status(&here), "");
}

#[test]
fn what_would_be_written_is_shown_and_nothing_is_without_a_yes() {
    let world = plugin();
    let shown = world.run(&["adopt", "--dry-run"]);
    assert_eq!(shown.code, Some(0), "{shown:#?}");
    for line in [
        "demo gets a `dev-audio`:",
        "engine/Cargo.toml",
        "-crate-type = [\"cdylib\"]",
        "+crate-type = [\"cdylib\", \"rlib\"]",
        "+wavecraft-dev-audio = { path = \"../sdk/dev-audio\" }",
        "Cargo.toml",
        "+exclude = [\"sdk\"]",
        "engine/src/lib.rs",
        "-use processors::Half;",
        "+pub use processors::Half;",
        "engine/src/bin/dev-audio.rs (new)",
        "+wavecraft_dev_audio::run!(",
        "sdk/ (new)",
        "Nothing was written.",
    ] {
        assert!(shown.out.lines().any(|found| found == line), "no `{line}` in {shown:#?}");
    }
    world.run(&["adopt"]).fails(2, &["--yes", "Nothing was"]);
    assert_eq!(status(&world.path("here")), "");
}

#[test]
fn what_git_could_not_undo_is_not_done() {
    let world = plugin().file("here/engine/src/lib.rs", &format!("// Mine.\n{PLUGIN}"));
    world.run(&["adopt", "--yes"]).fails(1, &["aren't committed", " M engine/src/lib.rs", "--allow-dirty"]);
    assert_eq!(status(&world.path("here")), " M engine/src/lib.rs\n");
    commit(&world.path("here"));
    let world = world.file("here/unknown.txt", "");
    assert_eq!(world.run(&["adopt", "--yes"]).code, Some(0), "what git doesn't know is in nobody's way");
    let never = plugin();
    fs::remove_dir_all(never.path("here/.git")).unwrap();
    git(&never.path("here"), &["init", "--quiet"]);
    never.run(&["adopt", "--yes"]).fails(1, &["aren't committed", "?? engine/src/lib.rs"]);
    assert_eq!(never.run(&["adopt", "--yes", "--allow-dirty"]).code, Some(0));
    assert!(read(&world, "engine/src/lib.rs").starts_with("// Mine.\nuse wavecraft"));
}

#[test]
fn what_can_not_be_adopted_is_told() {
    let world = plugin().file("here/sdk/mine.txt", "");
    world.run(&["adopt", "--dry-run"]).fails(2, &["here/sdk is in the place of the SDK's sources"]);
    fs::remove_dir_all(world.path("here/sdk")).unwrap();
    let world = world.file("here/engine/src/lib.rs", "pub mod processors;\n");
    world.run(&["adopt", "--dry-run"]).fails(1, &["no `wavecraft_plugin!`", "--processor First"]);
    let named = world.run(&["adopt", "--dry-run", "--processor", "processors::Half"]);
    assert!(
        named.out.contains("+    processors::Half,\n") && named.out.contains("+use demo::processors;\n"),
        "{named:#?}"
    );
    World::new().run(&["adopt"]).fails(1, &["not in a Wavecraft project"]);
}
