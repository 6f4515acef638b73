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
    /// The devices.
    #[serde(flatten)]
    pub devices: ChosenDevices,
    /// What plays the sound, as `--backend` names it; absent is `auto`. The flag and `WAVECRAFT_BACKEND` go first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend: Option<String>,
    /// How patient the companion is with children.
    #[serde(default, skip_serializing_if = "Patience::is_usual")]
    pub patience: Patience,
    /// What is remembered of each project, by its folder.
    #[serde(default)]
    pub projects: BTreeMap<PathBuf, RememberedProject>,
}

/// What a person chose. Absent is the system's default, or what the device has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenDevices {
    /// The input, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// What it was called when it was there last, to name it while it is away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_name: Option<String>,
    /// The output, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// As for the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_name: Option<String>,
    /// In Hz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
    /// Frames per callback. In older settings files this was `buffer_frames`.
    #[serde(default, alias = "buffer_frames", skip_serializing_if = "Option::is_none")]
    pub buffer_size: Option<u32>,
    /// The first of the two input channels, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_channel: Option<u16>,
    /// The first of the two output channels, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_channel: Option<u16>,
}

/// What is remembered of a project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RememberedProject {
    /// Its last source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The mode asked for last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Whether it may hear the microphone, once a person has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microphone: Option<Consent>,
    /// When and where that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microphone_given: Option<Given>,
    /// Values of parameters that weren't their defaults, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, f32>,
}

/// A person's word on the microphone for a project's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Consent {
    Allowed,
    Refused,
}

/// When and where a person gave their word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// In seconds since the beginning of 1970, UTC.
    pub at: u64,
    /// Where.
    pub from: GivenFrom,
}

/// Where a person gave their word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum GivenFrom {
    /// In the companion's menu.
    Menu,
    /// In a terminal, or whatever else called the control socket.
    Terminal,
}

/// How long a child may stand still, and what follows its crashes. Absent members have their defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Patience {
    /// A child that says nothing for so long after its start is given up, in milliseconds. A person hears of it after
    /// a third of it. 30,000: a Mac looks at every new build before it may run, at one at a time.
    pub first_word_ms: u64,
    /// A child without a sign of life for so long is called not responding, in milliseconds. 250.
    pub not_responding_ms: u64,
    /// And after so long it is ended, unless a debugger holds it, in milliseconds. 2,000.
    pub end_after_ms: u64,
    /// The pauses before a crashed child is started again, after the first crash, the second, and so on; after more
    /// crashes than there are pauses, the last. In milliseconds. 250, 500, 1,000, 2,000, 5,000.
    pub restart_after_ms: Vec<u64>,
    /// So many crashes within `hold_within_ms`, and it isn't started again until a build or a person says so. 3; 0
    /// never holds.
    pub hold_after: u32,
    /// See `hold_after`; crashes that are further apart also begin the pauses anew. In milliseconds. 30,000.
    pub hold_within_ms: u64,
}

impl Patience {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_word_ms: 30_000,
            not_responding_ms: 250,
            end_after_ms: 2_000,
            restart_after_ms: vec![250, 500, 1_000, 2_000, 5_000],
            hold_after: 3,
            hold_within_ms: 30_000,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: SETTINGS_VERSION,
            devices: ChosenDevices::default(),
            backend: None,
            patience: Patience::default(),
            projects: BTreeMap::new(),
        }
    }
}
