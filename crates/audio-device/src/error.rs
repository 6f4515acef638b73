//! Errors of devices.

use crate::device::DeviceId;

/// Why a device list, an output or an input isn't available.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AudioError {
    /// There is no sound system or no output device on this machine, or none answers. Only the virtual backend remains.
    #[error("no sound output is usable ({reason}); connect an output device or start the sound server")]
    NoOutput {
        /// The sound systems' messages.
        reason: String,
    },
    /// There is no input device.
    #[error("no sound input is usable ({reason}); connect a microphone or choose another source")]
    NoInput {
        /// The sound systems' messages.
        reason: String,
    },
    /// The requested device isn't there (any more).
    #[error("the device \"{id}\" isn't connected; connect it or choose another one")]
    UnknownDevice {
        /// The requested device.
        id: DeviceId,
    },
    /// The system denies access, usually to a microphone.
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
        /// The sound system's message.
        reason: String,
    },
    /// The backend has no input at all.
    #[error("this backend has no sound input")]
    NoInputHere,
}
