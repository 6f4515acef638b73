//! What a processor was seen to do in `process` that an audio thread must not. Nothing here finds it: whoever runs the processor sees
//! it, and it is kept, shown and compared with the figures.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourcePlace {
    /// The function, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The file.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
}

/// Something that was done at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// `allocation`, `free` or `systemCall`.
    pub kind: String,
    /// In words.
    pub what: String,
    /// The line that did it, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<SourcePlace>,
    /// Why the line isn't the author's own, or isn't known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_no_place: Option<String>,
    /// The function that the line called for it, if it isn't the author's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// How often.
    pub count: u64,
    /// In how many blocks.
    pub blocks: u64,
}

/// What and where: "allocates 96 bytes in src/saturator.rs:113 (Vec::push)". Without a line, why there is none.
impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(place) = &self.place {
            write!(f, " in {}:{}", place.file, place.line)?;
        }
        if let Some(through) = &self.through {
            write!(f, " ({through})")?;
        }
        self.why_no_place.as_ref().map_or(Ok(()), |why| write!(f, ": {why}"))
    }
}

/// All that was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InProcess {
    /// Whether anything was watched. If not, an empty list says nothing.
    pub watched: bool,
    /// Each place once, the most frequent first.
    pub violations: Vec<Done>,
    /// What wasn't watched, and why: a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unwatched: Vec<String>,
    /// How often something was done at places that there was no room for.
    #[serde(default)]
    pub elsewhere: u64,
}

impl InProcess {
    /// What this does that `before` didn't, if both were watched: the same kind of thing in the same function of the same file, by the
    /// same way, is the same, whatever its line is now.
    #[must_use]
    pub fn new_since<'a>(&'a self, before: &Self) -> Vec<&'a Done> {
        let is_same = |one: &Done, other: &Done| {
            let of = |done: &Done| {
                let place = done.place.as_ref();
                // Without a function the line is all that tells places of a file from each other.
                let line = place.filter(|place| place.function.is_none()).map(|place| place.line);
                (place.map(|place| (place.file.clone(), place.function.clone())), line)
            };
            (&one.kind, &one.through, of(one)) == (&other.kind, &other.through, of(other))
        };
        if !before.watched {
            return Vec::new();
        }
        self.violations.iter().filter(|new| !before.violations.iter().any(|old| is_same(new, old))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(function: Option<&str>, line: u32) -> Done {
        Done {
            kind: "allocation".into(),
            what: "allocates 96 bytes".into(),
            place: Some(SourcePlace { function: function.map(Into::into), file: "src/lib.rs".into(), line }),
            why_no_place: None,
            through: Some("Vec::push".into()),
            count: 3,
            blocks: 1,
        }
    }

    fn of(violations: Vec<Done>) -> InProcess {
        InProcess { watched: true, violations, ..InProcess::default() }
    }

    #[test]
    fn what_moved_by_a_few_lines_is_not_new_and_another_function_is() {
        let before = of(vec![done(Some("A::process"), 10), done(None, 5)]);
        let now = of(vec![
            done(Some("A::process"), 12),
            done(Some("B::process"), 40),
            done(None, 6),
            done(None, 5),
        ]);
        let lines: Vec<_> =
            now.new_since(&before).iter().map(|new| new.place.as_ref().unwrap().line).collect();
        assert_eq!(lines, [40, 6]);
        assert_eq!(done(None, 5).to_string(), "allocates 96 bytes in src/lib.rs:5 (Vec::push)");
        assert!(now.new_since(&InProcess::default()).is_empty(), "nobody watched the one before");
    }
}
