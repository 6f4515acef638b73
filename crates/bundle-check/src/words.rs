//! Texts in a program that may be the name of a class or a message.
//!
//! objc2 looks classes and messages up by name when they are first used, so neither is an import. The names are stored
//! among the program's other zero-terminated texts, in one section; messages from a compiler's own code are in another.

use crate::program::Slice;
use object::{Endianness, Object, ObjectSection, macho::MachHeader64, read::macho::MachOFile};
use std::collections::BTreeSet;

/// The sections that contain such texts.
const SECTIONS: [&str; 3] = ["__cstring", "__objc_methname", "__objc_classname"];

/// A text that has the form of a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Word {
    /// `NSStatusBar`: a capital letter first, and no colon.
    Class(String),
    /// `init`, `setTitle:`, `application:openURLs:`.
    Message(String),
}

impl Word {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Class(text) | Self::Message(text) => text,
        }
    }

    fn read(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let first = text.trim_start_matches('_').chars().next()?;
        let is_word =
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'$'));
        if !is_word || !first.is_ascii_alphabetic() {
            return None;
        }
        // A text with a colon inside also ends with one.
        match (text.contains(':'), text.ends_with(':') && !text.contains("::")) {
            (false, _) if first.is_ascii_uppercase() => Some(Self::Class(text.into())),
            (false, _) | (true, true) => Some(Self::Message(text.into())),
            (true, false) => None,
        }
    }
}

/// All such texts in a program.
pub(crate) fn words(slice: &Slice<'_>) -> anyhow::Result<BTreeSet<Word>> {
    let file = MachOFile::<MachHeader64<Endianness>>::parse(slice.data)?;
    let mut words = BTreeSet::new();
    for section in file.sections() {
        if SECTIONS.contains(&section.name()?) {
            words.extend(section.data()?.split(|byte| *byte == 0).filter_map(Word::read));
        }
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::Word;

    #[test]
    fn names_are_told_from_other_text() {
        let message = |text: &str| Some(Word::Message(text.into()));
        for text in ["init", "setTitle:", "application:openURLs:", "_setX:", "initWithX:y:"] {
            assert_eq!(Word::read(text.as_bytes()), message(text), "{text}");
        }
        for text in ["NSObject", "_NSThing", "WindowDelegate"] {
            assert_eq!(Word::read(text.as_bytes()), Some(Word::Class(text.into())), "{text}");
        }
        for text in ["", "_", "v24@0:8", "a b", "a.rs", "core::fmt", "x:y", "9lives", "caf\u{e9}", "-"] {
            assert_eq!(Word::read(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Word::read(b"\xff"), None);
    }
}
