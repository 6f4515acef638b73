//! The package managers that a page may use.

use crate::programs;
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};

/// A JavaScript package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manager {
    /// <https://docs.npmjs.com/cli>.
    Npm,
    /// <https://pnpm.io/cli/install>.
    Pnpm,
    /// <https://yarnpkg.com/cli/install>, and Yarn Classic.
    Yarn,
    /// <https://bun.sh/docs/cli/install>.
    Bun,
}

/// The lock files, each with the manager that writes it.
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
    /// The manager that wrote a lock file in this folder.
    pub(super) fn by_lock_file(folder: &Path) -> Option<Self> {
        LOCKS.iter().find(|(lock, _)| folder.join(lock).is_file()).map(|(_, manager)| *manager)
    }

    /// The manager whose program has this name.
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

    /// The command that the user types to install a page's packages.
    pub(crate) fn install_command(self) -> String {
        format!("{} install", self.name())
    }

    /// The arguments that install them, without extra output.
    pub(crate) fn install_args(self) -> &'static [&'static str] {
        match self {
            Self::Npm => &["install", "--no-audit", "--no-fund"],
            Self::Pnpm | Self::Yarn | Self::Bun => &["install"],
        }
    }

    /// The arguments that run the `dev` script, followed by the script's own. Only npm needs a separator between them.
    pub(super) fn dev_args(self) -> &'static [&'static str] {
        match self {
            Self::Npm => &["run", "dev", "--"],
            Self::Pnpm | Self::Yarn | Self::Bun => &["run", "dev"],
        }
    }

    /// The path of its program.
    ///
    /// # Errors
    /// If it isn't installed: how to get it.
    pub(crate) fn program(self) -> anyhow::Result<PathBuf> {
        if self == Self::Npm {
            return needed("npm");
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

/// The path of one of Node.js's programs.
///
/// # Errors
/// If it isn't installed: how to get it.
pub(super) fn needed(name: &str) -> anyhow::Result<PathBuf> {
    programs::find(name).with_context(|| {
        format!("{name} is not on the PATH, and the project's page needs it: install Node.js from https://nodejs.org, or start with --no-ui")
    })
}
