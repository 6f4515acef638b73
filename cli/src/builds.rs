//! Copies of what cargo built. A child runs from its copy, so that a build that overwrites the original never meets
//! a process that starts from it.

use crate::secret;
use anyhow::Context;
use std::{
    fs::{self, DirBuilder, Permissions},
    hash::{DefaultHasher, Hasher},
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// This start's folder among the builds. Removed when it is dropped, and by the companion where this command was
/// killed.
pub(crate) struct Builds {
    folder: PathBuf,
    generation: u32,
}

/// What a program consists of, told from another by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl Digest {
    /// Of a program.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn of(executable: &Path) -> anyhow::Result<Self> {
        let bytes =
            fs::read(executable).with_context(|| format!("{} can't be read", executable.display()))?;
        let mut hasher = DefaultHasher::new();
        hasher.write(&bytes);
        Ok(Self(hasher.finish()))
    }
}

impl Builds {
    /// A new empty folder in `builds_dir`, for this user's eyes only. Its name begins with this process's id: a
    /// companion that starts removes the folders whose process is gone.
    pub(crate) fn create(builds_dir: &Path) -> anyhow::Result<Self> {
        let folder = builds_dir.join(format!("{}-{}", std::process::id(), secret::random_text::<9>()?));
        private_folder(&folder)?;
        Ok(Self { folder, generation: 0 })
    }

    /// Copies `executable` as the next generation and returns the copy's path. The file system shares the blocks
    /// where it can.
    pub(crate) fn keep(&mut self, executable: &Path) -> anyhow::Result<PathBuf> {
        self.generation += 1;
        let folder = self.folder.join(self.generation.to_string());
        private_folder(&folder)?;
        let copy = folder.join("dev-audio");
        let copied = fs::copy(executable, &copy)
            .and_then(|_| fs::set_permissions(&copy, Permissions::from_mode(0o700)));
        copied.map(|()| copy.clone()).map_err(|error| {
            // Half a copy is of no use, and takes room that may be missing.
            let _ = fs::remove_dir_all(&folder);
            let advice = match error.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ": free some space on that disk",
                _ => "",
            };
            anyhow::anyhow!("{} can't be copied to {}: {error}{advice}", executable.display(), copy.display())
        })
    }
}

impl Drop for Builds {
    fn drop(&mut self) {
        // The companion may have been quicker; whatever else is wrong, the next start has its own folder.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn private_folder(folder: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("the folder {} could not be made", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_private_numbered_and_gone_in_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let original = dir.path().join("built");
        fs::write(&original, "one").unwrap();
        let mut builds = Builds::create(&dir.path().join("state/builds")).unwrap();
        let first = builds.keep(&original).unwrap();
        fs::write(&original, "two").unwrap();
        let second = builds.keep(&original).unwrap();
        assert_eq!(fs::read_to_string(&first).unwrap(), "one");
        assert_eq!(fs::read_to_string(&second).unwrap(), "two");
        assert_eq!(Digest::of(&second).unwrap(), Digest::of(&original).unwrap());
        assert_ne!(Digest::of(&first).unwrap(), Digest::of(&second).unwrap());
        for path in [&first, first.parent().unwrap(), &builds.folder] {
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700, "{}", path.display());
        }
        let folder = builds.folder.clone();
        drop(builds);
        assert!(!folder.exists());
        let missing = Builds::create(dir.path()).unwrap().keep(Path::new("/nowhere/dev-audio"));
        assert!(missing.unwrap_err().to_string().contains("/nowhere/dev-audio"));
    }
}
