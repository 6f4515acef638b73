//! The folder of a page: its `package.json`, and the related files beside it and above.

use super::manager::Manager;
use crate::programs;
use anyhow::{Context, bail};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// The files whose change may fix a page that isn't served.
const CAUSES: [&str; 15] = [
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "yarn.lock",
    "bun.lock",
    "bun.lockb",
    ".npmrc",
    "vite.config.ts",
    "vite.config.js",
    "vite.config.mjs",
    "vite.config.mts",
    "vite.config.cjs",
    "vite.config.cts",
];

/// The folder of a page, and its `package.json`.
#[derive(Debug, Clone)]
pub(crate) struct PageSource {
    /// Where `package.json` is.
    pub(crate) folder: PathBuf,
    package: Value,
}

/// How a page's `dev` script calls Vite.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Vite {
    /// The path of Vite's program.
    pub(crate) program: PathBuf,
    /// The script's arguments, without the configuration.
    pub(crate) args: Vec<String>,
    /// The configuration that the script names.
    pub(crate) config: Option<String>,
}

/// The state of all files that a page's packages depend on, at one time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Causes(Vec<Option<(SystemTime, u64)>>);

impl PageSource {
    /// The page in a project's folder, if it has one.
    ///
    /// # Errors
    /// If there is a `ui/package.json` that isn't JSON.
    pub(crate) fn find(project: &Path) -> anyhow::Result<Option<Self>> {
        let folder = project.join("ui");
        let file = folder.join("package.json");
        if !file.is_file() {
            return Ok(None);
        }
        let text = fs::read(&file).with_context(|| format!("{} can't be read", file.display()))?;
        let package: Value =
            serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", file.display()))?;
        Ok(Some(Self { folder, package }))
    }

    /// The page of a project whose `package.json` can't be read.
    pub(crate) fn unread(project: &Path) -> Self {
        Self { folder: project.join("ui"), package: Value::Null }
    }

    /// Whether packages must be installed before the page can be served. They may also be in a folder above, where a
    /// workspace has its own, or in no folder at all (Yarn's Plug'n'Play).
    pub(crate) fn needs_install(&self) -> bool {
        if self.above(".pnp.cjs").is_some() {
            return false;
        }
        let mut names = self.dependencies(&["dependencies", "devDependencies"]).peekable();
        if names.peek().is_none() {
            return !self.folder.join("node_modules").is_dir();
        }
        names.any(|name| self.above(&format!("node_modules/{name}")).is_none())
    }

    /// Whether it uses Wavecraft's own client, which knows only one address.
    pub(crate) fn uses_wavecraft_core(&self) -> bool {
        self.dependencies(&["dependencies", "devDependencies", "peerDependencies"])
            .any(|name| name.starts_with("@wavecraft/"))
    }

    /// The character in the folder's path that keeps Vite from serving the page. Without Vite that isn't known.
    ///
    /// Seen with Vite 8: with `#` the page is blank, with `?` and `\` the server ends or never answers, with `:` it
    /// refuses every file.
    pub(crate) fn unservable(&self) -> Option<char> {
        let uses_vite = self.plain_vite().is_some()
            || self
                .dependencies(&["dependencies", "devDependencies", "peerDependencies"])
                .any(|name| name == "vite");
        let path = self.folder.to_string_lossy();
        uses_vite.then(|| path.chars().find(|char| "#?\\:".contains(*char))).flatten()
    }

    /// Whether a dependency names a package of the same workspace, which npm doesn't support.
    fn uses_workspace_protocol(&self) -> bool {
        ["dependencies", "devDependencies"]
            .iter()
            .filter_map(|kind| self.package[kind].as_object())
            .flat_map(|all| all.values())
            .any(|wanted| wanted.as_str().is_some_and(|wanted| wanted.starts_with("workspace:")))
    }

    /// The page's package manager: by its own lock file, else its workspace's, else by `package.json`. Otherwise it is
    /// npm, or if `workspace:` is used, the first on the `PATH` that supports that.
    ///
    /// # Errors
    /// If `workspace:` is used, and no installed manager supports it.
    pub(crate) fn manager(&self) -> anyhow::Result<Manager> {
        match self.named_manager().or_else(|| self.workspace().find_map(Manager::by_lock_file)) {
            Some(Manager::Npm) | None if self.uses_workspace_protocol() => {
                let knowing = [Manager::Pnpm, Manager::Yarn, Manager::Bun];
                match knowing.into_iter().find(|manager| programs::find(manager.name()).is_some()) {
                    Some(manager) => Ok(manager),
                    None => bail!(
                        "{} uses `workspace:`, which npm doesn't know, and neither pnpm, yarn nor bun is on the PATH: install \
                         one of them, or start with --no-ui",
                        self.folder.join("package.json").display()
                    ),
                }
            }
            found => Ok(found.unwrap_or(Manager::Npm)),
        }
    }

    /// The package manager that `package.json` names: <https://nodejs.org/api/packages.html#packagemanager>.
    fn named_manager(&self) -> Option<Manager> {
        Manager::named(self.package["packageManager"].as_str()?.split('@').next()?)
    }

    /// Vite's own program, if the `dev` script runs nothing else: this saves a package manager's two processes.
    pub(crate) fn plain_vite(&self) -> Option<Vite> {
        let program = self.above("node_modules/.bin/vite").filter(|program| program.is_file())?;
        let (args, config) = match self.package["scripts"]["dev"].as_str() {
            None => (Vec::new(), None),
            Some(script) => vite_alone(script)?,
        };
        Some(Vite { program, args, config })
    }

    /// The page's folder, and those above it up to the one with its workspace.
    fn workspace(&self) -> impl Iterator<Item = &Path> {
        let root = self.folder.ancestors().skip(1).find(|folder| is_workspace(folder));
        let all = self.folder.ancestors();
        all.take_while(move |folder| {
            **folder == self.folder || root.is_some_and(|root| folder.starts_with(root))
        })
    }

    /// The current state of everything that decides whether the page can be served.
    pub(crate) fn causes(&self) -> Causes {
        let state = |path: PathBuf| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        let files = self.workspace().flat_map(|folder| CAUSES.map(|name| folder.join(name)));
        let packages = self.folder.ancestors().map(|folder| folder.join("node_modules/.bin"));
        Causes(files.chain(packages).map(state).collect())
    }

    fn dependencies(&self, kinds: &'static [&str]) -> impl Iterator<Item = &str> {
        kinds
            .iter()
            .filter_map(|kind| self.package[kind].as_object())
            .flat_map(|all| all.keys().map(String::as_str))
    }

    /// A path in the page's folder or the nearest one above that has it, as Node.js searches for packages.
    fn above(&self, path: &str) -> Option<PathBuf> {
        self.folder.ancestors().map(|folder| folder.join(path)).find(|path| path.exists())
    }
}

fn is_workspace(folder: &Path) -> bool {
    let named = || {
        let text = fs::read(folder.join("package.json")).ok()?;
        serde_json::from_slice::<Value>(&text).ok()?.get("workspaces").cloned()
    };
    folder.join("pnpm-workspace.yaml").is_file() || named().is_some()
}

/// The arguments and the configuration of a script that only calls Vite's server.
fn vite_alone(script: &str) -> Option<(Vec<String>, Option<String>)> {
    // Vite's options that take a value: <https://vite.dev/guide/cli.html>.
    const WITH_WORD: [&str; 10] =
        ["--mode", "-m", "--port", "--host", "--base", "--logLevel", "-l", "--clearScreen", "--filter", "-f"];
    if script.contains(|letter: char| "&|;<>$`'\"\\()*?~#\n".contains(letter)) {
        return None;
    }
    let mut words = script.split_whitespace().peekable();
    if words.next()? != "vite" {
        return None;
    }
    let _ = words.next_if(|word| ["dev", "serve"].contains(word));
    let (mut args, mut config) = (Vec::new(), None);
    while let Some(word) = words.next() {
        if let Some(path) = word.strip_prefix("--config=") {
            config = Some(path.to_owned());
        } else if ["--config", "-c"].contains(&word) {
            config = Some(words.next()?.to_owned());
        } else if word.starts_with('-') {
            args.push(word.to_owned());
            if WITH_WORD.contains(&word) {
                args.extend(words.next_if(|next| !next.starts_with('-')).map(str::to_owned));
            }
        } else {
            // Another root folder.
            return None;
        }
    }
    Some((args, config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(package: &str) -> (tempfile::TempDir, PageSource) {
        let dir = tempfile::tempdir().unwrap();
        let ui = dir.path().join("project/ui");
        fs::create_dir_all(&ui).unwrap();
        fs::write(ui.join("package.json"), package).unwrap();
        let source = PageSource::find(&dir.path().join("project")).unwrap().unwrap();
        (dir, source)
    }

    #[test]
    fn the_page_is_what_its_package_says() {
        let (dir, plain) = page(r#"{"scripts": {"dev": "vite"}}"#);
        assert!(PageSource::find(dir.path()).unwrap().is_none());
        assert!(plain.plain_vite().is_none() && !plain.uses_wavecraft_core() && plain.needs_install());
        fs::create_dir_all(plain.folder.join("node_modules/.bin")).unwrap();
        fs::write(plain.folder.join("node_modules/.bin/vite"), "").unwrap();
        assert!(plain.plain_vite().is_some() && !plain.needs_install());
        for package in ["core", "components"] {
            let (_dir, theirs) = page(&format!(r#"{{"dependencies": {{"@wavecraft/{package}": "1"}}}}"#));
            assert!(theirs.uses_wavecraft_core());
        }
        fs::write(plain.folder.join("package.json"), "{").unwrap();
        let error = PageSource::find(plain.folder.parent().unwrap()).unwrap_err().to_string();
        assert!(error.contains("package.json"), "{error}");
    }

    #[test]
    fn vite_cant_serve_from_every_folder() {
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
    }

    #[test]
    fn only_a_script_that_is_vites_server_alone_is_run_without_npm() {
        let alone = |script| vite_alone(script).map(|(args, config)| (args.join(" "), config));
        let plain = |args: &str| Some((args.to_owned(), None));
        assert_eq!(alone("vite"), plain(""));
        assert_eq!(alone(" vite  dev "), plain(""));
        assert_eq!(alone("vite serve --open --mode staging --host"), plain("--open --mode staging --host"));
        assert_eq!(alone("vite --config vite.dev.ts"), Some((String::new(), Some("vite.dev.ts".into()))));
        assert_eq!(alone("vite -c a.ts --force"), Some(("--force".into(), Some("a.ts".into()))));
        assert_eq!(alone("vite --config=a.ts"), Some((String::new(), Some("a.ts".into()))));
        for other in [
            "tsc && vite",
            "vite app",
            "vite build",
            "vite & tsc -w",
            "npx vite",
            "MODE=x vite",
            "vite -c",
            "",
            "vite --mode $X",
        ] {
            assert_eq!(alone(other), None, "{other}");
        }
    }

    #[test]
    fn packages_may_lie_in_a_folder_above() {
        let (dir, source) =
            page(r#"{"dependencies": {"@wavecraft/core": "workspace:*"}, "devDependencies": {"vite": "6"}}"#);
        assert!(source.needs_install() && source.uses_workspace_protocol());
        fs::create_dir_all(dir.path().join("node_modules/vite")).unwrap();
        assert!(source.needs_install(), "one is missing");
        fs::create_dir_all(dir.path().join("node_modules/@wavecraft/core")).unwrap();
        assert!(!source.needs_install());
        fs::create_dir_all(dir.path().join("node_modules/.bin")).unwrap();
        fs::write(dir.path().join("node_modules/.bin/vite"), "").unwrap();
        assert_eq!(source.plain_vite().unwrap().program, dir.path().join("node_modules/.bin/vite"));
    }

    #[test]
    fn a_lock_file_or_a_workspaces_own_package_is_a_cause() {
        let (dir, source) = page("{}");
        let before = source.causes();
        assert_eq!(source.causes(), before);
        fs::write(source.folder.join("package-lock.json"), "{}").unwrap();
        let locked = source.causes();
        assert_ne!(locked, before);
        fs::write(dir.path().join("package.json"), r#"{"workspaces": ["project/ui"]}"#).unwrap();
        assert_ne!(source.causes(), locked);
        assert_eq!(source.workspace().count(), 3);
    }

    #[test]
    fn its_manager_is_known_by_its_lock_file_or_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let ui = dir.path().join("ui");
        fs::create_dir(&ui).unwrap();
        let with = |package: &str| {
            fs::write(ui.join("package.json"), package).unwrap();
            PageSource::find(dir.path()).unwrap().unwrap().manager().unwrap()
        };
        assert_eq!(with("{}"), Manager::Npm);
        // A lock file above counts only in a workspace.
        fs::write(dir.path().join("yarn.lock"), "").unwrap();
        assert_eq!(with("{}"), Manager::Npm);
        fs::write(dir.path().join("package.json"), r#"{"workspaces": ["ui"]}"#).unwrap();
        assert_eq!(with("{}"), Manager::Yarn);
        for (lock, manager) in [
            ("bun.lockb", Manager::Bun),
            ("bun.lock", Manager::Bun),
            ("package-lock.json", Manager::Npm),
            ("pnpm-lock.yaml", Manager::Pnpm),
        ] {
            fs::write(ui.join(lock), "").unwrap();
            assert_eq!(with("{}"), manager, "{lock}");
            fs::remove_file(ui.join(lock)).unwrap();
        }
        assert_eq!(with(r#"{"packageManager": "pnpm@9.1.0+sha512.abc"}"#), Manager::Pnpm);
        assert_eq!(with(r#"{"packageManager": "other@1"}"#), Manager::Yarn);
    }
}
