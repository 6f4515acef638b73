//! What can go wrong with devices.

use crate::device::DeviceId;

/// Why a device list, an output or an input couldn't be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AudioError {
    /// There is no sound system or no output device on this machine, or none answers. The virtual backend is what
    /// remains.
    #[error("no sound output is usable ({reason}); connect an output device or start the sound server")]
    NoOutput {
        /// What the sound systems said.
        reason: String,
    },
    /// There is no input device.
    #[error("no sound input is usable ({reason}); connect a microphone or choose another source")]
    NoInput {
        /// What the sound systems said.
        reason: String,
    },
    /// The device asked for isn't there (any more).
    #[error("the device \"{id}\" isn't connected; connect it or choose another one")]
    UnknownDevice {
        /// The device asked for.
        id: DeviceId,
    },
    /// The system refuses access, for a microphone mostly.
    #[error("the system refused access to \"{device}\"; allow it in the system's privacy settings")]
    PermissionDenied {
        /// Name of the device.
        device: String,
    },
    /// The device is there but can't be used as asked.
    #[error("\"{device}\" can't be opened: {reason}")]
    Refused {
        /// Name of the device.
        device: String,
        /// What the sound system said.
        reason: String,
    },
    /// The backend has no input at all.
    #[error("this backend has no sound input")]
    NoInputHere,
}
