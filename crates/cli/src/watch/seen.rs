//! What was seen of the files so far, and what is another now.
//!
//! Events say where to look, and nothing else: they come late, twice, put together, of before the start, for a folder in
//! place of its files, or with a flag in place of a path, differently on each system. What counts is what is there.

use super::inputs::{Inputs, Weight};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A guessed file with this many points against it doesn't count any more, until something else changes.
const POINTS: u32 = 8;
/// Points for a build whose result was the same as before.
const VAIN: u32 = 4;
/// Points for a build that began soon after the last: something writes all the time.
const RESTLESS: u32 = 1;

/// A file at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// When it was written, as it says; what cargo goes by.
    pub(crate) written: SystemTime,
    /// Its length in bytes.
    pub(crate) len: u64,
    /// Its number on its disk: another where another file has taken its place.
    pub(crate) inode: u64,
    /// When the system saw a change of it or of what is said about it, in nanoseconds since 1970. Nobody can choose that.
    pub(crate) touched: i128,
}

impl Stamp {
    fn same_file(&self, other: &Self) -> bool {
        (self.written, self.len, self.inode) == (other.written, other.len, other.inode)
    }
}

/// The files, as they are.
pub(crate) trait Files {
    /// The file now, by way of links; `None` if there is no such file.
    fn stamp(&self, path: &Path) -> Option<Stamp>;
    /// Its content in short; `None` if it can't be read.
    fn digest(&self, path: &Path) -> Option<u64>;
    /// Is it a folder?
    fn is_folder(&self, path: &Path) -> bool;
    /// The files of a folder and of all below that can hold sources.
    fn below(&self, folder: &Path, inputs: &Inputs) -> Vec<PathBuf>;
    /// Does a folder say of itself that all in it can be made anew?
    fn is_cache(&self, folder: &Path) -> bool;
}

/// A change that counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    /// The file.
    pub(crate) path: PathBuf,
    /// Whether the program is known to depend on it.
    pub(crate) certain: bool,
    /// It has other content, and a time from before the last build: cargo takes it for unchanged.
    pub(crate) unseen_by_cargo: bool,
}

/// When the files are compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct When {
    /// A build runs: cargo writes the lock file, and scripts may write sources.
    pub(crate) building: bool,
    /// When the last build began.
    pub(crate) built: SystemTime,
}

/// The files as they were when they were looked at last.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    known: BTreeMap<PathBuf, Known>,
    vain: BTreeMap<PathBuf, u32>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    stamp: Stamp,
    /// The content, of files that count for certain; none before that is known.
    digest: Option<u64>,
}

impl Seen {
    /// Looks at what wasn't looked at before, and takes it as it is: all files where `earlier` had no folder, and those that
    /// a build has read. But what was touched since that build began may not be what it read: it is left to be told by the next
    /// [`changes`](Self::changes), as is what is known already and another by now.
    pub(crate) fn learn(&mut self, inputs: &Inputs, earlier: &Inputs, built: SystemTime, files: &impl Files) {
        let known_top = |top: &&Path| !earlier.tops().any(|earlier| top.starts_with(earlier));
        let listed = inputs.tops().filter(known_top).flat_map(|top| files.below(top, inputs));
        let named = inputs.files.iter().chain(&inputs.lock).filter(|path| !earlier.files.contains(*path));
        for path in listed.chain(named.cloned()) {
            let Some(stamp) = files.stamp(&path) else { continue };
            if stamp.touched <= nanoseconds(built) {
                self.known.entry(path).or_insert(Known { stamp, digest: None });
            }
        }
        for path in inputs.files.iter().filter(|path| inputs.weight(path) == Weight::Certain) {
            let Some(known) = self.known.get_mut(path).filter(|known| known.digest.is_none()) else {
                continue;
            };
            if files.stamp(path) == Some(known.stamp) {
                known.digest = files.digest(path);
            }
        }
    }

    /// Whether the file's stamp differs from when it was looked at last.
    pub(crate) fn differs(&self, path: &Path, files: &impl Files) -> bool {
        self.known.get(path).map(|known| known.stamp) != files.stamp(path)
    }

    /// Looks where `hints` say, also below folders, and returns what changed and counts. Each change is returned once.
    pub(crate) fn changes(
        &mut self,
        hints: &BTreeSet<PathBuf>,
        inputs: &Inputs,
        files: &impl Files,
        when: When,
    ) -> BTreeSet<Change> {
        let mut paths = BTreeSet::new();
        for hint in hints {
            if files.is_folder(hint) {
                paths.extend(files.below(hint, inputs));
            }
            // What was below a folder that is gone, or is a file now.
            paths.extend(
                self.known
                    .range(hint.clone()..)
                    .map(|(path, _)| path)
                    .take_while(|path| path.starts_with(hint))
                    .cloned(),
            );
            paths.extend(inputs.files_below(hint).cloned());
            paths.insert(hint.clone());
        }
        paths.into_iter().filter_map(|path| self.change(path, inputs, files, when)).collect()
    }

    fn change(&mut self, path: PathBuf, inputs: &Inputs, files: &impl Files, when: When) -> Option<Change> {
        let weight = inputs.weight(&path);
        let before = self.known.get(&path).copied();
        let Some(stamp) = files.stamp(&path) else {
            let gone = self.known.remove(&path).is_some();
            let counts = match weight {
                Weight::Certain => gone,
                Weight::Guess => gone && !self.is_vain(&path),
                Weight::Lock => gone && !when.building,
                Weight::Nothing | Weight::IfNew => false,
            };
            return counts.then_some(Change {
                path,
                certain: weight != Weight::Guess,
                unseen_by_cargo: false,
            });
        };
        if weight == Weight::Guess && when.building && before.is_some() {
            // A log would end each build before it shows that nothing comes of it. It is looked at again after this one.
            return None;
        }
        let digest = (weight == Weight::Certain).then(|| files.digest(&path)).flatten();
        self.known.insert(path.clone(), Known { stamp, digest });
        let same_content = digest.is_some() && before.is_some_and(|before| before.digest == digest);
        let same_file = before.is_some_and(|before| before.stamp.same_file(&stamp));
        let counts = match weight {
            Weight::Nothing => false,
            Weight::IfNew => before.is_none() && !in_cache(&path, inputs, files),
            Weight::Guess => !same_file && !self.is_vain(&path) && !in_cache(&path, inputs, files),
            Weight::Lock => !same_file && !when.building,
            // A save without a change is a save. But not a script's that writes a source while cargo runs.
            Weight::Certain => {
                if same_content {
                    !same_file && !when.building
                } else {
                    // Content that nobody took note of goes by the stamp.
                    !same_file || before.is_some_and(|before| before.digest.is_some())
                }
            }
        };
        let unseen_by_cargo = weight == Weight::Certain && !same_content && stamp.written <= when.built;
        counts.then_some(Change { path, certain: !matches!(weight, Weight::Guess), unseen_by_cargo })
    }

    fn is_vain(&self, path: &Path) -> bool {
        self.vain.get(path).is_some_and(|points| *points >= POINTS)
    }

    /// Judges the changes that caused a build by its result: the `same` as before, or another. `soon`: it began soon after
    /// the one before. Returns the files that don't count any more from now on.
    pub(crate) fn judge(&mut self, reasons: &BTreeSet<Change>, same: bool, soon: bool) -> Vec<PathBuf> {
        if reasons.iter().any(|change| change.certain) {
            if !same {
                self.vain.clear();
            }
            return Vec::new();
        }
        let mut left_out = Vec::new();
        for Change { path, .. } in reasons {
            let before = self.vain.get(path).copied().unwrap_or_default();
            let points = match (same, soon) {
                (true, _) => before + VAIN,
                (false, true) => before + RESTLESS,
                (false, false) => 0,
            };
            self.vain.insert(path.clone(), points);
            if before < POINTS && points >= POINTS {
                left_out.push(path.clone());
            }
        }
        left_out
    }

    /// cargo wrote the lock file itself.
    pub(crate) fn learn_lock(&mut self, inputs: &Inputs, files: &impl Files) {
        let Some(lock) = &inputs.lock else { return };
        match files.stamp(lock) {
            Some(stamp) => drop(self.known.insert(lock.clone(), Known { stamp, digest: None })),
            None => drop(self.known.remove(lock)),
        }
    }
}

/// Since 1970, as a [`Stamp`] has it.
fn nanoseconds(time: SystemTime) -> i128 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_nanos().try_into().unwrap_or(i128::MAX)
}

/// Is it in a folder of a package that can be made anew, as another cargo's?
fn in_cache(path: &Path, inputs: &Inputs, files: &impl Files) -> bool {
    let top = inputs.tops().filter(|top| path.starts_with(top)).min_by_key(|top| top.as_os_str().len());
    let Some(top) = top else { return false };
    path.ancestors().skip(1).take_while(|folder| *folder != top).any(|folder| files.is_cache(folder))
}

#[cfg(test)]
mod tests;
