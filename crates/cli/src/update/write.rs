//! Writes an update: each file is replaced at once, an error takes everything back, and an interrupted update is finished by
//! the next one.

use super::survey::{Found, read};
use anyhow::{Context, bail, ensure};
use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Where the new files are written before any is moved to its place. Nothing of it is left after an update.
const STAGING: &str = ".wavecraft-update";

/// Where the replaced files are kept if git doesn't have them.
const KEPT: &str = ".wavecraft-before-update";

/// How many such folders are kept at most.
const MOST_KEPT: usize = 100;

/// Replaces the files in their order, of which the list is the last: until it is written, a file is known as what it was
/// before.
///
/// # Errors
/// If one can't be written, with its name. All files are then as they were.
pub(super) fn write(folder: &Path, files: &[Found]) -> anyhow::Result<()> {
    let staging = Staging::make(folder)?;
    staging.fill(folder, files)?;
    let mut done = 0;
    for (number, found) in files.iter().enumerate() {
        if let Err(error) = staging.replace(folder, number, found) {
            take_back(folder, &files[..done]);
            return Err(error);
        }
        done = number + 1;
    }
    Ok(())
}

/// Copies what the update will replace or remove into a new folder of the project, and returns its name.
///
/// # Errors
/// If it can't be written. Nothing is left of it then.
pub(super) fn keep(folder: &Path, files: &[Found]) -> anyhow::Result<String> {
    let name = new_folder(folder)?;
    let write = || -> anyhow::Result<()> {
        for found in files {
            if let Some(now) = &found.now {
                let path = folder.join(&name).join(&found.path);
                made(&path).and_then(|()| fs::write(&path, now)).with_context(|| not_written(&path))?;
            }
        }
        Ok(())
    };
    write().inspect_err(|_| {
        // The error that stopped it is the one to tell.
        let _ = fs::remove_dir_all(folder.join(&name));
    })?;
    Ok(name)
}

fn new_folder(folder: &Path) -> anyhow::Result<String> {
    for number in 1..=MOST_KEPT {
        let name = if number == 1 { KEPT.into() } else { format!("{KEPT}-{number}") };
        match fs::create_dir(folder.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other.map(|()| name.clone()).with_context(|| not_written(&folder.join(name))),
        }
    }
    bail!(
        "{} has {MOST_KEPT} folders {KEPT} of earlier updates: remove those that you don't need",
        folder.display()
    )
}

/// The folder with the new files, held by a lock: who is killed leaves the folder, and not the lock.
struct Staging {
    folder: PathBuf,
    _lock: File,
}

impl Staging {
    fn make(project: &Path) -> anyhow::Result<Self> {
        let folder = project.join(STAGING);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let is_folder = folder.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
                ensure!(is_folder, "{} is in the way: move it elsewhere", folder.display());
            }
            other => other.with_context(|| not_written(&folder))?,
        }
        let place = folder.join("lock");
        let lock = File::create(&place).with_context(|| not_written(&place))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, _lock: lock }),
            Err(TryLockError::WouldBlock) => bail!("another `wavecraft update` is writing here: let it end"),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| not_written(&place)),
        }
    }

    fn place(&self, number: usize) -> PathBuf {
        self.folder.join(number.to_string())
    }

    /// Writes all new files here, so that a full disk is found before anything is changed.
    fn fill(&self, project: &Path, files: &[Found]) -> anyhow::Result<()> {
        for (number, found) in files.iter().enumerate() {
            let Some(new) = &found.new else { continue };
            let place = self.place(number);
            let write = || {
                // What an interrupted update left.
                if place.symlink_metadata().is_ok() {
                    fs::remove_file(&place)?;
                }
                let mut file = File::create(&place)?;
                file.write_all(new)?;
                if let Ok(old) = project.join(&found.path).symlink_metadata() {
                    file.set_permissions(fs::Permissions::from_mode(old.permissions().mode()))?;
                }
                file.sync_all()
            };
            write().with_context(|| not_written(&project.join(&found.path)))?;
        }
        Ok(())
    }

    fn replace(&self, project: &Path, number: usize, found: &Found) -> anyhow::Result<()> {
        let path = project.join(&found.path);
        // Somebody may have saved it while the question was open, or put a link there.
        ensure!(read(project, &found.path)? == found.now, "{} was changed meanwhile", path.display());
        let done = if found.new.is_some() {
            made(&path).and_then(|()| fs::rename(self.place(number), &path))
        } else {
            fs::remove_file(&path)
        };
        done.with_context(|| not_written(&path))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What can't be removed is used again by the next update.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Best effort: the person gets the error that stopped the writing.
fn take_back(project: &Path, done: &[Found]) {
    for Found { path, now, new, .. } in done.iter().rev() {
        let place = project.join(path);
        if read(project, path).is_ok_and(|there| there.as_deref() == new.as_deref()) {
            let _ = match now {
                Some(now) => crate::write::atomically(&place, now),
                None => fs::remove_file(&place).map_err(Into::into),
            };
        }
    }
}

fn made(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

fn not_written(path: &Path) -> String {
    format!("{} could not be written", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::update::survey::{State, Survey};
    use crate::{create::File as OwnFile, written::Written};
    use std::collections::BTreeMap;

    fn files(of: &[(&str, &str)]) -> Vec<OwnFile> {
        of.iter().map(|(path, text)| ((*path).into(), text.as_bytes().to_vec().into())).collect()
    }

    /// A project with these files of the SDK, as they were written.
    fn project(of: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let own = files(of);
        let list = Written::of(&own).file();
        for (path, content) in own.into_iter().chain([list]) {
            let path = dir.path().join(path);
            made(&path).and_then(|()| fs::write(path, content)).unwrap();
        }
        dir
    }

    fn tree(folder: &Path) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut ahead = vec![folder.to_path_buf()];
        while let Some(next) = ahead.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    ahead.push(path);
                } else {
                    let name = path.strip_prefix(folder).unwrap().display().to_string();
                    found.insert(name, fs::read_to_string(path).unwrap());
                }
            }
        }
        found
    }

    const MANIFEST: (&str, &str) = ("sdk/dev-audio/Cargo.toml", "[package]\nversion = \"0.0.1\"\n");
    const OLD: [(&str, &str); 4] =
        [MANIFEST, ("sdk/ring/a.rs", "old a"), ("sdk/ring/b.rs", "old b"), ("sdk/ring/gone.rs", "old")];
    const NEW: [(&str, &str); 4] =
        [MANIFEST, ("sdk/ring/a.rs", "new a"), ("sdk/ring/b.rs", "new b"), ("sdk/probe/c.rs", "new c")];

    fn planned(folder: &Path) -> Vec<Found> {
        let survey = Survey::against(folder, files(&NEW)).unwrap().unwrap();
        let list = survey.new_list().unwrap();
        survey.files.into_iter().filter(|found| found.state.is_older()).chain(list).collect()
    }

    #[test]
    fn an_update_that_was_interrupted_anywhere_is_finished_by_the_next() {
        let wanted = tree(project(&NEW).path());
        let all = planned(project(&OLD).path()).len();
        assert_eq!(all, 5, "two older, one new, one gone, and the list");
        for interrupted in 0..=all {
            let dir = project(&OLD);
            let plan = planned(dir.path());
            let staging = Staging::make(dir.path()).unwrap();
            staging.fill(dir.path(), &plan).unwrap();
            for (number, found) in plan.iter().enumerate().take(interrupted) {
                staging.replace(dir.path(), number, found).unwrap();
            }
            // Killed: the lock is let go, and the folder stays.
            let Staging { folder, _lock } = &staging;
            _lock.unlock().unwrap();
            assert!(folder.is_dir());
            std::mem::forget(staging);
            let plan = planned(dir.path());
            assert_eq!(plan.len(), all - interrupted);
            assert!(plan.iter().all(|found| !found.state.is_at_risk()), "{plan:?}");
            write(dir.path(), &plan).unwrap();
            assert_eq!(tree(dir.path()), wanted, "after {interrupted}");
        }
    }

    #[test]
    fn an_error_takes_everything_back() {
        let dir = project(&OLD);
        let before = tree(dir.path());
        let plan = planned(dir.path());
        assert_eq!(plan.last().map(|found| found.state), Some(State::Older), "the list is the last");
        // The last but one changes while the question is open.
        let last = dir.path().join(&plan[3].path);
        fs::write(&last, "mine").unwrap();
        let error = write(dir.path(), &plan).unwrap_err().to_string();
        assert!(error.contains("was changed meanwhile"), "{error}");
        let mut wanted = before;
        wanted.insert(plan[3].path.clone(), "mine".into());
        assert_eq!(tree(dir.path()), wanted);
    }

    #[test]
    fn two_updates_at_once_are_one() {
        let dir = project(&OLD);
        let first = Staging::make(dir.path()).unwrap();
        let error = write(dir.path(), &planned(dir.path())).unwrap_err().to_string();
        assert!(error.contains("another `wavecraft update`"), "{error}");
        drop(first);
        write(dir.path(), &planned(dir.path())).unwrap();
        assert!(planned(dir.path()).is_empty());
    }

    #[test]
    fn what_is_kept_is_never_overwritten() {
        let dir = project(&OLD);
        let plan = planned(dir.path());
        assert_eq!(keep(dir.path(), &plan).unwrap(), KEPT);
        assert_eq!(keep(dir.path(), &plan).unwrap(), format!("{KEPT}-2"));
        let kept = tree(&dir.path().join(KEPT));
        assert_eq!(kept["sdk/ring/gone.rs"], "old");
        assert!(!kept.contains_key("sdk/probe/c.rs"));
    }
}
