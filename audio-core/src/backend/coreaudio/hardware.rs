//! What the backend asks of CoreAudio: the system answers on a Mac, a fake in tests.

use std::fmt;

use super::callback::Callback;
use super::facts::Facts;

/// CoreAudio's number of a device: another one after it was plugged in again, or after the sound service restarted.
pub(crate) type DeviceNumber = u32;

/// Which way sound goes through a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Input,
    Output,
}

/// A call that the system refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What was tried, to follow "macOS refused to".
    pub(crate) doing: &'static str,
    /// What it answered.
    pub(crate) answer: String,
}

impl Fault {
    /// Of an `OSStatus`. Most of CoreAudio's are four letters; the rest are numbers.
    pub(crate) fn of(doing: &'static str, status: i32) -> Self {
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
pub(crate) struct Setup {
    pub(crate) device: DeviceNumber,
    /// The device's present rate in Hz: the unit never converts.
    pub(crate) rate: u32,
    /// All channels of the device, where the unit plays.
    pub(crate) output_channels: Option<u16>,
    /// All channels of the device, where the unit records.
    pub(crate) input_channels: Option<u16>,
}

/// A property that may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Watched {
    /// The list of devices.
    Devices,
    DefaultOutput,
    DefaultInput,
    /// The sound service was started anew: every number may be another's.
    Restarted,
    /// Whether the device is there.
    Alive(DeviceNumber),
    /// Its nominal rate.
    Rate(DeviceNumber),
    /// Its channels.
    OutputChannels(DeviceNumber),
    InputChannels(DeviceNumber),
    /// Its callbacks ended without our doing.
    Stopped(DeviceNumber),
    /// A callback took too long. Told on the audio thread.
    Overload(DeviceNumber),
}

/// What is done when a property changes. May be called on the audio thread, so it raises a flag or posts an event, no
/// more.
pub(crate) type Heard = Box<dyn Fn() + Send + Sync>;

/// CoreAudio, as far as it is needed. Called from the control thread only.
pub(crate) trait Hardware: Send {
    /// An I/O unit on a device: begins with [`start`](Self::start), and ends, with its callback, when it is dropped.
    type Unit: Send;
    /// Hears of a property until it is dropped; not called any more after that.
    type Listener: Send;

    /// All devices.
    fn devices(&self) -> Result<Vec<DeviceNumber>, Fault>;

    /// The system's default device.
    fn default_device(&self, direction: Direction) -> Option<DeviceNumber>;

    /// What a device says of itself.
    fn facts(&self, device: DeviceNumber) -> Result<Facts, Fault>;

    /// Asks for so many frames per callback, which concerns this process only.
    fn set_buffer_frames(&self, device: DeviceNumber, frames: u32) -> Result<(), Fault>;

    /// Asks for another nominal rate, in Hz, which the device takes a moment later, for every process.
    fn set_rate(&self, device: DeviceNumber, rate: u32) -> Result<(), Fault>;

    /// Makes a unit, silent.
    fn open(&self, setup: &Setup, callback: Callback) -> Result<Self::Unit, Fault>;

    /// Most frames that it asks for at once.
    fn most_frames(&self, unit: &Self::Unit) -> Result<u32, Fault>;

    /// Lets a unit call its callback.
    fn start(&self, unit: &mut Self::Unit) -> Result<(), Fault>;

    /// Listens to a property.
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
    }
}
