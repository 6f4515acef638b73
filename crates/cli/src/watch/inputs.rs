//! Decides which paths matter to the next build, from what the last one read, without reading any file.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// What the project's program is built from. All paths are canonical except for the last part, which may be a link.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Inputs {
    /// Files that the last build read, or that affect the next one, including missing ones.
    pub(crate) files: BTreeSet<PathBuf>,
    /// Folders whose change makes a build script run again, including everything below.
    pub(crate) whole: BTreeSet<PathBuf>,
    /// The folders of the packages on this machine.
    pub(crate) packages: BTreeSet<PathBuf>,
    /// The packages with a build script that names no file: cargo runs it again for any file of the package.
    pub(crate) unnamed: BTreeSet<PathBuf>,
    /// The folders in which cargo builds.
    pub(crate) outputs: BTreeSet<PathBuf>,
    /// `Cargo.lock`, which cargo writes while it builds.
    pub(crate) lock: Option<PathBuf>,
    /// Whether the last build failed: then any file of the packages may be the one that it lacks.
    pub(crate) failed: bool,
}

/// What a change of a path means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// No build depends on it.
    Nothing,
    /// It counts if the file is new: cargo finds some sources by their location.
    IfNew,
    /// It may count: the path alone doesn't tell.
    Guess,
    /// It counts.
    Certain,
    /// It counts unless our own cargo wrote the file.
    Lock,
}

impl Inputs {
    /// The inputs before anything was built: all files of a package.
    pub(crate) fn of_package(folder: PathBuf) -> Self {
        Self { packages: BTreeSet::from([folder]), failed: true, ..Self::default() }
    }

    /// What a change of this file means.
    pub(crate) fn weight(&self, path: &Path) -> Weight {
        if self.is_output(path) {
            return Weight::Nothing;
        }
        if self.lock.as_deref() == Some(path) {
            return Weight::Lock;
        }
        if self.files.contains(path) {
            return Weight::Certain;
        }
        if self.whole.iter().any(|folder| is_possible(folder, path)) {
            return Weight::Certain;
        }
        // The innermost package decides: a package may be inside another's folder.
        let Some(package) = self.package_of(path).filter(|package| is_possible(package, path)) else {
            return Weight::Nothing;
        };
        if self.failed || self.unnamed.contains(package) {
            Weight::Guess
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            Weight::IfNew
        } else {
            Weight::Nothing
        }
    }

    /// Whether something in this folder can count, so that it is worth checking and watching. Hidden folders, cargo's
    /// and npm's hold many times more files than all sources together.
    pub(crate) fn holds_sources(&self, folder: &Path) -> bool {
        let tops = || self.tops();
        !self.is_output(folder)
            && tops().any(|top| folder == top || (folder.starts_with(top) && is_possible(top, folder)))
    }

    /// Whether `path` must be checked, if it is a folder: it contains or contained something that counts.
    pub(crate) fn touches(&self, path: &Path) -> bool {
        self.holds_sources(path) || self.files_below(path).next().is_some()
    }

    /// The folders that are watched recursively.
    pub(crate) fn tops(&self) -> impl Iterator<Item = &Path> {
        self.packages.iter().chain(&self.whole).map(PathBuf::as_path)
    }

    /// The innermost package that contains this path.
    pub(crate) fn package_of<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        path.ancestors().find(|folder| self.packages.contains(*folder))
    }

    /// The named files that are below a folder, or are the path itself.
    pub(crate) fn files_below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a PathBuf> {
        let below = self.files.range(folder.to_path_buf()..).take_while(move |path| path.starts_with(folder));
        below.filter(|path| !self.is_output(path))
    }

    /// Whether cargo builds here. A folder of cargo's that holds a package proves nothing.
    fn is_output(&self, path: &Path) -> bool {
        let is_ours =
            |output: &&PathBuf| !self.packages.iter().any(|package| package.starts_with(output.as_path()));
        self.outputs.iter().filter(is_ours).any(|output| path.starts_with(output))
    }
}

/// Whether the name allows this to be an input of what is in `folder`. Excluded are what npm writes, hidden files, and
/// what editors leave beside a file while they save it.
fn is_possible(folder: &Path, path: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(folder) else { return false };
    let foreign =
        inside.iter().any(|part| part == "node_modules" || part.as_encoded_bytes().starts_with(b"."));
    let Some(name) = inside.file_name().map(|name| name.to_string_lossy()) else { return false };
    // Emacs: `#a.rs#`, `a.rs~`. Vim: `a.rs~`, and hidden swap files. Its `4913` is gone by the time of a check.
    let left = name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'))
        || [".tmp", ".swp", ".bak"].iter().any(|ending| name.ends_with(ending));
    !(foreign || left)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(paths: &[&str]) -> BTreeSet<PathBuf> {
        paths.iter().map(PathBuf::from).collect()
    }

    /// A workspace whose root is also a package, and which builds in `/p/engine/out`.
    fn inputs() -> Inputs {
        Inputs {
            files: set(&[
                "/p/engine/src/lib.rs",
                "/p/engine/440",
                "/p/engine/.tables.tmp",
                "/p/assets/t.txt",
                "/p/engine/.cargo/config.toml",
                "/p/engine/out/debug/build/x/out/gen.rs",
            ]),
            whole: set(&["/c/dsp"]),
            packages: set(&["/p", "/p/engine", "/p/tables"]),
            unnamed: set(&["/p/tables"]),
            outputs: set(&["/p/engine/out"]),
            lock: Some("/p/Cargo.lock".into()),
            failed: false,
        }
    }

    #[test]
    fn what_the_last_build_read_counts_whatever_its_name_and_place_are() {
        for path in [
            "/p/engine/src/lib.rs",
            "/p/engine/440",
            "/p/engine/.tables.tmp",
            "/p/assets/t.txt",
            "/p/engine/.cargo/config.toml",
            "/c/dsp/deep/filter.c",
        ] {
            assert_eq!(inputs().weight(Path::new(path)), Weight::Certain, "{path}");
        }
        assert_eq!(inputs().weight(Path::new("/p/Cargo.lock")), Weight::Lock);
    }

    #[test]
    fn what_no_build_depends_on_counts_for_nothing() {
        for path in [
            "/p/engine/out/debug/x.rs",
            "/p/engine/out/debug/build/x/out/gen.rs",
            "/p/engine/take.wav",
            "/p/engine/run.log",
            "/p/ui/node_modules/a/b/index.rs",
            "/p/.git/index",
            "/c/dsp/.filter.c.swp",
            "/elsewhere/x.rs",
        ] {
            assert_eq!(inputs().weight(Path::new(path)), Weight::Nothing, "{path}");
        }
        assert_eq!(inputs().weight(Path::new("/p/engine/src/new.rs")), Weight::IfNew);
    }

    #[test]
    fn after_a_failure_and_for_a_script_that_names_nothing_any_file_may_count() {
        let mut inputs = inputs();
        assert_eq!(inputs.weight(Path::new("/p/tables/sine.csv")), Weight::Guess);
        assert_eq!(inputs.weight(Path::new("/p/engine/table.csv")), Weight::Nothing, "another package's");
        inputs.failed = true;
        for path in ["/p/engine/table.csv", "/p/engine/src/new.rs", "/p/engine/440000"] {
            assert_eq!(inputs.weight(Path::new(path)), Weight::Guess, "{path}");
        }
        for path in [
            "/p/engine/out/debug/x.rs",
            "/p/engine/src/.lib.rs.swp",
            "/p/engine/src/lib.rs~",
            "/p/engine/src/#lib.rs#",
            "/p/ui/node_modules/x.js",
        ] {
            assert_eq!(inputs.weight(Path::new(path)), Weight::Nothing, "{path}");
        }
    }

    #[test]
    fn a_build_folder_around_the_project_hides_nothing_of_it() {
        let mut inputs = inputs();
        inputs.outputs = set(&["/"]);
        assert_eq!(inputs.weight(Path::new("/p/engine/src/lib.rs")), Weight::Certain);
    }

    #[test]
    fn only_folders_that_can_hold_sources_are_looked_into() {
        let inputs = inputs();
        for folder in ["/p", "/p/engine", "/p/engine/src/deep", "/c/dsp"] {
            assert!(inputs.holds_sources(Path::new(folder)), "{folder}");
        }
        for folder in ["/p/engine/out", "/p/engine/out/debug", "/p/ui/node_modules", "/p/.git/refs", "/q"] {
            assert!(!inputs.holds_sources(Path::new(folder)), "{folder}");
        }
        assert!(inputs.touches(Path::new("/p/assets")) && inputs.touches(Path::new("/p/engine/.cargo")));
        assert!(!inputs.touches(Path::new("/q")));
    }
}
