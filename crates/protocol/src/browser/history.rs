//! Undo and redo: what pages ask, and what they know of the steps.

use crate::method::empty;
use serde::{Deserialize, Serialize};

empty! {
    /// What can be undone and redone: → [`History`].
    GetHistory
    /// Take the newest step back: → [`Stepped`].
    Undo
    /// Make the step again that was taken back last: → [`Stepped`].
    Redo
}

/// Set a parameter: a superset of the published shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetParameter {
    /// The parameter.
    pub id: String,
    /// Its new value, in its own unit and range.
    pub value: f32,
    /// A number that a client gives to each gesture of a person, such as a drag: what it sets with the same one is a single
    /// step to undo. Absent, a pause or another parameter ends the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gesture: Option<u64>,
}

/// What can be undone and redone: the result of [`GetHistory`], and the parameters of
/// [`HISTORY_CHANGED`](super::HISTORY_CHANGED).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// What would be undone next, in words: "Drive". Absent if nothing can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
    /// What would be redone next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redo: Option<String>,
    /// How many steps can be undone.
    pub undo_steps: usize,
    /// How many steps can be redone.
    pub redo_steps: usize,
}

/// Result of [`Undo`] and [`Redo`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stepped {
    /// What was undone or redone; absent if there was nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// For a person: what was left out, because this build doesn't have the parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}
