//! How deep a difference is below what it is a difference of.

use crate::{
    level::Level,
    unmeasured::{Measured, Unmeasured},
};
use serde::{Deserialize, Serialize};

/// How much of two signals is left when one is subtracted from the other, relative to the first. −∞ dB if nothing is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Null {
    /// The difference's largest sample relative to the first's, in dB.
    pub peak_db: Measured<Level>,
    /// The difference's root mean square relative to the first's, in dB.
    pub rms_db: Measured<Level>,
}

/// `rest` relative to `whole`. Nothing relative to nothing is −∞: it is the same.
pub(super) fn depth(rest: f64, whole: f64) -> Result<Level, Unmeasured> {
    match (rest == 0.0, whole == 0.0) {
        (true, _) => Ok(Level::SILENT),
        (false, true) => Err(Unmeasured::Silent),
        (false, false) => Ok(Level::of_amplitude(rest / whole)),
    }
}
