//! Where two responses differ most.

use super::linear::Response;
use serde::{Deserialize, Serialize};

/// How far below the largest magnitude of either curve a change counts, in dB: further down it is heard by nobody, and noise makes it.
const HEARD_DB: f64 = 60.0;

/// The largest change between two responses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Where it is, in Hz.
    pub frequency_hz: f64,
    /// How much louder it became there, in dB.
    pub db: f64,
}

impl Response {
    /// The largest change of magnitude from `before` to this, at the frequencies that both have, where one of them is at most 60 dB below its
    /// largest magnitude. None if they have no frequency in common: they were measured at different rates.
    #[must_use]
    pub fn change_from(&self, before: &Self) -> Option<Change> {
        let largest = |curve: &Self| {
            curve.magnitude_db.iter().fold(f64::NEG_INFINITY, |most, level| most.max(level.db()))
        };
        let (most_before, most_after) = (largest(before), largest(self));
        let mut most: Option<Change> = None;
        let mut others = before.frequency_hz.iter().zip(&before.magnitude_db).peekable();
        for (frequency_hz, after) in self.frequency_hz.iter().zip(&self.magnitude_db) {
            while others.next_if(|(other, _)| *other < frequency_hz).is_some() {}
            let Some((_, before)) = others.next_if(|(other, _)| *other == frequency_hz) else { continue };
            let heard = before.db() > most_before - HEARD_DB || after.db() > most_after - HEARD_DB;
            let db = after.db() - before.db();
            if heard && most.is_none_or(|most| db.abs() > most.db.abs()) {
                most = Some(Change { frequency_hz: *frequency_hz, db });
            }
        }
        most
    }
}
