//! Sets a device up as far as the user asked for it.

use std::time::Duration;

use super::facts::Facts;
use super::hardware::{Fault, Hardware};
use super::plan;

/// How long a device may take to switch its rate; most need some ten milliseconds.
const RATE_LIMIT: Duration = Duration::from_secs(1);
const RATE_STEP: Duration = Duration::from_millis(10);

/// Sets rate and buffer as far as they were chosen, and reads the result.
pub(super) fn tune(
    hardware: &impl Hardware,
    device: Facts,
    chosen_rate: Option<u32>,
    chosen_frames: Option<u32>,
) -> Result<Facts, String> {
    let told = |fault: Fault| fault.to_string();
    let number = device.device;
    let mut device = device;
    if let Some(rate) = plan::rate_to_set(chosen_rate, &device) {
        hardware.set_rate(number, rate).map_err(told)?;
        let mut left = RATE_LIMIT;
        device = hardware.facts(number).map_err(told)?;
        while device.rate != rate && !left.is_zero() {
            std::thread::sleep(RATE_STEP);
            left = left.saturating_sub(RATE_STEP);
            device = hardware.facts(number).map_err(told)?;
        }
    }
    if let Some(frames) = plan::buffer_to_set(chosen_frames, &device) {
        // If the size can't be set, the device's own is used and reported.
        if hardware.set_buffer_frames(number, frames).is_ok() {
            device = hardware.facts(number).map_err(told)?;
        }
    }
    Ok(device)
}
