//! The backend's interface to CoreAudio: implemented by the system on a Mac, and by a fake in tests.

use std::fmt;

use super::callback::Callback;
use super::facts::{DeviceNumber, Direction, Facts};

/// A call that the system refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What was attempted, to follow "macOS refused to".
    pub doing: &'static str,
    /// The system's answer.
    pub answer: String,
}

impl Fault {
    /// Checks an `OSStatus`: 0, which is `kAudioHardwareNoError` and `noErr`, is success.
    ///
    /// # Errors
    /// Every other status.
    pub fn check(doing: &'static str, status: i32) -> Result<(), Self> {
        if status == 0 { Ok(()) } else { Err(Self::of(doing, status)) }
    }

    /// Makes the fault of an `OSStatus`. Most of CoreAudio's are four letters; the rest are numbers.
    #[must_use]
    pub fn of(doing: &'static str, status: i32) -> Self {
        let letters = status.to_be_bytes();
        let answer = if letters.iter().all(|letter| letter.is_ascii_graphic() || *letter == b' ') {
            let word: String = letters.iter().map(|letter| char::from(*letter)).collect();
            format!("error '{word}'")
        } else {
            format!("error {status}")
        };
        Self { doing, answer }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "macOS refused to {}: {}", self.doing, self.answer)
    }
}

/// What a unit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setup {
    /// The device.
    pub device: DeviceNumber,
    /// The device's current rate in Hz: the unit never converts.
    pub rate: u32,
    /// All channels of the device, if the unit plays.
    pub output_channels: Option<u16>,
    /// All channels of the device, if the unit records.
    pub input_channels: Option<u16>,
}

/// A property that may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Watched {
    /// The list of devices.
    Devices,
    /// The system's default output.
    DefaultOutput,
    /// The system's default input.
    DefaultInput,
    /// Restart of the sound service: every number may now refer to something else.
    Restarted,
    /// Whether the device exists.
    Alive(DeviceNumber),
    /// The device's nominal rate.
    Rate(DeviceNumber),
    /// The device's output channels.
    OutputChannels(DeviceNumber),
    /// The device's input channels.
    InputChannels(DeviceNumber),
    /// The device's callbacks were ended by the system.
    Stopped(DeviceNumber),
    /// A callback took too long. Reported on the audio thread.
    Overload(DeviceNumber),
}

/// Called when a property changes. This may happen on the audio thread, so it only raises a flag or posts an event.
pub type Heard = Box<dyn Fn() + Send + Sync>;

/// The part of CoreAudio that is needed. Called from the control thread only.
pub trait Hardware: Send {
    /// An I/O unit on a device: runs from [`start`](Self::start) until it is dropped, which also ends its callback.
    type Unit: Send;
    /// Listens to a property until it is dropped; no calls come after that.
    type Listener: Send;

    /// All devices.
    ///
    /// # Errors
    /// The system refuses.
    fn devices(&self) -> Result<Vec<DeviceNumber>, Fault>;

    /// The system's default device.
    fn default_device(&self, direction: Direction) -> Option<DeviceNumber>;

    /// A device's properties.
    ///
    /// # Errors
    /// The system refuses.
    fn facts(&self, device: DeviceNumber) -> Result<Facts, Fault>;

    /// Requests a number of frames per callback, for this process only.
    ///
    /// # Errors
    /// The system refuses.
    fn set_buffer_frames(&self, device: DeviceNumber, frames: u32) -> Result<(), Fault>;

    /// Requests another nominal rate, in Hz, for every process; the device switches a moment later.
    ///
    /// # Errors
    /// The system refuses.
    fn set_rate(&self, device: DeviceNumber, rate: u32) -> Result<(), Fault>;

    /// Makes a unit, silent.
    ///
    /// # Errors
    /// The system refuses.
    fn open(&self, setup: &Setup, callback: Callback) -> Result<Self::Unit, Fault>;

    /// Maximum frames that the unit asks for at once.
    ///
    /// # Errors
    /// The system refuses.
    fn most_frames(&self, unit: &Self::Unit) -> Result<u32, Fault>;

    /// Starts a unit's callbacks.
    ///
    /// # Errors
    /// The system refuses.
    fn start(&self, unit: &mut Self::Unit) -> Result<(), Fault>;

    /// Listens to a property.
    ///
    /// # Errors
    /// The system refuses.
    fn listen(&self, watched: Watched, heard: Heard) -> Result<Self::Listener, Fault>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_four_letters_is_told_as_such() {
        let told = |status| Fault::of("start the device", status).to_string();
        assert_eq!(told(0x6e6f_7065), "macOS refused to start the device: error 'nope'");
        assert_eq!(told(-10_863), "macOS refused to start the device: error -10863");
        assert_eq!(Fault::check("start the device", 0), Ok(()));
    }
}
