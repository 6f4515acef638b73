//! What a processor shows of its inside.

use serde::{Deserialize, Serialize};

/// A value that a processor shows with `probe!`, over a stretch of time. The numbers are in whatever unit the processor
/// uses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Its name in the code: 1 to 32 printable ASCII characters without spaces.
    pub name: String,
    /// The id of the processor that it is in; absent if several in one library can't be told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor: Option<String>,
    /// The last value; absent if there was none in this time, as are the other two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<f32>,
    /// The least value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<f32>,
    /// The greatest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greatest: Option<f32>,
    /// Number of values that were NaN or infinite, and are part of none of the three; absent if 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_finite: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
