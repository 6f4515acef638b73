//! The files that a project played, and the part of each that is looped.
//!
//! Pages choose among them by numbers. A number stands for one file of one session and is never given again, so neither
//! an old number nor another project's leads to a file.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};
use wavecraft_companion_protocol::browser::MAX_RECENT;

/// The number given last, in this companion's life.
static LAST_NUMBER: AtomicU64 = AtomicU64::new(0);

/// The files, newest first, at most [`MAX_RECENT`].
#[derive(Debug)]
pub(crate) struct RecentFiles {
    files: Vec<RecentFile>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct RecentFile {
    /// Its number.
    pub number: u64,
    /// Where it is.
    pub path: PathBuf,
    /// The frames that are looped, and the rate in Hz that they are counted at; none loops all.
    region: Option<([u64; 2], u32)>,
}

impl RecentFile {
    fn new(path: PathBuf) -> Self {
        // SYNC: only the number itself counts.
        let number = LAST_NUMBER.fetch_add(1, Ordering::Relaxed) + 1;
        Self { number, path, region: None }
    }

    /// Its name, without its folder.
    pub(crate) fn name(&self) -> String {
        name(&self.path)
    }
}

/// A file's name without its folder.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

impl RecentFiles {
    /// The files that the settings remember.
    pub(crate) fn new(paths: &[PathBuf]) -> Self {
        let mut files: Vec<RecentFile> = Vec::new();
        for path in paths {
            if files.len() < MAX_RECENT && files.iter().all(|file| file.path != *path) {
                files.push(RecentFile::new(path.clone()));
            }
        }
        Self { files }
    }

    /// All of them, newest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &RecentFile> {
        self.files.iter()
    }

    /// What the settings remember.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().map(|file| file.path.clone()).collect()
    }

    /// Notes that a file is played. One that is known keeps its number and its loop.
    pub(crate) fn played(&mut self, path: &Path) {
        let known = self.files.iter().position(|file| file.path == path);
        let file = known.map_or_else(|| RecentFile::new(path.to_owned()), |index| self.files.remove(index));
        self.files.insert(0, file);
        self.files.truncate(MAX_RECENT);
    }

    /// The file with this number.
    pub(crate) fn path(&self, number: u64) -> Option<&Path> {
        self.files.iter().find(|file| file.number == number).map(|file| file.path.as_path())
    }

    /// Forgets a file that is gone.
    pub(crate) fn forget(&mut self, path: &Path) {
        self.files.retain(|file| file.path != path);
    }

    /// Loops these frames of a file, counted at this rate in Hz, or all of it.
    pub(crate) fn set_loop(&mut self, path: &Path, region: Option<[u64; 2]>, sample_rate: u32) {
        if let Some(file) = self.files.iter_mut().find(|file| file.path == path) {
            file.region = region.map(|region| (region, sample_rate));
        }
    }

    /// The frames of a file that are looped, counted at this rate in Hz, if not all of its `length` frames.
    pub(crate) fn region(&self, path: &Path, sample_rate: u32, length: u64) -> Option<[u64; 2]> {
        let (region, rate) = self.files.iter().find(|file| file.path == path)?.region?;
        let at_rate = |frame: u64| {
            let scaled = u128::from(frame) * u128::from(sample_rate) / u128::from(rate.max(1));
            u64::try_from(scaled).unwrap_or(u64::MAX).min(length)
        };
        let [from, to] = region.map(at_rate);
        (from < to).then_some([from, to])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_come_first_and_no_number_is_given_twice() {
        let path = |number: usize| PathBuf::from(format!("/sounds/{number}.wav"));
        let mut recent = RecentFiles::new(&[path(1), path(2), path(1)]);
        assert_eq!(recent.paths(), [path(1), path(2)]);
        let mut numbers: Vec<u64> = recent.iter().map(|file| file.number).collect();
        let second = numbers[1];
        recent.played(&path(2));
        assert_eq!((recent.paths(), recent.path(second)), (vec![path(2), path(1)], Some(path(2).as_path())));
        recent.forget(&path(2));
        assert_eq!(recent.path(second), None);
        recent.played(&path(2));
        assert_eq!(recent.path(second), None, "a file that came back has another number");
        for number in 3..30 {
            recent.played(&path(number));
            numbers.push(recent.iter().next().expect("one").number);
        }
        assert_eq!(recent.paths(), (22..30).rev().map(path).collect::<Vec<_>>());
        let other = RecentFiles::new(&[path(29)]);
        numbers.push(other.iter().next().expect("one").number);
        let count = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), count);
        for foreign in [0, numbers[count - 1], u64::MAX] {
            assert_eq!(recent.path(foreign), None);
        }
        assert_eq!(recent.iter().next().expect("one").name(), "29.wav");
    }

    #[test]
    fn a_loop_stays_with_its_file_at_every_rate() {
        let (one, two) = (Path::new("/a.wav"), Path::new("/b.wav"));
        let mut recent = RecentFiles::new(&[]);
        recent.played(one);
        recent.set_loop(one, Some([4800, 9600]), 48_000);
        recent.set_loop(two, Some([1, 2]), 48_000);
        recent.played(two);
        recent.played(one);
        assert_eq!(recent.region(one, 48_000, 48_000), Some([4800, 9600]));
        assert_eq!(recent.region(one, 96_000, 96_000), Some([9600, 19_200]));
        assert_eq!(recent.region(one, 48_000, 5000), Some([4800, 5000]));
        assert_eq!(recent.region(one, 48_000, 4000), None);
        assert_eq!(recent.region(two, 48_000, 48_000), None);
        recent.set_loop(one, None, 48_000);
        assert_eq!(recent.region(one, 48_000, 48_000), None);
    }
}
