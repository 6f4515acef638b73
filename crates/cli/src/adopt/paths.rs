//! Paths as they are shown, and as a manifest names them.

use anyhow::Context;
use std::path::{Component, Path, PathBuf};

/// A path as a person reads it: from the project's folder on.
pub(super) fn inside(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

/// The way from a folder to a path, both absolute and without links.
pub(super) fn way(from: &Path, to: &Path) -> anyhow::Result<String> {
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(to.components().skip(shared)).collect();
    way.to_str().map(str::to_owned).with_context(|| format!("{} is not UTF-8", way.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_goes_up_and_down() {
        let way = |from, to| way(Path::new(from), Path::new(to)).unwrap();
        assert_eq!(way("/p/engine", "/p/sdk/dev-audio"), "../sdk/dev-audio");
        assert_eq!(way("/p", "/p/sdk"), "sdk");
        assert_eq!(way("/a/b", "/c"), "../../c");
    }
}
