//! The golden files: one for each message of the dev WebSocket, every line a message as it goes over the wire.

use std::{fs, path::PathBuf};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/browser")
}

/// The names of all files, sorted.
pub(crate) fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("the folder");
    let name = |path: PathBuf| path.file_stem().expect("a name").to_str().expect("a plain name").to_owned();
    let mut names: Vec<String> = entries.map(|entry| name(entry.expect("an entry").path())).collect();
    names.sort();
    names
}

/// The lines of one.
pub(crate) fn lines(name: &str) -> Vec<String> {
    let path = folder().join(name).with_extension("jsonl");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(str::to_owned).collect()
}
