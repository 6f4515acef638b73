//! The project: which folder it is, and what is in it.

mod defaults;

pub(crate) use defaults::{Defaults, Devices, FILE as DEFAULTS_FILE};

use anyhow::{Context, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Where a checkout of the published SDK has its plugin.
const SDKS_OWN_PLUGIN: &str = "sdk-template";

/// A folder with an `engine/Cargo.toml`.
#[derive(Debug)]
pub(crate) struct Project {
    /// Absolute, without links.
    pub(crate) folder: PathBuf,
    /// What its `wavecraft.toml` says.
    pub(crate) defaults: Defaults,
}

impl Project {
    /// The project that `from` is in: see [`Project::folder_of`].
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

    /// The nearest folder upward from `from` that holds `engine/Cargo.toml`. In a checkout of the published SDK that is the
    /// plugin that its developers try it with: what its own `engine` holds are the SDK's crates.
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

    /// The Rust package of the DSP.
    pub(crate) fn engine(&self) -> PathBuf {
        self.folder.join("engine")
    }

    /// The page, where the project has one.
    ///
    /// # Errors
    /// If there is a `ui/package.json` that isn't JSON.
    pub(crate) fn page(&self) -> anyhow::Result<Option<PageSource>> {
        let folder = self.folder.join("ui");
        let file = folder.join("package.json");
        if !file.is_file() {
            return Ok(None);
        }
        let text = std::fs::read(&file).with_context(|| format!("{} can't be read", file.display()))?;
        let package: Value =
            serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", file.display()))?;
        Ok(Some(PageSource { folder, package }))
    }
}

/// The folder of a page, and what its `package.json` says.
#[derive(Debug)]
pub(crate) struct PageSource {
    /// Where `package.json` is.
    pub(crate) folder: PathBuf,
    package: Value,
}

impl PageSource {
    /// Must npm be run before the page can be served?
    pub(crate) fn needs_install(&self) -> bool {
        !self.folder.join("node_modules").is_dir()
    }

    /// Is it made with Wavecraft's own client, which takes its address from `VITE_WS_URL` alone?
    pub(crate) fn uses_wavecraft_core(&self) -> bool {
        self.dependencies().any(|dependencies| dependencies.get("@wavecraft/core").is_some())
    }

    /// What in the folder's path Vite can't serve a page from, which makes the page blank or ends the server. Of a page
    /// without Vite nobody knows that.
    ///
    /// Seen with Vite 8: with `#` the page is blank, with `?` and `\` the server ends or never answers, with `:` it refuses every file.
    pub(crate) fn unservable(&self) -> Option<char> {
        let uses_vite = self.dependencies().any(|dependencies| dependencies.get("vite").is_some())
            || self.plain_vite().is_some();
        let path = self.folder.to_string_lossy();
        uses_vite.then(|| path.chars().find(|char| "#?\\:".contains(*char))).flatten()
    }

    fn dependencies(&self) -> impl Iterator<Item = &Value> {
        ["dependencies", "devDependencies", "peerDependencies"].iter().map(|kind| &self.package[kind])
    }

    /// Vite's own program, where the `dev` script runs nothing else: two processes fewer than npm.
    pub(crate) fn plain_vite(&self) -> Option<PathBuf> {
        let script = self.package["scripts"]["dev"].as_str();
        let vite = self.folder.join("node_modules/.bin/vite");
        (script.is_none_or(|script| script.trim() == "vite") && vite.is_file()).then_some(vite)
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
        // A project that happens to have a folder of that name is itself.
        fs::create_dir(root.join("engine/src")).unwrap();
        assert_eq!(Project::find(&root).unwrap().folder, root);
    }

    #[test]
    fn the_page_is_what_its_package_says() {
        let dir = project();
        let project = Project::find(dir.path()).unwrap();
        assert!(project.page().unwrap().is_none());
        let ui = dir.path().join("ui");
        fs::create_dir_all(ui.join("node_modules/.bin")).unwrap();
        fs::write(ui.join("node_modules/.bin/vite"), "").unwrap();
        let with = |package: &str| {
            fs::write(ui.join("package.json"), package).unwrap();
            project.page()
        };
        let plain = with(r#"{"scripts": {"dev": "vite"}}"#).unwrap().unwrap();
        assert!(plain.plain_vite().is_some() && !plain.uses_wavecraft_core() && !plain.needs_install());
        let theirs = with(r#"{"scripts": {"dev": "tsc && vite"}, "dependencies": {"@wavecraft/core": "1"}}"#);
        let theirs = theirs.unwrap().unwrap();
        assert!(theirs.plain_vite().is_none() && theirs.uses_wavecraft_core());
        let odd = |folder: &str, package: &str| {
            let package = serde_json::from_str(package).unwrap();
            PageSource { folder: folder.into(), package }.unservable()
        };
        let vite = r#"{"scripts": {"dev": "tsc && vite"}, "devDependencies": {"vite": "8"}}"#;
        for (folder, char) in [("/a#b/ui", '#'), ("/a?b/ui", '?'), ("/a\\b/ui", '\\'), ("/a:b/ui", ':')] {
            assert_eq!(odd(folder, vite), Some(char), "{folder}");
            assert_eq!(odd(folder, r#"{"scripts": {"dev": "node serve.js"}}"#), None, "{folder}");
        }
        assert_eq!(odd("/a %b&'é/ui", vite), None);
        assert!(with("{").unwrap_err().to_string().contains("package.json"));
    }
}
