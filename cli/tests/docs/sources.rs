//! The crates' sources, without their tests.

use crate::document::{files, root};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file and its text, of all that is built into what users run.
pub(crate) fn sources() -> Vec<(PathBuf, String)> {
    let manifests = fs::read_dir(root()).expect("the repository");
    let crates = manifests.filter_map(|entry| {
        let path = entry.expect("an entry").path();
        path.join("src").is_dir().then(|| Path::new(path.file_name().expect("its name")).join("src"))
    });
    let crates: Vec<_> = crates.filter(|path| !path.starts_with("benchmarks")).collect();
    assert!(crates.len() >= 7, "{crates:?}");
    let tests = |path: &PathBuf| {
        path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests")
    };
    let files = crates.iter().flat_map(|folder| files(folder, "rs")).filter(|path| !tests(path));
    files.map(|path| (path.clone(), fs::read_to_string(root().join(&path)).expect("a source"))).collect()
}
