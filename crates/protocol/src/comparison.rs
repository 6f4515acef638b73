//! Hearing the newest build of a session, an older one, or what they differ by.

use serde::{Deserialize, Serialize};

/// What is to be heard of two builds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Hear {
    /// The newest build.
    #[default]
    After,
    /// The older one.
    Before,
    /// The newest minus the older one, sample by sample.
    Difference,
}

/// What is heard of two builds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HeardBuild {
    /// The newest build.
    #[default]
    After,
    /// The older one.
    Before,
    /// The newest minus the older one.
    Difference,
    /// One of both: which one isn't told while a blind test runs.
    Blind,
}

/// How far a comparison is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ComparisonState {
    /// No older build's child is alive.
    #[default]
    None,
    /// One is, and wasn't compared yet.
    Kept,
    /// One is being started.
    Starting,
    /// Both are compared, also while the newest is heard in between.
    On,
}

/// Change what is heard of the builds of a session. What is absent stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compare {
    /// What is heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hear: Option<Hear>,
    /// The number of the older build, one of [`Comparison::builds`]. If absent: the one that is alive, or else the last
    /// before the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<u32>,
    /// Whether the older build is made as loud as the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched: Option<bool>,
}

/// What is heard of the builds of a session, and what they differ by.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What is heard.
    pub hear: HeardBuild,
    /// How far it is.
    pub state: ComparisonState,
    /// The number of the newest build that was heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u32>,
    /// The number of the older build that is alive, or is being started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u32>,
    /// The numbers of the older builds that can be heard, newest first.
    pub builds: Vec<u32>,
    /// Whether the older build is made as loud as the newest.
    pub matched: bool,
    /// The gain of the older build for that, in dB; absent until both were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub match_db: Option<f32>,
    /// What both differ by; absent while the newest is silent, and unless both are compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<LiveDifference>,
    /// What two runs of the newest build differ by, once it was measured: a null that is no deeper isn't the change's doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Floor>,
    /// What the older build's child costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<BesideCost>,
    /// Time until the older build's child ends by itself, in seconds, in steps of 10; absent while it is heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_in_s: Option<u32>,
    /// The latencies that the newest and the older build report, in frames, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_frames: Option<[u32; 2]>,
    /// Why the last comparison isn't as it was asked for: a sentence for the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// The blind test, while one runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abx: Option<Abx>,
}

/// What two builds differ by, over the last second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LiveDifference {
    /// RMS of the difference, in dBFS; `null` is −∞.
    pub level_db: Option<f32>,
    /// The same against the RMS of the newest build, in dB; `null` is −∞.
    pub null_db: Option<f32>,
}

/// What two runs of one build differ by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// RMS of the difference of its answers to one sweep against the RMS of an answer, in dB; `null` is −∞: it repeats itself.
    pub null_db: Option<f32>,
}

/// What the child of an older build costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct BesideCost {
    /// Its time for a block divided by the block's duration, averaged.
    pub load: f32,
    /// Its memory, in bytes; absent where the system doesn't tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
}

/// What is heard in a blind test. A is the newest build, B the older one, and X is one of both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum AbxSound {
    #[default]
    A,
    B,
    X,
}

/// What X is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum AbxChoice {
    A,
    B,
}

/// A blind test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Abx {
    /// How many answers were given.
    pub trials: u32,
    /// How many of them were right.
    pub right: u32,
    /// The probability that guessing is right as often, or more often: 0 to 1. Absent before the first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// What is heard.
    pub hearing: AbxSound,
    /// The last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<AbxAnswered>,
}

/// An answer in a blind test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbxAnswered {
    /// What X was.
    pub x: AbxChoice,
    /// Whether that was the answer.
    pub right: bool,
}
