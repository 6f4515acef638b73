//! Two sets of a project's parameter values, A and B, of which one is heard.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SetName {
    #[default]
    A,
    B,
}

impl SetName {
    /// The name of the other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// The set that is heard, whose values are the parameters' own, and the values of the other.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ParameterSets {
    /// The set that is heard.
    #[serde(default)]
    pub active: SetName,
    /// The other set's values, by id. A parameter that is absent has the same value in both; a set that was never heard
    /// nor copied to has none.
    #[serde(default)]
    pub other: BTreeMap<String, f32>,
}

impl ParameterSets {
    /// Whether it is what a project begins with: A, and nothing kept for B.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        *self == Self::default()
    }
}
