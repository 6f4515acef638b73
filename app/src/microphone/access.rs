//! Whether a project may hear the microphone: combines the system's permission for this program and the user's consent
//! for the project's folder.

pub(crate) use wavecraft_companion_protocol::{microphone::Access, system::Permission};

use crate::desktop::Kind;
use std::path::Path;
use wavecraft_companion_protocol::{settings::Consent, words::sentence};

/// Combines the user's consent for the folder and the system's permission for this program. `menu`: the user can be
/// asked, in a menu or from there in a terminal. Without one, starting a project counts as consent.
pub(crate) fn access_of(consent: Option<Consent>, menu: bool, permission: Permission) -> Access {
    match (consent, permission) {
        (Some(Consent::Refused), _) => Access::Refused,
        (None, _) if menu => Access::Unconfirmed,
        (_, Permission::NotNeeded | Permission::Authorized) => Access::Allowed,
        (_, Permission::NotDetermined) => Access::Asking,
        (_, Permission::Denied) => Access::Denied,
        (_, Permission::Restricted) => Access::Restricted,
    }
}

/// For the user: why the microphone isn't heard, and what to do.
pub(crate) fn trouble(access: Access) -> Option<Trouble> {
    let (what, hint) = match access {
        Access::Allowed => return None,
        Access::Unconfirmed => (
            "the project asks for the microphone and hears silence until that is allowed",
            "press y in its terminal, run `wavecraft microphone allow`, or click Allow in the companion's menu",
        ),
        Access::Refused => (
            "the project hears silence: the microphone was refused to it",
            "to allow it, run `wavecraft microphone allow`, or click Allow in the companion's menu",
        ),
        Access::Asking => (
            "the project hears silence: the system asks whether the companion may use the microphone",
            "answer the system's question",
        ),
        Access::Denied => (
            "the project hears silence: the system doesn't let the companion use the microphone",
            "turn it on in System Settings > Privacy & Security > Microphone; the sound comes by itself then",
        ),
        Access::Restricted => (
            "the project hears silence: this computer's rules keep the microphone from the companion",
            "choose another source, or ask whoever manages this computer",
        ),
    };
    Some(Trouble { what, hint, asks: matches!(access, Access::Unconfirmed | Access::Refused) })
}

/// The desktop notification about it: its kind, title and text.
pub(crate) fn announcement(access: Access, name: &str, folder: &Path) -> Option<(Kind, String, String)> {
    match access {
        Access::Unconfirmed => Some((
            Kind::AsksForMicrophone,
            format!("{name} asks for the microphone"),
            format!(
                "It is in {}. Press y in its terminal, or click Allow in the companion's menu.",
                folder.display()
            ),
        )),
        Access::Denied => Some((
            Kind::MicrophoneDenied,
            "The companion may not use the microphone".into(),
            format!("{name} hears silence. The companion's menu opens the settings for it."),
        )),
        _ => None,
    }
}

/// Why the microphone isn't heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// What happened.
    pub what: &'static str,
    /// What to do.
    pub hint: &'static str,
    /// A person's word for this folder is what is missing.
    asks: bool,
}

impl Trouble {
    /// Both as one line.
    pub(crate) fn line(self) -> String {
        format!("{}. What to do: {}", self.what, self.hint)
    }

    /// The same as sentences, and whether a person's word in the companion is what is missing: then the surface says by
    /// which key or button that is given.
    pub(crate) fn notice(self) -> (String, bool) {
        let what = sentence(self.what);
        if self.asks { (what, true) } else { (format!("{what} {}", sentence(self.hint)), false) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_comes_before_the_system() {
        use Permission::{Authorized, Denied, NotDetermined, NotNeeded, Restricted};
        let allowed = Some(Consent::Allowed);
        for (consent, menu, permission, access) in [
            (None, true, Authorized, Access::Unconfirmed),
            // The system isn't asked for what the user wouldn't want anyway.
            (None, true, NotDetermined, Access::Unconfirmed),
            (None, true, Denied, Access::Unconfirmed),
            (Some(Consent::Refused), true, NotNeeded, Access::Refused),
            (Some(Consent::Refused), false, NotNeeded, Access::Refused),
            (allowed, true, NotNeeded, Access::Allowed),
            (allowed, true, Authorized, Access::Allowed),
            (allowed, true, NotDetermined, Access::Asking),
            (allowed, true, Denied, Access::Denied),
            (allowed, true, Restricted, Access::Restricted),
            (None, false, NotNeeded, Access::Allowed),
            (None, false, NotDetermined, Access::Asking),
            (None, false, Denied, Access::Denied),
        ] {
            assert_eq!(access_of(consent, menu, permission), access, "{consent:?} {menu} {permission:?}");
        }
    }
}
