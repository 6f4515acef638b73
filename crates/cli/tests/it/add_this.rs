//! What `start` says to add to a project that has nothing to play: followed to the letter, it builds.

use crate::support::World;
use std::{fs, path::Path};

const MANIFEST: &str = "\
[package]
name = \"my-dsp\"
version = \"0.1.0\"
edition = \"2024\"

[dependencies]
wavecraft-dsp = \"0.12\"

[workspace]
";
const HALF: &str = "\
use wavecraft_dsp::{Processor, Transport};

#[derive(Default)]
pub struct Half;

impl Processor for Half {
    type Params = ();
    fn process(&mut self, block: &mut [&mut [f32]], _: &Transport, _: &()) {
        block.iter_mut().flat_map(|channel| channel.iter_mut()).for_each(|sample| *sample *= 0.5);
    }
}
";

/// A library with a processor, and what `start` says of it.
fn library() -> (World, String) {
    let world = World::new()
        .file("here/engine/Cargo.toml", MANIFEST)
        .file("here/engine/src/lib.rs", HALF)
        .file("here/engine/Cargo.lock", include_str!("../../../../Cargo.lock"));
    let told = world.run(&["start", "--with-audio", "--no-ui"]);
    told.fails(1, &["this project has nothing that can be played"]);
    (world, told.err)
}

/// The indented lines behind the paragraph that has these words.
fn block(told: &str, words: &str) -> String {
    let (_, behind) = told.split_once(words).unwrap_or_else(|| panic!("no `{words}` in {told}"));
    let (_, behind) = behind.split_once("\n\n").expect("a block");
    let lines = behind.lines().take_while(|line| line.is_empty() || line.starts_with("  "));
    lines.map(|line| format!("{}\n", line.trim_start())).collect()
}

fn described(world: &World) -> String {
    let mut cargo =
        world.program("cargo", "here/engine", &["run", "--quiet", "--bin", "dev-audio", "--", "--describe"]);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("added-target");
    let output = cargo.env("CARGO_TARGET_DIR", target).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn its_steps_by_hand_build() {
    let (world, told) = library();
    let own = Path::new(env!("CARGO_BIN_EXE_wavecraft")).parent().expect("its folder");
    let path = std::env::join_paths([own, "/usr/bin".as_ref(), "/bin".as_ref()]).expect("a PATH");
    let typed = block(&told, "Take the SDK's sources");
    let shell = world.program("sh", "here", &["-c", &typed]).env("PATH", path).status().expect("sh runs");
    assert!(shell.success(), "{typed}");
    assert_eq!(world.names_in("here").len(), 2, "engine and sdk: {:?}", world.names_in("here"));

    let pasted = block(&told, "Add this at the end of");
    fs::write(world.path("here/engine/Cargo.toml"), format!("{MANIFEST}{pasted}")).unwrap();
    let line = block(&told, "with one line").replace("MyProcessor", "Half");
    let (_, place) = told.split_once("And make ").expect("a place");
    let place = Path::new(place.split(" with one line").next().expect("a place"));
    assert_eq!(place, world.path("here/engine/src/bin/dev-audio.rs"));
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, line).unwrap();
    assert!(described(&world).contains("half_bypass"));
}

#[test]
fn the_command_that_it_names_does_the_same() {
    let (world, told) = library();
    let typed = block(&told, "Where `MyProcessor`").replace("MyProcessor", "Half");
    let words: Vec<_> = typed.split_whitespace().skip(1).chain(["--yes"]).collect();
    let written = world.run(&words);
    assert_eq!(written.code, Some(0), "{written:#?}");
    assert!(described(&world).contains("half_bypass"));
}

#[test]
fn without_a_library_it_says_that_one_is_needed() {
    let (world, _) = library();
    fs::remove_file(world.path("here/engine/src/lib.rs")).unwrap();
    let world = world.file("here/engine/src/main.rs", "fn main() {}\n");
    let told = world.run(&["start", "--with-audio", "--no-ui"]);
    told.fails(1, &["nothing that can be played", "here/engine/src/lib.rs", "wavecraft create"]);
}
