//! Where the parts of a plugin's package are, and its workspace's.

use super::{DEV_AUDIO, published::PublishedSdk, target};
use anyhow::Context;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The places of one package with a library.
#[derive(Debug)]
pub(crate) struct Parts {
    /// The package's name.
    pub(crate) package: String,
    /// Its manifest.
    pub(crate) manifest: PathBuf,
    /// The manifest of its workspace; the same where it is its own.
    pub(crate) workspace: PathBuf,
    /// The library's name in code.
    pub(crate) library: String,
    /// The library's first source file.
    pub(crate) source: PathBuf,
    /// Its dependencies' names in code.
    pub(crate) dependencies: Vec<String>,
    /// The published SDK, where it depends on that.
    pub(crate) published: Option<PublishedSdk>,
    /// Has it a binary of the name `dev-audio`, of whatever kind?
    pub(crate) has_dev_audio: bool,
}

impl Parts {
    /// That of the package of `manifest`, or of the first member with a library where it is only a workspace's.
    ///
    /// # Errors
    /// If there is no library.
    pub(super) fn of(metadata: &Value, manifest: &Path) -> anyhow::Result<Self> {
        let candidates = target::candidates(metadata, manifest);
        let found = candidates.into_iter().find_map(|package| Some((package, library(package)?)));
        let (package, library) =
            found.with_context(|| format!("{} has no library: a plugin is one", manifest.display()))?;
        let root = metadata["workspace_root"].as_str().context("cargo names no workspace")?;
        let text = |value: &Value| value.as_str().map(str::to_owned).context("cargo left something out");
        let in_code = |name: &str| name.replace('-', "_");
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        let name = |one: &Value| one["rename"].as_str().or(one["name"].as_str()).map(in_code);
        Ok(Self {
            package: text(&package["name"])?,
            manifest: text(&package["manifest_path"])?.into(),
            workspace: Path::new(root).join("Cargo.toml"),
            library: in_code(&text(&library["name"])?),
            source: text(&library["src_path"])?.into(),
            dependencies: dependencies.filter_map(name).collect(),
            published: PublishedSdk::of(package),
            has_dev_audio: target::targets(package)
                .any(|one| one["name"] == DEV_AUDIO && target::is(one, "bin")),
        })
    }
}

fn library(package: &Value) -> Option<&Value> {
    target::targets(package).find(|one| ["cdylib", "rlib", "lib"].iter().any(|kind| target::is(one, kind)))
}
