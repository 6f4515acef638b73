//! What is known of a session's builds: when they were heard, what they changed.

use serde::{Deserialize, Serialize};

/// How many changed files are named for a build.
pub const MAX_BUILD_FILES: usize = 8;

/// A build of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabBuild {
    /// Counts from 1 in a session.
    pub number: u32,
    /// When it was heard first: milliseconds of Unix time.
    pub made_ms: u64,
    /// The files that changed since the build before, relative to the project where they are in it; [`MAX_BUILD_FILES`] at most.
    pub files: Vec<String>,
    /// How many more changed.
    pub more_files: u32,
    /// Whether it is the newest: the one whose processor is heard.
    pub heard: bool,
    /// Whether its program is still there, so that it can be measured and heard again.
    pub kept: bool,
    /// Counts its measurements; absent: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// Why it couldn't be measured, or not to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// What it changed against the build before it, in words; absent: that isn't known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<String>,
    /// Whether it sounds the same as the build before, as far as can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same: Option<bool>,
}

/// All builds of a session, and what is measured of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lab {
    /// Whether builds are measured by themselves.
    pub measures: bool,
    /// The build that is being measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measuring: Option<u32>,
    /// The builds, oldest first.
    pub builds: Vec<LabBuild>,
}

/// A build was measured, or couldn't be: parameters of [`BUILD_MEASURED`](crate::control::BUILD_MEASURED).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildMeasured {
    /// The project's session.
    pub session: String,
    /// The build.
    pub build: LabBuild,
}
