//! The page of parameters: its examples are built with the published macro, and those that fail do so with the words that the page
//! quotes.

use crate::document::{Block, Document, root};
use serde_json::Value;
use std::{fs, path::Path, process::Command};

const PAGE: &str = "docs/guides/parameters.md";

/// What the page says of its examples, as a program.
const FACTS: &str = include_str!("parameters/facts.rs");

/// The published crates, by their name in code.
const CRATES: [(&str, &str); 2] = [("wavecraft", "wavecraft-dsp"), ("wavecraft-macros", "wavecraft-macros")];

/// The version in this repository's lock file, which a created project gets, too.
fn locked(package: &str) -> String {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the lock file");
    let (_, behind) = lock.split_once(&format!("name = \"{package}\"\nversion = \"")).expect(package);
    behind.split('"').next().expect("a version").to_owned()
}

/// A package with the page's examples in one program, and each wall in another.
fn package(folder: &Path, good: &[&Block], walls: &[(&Block, &Block)]) {
    if folder.exists() {
        fs::remove_dir_all(folder).expect("the one of the last run goes");
    }
    fs::create_dir_all(folder.join("src/bin")).expect("its folder");
    let mut manifest = String::from(
        "[package]\nname = \"page\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n",
    );
    for (name, package) in CRATES {
        manifest += &format!("{name} = {{ package = \"{package}\", version = \"={}\" }}\n", locked(package));
    }
    fs::write(folder.join("Cargo.toml"), manifest).expect("written");
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the tested versions");
    let mut main = String::from("#![allow(dead_code)]\n");
    for (number, block) in good.iter().enumerate() {
        main += &format!("mod example_{number} {{\n{}}}\nuse example_{number}::*;\n", block.text);
    }
    fs::write(folder.join("src/main.rs"), main + FACTS).expect("written");
    for (number, (wall, _)) in walls.iter().enumerate() {
        let text = format!("{}\nfn main() {{}}\n", wall.text);
        fs::write(folder.join(format!("src/bin/wall_{number}.rs")), text).expect("written");
    }
}

#[test]
fn the_examples_of_parameters_are_built_and_the_walls_stand() {
    let page = Document::read(PAGE);
    let blocks = page.blocks();
    let good: Vec<_> = blocks.iter().filter(|block| block.language == "rust").collect();
    let pairs = blocks.iter().zip(blocks.iter().skip(1));
    let walls: Vec<_> = pairs.filter(|(wall, _)| wall.language == "rust,compile_fail").collect();
    assert!(good.len() >= 6 && walls.len() >= 5, "{} examples, {} walls", good.len(), walls.len());
    assert!(walls.iter().all(|(_, words)| words.language == "text"), "each wall is followed by its words");

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("parameters");
    package(&folder, &good, &walls);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("parameters-target");
    let output = Command::new("cargo")
        .args(["build", "--offline", "--bins", "--keep-going", "--message-format=json"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut errors: Vec<(String, String)> = Vec::new();
    for message in said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if message["reason"] == "compiler-message" && message["message"]["level"] == "error" {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            errors.push((text(&message["target"]["name"]), text(&message["message"]["rendered"])));
        }
    }
    let of =
        |name: &str| -> Vec<_> { errors.iter().filter(|(of, _)| of == name).map(|(_, text)| text).collect() };
    assert!(of("page").is_empty(), "the examples aren't built: {:#?}", of("page"));
    for (number, (wall, words)) in walls.iter().enumerate() {
        let told = of(&format!("wall_{number}"));
        for words in words.text.lines() {
            assert!(
                told.iter().any(|text| text.contains(words)),
                "no `{words}` for\n{}\nbut {told:#?}",
                wall.text
            );
        }
    }
    let facts = Command::new(target.join("debug/page")).output();
    let facts = facts.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert!(facts.status.success(), "{}", String::from_utf8_lossy(&facts.stderr));
}

/// The page names the version that projects get.
#[test]
fn the_page_is_about_the_macro_that_projects_get() {
    let text = fs::read_to_string(root().join(PAGE)).expect("the page");
    assert!(
        text.contains(&format!("version {} of the macro", locked("wavecraft-macros"))),
        "another is locked"
    );
}
