//! Where the parts of a plugin's package and of its workspace are.

use super::{DEV_AUDIO, published::PublishedSdk, target};
use anyhow::Context;
use cargo_metadata::{Metadata, Package, Target};
use std::path::{Path, PathBuf};

/// The paths and names of one package with a library.
#[derive(Debug)]
pub(crate) struct Parts {
    /// The package's name.
    pub(crate) package: String,
    /// Its manifest.
    pub(crate) manifest: PathBuf,
    /// The manifest of its workspace; the same one if it is its own workspace.
    pub(crate) workspace: PathBuf,
    /// The library's name in code.
    pub(crate) library: String,
    /// The library's first source file.
    pub(crate) source: PathBuf,
    /// Its dependencies' names in code.
    pub(crate) dependencies: Vec<String>,
    /// The published SDK, if it depends on that.
    pub(crate) published: Option<PublishedSdk>,
    /// Whether it has a binary named `dev-audio`, of any kind.
    pub(crate) has_dev_audio: bool,
}

impl Parts {
    /// The parts of `manifest`'s package, or if that is only a workspace, of its first member with a library.
    ///
    /// # Errors
    /// If there is no library.
    pub(super) fn of(metadata: &Metadata, manifest: &Path) -> anyhow::Result<Self> {
        let candidates = target::candidates(metadata, manifest);
        let found = candidates.into_iter().find_map(|package| Some((package, library(package)?)));
        let (package, library) =
            found.with_context(|| format!("{} has no library: a plugin is one", manifest.display()))?;
        let in_code = |name: &str| name.replace('-', "_");
        let dependencies = package.dependencies.iter();
        Ok(Self {
            package: package.name.to_string(),
            manifest: package.manifest_path.clone().into(),
            workspace: metadata.workspace_root.join("Cargo.toml").into(),
            library: in_code(&library.name),
            source: library.src_path.clone().into(),
            dependencies: dependencies.map(|one| in_code(one.rename.as_ref().unwrap_or(&one.name))).collect(),
            published: PublishedSdk::of(package),
            has_dev_audio: package.targets.iter().any(|one| one.name == DEV_AUDIO && one.is_bin()),
        })
    }
}

fn library(package: &Package) -> Option<&Target> {
    package.targets.iter().find(|one| one.is_cdylib() || one.is_rlib() || one.is_lib())
}
