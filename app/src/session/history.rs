//! The builds of one session: each program that was heard, with its number. The last few stay, so that they can be measured and heard
//! again.

use super::builds;
use std::{
    collections::VecDeque,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};
use wavecraft_companion_protocol::control::ProjectProgram;

/// How many builds stay, with the one that is heard.
const MOST_KEPT: usize = 8;
/// How many bytes their programs take on the disk at most, but for the one that is heard.
const MOST_BYTES: u64 = 256 << 20;
/// How many are remembered after their programs are gone.
const MOST_REMEMBERED: usize = 64;

/// A program that was heard.
#[derive(Debug, Clone)]
pub(crate) struct BuildEntry {
    /// Counts from 1 in a session.
    pub number: u32,
    /// When it was heard first.
    pub heard_at: SystemTime,
    /// The files that changed since the build before, as a person reads them: a few at most.
    pub files: Vec<String>,
    /// How many more changed.
    pub more_files: u32,
    /// The program; none once it isn't kept any more.
    pub program: Option<ProjectProgram>,
    /// What its folder takes on the disk.
    bytes: u64,
}

/// The builds of a session, oldest first. The last is the one that is heard, or was.
#[derive(Debug)]
pub(crate) struct History {
    /// Where the command keeps its copies.
    builds_dir: PathBuf,
    entries: VecDeque<BuildEntry>,
    next: u32,
    most_bytes: u64,
}

impl History {
    /// None yet.
    pub(super) fn new(builds_dir: PathBuf) -> Self {
        Self { builds_dir, entries: VecDeque::new(), next: 1, most_bytes: MOST_BYTES }
    }

    /// A program is heard for the first time. Removes the programs for which there is no more room; `in_use` may not go.
    pub(super) fn heard(
        &mut self,
        program: ProjectProgram,
        (files, more_files): (Vec<String>, u32),
        in_use: &[u32],
    ) -> u32 {
        let number = self.next;
        self.next += 1;
        let bytes = builds::folder_of(&self.builds_dir, program.built()).map_or(0, bytes_in);
        self.entries.push_back(BuildEntry {
            number,
            heard_at: SystemTime::now(),
            files,
            more_files,
            program: Some(program),
            bytes,
        });
        self.make_room(in_use);
        number
    }

    fn make_room(&mut self, in_use: &[u32]) {
        while self.entries.len() > MOST_REMEMBERED {
            self.entries.pop_front();
        }
        let Some(newest) = self.entries.back().map(|entry| entry.number) else { return };
        loop {
            let older =
                || self.entries.iter().filter(|entry| entry.program.is_some() && entry.number != newest);
            let (count, bytes) = (older().count(), older().map(|entry| entry.bytes).sum::<u64>());
            if count < MOST_KEPT && bytes <= self.most_bytes {
                return;
            }
            let next = older().find(|entry| !in_use.contains(&entry.number)).map(|entry| entry.number);
            let Some(entry) =
                next.and_then(|number| self.entries.iter_mut().find(|one| one.number == number))
            else {
                return;
            };
            if let Some(program) = entry.program.take()
                && let Some(folder) = builds::folder_of(&self.builds_dir, program.built())
            {
                builds::remove(folder);
            }
        }
    }

    /// All that are remembered, oldest first.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &BuildEntry> {
        self.entries.iter()
    }

    /// The build with this number, if it is remembered.
    pub(crate) fn entry(&self, number: u32) -> Option<&BuildEntry> {
        self.entries.iter().find(|entry| entry.number == number)
    }

    /// The program of the build with this number, while it is kept.
    pub(crate) fn program(&self, number: u32) -> Option<&ProjectProgram> {
        self.entry(number)?.program.as_ref()
    }

    /// The number of the newest.
    pub(crate) fn newest(&self) -> Option<u32> {
        self.entries.back().map(|entry| entry.number)
    }

    /// The number of the build before this one, while its program is kept.
    pub(crate) fn before(&self, number: u32) -> Option<u32> {
        let before = self.entries.iter().rev().find(|entry| entry.number < number)?;
        before.program.is_some().then_some(before.number)
    }
}

/// What the files of a folder take, without those in folders of it: a build's folder has none.
fn bytes_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.metadata().ok())
        .filter(fs::Metadata::is_file)
        .map(|meta| meta.len())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Programs of 100 bytes each in a commands' folder.
    fn program(builds: &Path, number: u32) -> ProjectProgram {
        let folder = builds.join("1-a").join(number.to_string());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("dev-audio"), [0; 100]).unwrap();
        ProjectProgram { executable: folder.join("dev-audio"), library: None, loader_path: Vec::new() }
    }

    fn kept(history: &History) -> Vec<u32> {
        let kept = history.entries().filter(|entry| entry.program.is_some());
        kept.inspect(|entry| assert!(entry.program.as_ref().unwrap().executable.exists()))
            .map(|entry| entry.number)
            .collect()
    }

    #[test]
    fn the_last_eight_stay_and_those_before_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let mut history = History::new(dir.path().into());
        assert_eq!((history.newest(), history.before(1)), (None, None));
        for number in 1..=11 {
            assert_eq!(history.heard(program(dir.path(), number), (Vec::new(), 0), &[2]), number);
        }
        assert_eq!(kept(&history), [2, 5, 6, 7, 8, 9, 10, 11], "2 is in use");
        assert_eq!((history.newest(), history.before(11)), (Some(11), Some(10)));
        assert!(!dir.path().join("1-a/1").exists());
        assert!(history.entry(1).is_some() && history.program(1).is_none());
    }

    #[test]
    fn there_is_room_for_so_many_bytes_and_for_the_newest_in_any_case() {
        let dir = tempfile::tempdir().unwrap();
        let mut history = History::new(dir.path().into());
        history.most_bytes = 250;
        for number in 1..=4 {
            history.heard(program(dir.path(), number), (Vec::new(), 0), &[]);
        }
        assert_eq!(kept(&history), [2, 3, 4]);
        history.most_bytes = 0;
        history.heard(program(dir.path(), 5), (Vec::new(), 0), &[]);
        assert_eq!(kept(&history), [5]);
    }

    #[test]
    fn programs_elsewhere_are_never_removed_and_a_long_session_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let mut history = History::new(dir.path().join("builds"));
        for number in 1..=70 {
            history.heard(program(dir.path(), number), (vec!["a.rs".into()], 3), &[]);
        }
        assert_eq!(history.entries().count(), MOST_REMEMBERED);
        assert!(dir.path().join("1-a/1/dev-audio").exists(), "not the command's copy");
        let last = history.entry(70).unwrap();
        assert!(last.heard_at <= SystemTime::now());
        assert_eq!((last.files.as_slice(), last.more_files), (&["a.rs".to_owned()][..], 3));
    }
}
