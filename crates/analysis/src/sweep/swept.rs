//! All that a sweep's answer says.

use super::{
    deconvolved::Deconvolved,
    harmonic::Harmonic,
    linear::Response,
    range::{ORDERS, POINTS_PER_OCTAVE},
};
use crate::unmeasured::{Measured, Unmeasured};
use serde::{Deserialize, Serialize};

/// What a sweep's answer says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Swept {
    /// The linear part.
    pub response: Response,
    /// The harmonics 2 to 5, in this order.
    pub harmonics: Vec<Measured<Harmonic>>,
}

impl Deconvolved {
    /// The response and the harmonics, with 24 points in an octave and without smoothing. `latency_frames` is taken out of phase and group
    /// delay.
    ///
    /// # Errors
    /// Those of [`Self::linear`].
    pub fn swept(&self, latency_frames: usize) -> Result<Swept, Unmeasured> {
        let linear = self.linear(latency_frames)?;
        Ok(Swept {
            response: linear.response(POINTS_PER_OCTAVE, None),
            harmonics: ORDERS.map(|order| self.harmonic(order, &linear, POINTS_PER_OCTAVE).into()).collect(),
        })
    }
}
