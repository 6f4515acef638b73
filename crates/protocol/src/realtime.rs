//! What a processor does in `process` that an audio thread must not: allocations, frees and system calls.
//!
//! A child tells addresses, as it has nothing that could read its own line tables; the side that built the program turns them into
//! places in the source.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The environment variable that asks a child to watch itself while `process` runs, set to `1`. A child without it watches nothing
/// and sends none of these messages.
pub const WATCH_VARIABLE: &str = "WAVECRAFT_WATCH";

/// The most places that a child tells of. What happens at any other place is counted only.
pub const MAX_PLACES: usize = 64;

/// The most frames of one place, innermost first.
pub const MAX_FRAMES: usize = 32;

/// What was done in `process`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Act {
    /// Memory was requested, or a piece of it was resized.
    Allocation {
        /// The bytes asked for the first time.
        bytes: u64,
    },
    /// Memory was given back.
    Free,
    /// The system was called.
    SystemCall {
        /// Its number on the system that the child was built for.
        number: i64,
    },
}

/// One step of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The file that the code was loaded from, as the system's loader names it; empty for the program itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub module: String,
    /// The address of the call, one byte before the one that it returns to, as the module's file counts addresses: less by what
    /// the loader added.
    pub address: u64,
}

/// A place at which something was done. Its number is its name: a later message with the same number replaces the counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildPlace {
    /// 0 to [`MAX_PLACES`] − 1.
    pub number: u32,
    /// What was done there.
    pub act: Act,
    /// How often, since the child started.
    pub count: u64,
    /// In how many blocks.
    pub blocks: u64,
    /// The stack, innermost first: at most [`MAX_FRAMES`].
    pub frames: Vec<Frame>,
}

/// Whether a child watches one kind of thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Watch {
    /// It does.
    On,
    /// It can't, for this reason, for a person to read.
    Off(String),
}

/// What a child watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Watching {
    /// Allocations and frees.
    pub memory: Watch,
    /// System calls.
    pub system_calls: Watch,
}

/// What kind of thing was done, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ViolationKind {
    /// Memory was requested or resized.
    Allocation,
    /// Memory was given back.
    Free,
    /// The system was called.
    SystemCall,
}

/// A place in the source of a program.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodePlace {
    /// The function, as in `saturator::Saturator::process`, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The file: relative to the project's folder where it lies in it.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
}

/// A violation of real time, for a person and for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// What kind it is.
    pub kind: ViolationKind,
    /// What was done, in words: `allocates 96 bytes`, `frees memory`, `writes (write)`, `waits for a lock (futex)`.
    pub what: String,
    /// The author's own line, or where none of the author's is among the callers, the innermost one of another crate: then, and if
    /// it is `None`, `why_no_place` says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<CodePlace>,
    /// Why the line isn't the author's, or isn't known, as in `this build has no line tables`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_no_place: Option<String>,
    /// What that line called, if it isn't the author's: `Vec::push`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// How often, since the build was started.
    pub count: u64,
    /// In how many blocks.
    pub blocks: u64,
}

impl CodePlace {
    /// The last two parts of the function's path: `Saturator::process`.
    #[must_use]
    pub fn short_function(&self) -> Option<&str> {
        let function = self.function.as_deref()?;
        let begin = function.rmatch_indices("::").nth(1).map_or(0, |(at, mark)| at + mark.len());
        function.get(begin..)
    }
}

/// `src/saturator.rs:113 in Saturator::process`.
impl fmt::Display for CodePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        self.short_function().map_or(Ok(()), |function| write!(f, " in {function}"))
    }
}

/// Where and what: `src/saturator.rs:113 in Saturator::process allocates 96 bytes (Vec::push)`. Without a line, why there is none.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place} {}", self.what)?,
            None => write!(f, "it {}", self.what)?,
        }
        if let Some(through) = &self.through {
            write!(f, " ({through})")?;
        }
        self.why_no_place.as_ref().map_or(Ok(()), |why| write!(f, ": {why}"))
    }
}

impl Violation {
    /// The same with how often: `…, 412 times in 400 blocks`.
    #[must_use]
    pub fn with_counts(&self) -> String {
        let blocks = if self.blocks == 1 { "block" } else { "blocks" };
        format!("{self}, {} in {} {blocks}", times(self.count), self.blocks)
    }
}

/// "once", "3 times".
#[must_use]
pub fn times(count: u64) -> String {
    if count == 1 { "once".into() } else { format!("{count} times") }
}

/// What a build was seen to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Realtime {
    /// Whether anything was watched. If not, an empty list says nothing.
    pub watched: bool,
    /// Each place once, the most frequent first.
    pub violations: Vec<Violation>,
    /// What isn't watched, and why: a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unwatched: Vec<String>,
    /// How often something was done at places beyond [`MAX_PLACES`].
    #[serde(default)]
    pub elsewhere: u64,
}

impl Realtime {
    /// All of it for a person, a line each; `calm` if something was watched and nothing seen.
    #[must_use]
    pub fn lines(&self, calm: &str) -> Vec<String> {
        let mut lines: Vec<String> = self.violations.iter().map(Violation::with_counts).collect();
        if self.elsewhere > 0 {
            lines.push(format!("{} more at other places", times(self.elsewhere)));
        }
        if lines.is_empty() && self.watched {
            lines.push(calm.to_owned());
        }
        lines.extend(self.unwatched.iter().cloned());
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_said_as_an_editor_finds_it() {
        let place = CodePlace { function: None, file: "src/saturator.rs".into(), line: 113 };
        let mut told = Violation {
            kind: ViolationKind::Allocation,
            what: "allocates 96 bytes".into(),
            place: Some(place),
            why_no_place: None,
            through: Some("Vec::push".into()),
            count: 3,
            blocks: 2,
        };
        assert_eq!(told.to_string(), "src/saturator.rs:113 allocates 96 bytes (Vec::push)");
        for (function, short) in
            [("a::b::Saturator::process", "Saturator::process"), ("b::run", "b::run"), ("main", "main")]
        {
            told.place.as_mut().unwrap().function = Some(function.into());
            assert_eq!(
                told.to_string(),
                format!("src/saturator.rs:113 in {short} allocates 96 bytes (Vec::push)")
            );
        }
        assert!(told.with_counts().ends_with("(Vec::push), 3 times in 2 blocks"));
        told.place = None;
        told.why_no_place = Some("it is in libm.so.6".into());
        assert_eq!(told.to_string(), "it allocates 96 bytes (Vec::push): it is in libm.so.6");
    }
}
