//! What this command wrote into a project: a list of the files that are the SDK's, with their hashes. A later
//! `wavecraft update` sees by it what was changed by hand.

use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt::Write,
    path::{Component, Path},
};
use toml_edit::{DocumentMut, Item};

/// Where the list is in a project.
pub(crate) const FILE: &str = "sdk/written.toml";

const HEADING: &str = "\
# The files that are the SDK's, as `wavecraft` wrote them (SHA-256). By this list `wavecraft update` knows which were
# changed by hand since: commit it, and don't edit it.
";

/// The folders, and outside of them the files, that a list may name.
const PLACES: [&str; 3] = ["sdk", "ui/src/wavecraft", "ui/src/testing"];
const ALONE: &str = "ui/src/wavecraft.ts";

/// The list: paths relative to the project, with `/`, and the hashes of what was written there, as hexadecimal digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Written(pub(crate) BTreeMap<String, String>);

impl Written {
    /// The list of these files.
    pub(crate) fn of(files: &[(String, Cow<'static, [u8]>)]) -> Self {
        Self(files.iter().map(|(path, content)| (path.clone(), hash(content))).collect())
    }

    /// The list's text, by its own path in the project.
    pub(crate) fn file(&self) -> (String, Cow<'static, [u8]>) {
        let mut text = format!("{HEADING}version = \"{}\"\n\n[files]\n", env!("CARGO_PKG_VERSION"));
        for (path, hash) in &self.0 {
            // A string's capacity is its only limit.
            let _ = writeln!(text, "\"{path}\" = \"{hash}\"");
        }
        (FILE.into(), text.into_bytes().into())
    }

    /// Reads a list's text.
    ///
    /// # Errors
    /// What is wrong with it. A list is a file that anybody may have changed: it may only name files of the SDK.
    pub(crate) fn read(text: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
        let document: DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
        let files = document.get("files").and_then(Item::as_table_like).ok_or("it has no [files]")?;
        let entry = |(path, item): (&str, &Item)| match item.as_str() {
            _ if !is_ours(path) => Err(format!("`{path}` is no file of the SDK")),
            Some(hash) if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok((path.to_owned(), hash.to_ascii_lowercase()))
            }
            _ => Err(format!("`{path}` has no hash")),
        };
        files.iter().map(entry).collect::<Result<_, _>>().map(Self)
    }
}

/// The SHA-256 of a content, as hexadecimal digits.
pub(crate) fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// Whether a path leads to a file that is the SDK's, and not out of the project or to another one of it.
fn is_ours(path: &str) -> bool {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let inside =
        |place: &str| path.strip_prefix(place).is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'));
    plain
        && path != FILE
        && !path.contains(char::is_control)
        && (path == ALONE || PLACES.iter().any(|place| inside(place)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_back() {
        let files = [("sdk/ring/src/lib.rs".to_owned(), Cow::Borrowed(b"abc".as_slice()))];
        let list = Written::of(&files);
        let (path, text) = list.file();
        assert_eq!(path, FILE);
        assert_eq!(Written::read(&text), Ok(list.clone()));
        // The standard's own example (FIPS 180-4).
        let digits = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(list.0["sdk/ring/src/lib.rs"], digits);
    }

    #[test]
    fn a_list_names_nothing_but_the_sdks_files() {
        let list = |path: &str, hash: &str| format!("[files]\n'{path}' = '{hash}'\n");
        let digits = "0".repeat(64);
        for path in ["sdk/a", "ui/src/wavecraft/a.ts", "ui/src/wavecraft.ts", "ui/src/testing/fakeServer.ts"]
        {
            assert!(Written::read(list(path, &digits).as_bytes()).is_ok(), "{path}");
        }
        for path in [
            "../a",
            "sdk/../engine/src/lib.rs",
            "/etc/passwd",
            "engine/src/lib.rs",
            "sdk",
            "sdk/",
            "sdkx/a",
            FILE,
            "",
            "ui/src/App.tsx",
        ] {
            let error = Written::read(list(path, &digits).as_bytes()).expect_err(path);
            assert!(error.contains("no file of the SDK"), "{path}: {error}");
        }
        for text in ["", "[", "files = 1", &list("sdk/a", "12"), &list("sdk/a", &"g".repeat(64))] {
            assert!(Written::read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
