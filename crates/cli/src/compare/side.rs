//! One of the two, as it was named.

use super::{documents, git::Revision, outcome::Named};
use crate::failure::Usage;
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};
use wavecraft_companion_analysis::survey::Document;

/// Endings of files: what has one and isn't there is no revision.
const ENDINGS: [&str; 7] = ["json", "wav", "wave", "flac", "mp3", "ogg", "oga"];

/// One of the two.
#[derive(Debug)]
pub(super) enum Side {
    /// The project as it is now.
    Now,
    /// A name for git.
    Revision(String),
    /// What was measured.
    Document {
        /// The file's name, as given.
        name: String,
        document: Box<Document>,
    },
    /// An audio file, as given.
    Sound(PathBuf),
}

impl Side {
    /// What a name means: a file if there is one, else a revision.
    ///
    /// # Errors
    /// The file can't be read, or there is none.
    pub(super) fn of(name: &str) -> anyhow::Result<Self> {
        let path = Path::new(name);
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match path.metadata() {
            Ok(there) if there.is_file() => {}
            Ok(there) if !there.is_dir() => {
                return Err(Usage(format!("{name} is no ordinary file: give a document or a sound")).into());
            }
            _ if ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) => {
                return Err(Usage(format!("there is no file {name}: check the path")).into());
            }
            _ => return Ok(Self::Revision(name.into())),
        }
        let mut first = [0; 64];
        let read = File::open(path).and_then(|mut file| file.read(&mut first));
        let count = read.map_err(|error| Usage(format!("{name} can't be read: {error}")))?;
        let text = first[..count].trim_ascii_start();
        if text.first() != Some(&b'{') {
            return Ok(Self::Sound(path.into()));
        }
        Ok(Self::Document { name: name.into(), document: Box::new(documents::read(path)?) })
    }

    pub(super) fn is_document(&self) -> bool {
        matches!(self, Self::Document { .. })
    }

    pub(super) fn is_sound(&self) -> bool {
        matches!(self, Self::Sound(_))
    }

    pub(super) fn is_build(&self) -> bool {
        matches!(self, Self::Now | Self::Revision(_))
    }

    pub(super) fn document(&self) -> Option<&Document> {
        match self {
            Self::Document { document, .. } => Some(document),
            _ => None,
        }
    }

    /// Its short name for the user.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Now => "the working copy".into(),
            Self::Revision(name) | Self::Document { name, .. } => name.clone(),
            Self::Sound(path) => path.display().to_string(),
        }
    }

    /// Its names, with what git knows of it.
    pub(super) fn named(self, revision: Option<&Revision>) -> Named {
        let kind = match &self {
            Self::Now => "workingCopy",
            Self::Revision(_) => "revision",
            Self::Document { .. } => "document",
            Self::Sound(_) => "sound",
        };
        Named { name: self.label(), kind, revision: revision.cloned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_is_in_it_and_anything_else_a_revision() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        assert!(Side::of(&file("sound", "RIFF")).unwrap().is_sound());
        let error = Side::of(&file("other.json", " {\"version\": 9}")).unwrap_err().to_string();
        assert!(error.contains("other.json") && error.contains("version 9"), "{error}");
        for name in ["HEAD", "-x", "a;b", "", &dir.path().display().to_string()] {
            assert!(matches!(Side::of(name).unwrap(), Side::Revision(text) if text == name), "{name}");
        }
        let error = Side::of("/nowhere/b.WAV").unwrap_err().to_string();
        assert!(error.contains("there is no file /nowhere/b.WAV"), "{error}");
        assert!(Side::of("/dev/null").is_err());
    }
}
