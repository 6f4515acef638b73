//! The repository around a project, asked by git.
//!
//! Nothing of the repository's own is run: no hook, no monitor of files, no filter of large files. git reaches no network.

use crate::{
    failure::Usage,
    processes::{Processes, guarded},
    programs,
};
use anyhow::{Context, bail};
use serde::Serialize;
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// Settings for every call.
const SETTINGS: [&str; 8] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "filter.lfs.smudge=",
    "filter.lfs.clean=",
    "filter.lfs.process=",
    "filter.lfs.required=false",
    "submodule.recurse=false",
    "log.showSignature=false",
];

/// Variables for every call: words that are known, no question, no network, no lock that isn't needed.
const VARIABLES: [(&str, &str); 5] = [
    ("LC_ALL", "C"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
];

/// Variables that name another repository, as inside a hook.
const OF_A_HOOK: [&str; 6] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX"];

/// A repository with a working copy.
pub(super) struct Repository {
    git: PathBuf,
    /// The working copy's folder.
    pub(super) top: PathBuf,
    /// The project's folder in it.
    pub(super) prefix: PathBuf,
    /// Where it keeps its data.
    common: PathBuf,
}

/// A commit.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Revision {
    /// As it was named.
    #[serde(skip)]
    name: String,
    /// Its whole hash.
    pub(super) commit: String,
    /// The hash as short as git tells it.
    #[serde(skip)]
    short: String,
    /// The first line of its message.
    subject: String,
}

impl Revision {
    /// "HEAD~1 (1a2b3c4 Make it softer)"
    pub(super) fn told(&self) -> String {
        let told = format!("{} {}", self.short, self.subject);
        format!("{} ({})", self.name, told.trim_end())
    }
}

/// What git said.
struct Said {
    worked: bool,
    out: Vec<String>,
    err: Vec<String>,
}

impl Said {
    /// The first line that isn't empty of what went wrong.
    fn trouble(&self) -> String {
        let lines = self.err.iter().map(|line| line.trim_start_matches("fatal: ").trim());
        let mut told = lines.filter(|line| !line.is_empty() && !line.starts_with("Preparing worktree"));
        told.next().unwrap_or("nothing").into()
    }
}

impl Repository {
    /// The repository that a folder is in. `name` is the revision that is looked for.
    ///
    /// # Errors
    /// There is no git, or no repository.
    pub(super) async fn around(folder: &Path, name: &str, processes: &mut Processes) -> anyhow::Result<Self> {
        let Some(git) = programs::find("git") else {
            bail!(Usage(format!(
                "git is not on the PATH, and without it there is no revision `{name}`: install git"
            )));
        };
        let repository = Self { git, top: folder.into(), prefix: PathBuf::new(), common: PathBuf::new() };
        let said = repository
            .ask(folder, &["rev-parse", "--show-toplevel", "--git-common-dir", "--show-prefix"], processes)
            .await?;
        if !said.worked && said.err.iter().any(|line| line.contains("not a git repository")) {
            bail!(Usage(format!(
                "{} is in no git repository, so there is no revision `{name}`, and no file of that name either. \
                 Documents of `wavecraft measure --json` and sounds can be compared without git",
                folder.display()
            )));
        }
        let [top, common, prefix @ ..] = said.out.as_slice() else {
            bail!(Usage(format!(
                "git can't read the repository of {}: {}",
                folder.display(),
                said.trouble()
            )));
        };
        let real =
            |path: PathBuf| path.canonicalize().with_context(|| format!("{} can't be read", path.display()));
        Ok(Self {
            top: real(top.into())?,
            common: real(folder.join(common))?,
            prefix: prefix.first().map(PathBuf::from).unwrap_or_default(),
            ..repository
        })
    }

    /// The commit of a name. Whatever is in the name, it is only a name.
    ///
    /// # Errors
    /// There is none.
    pub(super) async fn revision(&self, name: &str, processes: &mut Processes) -> anyhow::Result<Revision> {
        let commit = format!("{name}^{{commit}}");
        let said =
            self.ask(&self.top, &["rev-parse", "--verify", "--end-of-options", &commit], processes).await?;
        let is_hash = |line: &&String| line.len() >= 40 && line.chars().all(|char| char.is_ascii_hexdigit());
        let Some(commit) = said.out.first().filter(|_| said.worked).filter(is_hash).cloned() else {
            bail!(Usage(self.unknown(name, processes).await?));
        };
        let said =
            self.ask(&self.top, &["log", "-1", "--no-color", "--format=%h%n%s", &commit], processes).await?;
        let line = |index: usize| said.out.get(index).cloned().unwrap_or_default();
        Ok(Revision { name: name.into(), commit, short: line(0), subject: line(1) })
    }

    async fn unknown(&self, name: &str, processes: &mut Processes) -> anyhow::Result<String> {
        let shallow = self.ask(&self.top, &["rev-parse", "--is-shallow-repository"], processes).await?;
        let more = match shallow.out.first().map(String::as_str) {
            Some("true") => {
                "This clone has only its newest commits: `git fetch --unshallow` gets all (in a workflow, `fetch-depth: 0`)"
            }
            _ => "`git log --oneline` lists revisions",
        };
        Ok(format!("`{name}` is neither a revision of this repository nor a file. {more}"))
    }

    /// Whether a folder is a worktree of this repository at a commit, with all its files unchanged.
    pub(super) async fn is_at(
        &self,
        folder: &Path,
        commit: &str,
        processes: &mut Processes,
    ) -> anyhow::Result<bool> {
        let own = folder.join(".git");
        if !own.is_file() {
            return Ok(false);
        }
        let said = self
            .ask(folder, &["rev-parse", "--show-toplevel", "--git-common-dir", "HEAD"], processes)
            .await?;
        let [top, common, head] = said.out.as_slice() else { return Ok(false) };
        let is = |path: PathBuf, wanted: &Path| path.canonicalize().is_ok_and(|path| path == wanted);
        if !is(top.into(), folder) || !is(folder.join(common), &self.common) || head != commit {
            return Ok(false);
        }
        let status = ["status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all"];
        let said = self.ask(folder, &status, processes).await?;
        Ok(said.worked && said.out.is_empty())
    }

    /// Makes a folder, which isn't there, a worktree at a commit.
    ///
    /// # Errors
    /// git's words.
    pub(super) async fn add(
        &self,
        folder: &Path,
        commit: &str,
        processes: &mut Processes,
    ) -> anyhow::Result<()> {
        // By force: it may have been one that was removed by hand.
        let arguments: [&OsStr; 6] = [
            "worktree".as_ref(),
            "add".as_ref(),
            "--force".as_ref(),
            "--detach".as_ref(),
            folder.as_ref(),
            commit.as_ref(),
        ];
        let said = self.ask(&self.top, &arguments, processes).await?;
        if !said.worked {
            bail!("git can't put {commit} into {}: {}", folder.display(), said.trouble());
        }
        Ok(())
    }

    /// Lets git forget the worktrees that `is_ours` accepts and whose folders are gone.
    pub(super) async fn forget(
        &self,
        is_ours: impl Fn(&Path) -> bool,
        processes: &mut Processes,
    ) -> anyhow::Result<()> {
        let said = self.ask(&self.top, &["worktree", "list", "--porcelain"], processes).await?;
        let listed = said.out.iter().filter_map(|line| line.strip_prefix("worktree ")).map(Path::new);
        for gone in listed.filter(|path| is_ours(path) && !path.exists()) {
            let arguments: [&OsStr; 4] =
                ["worktree".as_ref(), "remove".as_ref(), "--force".as_ref(), gone.as_ref()];
            // What stays listed does no harm.
            self.ask(&self.top, &arguments, processes).await?;
        }
        Ok(())
    }

    async fn ask(
        &self,
        folder: &Path,
        arguments: &[impl AsRef<OsStr>],
        processes: &mut Processes,
    ) -> anyhow::Result<Said> {
        let mut git = guarded(&self.git);
        git.arg("--no-pager").args(SETTINGS.iter().flat_map(|setting| ["-c", setting])).args(arguments);
        for name in OF_A_HOOK {
            git.env_remove(name);
        }
        git.envs(VARIABLES).current_dir(folder);
        let running = processes.spawn(&mut git).context("git could not be started")?;
        let (status, out, err) = running.run_to_end().await?;
        Ok(Said { worked: status.success(), out, err })
    }
}
