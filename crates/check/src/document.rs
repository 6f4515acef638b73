//! What is asked for, and the document that answers.

use crate::{
    limits::{Depth, Limits},
    verdict::{Found, Verdict},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of [`Document`]. A new member doesn't raise it.
pub const DOCUMENT_VERSION: u32 = 1;

/// What is to be tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// What makes everything random repeatable.
    pub seed: u64,
    /// How much is tried.
    pub depth: Depth,
    /// What is still good.
    pub limits: Limits,
    /// The names of the tests to run, each at most once; those that aren't there are left out of the document.
    pub tests: Vec<String>,
    /// Tests of these that aren't run, and why not.
    pub skip: BTreeMap<String, String>,
    /// How many run at a time, at least 1.
    pub jobs: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// [`DOCUMENT_VERSION`].
    pub version: u32,
    /// The project.
    pub name: String,
    /// Whether it was the plugin that DAWs load, and not what the Companion plays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plugin: bool,
    /// The preset that each test began with, if one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// The seed that repeats it.
    pub seed: u64,
    /// How much was tried.
    pub depth: Depth,
    /// What it was held to.
    pub limits: Limits,
    /// The tests, in their order.
    pub tests: Vec<Row>,
}

impl Document {
    /// Whether a test failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.count(Verdict::Fail) > 0
    }

    /// How many tests ended so.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.tests.iter().filter(|row| row.found.verdict == verdict).count()
    }
}

/// One test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its name, which stays.
    pub name: String,
    /// Why it matters.
    pub why: String,
    /// What it found.
    #[serde(flatten)]
    pub found: Found,
    /// The command that repeats just this.
    pub again: String,
    /// How long it took, in seconds.
    pub seconds: f64,
}
