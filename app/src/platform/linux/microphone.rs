//! The microphone's permission: Linux has none for programs of the user's own.

use crate::{
    event::{Event, Events},
    microphone::{Authority, Permission},
};

/// Nobody is asked.
pub(crate) struct MicrophoneAuthority;

impl Authority for MicrophoneAuthority {
    fn state(&self) -> Permission {
        Permission::NotNeeded
    }

    /// Answered at once, since nobody has to be asked.
    fn ask(&self, events: &Events) {
        let _ = events.send(Event::MicrophoneAnswered);
    }

    fn settings(&self) -> Option<&'static str> {
        None
    }
}
