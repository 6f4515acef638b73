//! What is wrong, where, and which check saw it.

use std::{fmt, fs, path::Path};

/// What was looked at. Each has a planted fault in the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The keys of `Info.plist`.
    Info,
    /// The version and commit are those of the sources, everywhere.
    Version,
    /// Both architectures are in each program.
    Architectures,
    /// Each program is for macOS, from the oldest one that `Info.plist` names.
    OldestSystem,
    /// Each program loads the system's libraries only, by their exact install names.
    Libraries,
    /// Each symbol that the programs import is in the library that it is bound to, or in one which that re-exports.
    Symbols,
    /// Each class that the programs look up by its name is in a library that they load.
    Classes,
    /// Each message that the programs send is one that somebody's class has.
    Messages,
    /// The tables have no line that no program needs.
    Tables,
    /// No folder of the computer that built it is in a program.
    Leftovers,
    /// There is a signature, it can be read, and it is this program's.
    Signature,
    /// The signature's hash of each page of a program.
    Pages,
    /// The signature's hashes of what belongs to a program: `Info.plist`, resources, entitlements.
    Slots,
    /// The hardened runtime is on.
    HardenedRuntime,
    /// Each program may do what the recipe says, and nothing else.
    Entitlements,
    /// The bundle's files are those that were sealed.
    Resources,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which check saw it.
    pub check: Check,
    /// The file inside of the app, and the architecture where only one is meant.
    pub place: String,
    /// What is wrong, as a sentence without its full stop.
    pub words: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}: {}", self.check, self.place, self.words)
    }
}

/// Collects what is wrong.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) all: Vec<Finding>,
}

impl Findings {
    pub(crate) fn add(&mut self, check: Check, place: &str, words: impl Into<String>) {
        self.all.push(Finding { check, place: place.into(), words: words.into() });
    }

    /// A file of the app, which must be there.
    pub(crate) fn read(&mut self, app: &Path, inside: &str) -> Option<Vec<u8>> {
        fs::read(app.join(inside))
            .map_err(|error| self.add(Check::Resources, inside, format!("can't be read: {error}")))
            .ok()
    }
}
