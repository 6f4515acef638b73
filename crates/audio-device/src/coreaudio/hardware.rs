//! What the backend asks of CoreAudio: the system answers on a Mac, a fake in tests.

use std::fmt;

use super::callback::Callback;
use super::facts::{DeviceNumber, Direction, Facts};

/// A call that the system refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What was tried, to follow "macOS refused to".
    pub doing: &'static str,
    /// What it answered.
    pub answer: String,
}

impl Fault {
    /// Of an `OSStatus`: none of 0, which is `kAudioHardwareNoError` and `noErr`.
    ///
    /// # Errors
    /// Every other status.
    pub fn check(doing: &'static str, status: i32) -> Result<(), Self> {
        if status == 0 { Ok(()) } else { Err(Self::of(doing, status)) }
    }

    /// Of an `OSStatus`. Most of CoreAudio's are four letters; the rest are numbers.
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

/// What a unit is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setup {
    /// The device.
    pub device: DeviceNumber,
    /// The device's present rate in Hz: the unit never converts.
    pub rate: u32,
    /// All channels of the device, where the unit plays.
    pub output_channels: Option<u16>,
    /// All channels of the device, where the unit records.
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
    /// The sound service was started anew: every number may be another's.
    Restarted,
    /// Whether the device is there.
    Alive(DeviceNumber),
    /// Its nominal rate.
    Rate(DeviceNumber),
    /// The channels that it plays.
    OutputChannels(DeviceNumber),
    /// The channels that it records.
    InputChannels(DeviceNumber),
    /// Its callbacks ended without our doing.
    Stopped(DeviceNumber),
    /// A callback took too long. Told on the audio thread.
    Overload(DeviceNumber),
}

/// What is done when a property changes. May be called on the audio thread, so it raises a flag or posts an event, no
/// more.
pub type Heard = Box<dyn Fn() + Send + Sync>;

/// CoreAudio, as far as it is needed. Called from the control thread only.
pub trait Hardware: Send {
    /// An I/O unit on a device: begins with [`start`](Self::start), and ends, with its callback, when it is dropped.
    type Unit: Send;
    /// Hears of a property until it is dropped; not called any more after that.
    type Listener: Send;

    /// All devices.
    ///
    /// # Errors
    /// The system refuses.
    fn devices(&self) -> Result<Vec<DeviceNumber>, Fault>;

    /// The system's default device.
    fn default_device(&self, direction: Direction) -> Option<DeviceNumber>;

    /// What a device says of itself.
    ///
    /// # Errors
    /// The system refuses.
    fn facts(&self, device: DeviceNumber) -> Result<Facts, Fault>;

    /// Asks for so many frames per callback, which concerns this process only.
    ///
    /// # Errors
    /// The system refuses.
    fn set_buffer_frames(&self, device: DeviceNumber, frames: u32) -> Result<(), Fault>;

    /// Asks for another nominal rate, in Hz, which the device takes a moment later, for every process.
    ///
    /// # Errors
    /// The system refuses.
    fn set_rate(&self, device: DeviceNumber, rate: u32) -> Result<(), Fault>;

    /// Makes a unit, silent.
    ///
    /// # Errors
    /// The system refuses.
    fn open(&self, setup: &Setup, callback: Callback) -> Result<Self::Unit, Fault>;

    /// Most frames that it asks for at once.
    ///
    /// # Errors
    /// The system refuses.
    fn most_frames(&self, unit: &Self::Unit) -> Result<u32, Fault>;

    /// Lets a unit call its callback.
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
