//! The companion's settings file.

use crate::session::{Mode, Source};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf};

/// The version that this crate writes. A file of a newer one is left alone.
pub const SETTINGS_VERSION: u32 = 1;

/// All of it. Absent members have their defaults; unknown ones are kept out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// See [`SETTINGS_VERSION`].
    pub version: u32,
    /// The input device, by id; absent: the system's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// The output device, by id; absent: the system's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// In Hz; absent: what the device has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
    /// Frames per callback; absent: what the device has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buffer_frames: Option<u32>,
    /// What is remembered of each project, by its folder.
    #[serde(default)]
    pub projects: BTreeMap<PathBuf, Project>,
}

/// What is remembered of a project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// Its last source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The mode asked for last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Values of parameters that weren't their defaults, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, f32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: SETTINGS_VERSION,
            input: None,
            output: None,
            sample_rate: None,
            buffer_frames: None,
            projects: BTreeMap::new(),
        }
    }
}
