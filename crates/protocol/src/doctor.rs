//! The findings of `wavecraft doctor`.

use serde::{Deserialize, Serialize};

/// All findings, as printed by `wavecraft doctor --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Whether no check failed.
    pub ok: bool,
    /// In the order in which they are shown.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The subject of the check, as one word that never changes.
    pub name: String,
    /// The outcome.
    pub verdict: Verdict,
    /// What was found, for the user to read.
    pub found: String,
    /// How to fix it, if there is something to fix: a command or an instruction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// Works, or isn't needed by every user; worth knowing.
    Attention,
    /// Something won't work.
    Failed,
}
