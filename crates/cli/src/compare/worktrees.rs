//! Where revisions are built: a few worktrees in the folder in which cargo builds, each with a folder of cargo's own.
//!
//! Another revision takes the place of the one that wasn't compared for longest. cargo's folder beside it stays, so that only what
//! differs is built, and the crates from elsewhere aren't.

use super::git::{Repository, Revision};
use crate::{failure::Usage, processes::Processes, report::Report};
use anyhow::{Context, bail};
use rustix::fs::{FlockOperation, flock};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// How many there are: as many as one comparison needs.
const MOST: usize = 2;
/// The folders, from cargo's on.
const FOLDER: &str = "wavecraft/compare";
const SOURCE: &str = "source";
const OUTPUTS: &str = "target";
/// Written at each use, for its time.
const USED: &str = "used";
/// How often a comparison that waits for another looks.
const LOOK: Duration = Duration::from_millis(100);

/// The worktrees of one project, which no other comparison uses meanwhile.
pub(super) struct Worktrees {
    folder: PathBuf,
    /// The lock file of the project's workspace, from the repository's folder on.
    lock_file: Option<PathBuf>,
    /// The commits of this comparison.
    wanted: Vec<String>,
    taken: Vec<PathBuf>,
    /// The lock file of the workspace as it is now.
    locked: PathBuf,
    _lock: File,
}

/// A revision's files.
pub(super) struct Checkout {
    source: PathBuf,
    /// Where cargo builds.
    pub(super) outputs: PathBuf,
}

impl Checkout {
    /// The project's folder.
    ///
    /// # Errors
    /// The revision hasn't it.
    pub(super) fn project(&self, repository: &Repository, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.source.join(&repository.prefix);
        if !folder.join("engine/Cargo.toml").is_file() {
            let wanted = repository.prefix.join("engine/Cargo.toml");
            bail!(Usage(format!("the project isn't in {name}: there is no {}", wanted.display())));
        }
        Ok(folder)
    }
}

impl Worktrees {
    /// Those in cargo's folder `target`, for the commits `wanted`. `workspace` is the folder of the project's workspace. Waits for
    /// another comparison of the same project.
    ///
    /// # Errors
    /// The folder can't be made.
    pub(super) async fn open(
        repository: &Repository,
        target: &Path,
        workspace: &Path,
        wanted: Vec<String>,
        report: &Report,
        processes: &mut Processes,
    ) -> anyhow::Result<Self> {
        let folder = target.join(FOLDER);
        let failed = || format!("{} can't be made", folder.display());
        fs::create_dir_all(&folder).with_context(failed)?;
        let folder = folder.canonicalize().with_context(failed)?;
        let lock = File::create(folder.join("lock")).with_context(failed)?;
        let progress = report.progress();
        while flock(&lock, FlockOperation::NonBlockingLockExclusive)
            .is_err_and(|error| error == rustix::io::Errno::WOULDBLOCK)
        {
            progress.say("waiting for another comparison of this project");
            tokio::time::sleep(LOOK).await;
        }
        drop(progress);
        let of_some_target = Path::new(FOLDER);
        let is_ours = |path: &Path| {
            path.ends_with(SOURCE)
                && path.parent().and_then(Path::parent).is_some_and(|path| path.ends_with(of_some_target))
        };
        repository.forget(is_ours, processes).await?;
        let locked = workspace.join("Cargo.lock");
        let real = workspace.canonicalize().unwrap_or_else(|_| workspace.into());
        let lock_file = real.strip_prefix(&repository.top).ok().map(|inside| inside.join("Cargo.lock"));
        Ok(Self { folder, lock_file, wanted, taken: Vec::new(), locked, _lock: lock })
    }

    /// Puts a revision into one of them.
    ///
    /// # Errors
    /// git's words, or the system's.
    pub(super) async fn checkout(
        &mut self,
        repository: &Repository,
        revision: &Revision,
        report: &Report,
        processes: &mut Processes,
    ) -> anyhow::Result<Checkout> {
        let place = self.place(repository, revision, processes).await?;
        let checkout = Checkout { source: place.join(SOURCE), outputs: place.join(OUTPUTS) };
        fs::create_dir_all(&place).with_context(|| format!("{} can't be made", place.display()))?;
        if !repository.is_at(&checkout.source, &revision.commit, processes).await? {
            remove(&checkout.source)?;
            repository.add(&checkout.source, &revision.commit, processes).await?;
            self.copy_lock(&checkout.source)?;
        }
        let used = place.join(USED);
        fs::write(&used, &revision.commit).with_context(|| format!("{} can't be written", used.display()))?;
        self.taken.push(place);
        tell_what_is_missing(&checkout.source, revision, report);
        Ok(checkout)
    }

    /// The one that has the revision already; else the oldest that this comparison doesn't need; else a new one.
    async fn place(
        &self,
        repository: &Repository,
        revision: &Revision,
        processes: &mut Processes,
    ) -> anyhow::Result<PathBuf> {
        let places = (1..=MOST).map(|number| self.folder.join(number.to_string()));
        let (mut used, mut new) = (Vec::new(), None);
        for place in places.filter(|place| !self.taken.contains(place)) {
            let commit = fs::read_to_string(place.join(USED)).unwrap_or_default();
            if commit == revision.commit && repository.is_at(&place.join(SOURCE), &commit, processes).await? {
                return Ok(place);
            }
            match place.join(USED).metadata().and_then(|used| used.modified()) {
                Ok(time) => used.push((self.wanted.contains(&commit), time, place)),
                Err(_) => new = new.or(Some(place)),
            }
        }
        used.sort_by_key(|(is_wanted, time, _): &(bool, SystemTime, PathBuf)| (*is_wanted, *time));
        let free = used.iter().find(|(is_wanted, ..)| !is_wanted).map(|(.., place)| place.clone());
        let any = || used.first().map(|(.., place)| place.clone());
        free.or(new).or_else(any).context("one comparison needs no more than that")
    }

    /// A project that doesn't keep its lock file in git is built with the same crates then and now.
    fn copy_lock(&self, source: &Path) -> anyhow::Result<()> {
        let Some(lock_file) = self.lock_file.as_ref().map(|inside| source.join(inside)) else {
            return Ok(());
        };
        let is_whole = lock_file.parent().is_some_and(|folder| folder.join("Cargo.toml").is_file());
        if lock_file.exists() || !is_whole || !self.locked.is_file() {
            return Ok(());
        }
        fs::copy(&self.locked, &lock_file)
            .with_context(|| format!("{} can't be written", lock_file.display()))?;
        Ok(())
    }
}

/// Removes a folder, if it is there. Links aren't followed.
fn remove(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} can't be removed", folder.display()))
        }
        _ => Ok(()),
    }
}

fn tell_what_is_missing(source: &Path, revision: &Revision, report: &Report) {
    let told = revision.told();
    if source.join(".gitmodules").is_file() {
        report.warn(&format!(
            "{told} has submodules, which a comparison doesn't fetch: their folders are empty in it"
        ));
    }
    if fs::read_to_string(source.join(".gitattributes")).is_ok_and(|text| text.contains("filter=lfs")) {
        report.warn(&format!(
            "{told} has files in Git LFS, which a comparison doesn't fetch: they are pointers in it"
        ));
    }
}
