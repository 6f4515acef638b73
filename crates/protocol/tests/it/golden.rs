//! The golden files: one for each message, every line a message as it goes over the wire.

use std::{fs, path::PathBuf};

/// Whose messages.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Socket {
    Control,
    Browser,
}

impl Socket {
    fn folder(self) -> PathBuf {
        let name = match self {
            Self::Control => "control",
            Self::Browser => "browser",
        };
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(name)
    }

    /// The names of all files, sorted.
    pub(crate) fn names(self) -> Vec<String> {
        let entries = fs::read_dir(self.folder()).expect("the folder");
        let name =
            |path: PathBuf| path.file_stem().expect("a name").to_str().expect("a plain name").to_owned();
        let mut names: Vec<String> = entries.map(|entry| name(entry.expect("an entry").path())).collect();
        names.sort();
        names
    }

    /// The lines of one.
    pub(crate) fn lines(self, name: &str) -> Vec<String> {
        let path = self.folder().join(name).with_extension("jsonl");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        text.lines().map(str::to_owned).collect()
    }

    /// A method's example: a request and its answer.
    pub(crate) fn example(self, method: &str) -> [String; 2] {
        let lines = self.lines(method);
        lines.try_into().unwrap_or_else(|lines| panic!("{method}: a request and its answer, not {lines:?}"))
    }
}
