//! What `wavecraft doctor` found.

use serde::{Deserialize, Serialize};

/// All of it: what `wavecraft doctor --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// No check failed.
    pub ok: bool,
    /// In the order in which a person reads them.
    pub checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was looked at, in one word that never changes.
    pub name: String,
    /// What came of it.
    pub verdict: Verdict,
    /// What is there, for a person.
    pub found: String,
    /// What mends it, where there is something to mend: a command, or what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// Works, or isn't needed by everybody; worth knowing.
    Attention,
    /// Something won't work.
    Failed,
}
