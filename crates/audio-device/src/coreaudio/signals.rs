//! Flags that the system's listeners set for the control side, and the query of the current state.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::facts::{DeviceNumber, Direction};
use super::hardware::{Hardware, Heard, Watched};
use super::plan::{Now, Opened};
use crate::status::DeviceStatus;

/// Something has changed: query the state.
const CHANGED: u32 = 1;
/// The sound service was restarted.
const RESTARTED: u32 = 2;
/// The system ended the output's callbacks.
const OUTPUT_STOPPED: u32 = 4;
/// The system ended the input's callbacks.
const INPUT_STOPPED: u32 = 8;

/// Flags that any thread sets, including the audio thread, and the control side clears.
#[derive(Debug, Default)]
pub(super) struct Signals {
    raised: AtomicU32,
}

impl Signals {
    fn raise(&self, flag: u32) {
        // SYNC: pairs with the swap in `take`; the flags carry no data, what they mean is queried from the system.
        self.raised.fetch_or(flag, Ordering::Relaxed);
    }

    /// All flags set since the last call.
    pub(super) fn take(&self) -> u32 {
        // SYNC: pairs with `raise`.
        self.raised.swap(0, Ordering::Relaxed)
    }

    /// Listens to system-wide changes.
    pub(super) fn of_defaults<H: Hardware>(self: &Arc<Self>, hardware: &H) -> Vec<H::Listener> {
        let wanted = [
            (Watched::DefaultOutput, self.raises(CHANGED)),
            (Watched::DefaultInput, self.raises(CHANGED)),
            (Watched::Restarted, self.raises(RESTARTED)),
        ];
        listen(hardware, wanted)
    }

    /// Listens to changes of a stream's device. Overloads are counted where they are reported.
    pub(super) fn of_device<H: Hardware>(
        self: &Arc<Self>,
        hardware: &H,
        device: DeviceNumber,
        direction: Direction,
        status: &Arc<DeviceStatus>,
    ) -> Vec<H::Listener> {
        let channels = match direction {
            Direction::Input => Watched::InputChannels(device),
            Direction::Output => Watched::OutputChannels(device),
        };
        let status = Arc::clone(status);
        let wanted: [(Watched, Heard); 5] = [
            (Watched::Alive(device), self.raises(CHANGED)),
            (Watched::Rate(device), self.raises(CHANGED)),
            (channels, self.raises(CHANGED)),
            (Watched::Stopped(device), self.raises(stopped(direction))),
            (Watched::Overload(device), Box::new(move || status.count_xrun())),
        ];
        listen(hardware, wanted)
    }

    fn raises(self: &Arc<Self>, flag: u32) -> Heard {
        let signals = Arc::clone(self);
        Box::new(move || signals.raise(flag))
    }
}

/// The current state of a stream, after `raised` was taken.
pub(super) fn now(hardware: &impl Hardware, opened: &Opened, raised: u32) -> Now {
    Now {
        restarted: raised & RESTARTED != 0,
        stopped: raised & stopped(opened.direction) != 0,
        default: hardware.default_device(opened.direction),
        facts: hardware.facts(opened.device).ok(),
    }
}

fn stopped(direction: Direction) -> u32 {
    match direction {
        Direction::Input => INPUT_STOPPED,
        Direction::Output => OUTPUT_STOPPED,
    }
}

/// Skips properties that a device doesn't have: an unreported failure shows when callbacks stop.
fn listen<H: Hardware, const N: usize>(hardware: &H, wanted: [(Watched, Heard); N]) -> Vec<H::Listener> {
    wanted.into_iter().filter_map(|(watched, heard)| hardware.listen(watched, heard).ok()).collect()
}
