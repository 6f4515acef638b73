//! The microphone's permission: Linux has none for programs of the user's own.

use crate::{
    microphone::{Answered, Authority, Permission},
    outlet::Outlet,
};

/// Permits everything without asking.
pub(crate) struct MicrophoneAuthority;

impl Authority for MicrophoneAuthority {
    fn state(&self) -> Permission {
        Permission::NotNeeded
    }

    /// Answered at once, since there is nothing to ask.
    fn ask(&self, answered: &Outlet<Answered>) {
        answered.send(Answered);
    }

    fn settings(&self) -> Option<&'static str> {
        None
    }
}
