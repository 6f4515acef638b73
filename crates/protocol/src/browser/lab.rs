//! The builds of a session and what is measured of them, as pages ask for it.

use crate::lab::Lab;
use serde::{Deserialize, Serialize};

/// Notification to subscribers of [`Topic::Lab`](super::Topic::Lab): a [`Lab`].
pub const LAB_CHANGED: &str = "labChanged";

/// Get the builds of the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetLab {}

/// Get what was measured of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetMeasurement {
    /// The build.
    pub number: u32,
}

/// Result of [`GetMeasurement`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// The analysis' document, or null if there is none.
    pub document: Option<serde_json::Value>,
}

/// Measure a build of the session with the present values. The newest call counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureBuild {
    /// The build.
    pub number: u32,
    /// Whether everything is measured, which takes longer.
    #[serde(default)]
    pub full: bool,
}

/// Measure each build by itself from now on, or don't.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMeasuring {
    /// Whether builds are measured.
    pub on: bool,
}

/// The result of [`GetLab`] is also the parameters of [`LAB_CHANGED`].
pub type GetLabResult = Lab;
