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
use wavecraft_companion_protocol::control::ProjectProgram;

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
    /// Of what was built of a program.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn of(program: &ProjectProgram) -> anyhow::Result<Self> {
        let built = program.built();
        let bytes = fs::read(built).with_context(|| format!("{} can't be read", built.display()))?;
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

    /// Copies what was built as the next generation and returns what to run then. The file system shares the blocks
    /// where it can.
    pub(crate) fn keep(&mut self, program: &ProjectProgram) -> anyhow::Result<ProjectProgram> {
        self.generation += 1;
        let folder = self.folder.join(self.generation.to_string());
        private_folder(&folder)?;
        let built = program.built();
        let copy = folder.join(built.file_name().context("what was built has no name")?);
        let copied =
            fs::copy(built, &copy).and_then(|_| fs::set_permissions(&copy, Permissions::from_mode(0o700)));
        copied.map_err(|error| {
            // Half a copy is of no use, and takes room that may be missing.
            let _ = fs::remove_dir_all(&folder);
            let advice = match error.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ": free some space on that disk",
                _ => "",
            };
            anyhow::anyhow!("{} can't be copied to {}: {error}{advice}", built.display(), copy.display())
        })?;
        Ok(match program.library {
            Some(_) => ProjectProgram { library: Some(copy), ..program.clone() },
            None => ProjectProgram { executable: copy, library: None },
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

    fn program(executable: PathBuf) -> ProjectProgram {
        ProjectProgram { executable, library: None }
    }

    #[test]
    fn of_a_plugin_the_library_is_copied_and_its_host_stays_where_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let (executable, library) = ("/hosts/host".into(), dir.path().join("libdemo.so"));
        fs::write(&library, "one").unwrap();
        let mut builds = Builds::create(&dir.path().join("builds")).unwrap();
        let kept = builds.keep(&ProjectProgram { executable, library: Some(library) }).unwrap();
        assert_eq!(kept.executable, Path::new("/hosts/host"));
        assert_eq!(kept.built(), builds.folder.join("1/libdemo.so"));
        assert_eq!(fs::read_to_string(kept.built()).unwrap(), "one");
    }

    #[test]
    fn copies_are_private_numbered_and_gone_in_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let original = program(dir.path().join("built"));
        fs::write(original.built(), "one").unwrap();
        let mut builds = Builds::create(&dir.path().join("state/builds")).unwrap();
        let first = builds.keep(&original).unwrap();
        fs::write(original.built(), "two").unwrap();
        let second = builds.keep(&original).unwrap();
        assert_eq!(fs::read_to_string(first.built()).unwrap(), "one");
        assert_eq!(fs::read_to_string(second.built()).unwrap(), "two");
        assert_eq!(Digest::of(&second).unwrap(), Digest::of(&original).unwrap());
        assert_ne!(Digest::of(&first).unwrap(), Digest::of(&second).unwrap());
        for path in [first.built(), first.built().parent().unwrap(), &builds.folder] {
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700, "{}", path.display());
        }
        let folder = builds.folder.clone();
        drop(builds);
        assert!(!folder.exists());
        let missing = Builds::create(dir.path()).unwrap().keep(&program("/nowhere/dev-audio".into()));
        assert!(missing.unwrap_err().to_string().contains("/nowhere/dev-audio"));
    }
}
