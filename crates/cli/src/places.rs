//! Places in source files, as compilers and panics name them: `path:line:column`. Everywhere they are shown relative to
//! the project's folder.

use std::{
    borrow::Cow,
    ops::Range,
    path::{Component, Path, PathBuf},
};
use wavecraft_companion_protocol::session::Place;

/// How many beginnings of a path are tried before a place: a path may contain spaces.
const MOST_BEGINNINGS: usize = 32;
/// How many places of one text are looked at.
const MOST_PLACES: usize = 64;
/// What may stand before a path.
const BEFORE: [char; 9] = [' ', '\t', '(', '[', '<', '`', '\'', '"', '='];

/// Where the files of a project's messages are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Places {
    /// The project's folder.
    project: PathBuf,
    /// The folders that paths may be relative to, the likeliest first.
    bases: Vec<PathBuf>,
}

/// A text whose places are relative to the project's folder, and these places in their order.
#[derive(Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) text: String,
    pub(crate) places: Vec<Place>,
}

/// A place in a text.
struct Found {
    /// What names it.
    range: Range<usize>,
    place: Place,
}

impl Places {
    /// Those of a project whose package is in `package`, a member of the workspace in `workspace`: cargo runs the
    /// compiler in the workspace's folder.
    pub(crate) fn new(project: &Path, workspace: &Path, package: &Path) -> Self {
        let bases = [workspace, package, project].map(Path::to_owned);
        Self { project: project.canonicalize().unwrap_or_else(|_| project.to_owned()), bases: bases.into() }
    }

    /// `text` with the places of existing files relative to the project's folder, or absolute if they are outside. The
    /// text may have colours, and no other control sequences.
    pub(crate) fn told(&self, text: &str) -> Told {
        let (mut told, mut end) = (String::with_capacity(text.len()), 0);
        let mut places = Vec::new();
        for Found { range, place } in self.found(text) {
            told += &text[end..range.start];
            told += &format!("{}:{}:{}", place.file, place.line, place.column);
            end = range.end;
            places.push(place);
        }
        told += &text[end..];
        Told { text: told, places }
    }

    /// `text` with each place made a hyperlink (OSC 8) to its file.
    pub(crate) fn linked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let found = self.found(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut linked, mut end) = (String::with_capacity(2 * text.len()), 0);
        for Found { range, place } in found {
            let name = &text[range.clone()];
            linked += &text[end..range.start];
            linked += &format!("\u{1b}]8;;file://{}\u{1b}\\{name}\u{1b}]8;;\u{1b}\\", in_url(&place.path));
            end = range.end;
        }
        linked += &text[end..];
        Cow::Owned(linked)
    }

    fn found(&self, text: &str) -> Vec<Found> {
        let (mut found, mut from) = (Vec::new(), 0);
        let (mut at, mut left) = (0, MOST_PLACES);
        while let Some(colon) = text[at..].find(':').map(|colon| at + colon) {
            at = colon + 1;
            let Some((line, behind)) = number(&text[at..]) else { continue };
            let Some((column, behind)) = behind.strip_prefix(':').and_then(number) else { continue };
            // Each is looked for on the disk.
            let Some(fewer) = left.checked_sub(1) else { break };
            left = fewer;
            let end = text.len() - behind.len();
            let place = beginnings(&text[from..colon]).find_map(|beginning| {
                let start = from + beginning;
                let (file, path) = self.file(&text[start..colon])?;
                Some(Found { range: start..end, place: Place { file, line, column, path } })
            });
            (from, at) = (end, end);
            found.extend(place);
        }
        found
    }

    /// The existing file that a text names: as it is told, and its absolute path.
    fn file(&self, name: &str) -> Option<(String, String)> {
        let file = self.bases.iter().map(|base| base.join(name)).find(|file| file.is_file())?;
        // In the project, whatever way leads to it.
        if let Some((real, inside)) = file.canonicalize().ok().and_then(|real| {
            let inside = real.strip_prefix(&self.project).ok()?.to_str()?.to_owned();
            Some((real, inside))
        }) {
            return Some((inside, real.to_str()?.to_owned()));
        }
        let absolute = straight(&file).to_str()?.to_owned();
        Some((absolute.clone(), absolute))
    }
}

/// The number that a text begins with, from 1, and the rest.
fn number(text: &str) -> Option<(u32, &str)> {
    let digits = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let (number, behind) = text.split_at(digits);
    Some((number.parse().ok().filter(|number| *number > 0)?, behind))
}

/// Where in `text` a path that ends with it may begin: the longest first.
fn beginnings(text: &str) -> impl Iterator<Item = usize> {
    let line = text.rfind('\n').map_or(0, |end| end + 1);
    let mut colour = false;
    let after = text.char_indices().filter_map(move |(at, char)| {
        colour |= char == '\u{1b}';
        // A colour ends with an m.
        let ends = BEFORE.contains(&char) || colour && char == 'm';
        colour &= char != 'm';
        (ends && !colour && at >= line).then_some(at + char.len_utf8())
    });
    let starts: Vec<usize> = std::iter::once(line).chain(after).collect();
    let few = starts.len().saturating_sub(MOST_BEGINNINGS);
    let text = text.to_owned();
    starts.into_iter().skip(few).filter(move |start| {
        let name = &text[*start..];
        !name.is_empty() && !name.starts_with(char::is_whitespace) && !name.contains('\u{1b}')
    })
}

/// The path without `.` and `..`, by its names alone.
fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(straight.pop()),
            other => straight.push(other),
        }
    }
    straight
}

/// A path as it stands in a URL (RFC 3986, sections 2.1 and 3.3).
fn in_url(path: &str) -> String {
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(&byte);
    path.bytes()
        .map(|byte| if stays(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    struct World {
        _dir: tempfile::TempDir,
        root: PathBuf,
        places: Places,
    }

    /// A project in `my dsp`, and a package beside it.
    fn world() -> World {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let project = root.join("my dsp");
        for file in ["my dsp/engine/src/lib.rs", "my dsp/sdk/link.rs", "shared/src/späte datei.rs"] {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), "").unwrap();
        }
        let engine = project.join("engine");
        World { _dir: dir, root, places: Places::new(&project, &engine, &engine) }
    }

    #[test]
    fn places_begin_at_the_project() {
        let World { _dir, root, places } = world();
        let told = |text: &str| places.told(text).text;
        for (said, shown) in [
            ("panicked at src/lib.rs:3:9: index 4:1:2", "panicked at engine/src/lib.rs:3:9: index 4:1:2"),
            ("  --> src/lib.rs:3:9", "  --> engine/src/lib.rs:3:9"),
            ("  --> engine/src/lib.rs:3:9", "  --> engine/src/lib.rs:3:9"),
            (
                "a\n --> src/lib.rs:1:2\n ::: src/lib.rs:3:4",
                "a\n --> engine/src/lib.rs:1:2\n ::: engine/src/lib.rs:3:4",
            ),
            (
                "\u{1b}[1m\u{1b}[94m--> \u{1b}[0msrc/lib.rs:3:9",
                "\u{1b}[1m\u{1b}[94m--> \u{1b}[0mengine/src/lib.rs:3:9",
            ),
        ] {
            assert_eq!(told(said), shown);
        }
        let inside = root.join("my dsp/sdk/link.rs").display().to_string();
        assert_eq!(told(&format!("at {inside}:7:1)")), "at sdk/link.rs:7:1)", "absolute, with a space");
        for other in [
            "at /rustc/abc/core/slice.rs:1:2: x",
            "src/lib.rs",
            "src/lib.rs:x:1",
            "a  b",
            "",
            "src/lib.rs:0:1",
        ] {
            assert_eq!(told(other), other);
        }
    }

    #[test]
    fn a_place_outside_is_absolute() {
        let World { _dir, root, places } = world();
        let file = root.join("shared/src/späte datei.rs").display().to_string();
        for said in [format!("  --> {file}:2:8"), "  --> ../../shared/src/späte datei.rs:2:8".to_owned()] {
            let Told { text, places } = places.told(&said);
            assert_eq!(text, format!("  --> {file}:2:8"));
            assert_eq!(places, [Place { file: file.clone(), line: 2, column: 8, path: file.clone() }]);
        }
    }

    #[test]
    fn a_link_holds_the_whole_path_and_shows_the_place() {
        let World { _dir, root, places } = world();
        let path = in_url(&root.join("my dsp/engine/src/lib.rs").display().to_string());
        assert!(path.contains("my%20dsp"), "{path}");
        assert_eq!(
            places.linked("--> engine/src/lib.rs:3:9 |"),
            format!("--> \u{1b}]8;;file://{path}\u{1b}\\engine/src/lib.rs:3:9\u{1b}]8;;\u{1b}\\ |")
        );
        assert!(matches!(places.linked("http://127.0.0.1:5173/"), Cow::Borrowed(_)));
        assert_eq!(in_url("/ä#?%"), "/%C3%A4%23%3F%25");
    }
}
