//! Stands in for the system, so that every state can be tested on any system. Debug builds only.

use super::{
    access::Permission,
    authority::{Answered, Authority},
};
use crate::outlet::Outlet;
use std::{fs, path::PathBuf};

/// The variable that names a file. The file's first word is the state, and the second, if any, is the state after the
/// user is asked: `notDetermined denied`.
const VARIABLE: &str = "WAVECRAFT_PLAY_MICROPHONE";

/// The file with the system's permission.
pub(super) struct FakeAuthority(PathBuf);

impl FakeAuthority {
    /// The fake, if the variable is set.
    pub(super) fn from_environment() -> Option<Self> {
        std::env::var_os(VARIABLE).map(|path| Self(path.into()))
    }

    fn words(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        text.split_whitespace().map(str::to_owned).collect()
    }
}

impl Authority for FakeAuthority {
    fn state(&self) -> Permission {
        match self.words().first().map(String::as_str) {
            Some("authorized") => Permission::Authorized,
            Some("notDetermined") => Permission::NotDetermined,
            Some("restricted") => Permission::Restricted,
            _ => Permission::Denied,
        }
    }

    fn ask(&self, answered: &Outlet<Answered>) {
        // Without a second word the user never answers.
        if let Some(answer) = self.words().get(1)
            && fs::write(&self.0, answer).is_ok()
        {
            answered.send(Answered);
        }
    }

    fn settings(&self) -> Option<&'static str> {
        Some("played:privacy")
    }
}
