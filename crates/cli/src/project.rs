//! The project: its folder, and what is in it.

mod defaults;

pub(crate) use defaults::{Defaults, Devices, FILE as DEFAULTS_FILE, TransportDefaults};

use crate::page::PageSource;
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};

/// Where a checkout of the published SDK has its plugin.
const SDKS_OWN_PLUGIN: &str = "sdk-template";

/// A folder with an `engine/Cargo.toml`.
#[derive(Debug)]
pub(crate) struct Project {
    /// Absolute, without links.
    pub(crate) folder: PathBuf,
    /// The contents of its `wavecraft.toml`.
    pub(crate) defaults: Defaults,
}

impl Project {
    /// The project that contains `from`: see [`Project::folder_of`].
    ///
    /// # Errors
    /// If there is none, or its `wavecraft.toml` can't be used; the text says what to do.
    pub(crate) fn find(from: &Path) -> anyhow::Result<Self> {
        match Self::folder_of(from)? {
            Some(folder) if folder.to_str().is_none() => bail!(
                "{} has a name that isn't UTF-8 text, which cargo can't build in: give the folder another name",
                folder.display()
            ),
            Some(folder) => Ok(Self { defaults: Defaults::read(&folder)?, folder }),
            None => bail!(
                "{} is not in a Wavecraft project: neither it nor a folder above it has an engine/Cargo.toml. Go to \
                 your project's folder, or make a project with `wavecraft create <name>`",
                from.display()
            ),
        }
    }

    /// The nearest folder upward from `from` that holds `engine/Cargo.toml`. In a checkout of the published SDK it is
    /// the developers' test plugin: the checkout's own `engine` holds the SDK's crates.
    ///
    /// # Errors
    /// If `from` can't be read, or that plugin isn't set up.
    pub(crate) fn folder_of(from: &Path) -> anyhow::Result<Option<PathBuf>> {
        let from = from.canonicalize().with_context(|| format!("{} can't be read", from.display()))?;
        let holds_engine = |folder: &Path| folder.join("engine/Cargo.toml").is_file();
        let Some(folder) = from.ancestors().find(|folder| holds_engine(folder)) else { return Ok(None) };
        let template = folder.join(SDKS_OWN_PLUGIN);
        if folder.join("engine/src").is_dir() || !template.join("engine").is_dir() {
            return Ok(Some(folder.into()));
        }
        if !holds_engine(&template) {
            bail!(
                "{} is a checkout of the Wavecraft SDK, whose plugin to try it with has no {SDKS_OWN_PLUGIN}/engine/Cargo.toml \
                 yet: run ./scripts/setup-dev-template.sh there, and start again",
                folder.display()
            );
        }
        Ok(Some(template))
    }

    /// Whether a project's folder has the SDK's sources, as `wavecraft create` and `wavecraft adopt` write them.
    pub(crate) fn has_sdk(folder: &Path) -> bool {
        folder.join("sdk/dev-audio/Cargo.toml").is_file()
    }

    /// The Rust package of the DSP.
    pub(crate) fn engine(&self) -> PathBuf {
        self.folder.join("engine")
    }

    /// The page, if the project has one.
    ///
    /// # Errors
    /// If there is a `ui/package.json` that isn't JSON.
    pub(crate) fn page(&self) -> anyhow::Result<Option<PageSource>> {
        PageSource::find(&self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn project() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("engine/src/bin")).unwrap();
        fs::write(dir.path().join("engine/Cargo.toml"), "").unwrap();
        dir
    }

    #[test]
    fn it_is_found_from_any_folder_inside() {
        let dir = project();
        for inside in ["", "engine", "engine/src/bin"] {
            let found = Project::find(&dir.path().join(inside)).unwrap();
            assert_eq!(found.folder, dir.path().canonicalize().unwrap());
        }
        let elsewhere = tempfile::tempdir().unwrap();
        let error = Project::find(elsewhere.path()).unwrap_err().to_string();
        assert!(error.contains("engine/Cargo.toml") && error.contains("wavecraft create"), "{error}");
    }

    #[test]
    fn in_a_checkout_of_the_sdk_it_is_the_plugin_to_try_it_with() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for folder in ["engine/crates/wavecraft-core/src", "sdk-template/engine/src", "sdk-template/ui"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::write(root.join("engine/Cargo.toml"), "[workspace]\nmembers = [\"crates/*\"]\n").unwrap();
        let inside = ["", "engine/crates/wavecraft-core", "sdk-template", "sdk-template/ui"];
        for folder in inside {
            let error = Project::find(&root.join(folder)).unwrap_err().to_string();
            assert!(
                error.contains("a checkout of the Wavecraft SDK") && error.contains("setup-dev-template.sh"),
                "{error}"
            );
        }
        fs::write(root.join("sdk-template/engine/Cargo.toml"), "").unwrap();
        for folder in inside {
            assert_eq!(
                Project::find(&root.join(folder)).unwrap().folder,
                root.join("sdk-template"),
                "{folder}"
            );
        }
        // A project that happens to have a folder of that name is still the project.
        fs::create_dir(root.join("engine/src")).unwrap();
        assert_eq!(Project::find(&root).unwrap().folder, root);
    }
}
