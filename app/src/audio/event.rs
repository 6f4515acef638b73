//! The audio side's messages, and what follows from them.

use super::{open::Open, policy::Wanted};
use crate::control::Owed;
use wavecraft_audio_core::{AudioError, AudioEvent, Backend, DeviceList};
use wavecraft_companion_protocol::control::{ListDevices, SelectDevices};

/// Everything that devices and streams report.
pub(crate) enum AudioMessage {
    /// The streams run, or can't be opened.
    Opened(Result<Box<Open>, AudioError>),
    /// The engine, or the system's devices, noticed something.
    Noticed(AudioEvent),
    /// Another output is set up, silent until the engine moves to it; or it couldn't be set up.
    Prepared { wanted: Wanted, result: Result<Box<dyn Backend>, AudioError> },
    /// The system's devices, or why there are none.
    Listed { list: Result<DeviceList, AudioError>, asked_by: ListedFor },
}

/// What the list of devices is for.
pub(crate) enum ListedFor {
    /// The audio side itself: periodically, or when the menu shows it.
    Watch,
    /// A call whose answer it is.
    Call(Owed<ListDevices>),
    /// A call that chooses from it.
    Select(SelectDevices, Owed<SelectDevices>),
}

/// What the others must do about a change of the audio side.
#[must_use]
pub(crate) enum Change {
    /// Nothing.
    None,
    /// Something about the devices in use has to be reported.
    Devices,
    /// It runs: whatever waits for it may begin.
    Opened,
    /// It can't be opened, for this reason.
    Failed(String),
    /// The engine can't go on: it must be started again, and with it everything that plays.
    Anew(Next),
}

/// The output that a new engine is started on; none: whichever can be opened.
pub(crate) type Next = Option<(Box<dyn Backend>, Wanted)>;
