//! What the control side knows of the time before the renderer does.

use crate::time::{FIRST_CHANGE, Time};

/// The time as it is wished.
#[derive(Debug)]
pub(super) struct Wished {
    /// As it is once the last change is carried out.
    pub(super) time: Time,
    /// The number of the last change.
    pub(super) number: u32,
}

impl Default for Wished {
    fn default() -> Self {
        Self { time: Time::default(), number: FIRST_CHANGE }
    }
}
