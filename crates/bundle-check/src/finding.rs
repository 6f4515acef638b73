//! A finding: what is wrong, where, and which check found it.

use std::{fmt, fs, path::Path};

/// The subject of a check. Each has a planted fault in the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The keys of `Info.plist`.
    Info,
    /// The version and commit match the sources everywhere.
    Version,
    /// Each program contains both architectures.
    Architectures,
    /// Each program is for macOS, from the minimum version named in `Info.plist`.
    OldestSystem,
    /// Each program loads only the system's libraries, by their exact install names.
    Libraries,
    /// Each symbol that the programs import is in the library it is bound to, or in one that this library re-exports.
    Symbols,
    /// Each class that the programs look up by name is in a library that they load.
    Classes,
    /// Each message that the programs send is understood by some class.
    Messages,
    /// Every line of the tables is needed by some program.
    Tables,
    /// No program contains a folder name of the computer that built it.
    Leftovers,
    /// There is a signature, it can be read, and it belongs to this program.
    Signature,
    /// The signature's hash of each page of a program matches.
    Pages,
    /// The signature's hashes of files and data that belong to a program match: `Info.plist`, resources, entitlements.
    Slots,
    /// The hardened runtime is on.
    HardenedRuntime,
    /// Each program has the permissions in the recipe, and no others.
    Entitlements,
    /// The bundle's files are the sealed ones.
    Resources,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check that found it.
    pub check: Check,
    /// The file inside the app, and the architecture if only one is affected.
    pub place: String,
    /// What is wrong, as a sentence without its full stop.
    pub words: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}: {}", self.check, self.place, self.words)
    }
}

/// Collects findings.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) all: Vec<Finding>,
}

impl Findings {
    pub(crate) fn add(&mut self, check: Check, place: &str, words: impl Into<String>) {
        self.all.push(Finding { check, place: place.into(), words: words.into() });
    }

    /// Reads a file of the app, which must exist.
    pub(crate) fn read(&mut self, app: &Path, inside: &str) -> Option<Vec<u8>> {
        fs::read(app.join(inside))
            .map_err(|error| self.add(Check::Resources, inside, format!("can't be read: {error}")))
            .ok()
    }
}
