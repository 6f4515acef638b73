//! The copies of processors that the command makes for the companion: `builds/<process>-<random>/<generation>/`.

use rustix::{
    fs::{FlockOperation, flock},
    process::{Pid, test_kill_process},
};
use std::{
    fs::{self, File},
    path::{Component, Path},
};
use tracing::{info, warn};
use wavecraft_companion_protocol::paths::BUILDS_LOCK;

/// The folder of `built`, if `built` is `builds/<start>/<generation>/<file>` and none of the folders is a link.
pub(crate) fn folder_of<'a>(builds: &Path, built: &'a Path) -> Option<&'a Path> {
    let names: Vec<_> = built.strip_prefix(builds).ok()?.components().collect();
    let plain = names.len() == 3 && names.iter().all(|name| matches!(name, Component::Normal(_)));
    let generation = built.parent()?;
    let is_folder = |path: &Path| path.symlink_metadata().is_ok_and(|meta| meta.is_dir());
    (plain && is_folder(generation) && generation.parent().is_some_and(is_folder)).then_some(generation)
}

/// Removes folders left behind by a command that was killed together with its companion, once their process is gone.
pub(crate) fn remove_abandoned(builds: &Path) {
    for entry in fs::read_dir(builds).into_iter().flatten().flatten() {
        if is_abandoned(&entry.path()) && fs::remove_dir_all(entry.path()).is_ok() {
            info!("removed the abandoned build {}", entry.path().display());
        }
    }
}

/// Is the process gone that this folder, `builds/<process>-<random>`, belongs to? Its lock is released as soon as it
/// ends; its process number stays taken until its parent has reaped it, and counts only if there is no lock.
pub(crate) fn is_abandoned(folder: &Path) -> bool {
    if let Ok(lock) = File::open(folder.join(BUILDS_LOCK)) {
        return flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok();
    }
    let name = folder.file_name().and_then(|name| name.to_str());
    let owner = name.and_then(|name| name.split('-').next()).and_then(|pid| pid.parse().ok());
    owner.and_then(Pid::from_raw).is_none_or(|pid| test_kill_process(pid).is_err())
}

/// Removes one of these folders, if it exists.
pub(crate) fn remove(folder: &Path) {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            warn!("{} can't be removed: {error}", folder.display());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_generations_own_folder_is_taken_for_one() {
        let dir = tempfile::tempdir().unwrap();
        let builds = dir.path().join("builds");
        fs::create_dir_all(builds.join("1-a/1/deeper")).unwrap();
        fs::create_dir_all(dir.path().join("state/1")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("state"), builds.join("link")).unwrap();
        let of = |built: &str| folder_of(&builds, &builds.join(built)).map(Path::to_path_buf);
        assert_eq!(of("1-a/1/dev-audio"), Some(builds.join("1-a/1")));
        for built in [
            "1-a/../x/dev-audio",
            "../x/y",
            "1-a/dev-audio",
            "1-a/1/deeper/dev-audio",
            "link/1/dev-audio",
            "no/1/x",
        ] {
            assert_eq!(of(built), None, "{built}");
        }
        assert_eq!(folder_of(&builds, Path::new("/usr/bin/true")), None);
    }

    #[test]
    fn only_what_nobody_uses_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let mine = dir.path().join(format!("{}-abc", std::process::id()));
        // Process numbers stay far below this one on every system.
        let gone = dir.path().join(format!("{}-abc", i32::MAX));
        let odd = dir.path().join("odd");
        for folder in [&mine, &gone, &odd] {
            fs::create_dir_all(folder.join("1")).unwrap();
        }
        remove_abandoned(dir.path());
        assert_eq!([mine.exists(), gone.exists(), odd.exists()], [true, false, false]);
        let lock = File::create(mine.join(BUILDS_LOCK)).unwrap();
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        remove_abandoned(dir.path());
        assert!(mine.exists(), "locked");
        // The process whose number it has is still there.
        drop(lock);
        remove_abandoned(dir.path());
        assert!(!mine.exists());
    }
}
