//! Paths as shown to the user, and as written in a manifest.

use anyhow::Context;
use std::path::{Component, Path, PathBuf};

/// The path as shown to the user: relative to the project's folder.
pub(crate) fn inside(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

/// The relative path from a folder to another path, both absolute and without links.
pub(crate) fn way(from: &Path, to: &Path) -> anyhow::Result<String> {
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
