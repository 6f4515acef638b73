//! Which programs the companion runs, and what they see of its environment.
//!
//! A program is refused if another user could replace it, and for no other security reason
//! (docs/decisions/0040-what-another-user-could-change.md).

mod others;

use others::Person;
use rustix::fs::{Access, access};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Component, Path, PathBuf},
};
use wavecraft_companion_protocol::{bundle, control::ProjectProgram};

/// Why a program isn't run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// It can't be read.
    #[error("{} can't be read: {error}", path.display())]
    Unreadable {
        /// The program.
        path: PathBuf,
        /// The system's error.
        error: std::io::Error,
    },
    /// It isn't a program, or can't be run from where it is.
    #[error("{} {reason}", path.display())]
    Unfit {
        /// The program.
        path: PathBuf,
        /// What is wrong with it, and how to fix that.
        reason: &'static str,
    },
    /// Another user could replace it.
    #[error("{} isn't run, since somebody else could change it: {by}", path.display())]
    OfOthers {
        /// The program.
        path: PathBuf,
        /// Who could, and how to fix that.
        by: others::Changeable,
    },
}

/// The mode bits that let the owner, the group or others execute.
const EXECUTABLE: u32 = 0o111;

/// The variables of its terminal's environment that a child may see. Everything else, above all `DYLD_*` and `LD_*`, is
/// dropped.
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

/// The part of `env` that a child gets.
pub(crate) fn environment(env: &BTreeMap<String, String>) -> Vec<(OsString, OsString)> {
    let fits = |(name, _): &(&String, &String)| ENVIRONMENT.contains(&name.as_str());
    env.iter().filter(fits).map(|(name, value)| (name.into(), value.into())).collect()
}

/// Checks one program, as [`check`] does.
///
/// # Errors
/// See [`Refused`].
pub(crate) fn check_program(path: &Path) -> Result<PathBuf, Refused> {
    check_file(path, &Person::of_this_process())
}

/// The folders of the program's loader path that only this user and root can change; others are left out.
pub(crate) fn loader_path(program: &ProjectProgram) -> Vec<&Path> {
    let person = Person::of_this_process();
    let is_fit = |folder: &Path| {
        let found = fs::canonicalize(folder).ok().filter(|found| folder.is_absolute() && found.is_dir());
        found.is_some_and(|found| person.alone_can_change(&found).is_ok())
    };
    program.loader_path.iter().map(PathBuf::as_path).filter(|folder| is_fit(folder)).collect()
}

/// For the user: the system loader's message, if it says that a shared library is missing.
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

/// Checks what will be run as a child, the program and the library that it runs, and returns both by the paths that
/// were checked, without links.
///
/// # Errors
/// See [`Refused`].
pub(crate) fn check(program: &ProjectProgram) -> Result<ProjectProgram, Refused> {
    let person = Person::of_this_process();
    let library = program.library.as_deref().map(|library| check_file(library, &person)).transpose()?;
    Ok(ProjectProgram { executable: check_file(&program.executable, &person)?, library, ..program.clone() })
}

/// Checks that `path` is the absolute path of a program that can be run and that only `person` and the system can
/// change, and returns its path without links.
///
/// # Errors
/// See [`Refused`].
fn check_file(path: &Path, person: &Person) -> Result<PathBuf, Refused> {
    let found = runnable(path)?;
    if !is_beside_us(&found) {
        person.alone_can_change(&found).map_err(|by| Refused::OfOthers { path: path.into(), by })?;
    }
    Ok(found)
}

/// Checks that `path` is the absolute path of a program that can be run, and returns its path without links.
///
/// # Errors
/// [`Refused::Unreadable`], [`Refused::Unfit`].
fn runnable(path: &Path) -> Result<PathBuf, Refused> {
    let unfit = |reason| Err(Refused::Unfit { path: path.into(), reason });
    if !path.is_absolute() || path.components().any(|part| part == Component::ParentDir) {
        return unfit("is not an absolute path without `..`");
    }
    let unreadable = |error| Refused::Unreadable { path: path.into(), error };
    let found = fs::canonicalize(path).map_err(unreadable)?;
    let meta = fs::metadata(&found).map_err(unreadable)?;
    if !meta.is_file() {
        return unfit("is not a regular file");
    }
    if meta.permissions().mode() & EXECUTABLE == 0 {
        return unfit("is not executable: `chmod u+x` it");
    }
    if access(&found, Access::EXEC_OK).is_err() {
        return unfit(
            "may not be run where it lies: it isn't this user's, or its disk is mounted `noexec`. WAVECRAFT_HOME can name a \
             folder on another disk",
        );
    }
    Ok(found)
}

/// Whether `found` is the plugin host that was installed together with this program: anybody who could change one could
/// change the other.
fn is_beside_us(found: &Path) -> bool {
    let Ok(own) = std::env::current_exe().and_then(fs::canonicalize) else { return false };
    is_plugin_host_of(&own, found)
}

fn is_plugin_host_of(companion: &Path, found: &Path) -> bool {
    let in_bundle = companion.ancestors().nth(3).map(|bundle| bundle.join(bundle::PLUGIN_HOST));
    let beside = Path::new(bundle::PLUGIN_HOST).file_name().map(|name| companion.with_file_name(name));
    [in_bundle, beside].into_iter().flatten().any(|host| host == found)
}

#[cfg(test)]
mod tests;
