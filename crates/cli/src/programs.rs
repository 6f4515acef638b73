//! Finds programs by name.

use std::{
    ffi::OsStr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// The program that `name` runs by the folders of `PATH`, as an absolute path if `PATH` has absolute folders.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    find_all(name).into_iter().next()
}

/// All programs of that name, in the order of `PATH`.
pub(crate) fn find_all(name: &str) -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| find_in(&path, name)).unwrap_or_default()
}

fn find_in(path: &OsStr, name: &str) -> Vec<PathBuf> {
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .filter(|file| is_program(file))
        .collect()
}

/// Whether this is a regular file that at least one user may execute.
pub(crate) fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_programs_in_absolute_folders_are_found() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("tool"), "").unwrap();
        let path = std::env::join_paths([Path::new("relative"), dir.path()]).unwrap();
        assert_eq!(find_in(&path, "tool"), [] as [PathBuf; 0], "not executable");
        std::fs::set_permissions(dir.path().join("tool"), std::fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(find_in(&path, "tool"), [dir.path().join("tool")]);
        assert!(find_in(&path, "other").is_empty() && find_in(OsStr::new(""), "tool").is_empty());
    }
}
