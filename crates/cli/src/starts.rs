//! The starts that run: a locked file for each, by which a second start of a folder finds the first. The system lets go of
//! the lock however a start ends, and gives it to one of two that begin at the same moment.

use crate::{platform, process::Process};
use rustix::{
    fs::{FlockOperation, Mode, OFlags, flock},
    io::Errno,
    process::getuid,
};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{self, IsTerminal, Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use wavecraft_companion_protocol::paths::Paths;

/// How many starts of one folder there may be.
const PLACES: u32 = 16;
/// How often a file is read that its start is just writing.
const READS: u32 = 20;
const BETWEEN_READS: Duration = Duration::from_millis(10);

/// What a start tells others of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Running {
    pub(crate) process: Process,
    /// In seconds since the beginning of 1970, UTC.
    since: u64,
    /// The terminal that it was started in.
    pub(crate) terminal: Option<PathBuf>,
    /// Whether it plays.
    pub(crate) with_audio: bool,
    /// Its page, with the token.
    pub(crate) page: Option<String>,
    /// Its dev WebSocket, with the token; absent until it is ready.
    #[serde(default)]
    pub(crate) websocket: Option<String>,
    /// Its inspector, with the token; absent until it is ready.
    pub(crate) inspector: Option<String>,
    /// The companion's session.
    pub(crate) session: Option<String>,
}

impl Running {
    /// This process, of which nothing else is known yet.
    pub(crate) fn this(with_audio: bool) -> Option<Self> {
        Some(Self {
            process: Process::of(std::process::id())?,
            since: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
            terminal: terminal(),
            with_audio,
            page: None,
            websocket: None,
            inspector: None,
            session: None,
        })
    }

    /// How long it has been running.
    pub(crate) fn age(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH + Duration::from_secs(self.since)).unwrap_or_default()
    }
}

/// The terminal that standard input, or else standard error, is.
fn terminal() -> Option<PathBuf> {
    let input = io::stdin();
    if input.is_terminal() {
        return platform::path_of(input);
    }
    let errors = io::stderr();
    if errors.is_terminal() { platform::path_of(errors) } else { None }
}

/// This start's place among those of its folder, until it is dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    file: File,
    path: PathBuf,
    running: Running,
}

impl Claim {
    /// Changes what others are told. That they may not learn of it is no trouble.
    pub(crate) fn tell(&mut self, change: impl FnOnce(&mut Running)) {
        change(&mut self.running);
        let _ = self.write();
    }

    fn write(&mut self) -> io::Result<()> {
        let text = serde_json::to_vec(&self.running)?;
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(&text)
    }

    /// Whether another start asked this one to end.
    pub(crate) fn was_replaced(&self) -> bool {
        replaced(&self.path).exists()
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // While it is locked: whoever locks it next sees that it has no name any more.
        let _ = fs::remove_file(replaced(&self.path));
        let _ = fs::remove_file(&self.path);
        // The folders too, if nothing else is in them.
        for folder in self.path.ancestors().skip(1).take(2) {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// The file that is there once a start is asked to end by another.
fn replaced(path: &Path) -> PathBuf {
    path.with_extension("replaced")
}

/// Another start of the folder.
#[derive(Debug)]
pub(crate) struct Other {
    path: PathBuf,
    /// `None` if it doesn't tell.
    pub(crate) running: Option<Running>,
}

impl Other {
    /// Whether it is this process.
    pub(crate) fn is_of(&self, process: &Process) -> bool {
        self.running.as_ref().is_some_and(|running| running.process == *process)
    }

    /// Asks it to end. Returns whether it could be asked.
    pub(crate) fn replace(&self) -> bool {
        let Some(running) = &self.running else { return false };
        // It then says why it ends.
        let _ = fs::write(replaced(&self.path), "");
        running.process.terminate();
        true
    }
}

/// Claims the folder for a start.
///
/// # Errors
/// If the files can't be used, or there are too many starts.
pub(crate) fn claim(
    paths: &Paths,
    folder: &Path,
    running: &Running,
    beside_others: bool,
) -> io::Result<Result<Claim, Other>> {
    let mut tries = 0;
    loop {
        match try_claim(paths, folder, running, beside_others) {
            // Another start has just ended, and removed the files' folder.
            Err(error) if error.kind() == io::ErrorKind::NotFound && tries < READS => tries += 1,
            outcome => return outcome,
        }
    }
}

fn try_claim(
    paths: &Paths,
    folder: &Path,
    running: &Running,
    beside_others: bool,
) -> io::Result<Result<Claim, Other>> {
    let starts = private_folder(paths)?;
    let meta = folder.metadata()?;
    let path = |place: u32| starts.join(name(&meta, place));
    let mut own = None;
    for place in 0..PLACES {
        let path = path(place);
        if own.is_some() && !path.exists() {
            continue;
        }
        match (take(&path)?, &own) {
            (Some(file), None) => {
                let mut claim = Claim { file, path, running: running.clone() };
                let _ = fs::remove_file(replaced(&claim.path));
                claim.write()?;
                own = Some(claim);
                if beside_others {
                    break;
                }
            }
            // Nobody's.
            (Some(_), Some(_)) => drop(fs::remove_file(&path)),
            (None, _) if beside_others => {}
            (None, _) => {
                let running = read(&path);
                return Ok(Err(Other { path, running }));
            }
        }
    }
    own.map(Ok).ok_or_else(|| io::Error::other(format!("{PLACES} starts of it run already")))
}

/// A start of the folder that runs now, the first if there are several. `None` if there is none, or it doesn't tell.
///
/// # Errors
/// The files can't be trusted or read.
pub(crate) fn running(paths: &Paths, folder: &Path) -> io::Result<Option<Running>> {
    if !starts_of(paths).exists() {
        return Ok(None);
    }
    let starts = private_folder(paths)?;
    let meta = folder.metadata()?;
    // Not by its lock: a start that begins just now would take this for another start.
    let found = (0..PLACES).filter_map(|place| read(&starts.join(name(&meta, place))));
    Ok(found.into_iter().find(|running| running.process.is_there()))
}

/// However the folder is spelled, and whatever links lead to it.
fn name(folder: &fs::Metadata, place: u32) -> String {
    format!("{:x}-{:x}-{place}", folder.dev(), folder.ino())
}

fn starts_of(paths: &Paths) -> PathBuf {
    paths.run_dir.join("starts")
}

/// Locks the file; `None` if another start has it.
fn take(path: &Path) -> io::Result<Option<File>> {
    loop {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let file = File::from(rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)?);
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Ok(None),
            Err(errno) => return Err(errno.into()),
        }
        // Its start may have removed it in between: then the lock is of a file that no one finds.
        let is_same = |there: &fs::Metadata| file.metadata().is_ok_and(|own| own.ino() == there.ino());
        if fs::symlink_metadata(path).is_ok_and(|there| is_same(&there)) {
            return Ok(Some(file));
        }
    }
}

fn read(path: &Path) -> Option<Running> {
    for _ in 0..READS {
        let mut text = String::new();
        File::open(path).ok()?.read_to_string(&mut text).ok()?;
        if let Ok(running) = serde_json::from_str(&text) {
            return Some(running);
        }
        std::thread::sleep(BETWEEN_READS);
    }
    None
}

/// The files' folder, which only this user can read: they hold tokens.
fn private_folder(paths: &Paths) -> io::Result<PathBuf> {
    let folder = starts_of(paths);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    for folder in [&paths.run_dir, &folder] {
        let meta = fs::symlink_metadata(folder)?;
        if !meta.is_dir() || meta.uid() != getuid().as_raw() || meta.mode() & 0o077 != 0 {
            return Err(io::Error::other(format!("{} is not this user's alone", folder.display())));
        }
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn world() -> (tempfile::TempDir, Paths, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("home");
        let paths = Paths::linux(|name| (name == "WAVECRAFT_HOME").then(|| home.clone().into())).unwrap();
        let project = dir.path().join("project");
        fs::create_dir(&project).unwrap();
        (dir, paths, project)
    }

    fn this() -> Running {
        Running::this(true).unwrap()
    }

    #[test]
    fn a_second_start_finds_the_first_under_any_name_of_the_folder() {
        let (dir, paths, project) = world();
        let mut first = claim(&paths, &project, &this(), false).unwrap().unwrap();
        first.tell(|running| running.page = Some("http://x/".into()));
        symlink(&project, dir.path().join("link")).unwrap();
        for name in ["project", "link", "link/../project/."] {
            let other = claim(&paths, &dir.path().join(name), &this(), false).unwrap().unwrap_err();
            assert_eq!(other.running.unwrap().page.as_deref(), Some("http://x/"), "{name}");
        }
        let elsewhere = dir.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        assert!(claim(&paths, &elsewhere, &this(), false).unwrap().is_ok(), "another folder");
        drop(first);
        assert!(claim(&paths, &project, &this(), false).unwrap().is_ok(), "it has ended");
        assert!(!paths.run_dir.exists(), "nothing is left");
    }

    #[test]
    fn one_beside_others_is_found_too_and_holds_no_ones_place() {
        let (_dir, paths, project) = world();
        let first = claim(&paths, &project, &this(), false).unwrap().unwrap();
        let beside = claim(&paths, &project, &this(), true).unwrap().unwrap();
        drop(first);
        assert!(claim(&paths, &project, &this(), false).unwrap().is_err(), "the one beside it runs");
        drop(beside);
        assert!(claim(&paths, &project, &this(), false).unwrap().is_ok());
    }

    #[test]
    fn of_many_at_one_moment_one_has_it() {
        let (_dir, paths, project) = world();
        let won = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| claim(&paths, &project, &this(), false).unwrap().ok()))
                .collect();
            let all: Vec<_> = all.into_iter().filter_map(|one| one.join().unwrap()).collect();
            all.len()
        });
        assert_eq!(won, 1);
    }

    #[test]
    fn what_a_killed_start_left_is_no_ones() {
        let (_dir, paths, project) = world();
        let first = claim(&paths, &project, &this(), false).unwrap().unwrap();
        let left = first.path.clone();
        // As if its process had ended: the file stays and its lock goes.
        let Claim { file, .. } = &first;
        flock(file, FlockOperation::Unlock).unwrap();
        std::mem::forget(first);
        assert!(left.exists());
        assert!(claim(&paths, &project, &this(), false).unwrap().is_ok());
    }
}
