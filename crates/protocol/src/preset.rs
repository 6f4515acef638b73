//! Presets: named sets of parameter values that are files of the project.

use serde::{Deserialize, Serialize};

/// Code: the preset isn't there or can't be used, saved, renamed or deleted; the message says why and what to do.
pub const BAD_PRESET: i32 = -32021;
/// Code: there is a preset of this name already; ask the user, then say `replace`.
pub const PRESET_EXISTS: i32 = -32022;

/// Load a preset: every parameter gets its value, or its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadPreset {
    /// Its name.
    pub name: String,
}

/// Load the next preset by name, or the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepPreset {
    /// 1 or −1.
    pub by: i32,
}

/// Save the present values as a preset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavePreset {
    /// Its name.
    pub name: String,
    /// What its author says of it. Absent leaves the note of the one that is replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Replace the one that has this name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replace: bool,
}

/// Give a preset another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenamePreset {
    /// Its name.
    pub from: String,
    /// Its new name.
    pub to: String,
}

/// Delete a preset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletePreset {
    /// Its name.
    pub name: String,
}

/// What was done with a preset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresetDone {
    /// Its name now.
    pub name: String,
    /// What a person should know of it: values without a parameter, parameters without a value, values that were moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// The preset that was loaded or saved last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentPreset {
    /// Its name; absent if there was none, or it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// Whether a parameter has another value than it.
    pub changed: bool,
}

/// One of a project's presets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresetEntry {
    /// Its name.
    pub name: String,
    /// What its author says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why it can't be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// A project's presets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresetList {
    /// By name.
    pub presets: Vec<PresetEntry>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: usize,
    /// Why the folder can't be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// The one that was loaded or saved last.
    #[serde(flatten)]
    pub heard: CurrentPreset,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A call about the presets of one session, on the control socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresetOf<T> {
    /// The session.
    pub session: String,
    /// What is asked.
    #[serde(flatten)]
    pub asked: T,
}

pub(crate) fn step(asked: &StepPreset) -> Result<(), String> {
    matches!(asked.by, 1 | -1).then_some(()).ok_or_else(|| "`by` is 1 or -1".into())
}
