//! The names of presets.

use std::fmt;

/// The most letters of a name.
pub const MAX_NAME_LETTERS: usize = 64;
/// The most bytes of a name: with its ending it is a file's name, of which disks take 255.
pub const MAX_NAME_BYTES: usize = 240;

/// Signs that a path, another system or a shell gives a meaning to.
const NOT_IN_NAMES: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];

/// The name of a preset: its file's name without the ending. Never a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why something is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Nothing, or spaces only.
    #[error("a preset needs a name: 1 to {MAX_NAME_LETTERS} letters")]
    Empty,
    /// More than a file's name has room for.
    #[error(
        "a preset's name has {MAX_NAME_LETTERS} letters and {MAX_NAME_BYTES} bytes at most: choose a shorter one"
    )]
    TooLong,
    /// A sign that no name has.
    #[error(
        "a preset's name can't have {0:?}: it is a name, and no path; none of / \\ : * ? \" < > | may be in it"
    )]
    Sign(char),
    /// A hidden file, or a folder.
    #[error("a preset's name can't begin with a dot: such a file is hidden")]
    BeginsWithDot,
    /// What some disks drop.
    #[error("a preset's name can't end with a dot")]
    EndsWithDot,
}

impl Name {
    /// Takes a name as a person writes it: spaces around it don't count.
    ///
    /// # Errors
    /// See [`BadName`].
    pub fn new(text: &str) -> Result<Self, BadName> {
        // Not after the signs: a newline around it isn't a space that a person meant.
        if let Some(sign) = text.chars().find(|sign| sign.is_control() || NOT_IN_NAMES.contains(sign)) {
            return Err(BadName::Sign(sign));
        }
        let name = text.trim();
        if name.is_empty() {
            return Err(BadName::Empty);
        }
        if name.chars().count() > MAX_NAME_LETTERS || name.len() > MAX_NAME_BYTES {
            return Err(BadName::TooLong);
        }
        if name.starts_with('.') {
            return Err(BadName::BeginsWithDot);
        }
        if name.ends_with('.') {
            return Err(BadName::EndsWithDot);
        }
        Ok(Self(name.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two names have in common that differ in case only, which on a Mac's disk are the same.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// Whether a Mac's disk takes both for the same.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self == other || self.folded() == other.folded()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_a_person_writes() {
        for name in ["Warm", "Warm & wide (2)", "Grün – 80%", "日本", "a.b", "-", "COM1", &"x".repeat(64)]
        {
            assert_eq!(Name::new(name).unwrap().as_str(), name);
        }
        assert_eq!(Name::new("  Warm ").unwrap().as_str(), "Warm");
        assert!(Name::new("WARM").unwrap().is(&Name::new("warm").unwrap()));
        assert!(!Name::new("Warm").unwrap().is(&Name::new("Warm 2").unwrap()));
    }

    #[test]
    fn nothing_that_leads_elsewhere_is_a_name() {
        for (text, bad) in [
            ("", BadName::Empty),
            ("   ", BadName::Empty),
            ("../a", BadName::Sign('/')),
            ("..", BadName::BeginsWithDot),
            (".", BadName::BeginsWithDot),
            (" .a", BadName::BeginsWithDot),
            ("/etc/passwd", BadName::Sign('/')),
            ("a\\b", BadName::Sign('\\')),
            ("c:", BadName::Sign(':')),
            ("a*", BadName::Sign('*')),
            ("a?", BadName::Sign('?')),
            ("a\"", BadName::Sign('"')),
            ("a<b", BadName::Sign('<')),
            ("a>b", BadName::Sign('>')),
            ("a|b", BadName::Sign('|')),
            ("a\0", BadName::Sign('\0')),
            ("a\n", BadName::Sign('\n')),
            ("\u{1b}[2J", BadName::Sign('\u{1b}')),
            ("a.", BadName::EndsWithDot),
            (&"x".repeat(65), BadName::TooLong),
            // 64 letters, 256 bytes.
            (&"\u{1f39b}".repeat(64), BadName::TooLong),
        ] {
            assert_eq!(Name::new(text), Err(bad), "{text:?}");
        }
    }
}
