//! What a test says.

use serde::{Deserialize, Serialize};

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// All is well.
    Pass,
    /// Something to look at, which breaks nothing by itself.
    Warn,
    /// It breaks something in the field.
    Fail,
    /// It wasn't tried.
    Skipped,
}

/// What a test found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// How it ended.
    pub verdict: Verdict,
    /// What was seen, or the reason: a sentence.
    pub told: String,
    /// The figures: what was set and played, where, and what came out. A line each.
    pub details: Vec<String>,
}

impl Found {
    pub(crate) fn new(verdict: Verdict, told: impl Into<String>) -> Self {
        Self { verdict, told: told.into(), details: Vec::new() }
    }

    pub(crate) fn pass(told: impl Into<String>) -> Self {
        Self::new(Verdict::Pass, told)
    }

    pub(crate) fn warn(told: impl Into<String>) -> Self {
        Self::new(Verdict::Warn, told)
    }

    pub(crate) fn fail(told: impl Into<String>) -> Self {
        Self::new(Verdict::Fail, told)
    }

    /// It wasn't tried, for this reason.
    #[must_use]
    pub fn skipped(why: impl Into<String>) -> Self {
        Self::new(Verdict::Skipped, why)
    }

    pub(crate) fn with(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }
}
