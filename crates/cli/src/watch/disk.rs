//! The files on the disk.

use super::{
    inputs::Inputs,
    seen::{Files, Stamp},
};
use std::{
    collections::BTreeSet,
    fs,
    hash::{DefaultHasher, Hasher},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// The file that marks a folder whose contents can all be regenerated: <https://bford.info/cachedir/>. cargo makes one
/// in each of its folders.
const TAG: &str = "CACHEDIR.TAG";
/// How much of a file is read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// The files on the disk.
pub(super) struct Disk;

impl Files for Disk {
    fn stamp(&self, path: &Path) -> Option<Stamp> {
        let meta = path.metadata().ok().filter(fs::Metadata::is_file)?;
        Some(Stamp {
            written: meta.modified().ok()?,
            len: meta.len(),
            inode: meta.ino(),
            touched: i128::from(meta.ctime()) * 1_000_000_000 + i128::from(meta.ctime_nsec()),
        })
    }

    fn digest(&self, path: &Path) -> Option<u64> {
        let mut hasher = DefaultHasher::new();
        let mut file = fs::File::open(path).ok()?;
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            match file.read(&mut piece) {
                Ok(0) => return Some(hasher.finish()),
                Ok(count) => hasher.write(piece.get(..count)?),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }

    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn below(&self, folder: &Path, inputs: &Inputs) -> Vec<PathBuf> {
        walk(folder, inputs).files
    }

    fn is_cache(&self, folder: &Path) -> bool {
        folder.join(TAG).is_file()
    }
}

/// The result of walking through a folder and everything below it that can hold sources.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The folder itself, and the folders in it.
    pub(super) folders: Vec<PathBuf>,
    /// All their files.
    pub(super) files: Vec<PathBuf>,
}

/// Walks through `folder` and what is below, following links, but visits each real folder once.
pub(super) fn walk(folder: &Path, inputs: &Inputs) -> Tree {
    let mut tree = Tree::default();
    let mut walked = BTreeSet::new();
    let mut next = vec![folder.to_path_buf()];
    while let Some(folder) = next.pop() {
        let is_top = inputs.tops().any(|top| top == folder);
        if !inputs.holds_sources(&folder) || (!is_top && Disk.is_cache(&folder)) {
            continue;
        }
        let Ok(real) = folder.canonicalize() else { continue };
        let Ok(entries) = folder.read_dir() else { continue };
        // A link upward would lead to the same tree again.
        if (real != folder && folder.starts_with(&real)) || !walked.insert(real) {
            continue;
        }
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                next.push(path);
            } else {
                tree.files.push(path);
            }
        }
        tree.folders.push(folder);
    }
    tree
}
