//! The architecture page's table of crates matches the workspace.

use crate::document::{Document, root};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

/// Folder → the folders that it uses.
type Arrows = BTreeMap<String, BTreeSet<String>>;

#[test]
fn the_architecture_page_has_the_arrows_that_cargo_has() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(drawn(), real(&metadata));
}

/// The rows of the table whose last cell names the workspace crates that the crate uses.
fn drawn() -> Arrows {
    let page = Document::read("docs/architecture.md");
    let text = fs::read_to_string(root().join(&page.path)).expect("the page");
    let rows = text.lines().skip_while(|line| !line.ends_with("uses of ours |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    rows.map(|row| {
        let cells: Vec<String> = cells(row);
        let [folder, _, _, uses] = &cells[..] else { panic!("{row}") };
        let uses = uses.split(',').map(|name| name.trim().to_owned()).filter(|name| name != "–");
        (folder.trim_matches(['`', '/']).trim_start_matches("crates/").to_owned(), uses.collect())
    })
    .collect()
}

/// The workspace's crates by their folders, each with those that it is built with; tests may use more.
fn real(metadata: &Value) -> Arrows {
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let folder = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    list(metadata, "packages")
        .iter()
        .map(|package| {
            let manifest = package["manifest_path"].as_str().expect("a path");
            let own = folder(manifest.strip_suffix("/Cargo.toml").expect("a manifest"));
            let uses = list(package, "dependencies");
            let uses = uses.iter().filter(|used| used["kind"].is_null());
            (own, uses.filter_map(|used| used["path"].as_str().map(folder)).collect())
        })
        .collect()
}
