//! The crates' sources, without their tests.

use crate::document::{files, root};
use std::{fs, path::PathBuf};

/// A file and its text, for everything that is built into what users run.
pub(crate) fn sources() -> Vec<(PathBuf, String)> {
    let inside =
        fs::read_dir(root().join("crates")).expect("the crates").map(|entry| entry.expect("one").path());
    let crates = ["app", "audio-core"].map(|name| root().join(name)).into_iter().chain(inside);
    let crates: Vec<_> = crates
        .map(|path| path.strip_prefix(root()).expect("a part of it").join("src"))
        .filter(|sources| root().join(sources).is_dir())
        .collect();
    assert!(crates.len() >= 7, "{crates:?}");
    let tests = |path: &PathBuf| {
        path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests")
    };
    let files = crates.iter().flat_map(|folder| files(folder, "rs")).filter(|path| !tests(path));
    files.map(|path| (path.clone(), fs::read_to_string(root().join(&path)).expect("a source"))).collect()
}
