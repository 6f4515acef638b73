//! Which programs the companion runs, and what they see of its environment.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};
use wavecraft_companion_protocol::control::ProjectProgram;

/// Why a program isn't run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// It can't be looked at.
    #[error("{} can't be read: {error}", path.display())]
    Unreadable {
        /// The program.
        path: PathBuf,
        /// The system's word.
        error: std::io::Error,
    },
    /// It is something else than a program of this user that only this user can change.
    #[error("{} {reason}", path.display())]
    Unfit {
        /// The program.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// The mode bits that let the group or everybody write.
const WRITABLE_BY_OTHERS: u32 = 0o022;
/// The user id of the system's own files.
const ROOT: u32 = 0;
/// The owner may execute.
const EXECUTABLE: u32 = 0o100;

/// What a child may see of its terminal's environment. Everything else, `DYLD_*` and `LD_*` above all, is dropped.
const ENVIRONMENT: [&str; 15] = [
    "HOME",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "LOGNAME",
    "PATH",
    "RUST_BACKTRACE",
    "RUST_LIB_BACKTRACE",
    "RUST_LOG",
    "TMPDIR",
    "TZ",
    "USER",
    "WAVECRAFT_REALTIME",
];

/// What of `env` a child gets.
pub(crate) fn environment(env: &BTreeMap<String, String>) -> Vec<(OsString, OsString)> {
    let fits = |(name, _): &(&String, &String)| ENVIRONMENT.contains(&name.as_str());
    env.iter().filter(fits).map(|(name, value)| (name.into(), value.into())).collect()
}

/// Checks what is to be run as a child: the program, and the library that it is to run.
///
/// # Errors
/// See [`Refused`].
pub(crate) fn check(program: &ProjectProgram) -> Result<(), Refused> {
    let uid = rustix::process::getuid().as_raw();
    check_file(&program.executable, uid)?;
    program.library.as_deref().map_or(Ok(()), |library| check_file(library, uid))
}

/// The folders of the program's loader path that nobody but this user and root can change; others are left out.
pub(crate) fn loader_path(program: &ProjectProgram) -> Vec<&Path> {
    let uid = rustix::process::getuid().as_raw();
    let is_fit = |folder: &Path| {
        folder.is_absolute()
            && fs::metadata(folder).is_ok_and(|meta| {
                let writable = meta.permissions().mode() & WRITABLE_BY_OTHERS != 0;
                meta.is_dir() && [uid, ROOT].contains(&meta.uid()) && !writable
            })
    };
    program.loader_path.iter().map(PathBuf::as_path).filter(|folder| is_fit(folder)).collect()
}

/// What the system's loader wrote, where it is that a shared library is missing; for a person.
pub(crate) fn missing_library(line: &str) -> Option<String> {
    // glibc's ld.so, and dyld. Of musl: "Error loading shared library libg.so: No such file or directory (needed by …)".
    let name = if let Some((_, rest)) = line.split_once("error while loading shared libraries: ") {
        rest.split(": ").next()
    } else if let Some((_, rest)) = line.split_once("Error loading shared library ") {
        rest.split(": ").next()
    } else {
        line.starts_with("dyld")
            .then(|| line.split_once("Library not loaded: "))
            .flatten()
            .map(|(_, rest)| rest)
    };
    let name = name?.trim();
    Some(format!(
        "the shared library {name} can't be loaded. Looked for where cargo would: let a build script name its folder in \
         OUT_DIR (cargo::rustc-link-search), put it beside the program in cargo's target folder, install it, or link it \
         statically"
    ))
}

/// Checks that `path` is an absolute path of a regular file (no link) that belongs to the user `uid`, can be executed,
/// and can't be written by others.
///
/// # Errors
/// See [`Refused`].
fn check_file(path: &Path, uid: u32) -> Result<(), Refused> {
    let unfit = |reason| Err(Refused::Unfit { path: path.into(), reason });
    if !path.is_absolute() {
        return unfit("is not an absolute path");
    }
    let meta =
        fs::symlink_metadata(path).map_err(|error| Refused::Unreadable { path: path.into(), error })?;
    if !meta.is_file() {
        return unfit("is not a regular file");
    }
    if meta.uid() != uid {
        return unfit("belongs to another user");
    }
    let mode = meta.permissions().mode();
    if mode & WRITABLE_BY_OTHERS != 0 {
        return unfit("can be written by other users: `chmod go-w` it");
    }
    if mode & EXECUTABLE == 0 {
        return unfit("is not executable");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_program_that_nobody_else_can_change_is_run() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("program");
        let uid = rustix::process::getuid().as_raw();
        assert!(matches!(check_file(&path, uid), Err(Refused::Unreadable { .. })));
        fs::write(&path, "x").unwrap();
        let with_mode = |mode| {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            check_file(&path, uid).map_err(|refused| refused.to_string())
        };
        assert_eq!(with_mode(0o700), Ok(()));
        assert!(with_mode(0o600).unwrap_err().contains("not executable"));
        assert!(with_mode(0o770).unwrap_err().contains("chmod go-w"));
        assert!(with_mode(0o702).is_err());
        with_mode(0o755).unwrap();
        assert!(check_file(&path, uid + 1).is_err(), "another user's");
        assert!(check_file(dir.path(), uid).is_err(), "a folder");
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(check_file(&link, uid).is_err(), "a link");
        assert!(check_file(Path::new("program"), uid).is_err(), "a relative path");
    }

    #[test]
    fn only_folders_that_nobody_else_can_change_are_searched_for_libraries() {
        let dir = tempfile::tempdir().unwrap();
        let folder = |name: &str, mode| {
            let path = dir.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            path
        };
        let (own, open) = (folder("own", 0o755), folder("open", 0o777));
        let program = ProjectProgram {
            executable: "/p".into(),
            library: None,
            loader_path: vec![own.clone(), open, "relative".into(), "/nowhere".into(), "/usr".into()],
        };
        assert_eq!(loader_path(&program), [own.as_path(), Path::new("/usr")]);
    }

    #[test]
    fn a_missing_library_is_named() {
        for line in [
            "/b/1/dev-audio: error while loading shared libraries: libg.so: cannot open shared object file: No such file",
            "Error loading shared library libg.so: No such file or directory (needed by /b/1/dev-audio)",
            "dyld[123]: Library not loaded: libg.so",
        ] {
            assert!(missing_library(line).unwrap().contains("library libg.so can't"), "{line}");
        }
        assert_eq!(missing_library("hello"), None);
    }

    #[test]
    fn a_library_is_checked_as_the_program_is() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, mode| {
            let path = dir.path().join(name);
            fs::write(&path, "x").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            path
        };
        let (good, open) = (file("good", 0o700), file("open", 0o777));
        let checked = |executable: &PathBuf, library: Option<&PathBuf>| {
            check(&ProjectProgram {
                executable: executable.clone(),
                library: library.cloned(),
                loader_path: Vec::new(),
            })
            .map_err(|refused| refused.to_string())
        };
        assert_eq!(checked(&good, None), Ok(()));
        assert_eq!(checked(&good, Some(&good)), Ok(()));
        for refused in [checked(&open, Some(&good)), checked(&good, Some(&open))] {
            let text = refused.unwrap_err();
            assert!(text.contains(&open.display().to_string()) && text.contains("chmod go-w"), "{text}");
        }
    }
}
