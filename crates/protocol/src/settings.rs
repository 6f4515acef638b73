//! The companion's settings file.

use crate::{
    session::{Mode, Source},
    sets::ParameterSets,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf};

/// The version that this crate writes. A file of a newer version is left alone.
pub const SETTINGS_VERSION: u32 = 1;

/// All settings. Absent members have their defaults; unknown ones are dropped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// See [`SETTINGS_VERSION`].
    pub version: u32,
    /// The chosen devices.
    #[serde(flatten)]
    pub devices: ChosenDevices,
    /// The sound backend, as named by `--backend`; absent means `auto`. The flag and `WAVECRAFT_BACKEND` take
    /// precedence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend: Option<String>,
    /// The timeouts and pauses for children.
    #[serde(default, skip_serializing_if = "Patience::is_usual")]
    pub patience: Patience,
    /// How long the child of the build before stays alive after a newer one replaced it, and after it was heard last, in
    /// seconds. 300; 0: it ends at once.
    #[serde(default = "keep_before_s", skip_serializing_if = "is_usual_keep")]
    pub keep_before_s: u64,
    /// The remembered settings of each project, by its folder.
    #[serde(default)]
    pub projects: BTreeMap<PathBuf, RememberedProject>,
}

fn keep_before_s() -> u64 {
    300
}

fn is_usual_keep(seconds: &u64) -> bool {
    *seconds == keep_before_s()
}

/// The user's choice. Absent members mean the system's default, or the device's current value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenDevices {
    /// The input device's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// Its last known name, shown while the device is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_name: Option<String>,
    /// The output device's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Its last known name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_name: Option<String>,
    /// The rate in Hz.
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

/// The remembered settings of a project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RememberedProject {
    /// The source used last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The mode requested last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Its volume in dB, if it isn't 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gain_db: Option<f32>,
    /// Whether it may use the microphone, once the user has decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microphone: Option<Consent>,
    /// When and where the user decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microphone_given: Option<Given>,
    /// Files that it played, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<PathBuf>,
    /// Parameter values that differ from their defaults, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, f32>,
    /// Which of the sets A and B is heard, and the other's values.
    #[serde(default, skip_serializing_if = "ParameterSets::is_untouched")]
    pub sets: ParameterSets,
    /// The preset that was loaded or saved last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
}

/// The user's decision on the microphone for a project's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Consent {
    Allowed,
    Refused,
}

/// When and where the user gave the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Time in seconds since the beginning of 1970, UTC.
    pub at: u64,
    /// The place.
    pub from: GivenFrom,
}

/// Where the user gave the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum GivenFrom {
    /// In the companion's menu.
    Menu,
    /// In a terminal, or through any other client of the control socket.
    Terminal,
}

/// How long a child may stay silent, and what follows its crashes. Absent members have their defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Patience {
    /// How long a child may take to send its first message before it is given up, in milliseconds. The user is notified
    /// after a third of that. 30,000: a Mac checks every new build before it may run, one at a time.
    pub first_word_ms: u64,
    /// How long a child may show no sign of life before it is called not responding, in milliseconds. 250.
    pub not_responding_ms: u64,
    /// How long a child may show no sign of life before it is ended, unless a debugger holds it, in milliseconds.
    /// 2,000.
    pub end_after_ms: u64,
    /// The pauses before a crashed child is restarted: after the first crash, the second, and so on. After more crashes
    /// than there are pauses, the last one applies. In milliseconds. 250, 500, 1,000, 2,000, 5,000.
    pub restart_after_ms: Vec<u64>,
    /// The number of crashes within `hold_within_ms` after which the child isn't restarted until a build or the user
    /// requests it. 3; 0 never holds.
    pub hold_after: u32,
    /// See `hold_after`; crashes that are further apart also start the pauses again from the first. In milliseconds.
    /// 30,000.
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
            keep_before_s: keep_before_s(),
            projects: BTreeMap::new(),
        }
    }
}
