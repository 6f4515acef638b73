//! The package managers that a page may be made for.

use super::PageSource;
use crate::programs;
use anyhow::bail;
use std::path::PathBuf;

/// A package manager of JavaScript's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manager {
    /// <https://docs.npmjs.com/cli>.
    Npm,
    /// <https://pnpm.io/cli/install>.
    Pnpm,
    /// <https://yarnpkg.com/cli/install>, and the classic one.
    Yarn,
    /// <https://bun.sh/docs/cli/install>.
    Bun,
}

/// Which one writes which lock file.
const LOCKS: [(&str, Manager); 7] = [
    ("pnpm-lock.yaml", Manager::Pnpm),
    ("pnpm-workspace.yaml", Manager::Pnpm),
    ("yarn.lock", Manager::Yarn),
    ("bun.lock", Manager::Bun),
    ("bun.lockb", Manager::Bun),
    ("package-lock.json", Manager::Npm),
    ("npm-shrinkwrap.json", Manager::Npm),
];

impl Manager {
    /// The one that a page is made for: by its own lock file, else its workspace's, else by what `package.json` names. Where
    /// nothing says so it is npm, or the first on the `PATH` that knows `workspace:` where that is used.
    ///
    /// # Errors
    /// `workspace:` is used, and nobody there knows it.
    pub(crate) fn of(source: &PageSource) -> anyhow::Result<Self> {
        let by_lock = || {
            source
                .workspace()
                .find_map(|folder| LOCKS.iter().find(|(lock, _)| folder.join(lock).is_file()))
                .map(|(_, manager)| *manager)
        };
        match source.named_manager().or_else(by_lock) {
            Some(Self::Npm) | None if source.uses_workspace_protocol() => {
                let knowing = [Self::Pnpm, Self::Yarn, Self::Bun];
                match knowing.into_iter().find(|manager| programs::find(manager.name()).is_some()) {
                    Some(manager) => Ok(manager),
                    None => bail!(
                        "{} uses `workspace:`, which npm doesn't know, and neither pnpm, yarn nor bun is on the PATH: install \
                         one of them, or start with --no-ui",
                        source.folder.join("package.json").display()
                    ),
                }
            }
            found => Ok(found.unwrap_or(Self::Npm)),
        }
    }

    /// The one of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Npm, Self::Pnpm, Self::Yarn, Self::Bun].into_iter().find(|manager| manager.name() == name)
    }

    /// Its program's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn => "yarn",
            Self::Bun => "bun",
        }
    }

    /// What a person types to install a page's packages.
    pub(crate) fn install_command(self) -> String {
        format!("{} install", self.name())
    }

    /// The arguments that install them, without what nobody asked for.
    pub(super) fn install_args(self) -> &'static [&'static str] {
        match self {
            Self::Npm => &["install", "--no-audit", "--no-fund"],
            Self::Pnpm | Self::Yarn | Self::Bun => &["install"],
        }
    }

    /// The arguments that run the `dev` script, to which its own are added. npm alone wants to be told where they begin.
    pub(super) fn dev_args(self) -> &'static [&'static str] {
        match self {
            Self::Npm => &["run", "dev", "--"],
            Self::Pnpm | Self::Yarn | Self::Bun => &["run", "dev"],
        }
    }

    /// Its program.
    ///
    /// # Errors
    /// It isn't there: how to get it.
    pub(super) fn program(self) -> anyhow::Result<PathBuf> {
        if self == Self::Npm {
            return super::needed("npm");
        }
        let name = self.name();
        match programs::find(name) {
            Some(program) => Ok(program),
            None => bail!(
                "{name} is not on the PATH, and the project's page is made for it: install it (npm install -g {name}), or start \
                 with --no-ui"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn it_is_known_by_its_lock_file_or_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let ui = dir.path().join("ui");
        fs::create_dir(&ui).unwrap();
        let with = |package: &str| {
            fs::write(ui.join("package.json"), package).unwrap();
            Manager::of(&PageSource::find(dir.path()).unwrap().unwrap()).unwrap()
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
