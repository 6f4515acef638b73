//! The microphone's permission: Linux has none for programs of the user's own.

use crate::{
    event::Events,
    microphone::{Authority, Permission},
};

/// Nobody is asked.
pub(crate) struct MicrophoneAuthority;

impl Authority for MicrophoneAuthority {
    fn state(&self) -> Permission {
        Permission::NotNeeded
    }

    fn ask(&self, _: &Events) {}

    fn settings(&self) -> Option<&'static str> {
        None
    }
}
