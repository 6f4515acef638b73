//! The files as last seen, and which of them have changed.
//!
//! Events only say where to look: they come late, twice, merged, from before the start, for a folder instead of its
//! files, or with a flag instead of a path, differently on each system. What counts is what is on the disk.

use super::inputs::{Inputs, Weight};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A guessed file with this many points against it no longer counts, until something else changes.
const POINTS: u32 = 8;
/// Points for a build whose result was the same as before.
const VAIN: u32 = 4;
/// Points for a build that began soon after the last: something writes continuously.
const RESTLESS: u32 = 1;

/// The state of a file at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The modification time; cargo goes by this.
    pub(crate) written: SystemTime,
    /// Its length in bytes.
    pub(crate) len: u64,
    /// The inode number: it differs if another file has taken its place.
    pub(crate) inode: u64,
    /// The change time of the file's contents or metadata, in nanoseconds since 1970. No program can set it.
    pub(crate) touched: i128,
}

impl Stamp {
    fn same_file(&self, other: &Self) -> bool {
        (self.written, self.len, self.inode) == (other.written, other.len, other.inode)
    }
}

/// Access to the files as they are now.
pub(crate) trait Files {
    /// The file's current stamp, following links; `None` if there is no such file.
    fn stamp(&self, path: &Path) -> Option<Stamp>;
    /// A hash of its content; `None` if it can't be read.
    fn digest(&self, path: &Path) -> Option<u64>;
    /// Whether it is a folder.
    fn is_folder(&self, path: &Path) -> bool;
    /// The files in a folder and in everything below that can hold sources.
    fn below(&self, folder: &Path, inputs: &Inputs) -> Vec<PathBuf>;
    /// Whether a folder is marked as containing only files that can be regenerated.
    fn is_cache(&self, folder: &Path) -> bool;
}

/// A change that counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    /// The file.
    pub(crate) path: PathBuf,
    /// Whether the program is known to depend on it.
    pub(crate) certain: bool,
    /// Whether its content is new but its time is from before the last build: cargo takes it for unchanged.
    pub(crate) unseen_by_cargo: bool,
}

/// The situation in which the files are compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct When {
    /// A build is running: cargo writes the lock file, and scripts may write sources.
    pub(crate) building: bool,
    /// When the last build began.
    pub(crate) built: SystemTime,
}

/// The files as they were when they were last checked.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    known: BTreeMap<PathBuf, Known>,
    vain: BTreeMap<PathBuf, u32>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    stamp: Stamp,
    /// The content's hash, for files that certainly count; `None` until it is known.
    digest: Option<u64>,
}

impl Seen {
    /// Records the current state of what wasn't checked before: all files if `earlier` had no folder, and those that a
    /// build has read. But a file touched since that build began may not be what the build read: it is left for the
    /// next [`changes`](Self::changes) to report, as is a known file that has changed by now.
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

    /// Whether the file's stamp differs from that at the last check.
    pub(crate) fn differs(&self, path: &Path, files: &impl Files) -> bool {
        self.known.get(path).map(|known| known.stamp) != files.stamp(path)
    }

    /// Checks where `hints` say, including below folders, and returns the changes that count. Each change is returned
    /// once.
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
            // Files below a folder that is gone, or is a file now.
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
            // A log would interrupt each build before it shows that the log has no effect. It is checked again after
            // this one.
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
            // A save without a change counts as a save. But not if a script writes a source while cargo runs.
            Weight::Certain => {
                if same_content {
                    !same_file && !when.building
                } else {
                    // Without a recorded hash the stamp decides.
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

    /// Judges the changes that caused a build by its result: whether it is the `same` as before. `soon`: it began soon
    /// after the one before. Returns the files that no longer count.
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

/// The time since 1970, as in a [`Stamp`].
fn nanoseconds(time: SystemTime) -> i128 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_nanos().try_into().unwrap_or(i128::MAX)
}

/// Whether it is in a package's folder whose contents can be regenerated, such as another cargo's.
fn in_cache(path: &Path, inputs: &Inputs, files: &impl Files) -> bool {
    let top = inputs.tops().filter(|top| path.starts_with(top)).min_by_key(|top| top.as_os_str().len());
    let Some(top) = top else { return false };
    path.ancestors().skip(1).take_while(|folder| *folder != top).any(|folder| files.is_cache(folder))
}

#[cfg(test)]
mod tests;
