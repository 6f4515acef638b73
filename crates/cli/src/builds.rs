//! Copies of what cargo built. A child process runs from its copy, so a build that overwrites the original never
//! affects a process that is starting from it.

use crate::secret;
use anyhow::Context;
use rustix::fs::{FlockOperation, flock};
use std::{
    fs::{self, DirBuilder, File, Permissions},
    hash::{DefaultHasher, Hasher},
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};
use wavecraft_companion_protocol::{control::ProjectProgram, paths::BUILDS_LOCK};

/// This start's folder among the builds. Removed on drop, or by the companion if this command was killed.
pub(crate) struct Builds {
    folder: PathBuf,
    generation: u32,
    _lock: File,
}

/// A hash of all files that make up a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl Digest {
    /// Hashes the files that were built for a program.
    ///
    /// # Errors
    /// If one can't be read.
    pub(crate) fn of(program: &ProjectProgram) -> anyhow::Result<Self> {
        let mut hasher = DefaultHasher::new();
        // The program's own shared library may change while the program stays the same.
        for file in [vec![program.built().to_path_buf()], libraries_of(program)].concat() {
            let bytes = fs::read(&file).with_context(|| format!("{} can't be read", file.display()))?;
            hasher.write_usize(bytes.len());
            hasher.write(&bytes);
        }
        Ok(Self(hasher.finish()))
    }
}

impl Builds {
    /// Creates a folder in `builds_dir` that only this user can read, with a lock held for the life of this process: a
    /// companion removes folders whose lock isn't held.
    pub(crate) fn create(builds_dir: &Path) -> anyhow::Result<Self> {
        let folder = builds_dir.join(format!("{}-{}", std::process::id(), secret::random_text::<9>()?));
        private_folder(&folder)?;
        let lock = locked(&folder).with_context(|| format!("{} can't be locked", folder.display()))?;
        Ok(Self { folder, generation: 0, _lock: lock })
    }

    /// A folder for the files of the page's server, created if missing.
    pub(crate) fn page(&self) -> anyhow::Result<PathBuf> {
        let folder = self.folder.join("page");
        private_folder(&folder)?;
        Ok(folder)
    }

    /// Copies what was built as the next generation and returns what to run. The copy shares the file system's blocks
    /// where possible.
    pub(crate) fn keep(&mut self, program: &ProjectProgram) -> anyhow::Result<ProjectProgram> {
        self.generation += 1;
        let folder = self.folder.join(self.generation.to_string());
        private_folder(&folder)?;
        let built = program.built();
        let copy = folder.join(built.file_name().context("what was built has no name")?);
        let libraries = libraries_of(program);
        let copied = copy_file(built, &copy).and_then(|()| {
            libraries.iter().try_for_each(|from| match from.file_name() {
                Some(name) if !folder.join(name).exists() => copy_of_any(from, &folder.join(name)),
                _ => Ok(()),
            })
        });
        copied.map_err(|error| {
            // A partial copy is useless, and takes space that may be short.
            let _ = fs::remove_dir_all(&folder);
            let advice = match error.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ": free some space on that disk",
                _ => "",
            };
            anyhow::anyhow!("{} can't be copied to {}: {error}{advice}", built.display(), copy.display())
        })?;
        let others = program.loader_path.iter().filter(|folder| is_shared(folder)).cloned();
        let loader_path =
            (!program.loader_path.is_empty()).then_some(folder).into_iter().chain(others).collect();
        Ok(match program.library {
            Some(_) => ProjectProgram { library: Some(copy), loader_path, ..program.clone() },
            None => ProjectProgram { executable: copy, library: None, loader_path },
        })
    }
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    fs::set_permissions(to, Permissions::from_mode(0o700))
}

/// A library that the program may never load is no reason to fail.
fn copy_of_any(from: &Path, to: &Path) -> io::Result<()> {
    match copy_file(from, to) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => Ok(()),
        copied => copied,
    }
}

/// The shared libraries that were built with the program, in the order in which the loader finds them. They are copied
/// too, since a build overwrites them.
fn libraries_of(program: &ProjectProgram) -> Vec<PathBuf> {
    let folders = program.loader_path.iter().filter(|folder| !is_shared(folder));
    let libraries = folders.flat_map(|folder| shared_libraries(folder));
    libraries.filter(|library| library != program.built()).collect()
}

/// Whether this is one of cargo's or the compiler's folders, which hold many libraries besides the program's.
fn is_shared(folder: &Path) -> bool {
    folder.ends_with("deps") || folder.iter().any(|part| part == "rustlib")
}

/// The shared libraries in a folder, sorted by name.
pub(crate) fn shared_libraries(folder: &Path) -> Vec<PathBuf> {
    let is_library = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // `libg.so.1`, `libg.1.dylib`; on a Mac a plugin may have either extension.
        (name.ends_with(".so") || name.contains(".so.") || name.ends_with(".dylib")) && path.is_file()
    };
    let entries = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let mut libraries: Vec<_> = entries.filter(is_library).collect();
    libraries.sort_unstable();
    libraries
}

impl Drop for Builds {
    fn drop(&mut self) {
        // The companion may have removed it first; after any other failure the next start still has its own folder.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The lock gets its name only once it is held, so nobody mistakes the folder for abandoned.
fn locked(folder: &Path) -> io::Result<File> {
    let unnamed = folder.join("lock.new");
    let lock = File::create(&unnamed)?;
    flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
    fs::rename(&unnamed, folder.join(BUILDS_LOCK))?;
    Ok(lock)
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
        ProjectProgram { executable, library: None, loader_path: Vec::new() }
    }

    #[test]
    fn of_a_plugin_the_library_is_copied_and_its_host_stays_where_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let (executable, library) = ("/hosts/host".into(), dir.path().join("libdemo.so"));
        fs::write(&library, "one").unwrap();
        let mut builds = Builds::create(&dir.path().join("builds")).unwrap();
        let plugin = ProjectProgram { executable, library: Some(library), loader_path: Vec::new() };
        let kept = builds.keep(&plugin).unwrap();
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

    #[test]
    fn libraries_that_were_built_with_a_program_go_along_and_tell_it_from_another() {
        let dir = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let folder = dir.path().join(name);
            fs::create_dir_all(&folder).unwrap();
            folder
        };
        let (out, deps) = (folder("build/x/out"), folder("deps"));
        for file in ["dev-audio", "build/x/out/libg.so.1", "build/x/out/g.c", "deps/libmacro.so"] {
            fs::write(dir.path().join(file), "one").unwrap();
        }
        let executable = dir.path().join("dev-audio");
        let built =
            ProjectProgram { executable, library: None, loader_path: vec![out.clone(), deps.clone()] };
        let mut builds = Builds::create(&dir.path().join("builds")).unwrap();
        let kept = builds.keep(&built).unwrap();
        let generation = builds.folder.join("1");
        assert_eq!(kept.loader_path, [generation.clone(), deps]);
        let names = |folder: &Path| {
            folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>()
        };
        let mut names = names(&generation);
        names.sort();
        assert_eq!(names, ["dev-audio", "libg.so.1"]);
        let before = Digest::of(&built).unwrap();
        fs::write(out.join("libg.so.1"), "two").unwrap();
        assert_ne!(Digest::of(&built).unwrap(), before);
    }
}
