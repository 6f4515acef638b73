//! How the level of the answer follows the level of a sine at 1 kHz.

mod jump;
mod staircase;

pub use jump::{Jump, Reaction, STEP_DB, Times};
pub use staircase::{Staircase, StaticCurve, Step};

use crate::{
    limits,
    number::{real, whole},
    unmeasured::Unmeasured,
};

/// The frequency at which dynamics are measured, in Hz; as near to it as whole frames for a period allow.
pub const FREQUENCY_HZ: f64 = 1_000.0;

/// The frames in one period, P.
fn period(rate_hz: u32) -> Result<usize, Unmeasured> {
    Ok(whole(limits::rate(rate_hz)? / FREQUENCY_HZ))
}

/// The sine at a frame, −1 to 1.
fn sine(frame: usize, period: usize) -> f64 {
    (std::f64::consts::TAU * real(frame % period) / real(period)).sin()
}
