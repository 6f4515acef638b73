//! `check`: the created project passes, a plugin's library is checked, and verdicts, files and exit codes are those that are promised.

use crate::{
    support::{
        Finished, World,
        published::{SOURCE, commit, git},
    },
    whole::created,
};
use serde_json::Value;
use std::fs;

/// The plugin's source without the faults that its parameter selects.
fn sound() -> String {
    let text = "match gain.fault {";
    assert!(SOURCE.contains(text), "the plugin's source has changed: change this test");
    SOURCE.replace(text, "match 0.0_f32 {")
}

/// The plugin's source, whose parameter ends at a panic.
fn panicking() -> String {
    let [last, more] = ["\"max\": 6.0,", ", \"Push\", \"Sleep\", \"C\"]"];
    assert!(
        SOURCE.contains(last) && SOURCE.contains(more),
        "the plugin's source has changed: change this test"
    );
    SOURCE.replace(last, "\"max\": 3.0,").replace(more, "]")
}

/// A plugin that multiplies by its parameter `gain_level`, in a repository.
fn plugin() -> World {
    World::new()
        .file("here/.gitignore", "target\n*.xml\n")
        .file(
            "here/engine/Cargo.toml",
            "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n\
             [features]\n_param-discovery = []\n[workspace]\n",
        )
        .file("here/engine/src/lib.rs", SOURCE)
}

fn check(world: &World, more: &[&str]) -> Finished {
    world.run(&[&["check"], more].concat())
}

fn document(finished: &Finished, code: i32) -> Value {
    assert_eq!(finished.code, Some(code), "{finished:#?}");
    serde_json::from_str(&finished.out).unwrap_or_else(|_| panic!("not one document: {finished:#?}"))
}

fn row<'a>(document: &'a Value, name: &str) -> &'a Value {
    let rows = document["tests"].as_array().expect("tests");
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name} in {document}"))
}

#[test]
fn a_created_project_passes_all_and_its_workflow_is_there() {
    let world = created();
    let workflow =
        fs::read_to_string(world.path("here/demo/.github/workflows/check.yml")).expect("a workflow");
    assert!(workflow.contains("wavecraft check --junit"), "{workflow}");
    // Building it takes as long as it takes.
    let mut check =
        world.program(env!("CARGO_BIN_EXE_wavecraft"), "here/demo", &["check", "--quick", "--json"]);
    let output = check.output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let found: Value = serde_json::from_slice(&output.stdout).expect("a document");
    for row in found["tests"].as_array().expect("tests") {
        let name = row["name"].as_str().expect("a name");
        match row["verdict"].as_str().expect("a verdict") {
            "pass" => {}
            "skipped" => assert!(["compatible", "realtime"].contains(&name), "{row}"),
            // A busy machine.
            "warn" => assert!(["cost", "denormals"].contains(&name), "{row}"),
            _ => panic!("{row}"),
        }
    }
}

#[test]
fn a_plugins_library_is_checked_and_its_faults_are_told_on_the_screen_and_in_files() {
    let world = plugin();
    let source = world.path("here/engine/src/lib.rs");
    fs::write(&source, sound()).expect("written");
    fs::write(world.path("here/wavecraft.toml"), "[check.limits]\nclick_db = -30.0\n").expect("written");
    let finished = check(&world, &["--quick", "--seed", "5"]);
    // It smooths nothing, and one of its parameters has lost its use.
    assert_eq!(finished.code, Some(1), "{finished:#?}");
    for text in [
        "demo, checked with seed 5",
        "  pass     block-sizes ",
        "  pass     instances ",
        "  skipped  transport ",
        "  skipped  bypass ",
        "  FAIL     parameter-clicks   `gain_level` clicks at ",
        "  warn     unused-parameters  `gain_fault` changes nothing",
        "again: wavecraft check --only parameter-clicks --seed 5",
        "A knob that jumps must not click",
        ", 1 fails, ",
    ] {
        assert!(finished.out.contains(text), "no `{text}` in {finished:#?}");
    }

    // Exceptions with their reasons, and a limit.
    let toml =
        "[check]\nskip = { unused-parameters = \"old songs have it\" }\nlimits = { click_db = 10.0 }\n";
    fs::write(world.path("here/wavecraft.toml"), toml).expect("written");
    let found = document(&check(&world, &["--quick", "--json", "--junit", "check.xml"]), 0);
    assert_eq!(row(&found, "unused-parameters")["told"], "left out: old songs have it");
    assert_eq!(row(&found, "parameter-clicks")["verdict"], "pass");
    assert_eq!((&found["version"], &found["seed"]), (&Value::from(1), &Value::from(1)));
    let xml = fs::read_to_string(world.path("here/check.xml")).expect("a file");
    for text in ["<?xml", "failures=\"0\"", "name=\"latency\"", "old songs have it", "</testsuites>"] {
        assert!(xml.contains(text), "no `{text}` in {xml}");
    }
    let found = document(&check(&world, &["--json", "--only", "unused-parameters"]), 0);
    assert_eq!(found["tests"].as_array().map(Vec::len), Some(1));
    assert_eq!(row(&found, "unused-parameters")["verdict"], "warn", "asked for by its name");

    // A crash and a hang within the library are verdicts.
    fs::write(&source, panicking()).expect("written");
    let finished = check(&world, &["--only", "parameter-ends", "--only", "mono", "--skip", "mono", "--json"]);
    let found = document(&finished, 1);
    let ends = row(&found, "parameter-ends").to_string();
    assert!(ends.contains("it crashed") || ends.contains("it hangs"), "{ends}");
    assert!(ends.contains("gain_fault = Panic"), "{ends}");
    assert_eq!(row(&found, "mono")["told"], "left out: --skip");
}

#[test]
fn parameters_are_compared_with_a_released_revision() {
    let world = plugin();
    git(&world.path("here"), &["init", "--quiet"]);
    commit(&world.path("here"));
    git(&world.path("here"), &["tag", "v1"]);
    let source = world.path("here/engine/src/lib.rs");
    let against = ["--only", "compatible", "--against", "v1", "--json"];
    let found = document(&check(&world, &against), 0);
    assert_eq!(row(&found, "compatible")["verdict"], "pass", "{found}");
    let other = SOURCE.replace("gain_level", "gain_amount");
    assert_ne!(other, SOURCE, "the plugin's source has changed: change this test");
    fs::write(&source, other).expect("written");
    let found = document(&check(&world, &against), 1);
    assert_eq!(row(&found, "compatible")["told"], "against v1: `gain_level` is gone", "{found}");
    let details = row(&found, "compatible")["details"].to_string();
    assert!(details.contains("allowed: `gain_amount` is new"), "{details}");
    check(&world, &["--against", "v2"]).fails(2, &["`v2` is neither a revision"]);
}

#[test]
fn what_can_not_be_is_told_before_anything_is_built() {
    let world = plugin();
    let listed = check(&world, &["--list"]);
    assert_eq!(listed.code, Some(0), "{listed:#?}");
    assert!(listed.out.contains("block-sizes        Hosts choose the size of blocks"), "{listed:#?}");
    let all: Value = serde_json::from_str(&check(&world, &["--list", "--json"]).out).expect("JSON");
    assert!(all[0]["why"].is_string() && all[0]["name"] == "starts", "{all}");

    check(&world, &["--only", "nothing"]).fails(2, &["there is no such test", "--list"]);
    check(&world, &["--jobs", "0"]).fails(2, &["1..=64"]);
    check(&world, &["--quick", "--full"]).fails(2, &["cannot be used with"]);
    check(&world, &["--junit", "check.json"]).fails(2, &["JUnit is XML: call it check.xml"]);
    check(&world, &["--junit", "nowhere/check.xml"]).fails(2, &["there is no folder"]);
    fs::write(world.path("here/wavecraft.toml"), "[check]\nskip = { tails = \"x\" }\n").expect("written");
    check(&world, &[]).fails(2, &["wavecraft.toml:2:8", "there is no test `tails`"]);
    fs::remove_file(world.path("here/wavecraft.toml")).expect("it is there");
    fs::write(world.path("here/engine/src/lib.rs"), "no Rust").expect("written");
    check(&world, &[]).fails(2, &["error"]);
}
