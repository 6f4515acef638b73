//! What the audio side says, and what follows from it.

use super::{open::Open, policy::Wanted};
use crate::control::Owed;
use wavecraft_audio_core::{AudioError, AudioEvent, Backend, DeviceList};
use wavecraft_companion_protocol::control::{ListDevices, SelectDevices};

/// Everything that is heard of devices and streams.
pub(crate) enum AudioMessage {
    /// The streams run, or can't.
    Opened(Result<Box<Open>, AudioError>),
    /// The engine, or the system's devices, noticed something.
    Noticed(AudioEvent),
    /// Another output is set up, silent until the engine moves there; or it can't be.
    Prepared { wanted: Wanted, result: Result<Box<dyn Backend>, AudioError> },
    /// The system's devices, or why there are none.
    Listed { list: Result<DeviceList, AudioError>, asked_by: ListedFor },
}

/// Who wants the list of devices.
pub(crate) enum ListedFor {
    /// The audio side itself: from time to time, or when the menu is to show it.
    Watch,
    /// A call that gets it as its answer.
    Call(Owed<ListDevices>),
    /// A call that chooses from it.
    Select(SelectDevices, Owed<SelectDevices>),
}

/// What others have to do about a change of the audio side.
#[must_use]
pub(crate) enum Change {
    /// Nothing.
    None,
    /// There is something to tell of the devices in use.
    Devices,
    /// It runs: who waits for it may begin.
    Opened,
    /// It can't be opened, for this reason.
    Failed(String),
    /// The engine can't go on: it is to be begun anew, and with it everything that plays.
    Anew(Next),
}

/// The output that an engine is begun anew on; none: whichever can be opened.
pub(crate) type Next = Option<(Box<dyn Backend>, Wanted)>;
