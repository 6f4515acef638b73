//! Writes the project to its folder: everything or nothing.

use super::template::File;
use crate::failure::Usage;
use anyhow::Context;
use std::{
    fs,
    path::{Component, Path, PathBuf},
};

/// The name prefix of the folder in which a project is assembled, next to its final place.
const STAGING_PREFIX: &str = ".wavecraft-create-";

/// A place where the project can be written.
#[derive(Debug)]
pub(super) enum Place {
    /// Nothing is there; some of its parent folders may be missing too.
    Vacant {
        /// The nearest folder that exists.
        above: PathBuf,
        /// The missing path from there to the project: at least one name.
        missing: PathBuf,
    },
    /// An empty folder, which may be a shell's current one: it is kept, and filled.
    Empty(PathBuf),
}

impl Place {
    /// Checks `folder`, which may be relative.
    ///
    /// # Errors
    /// [`Usage`] if something is there already, or its path leads through something that isn't a folder.
    pub(super) fn choose(folder: &Path) -> anyhow::Result<Self> {
        let folder = resolve_dots(
            &std::path::absolute(folder)
                .map_err(|error| Usage(format!("{} is no folder's name: {error}", folder.display())))?,
        );
        let shown = folder.display();
        if folder.is_dir() {
            let mut entries =
                fs::read_dir(&folder).with_context(|| format!("could not look into {shown}"))?;
            return match entries.next() {
                None => Ok(Self::Empty(folder)),
                Some(_) => Err(Usage(format!(
                    "{shown} is not empty, and nothing in it may be lost: choose another name, or a new folder \
                     with --output"
                ))
                .into()),
            };
        }
        for above in folder.ancestors().skip(1) {
            if above.is_dir() {
                let missing = folder.strip_prefix(above).map(Path::to_path_buf).unwrap_or_default();
                let first = above.join(missing.iter().next().unwrap_or_default());
                if first.symlink_metadata().is_ok() {
                    break;
                }
                return Ok(Self::Vacant { above: above.into(), missing });
            }
        }
        Err(Usage(format!("{shown} can't be a folder: a file is in its place, or in the way to it")).into())
    }

    /// Writes `files` there and returns the project's folder.
    ///
    /// Everything is written to a temporary folder beside it first and then renamed, so that a full disk or a signal
    /// never leaves half a project.
    ///
    /// # Errors
    /// The file system's error, with the file that it is about.
    pub(super) fn fill(&self, files: &[File]) -> anyhow::Result<PathBuf> {
        let beside = match self {
            Self::Vacant { above, .. } => above,
            Self::Empty(folder) => folder,
        };
        let staging = tempfile::Builder::new()
            .prefix(STAGING_PREFIX)
            .tempdir_in(beside)
            .with_context(|| format!("could not make a folder in {}", beside.display()))?;
        match self {
            Self::Vacant { above, missing } => {
                write_all(&staging.path().join(missing), files)?;
                let first = missing.iter().next().unwrap_or_default();
                // A rename only replaces an empty folder, should one have appeared meanwhile.
                fs::rename(staging.path().join(first), above.join(first)).with_context(|| {
                    format!("could not put the project at {}", above.join(first).display())
                })?;
                Ok(above.join(missing))
            }
            Self::Empty(folder) => {
                write_all(staging.path(), files)?;
                move_entries(staging.path(), folder)
                    .with_context(|| format!("could not put the project into {}", folder.display()))?;
                Ok(folder.clone())
            }
        }
    }
}

/// `a/b/../c` becomes `a/c`: a missing folder has no `..` that could be followed.
fn resolve_dots(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for component in path.components() {
        if component == Component::ParentDir {
            resolved.pop();
        } else {
            resolved.push(component);
        }
    }
    resolved
}

fn write_all(folder: &Path, files: &[File]) -> anyhow::Result<()> {
    for (path, content) in files {
        let path = folder.join(path);
        let written = match path.parent() {
            Some(parent) => fs::create_dir_all(parent).and_then(|()| fs::write(&path, content)),
            None => fs::write(&path, content),
        };
        written.with_context(|| format!("could not write {}; nothing was created", path.display()))?;
    }
    Ok(())
}

/// Moves everything in `from` into `to`; if one item can't be moved, nothing.
fn move_entries(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut moved: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if let Err(error) = fs::rename(entry.path(), &target) {
            for target in &moved {
                if let Some(name) = target.file_name() {
                    // Back to the staging folder, which is removed in the end; a failure here can't be reported.
                    let _ = fs::rename(target, from.join(name));
                }
            }
            return Err(error);
        }
        moved.push(target);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_files() -> Vec<File> {
        vec![("a.txt".into(), b"a".as_slice().into()), ("b/c.txt".into(), b"c".as_slice().into())]
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn missing_folders_above_are_made_and_no_staging_is_left() {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("x/y/../z/project");
        let made = Place::choose(&folder).unwrap().fill(&two_files()).unwrap();
        assert_eq!(made, temp.path().join("x/z/project"));
        assert_eq!(names(&made), ["a.txt", "b"]);
        assert_eq!(fs::read(made.join("b/c.txt")).unwrap(), b"c");
        assert_eq!(names(temp.path()), ["x"]);
    }

    #[test]
    fn an_empty_folder_is_filled_and_stays_the_same_folder() {
        use std::os::unix::fs::MetadataExt;
        let temp = tempfile::tempdir().unwrap();
        let before = fs::metadata(temp.path()).unwrap().ino();
        Place::choose(temp.path()).unwrap().fill(&two_files()).unwrap();
        assert_eq!(names(temp.path()), ["a.txt", "b"]);
        assert_eq!(fs::metadata(temp.path()).unwrap().ino(), before);
    }

    #[test]
    fn what_is_there_is_never_touched() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("file");
        fs::write(&file, "mine").unwrap();
        let dangling = temp.path().join("dangling");
        std::os::unix::fs::symlink("nowhere", &dangling).unwrap();
        for (taken, reason) in [
            (temp.path().to_path_buf(), "not empty"),
            (file.clone(), "a file is in its place"),
            (file.join("below"), "in the way to it"),
            (dangling, "a file is in its place"),
        ] {
            let error = Place::choose(&taken).expect_err("it is taken");
            assert!(error.is::<Usage>(), "{error}");
            assert!(error.to_string().contains(reason), "{error}");
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    fn a_failure_half_way_leaves_nothing() {
        let temp = tempfile::tempdir().unwrap();
        // The second file needs the first one to be a folder.
        let files: Vec<File> =
            vec![("a".into(), b"a".as_slice().into()), ("a/b".into(), b"b".as_slice().into())];
        for folder in [temp.path().join("deep/project"), temp.path().to_path_buf()] {
            let error = Place::choose(&folder).unwrap().fill(&files).expect_err("it can't be written");
            assert!(error.to_string().contains("nothing was created"), "{error}");
            assert_eq!(names(temp.path()), [] as [&str; 0]);
        }
    }
}
