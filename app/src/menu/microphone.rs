//! The lines about the microphone: the project's, and the device's.

use super::{Action, Entry, Project};
use crate::microphone::Access;
use wavecraft_companion_protocol::settings::Consent;

/// What is known of the microphone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Microphone {
    /// The names of the projects that listen to it.
    pub heard_by: Vec<String>,
    /// The device, while it is open.
    pub device: Option<String>,
    /// The address of the settings where the system's permission is given.
    pub settings: Option<&'static str>,
}

impl Microphone {
    pub(super) fn entries(&self, projects: &[Project]) -> Vec<Entry> {
        let refused = |access| projects.iter().any(|project| project.microphone == Some(access));
        let (denied, restricted) = (refused(Access::Denied), refused(Access::Restricted));
        let state = match (self.heard_by.as_slice(), &self.device) {
            _ if denied => "Microphone: not allowed by the system".into(),
            _ if restricted => "Microphone: kept away by this computer's rules".into(),
            _ if refused(Access::Asking) => "Microphone: the system asks whether it is allowed".into(),
            ([], _) => "Microphone: not used".into(),
            (names, Some(device)) => format!("Microphone: {} listens to {device}", names.join(", ")),
            (names, None) => format!("Microphone: closed, though {} asks for it", names.join(", ")),
        };
        let mut entries = vec![Entry::text("microphone", state)];
        if let Some(settings) = self.settings
            && denied
        {
            let action = Action::OpenAddress(settings);
            entries.push(Entry::button("microphone/settings", "Open Privacy Settings…", action));
        }
        entries
    }
}

impl Project {
    /// Does it wait for somebody to let it hear the microphone? A person's own no is nothing to look at.
    pub(super) fn waits_for_microphone(&self) -> bool {
        self.microphone.is_some_and(|access| !matches!(access, Access::Allowed | Access::Refused))
    }

    pub(super) fn microphone_entries(&self) -> Vec<Entry> {
        let key = |name: &str| format!("{}/microphone/{name}", self.id);
        let button = |name: &str, label: &str, consent| {
            Entry::button(key(name), label, Action::ConfirmMicrophone(self.id.clone(), consent))
        };
        match self.microphone {
            None | Some(Access::Allowed) => Vec::new(),
            Some(Access::Unconfirmed) => vec![
                Entry::text(key("asks"), format!("{} asks for the microphone", self.name)),
                button("allow", "Allow", Consent::Allowed),
                button("refuse", "Don't Allow", Consent::Refused),
            ],
            Some(Access::Refused) => vec![
                Entry::text(key("refused"), "The microphone was refused: silence is heard"),
                button("allow", "Allow", Consent::Allowed),
            ],
            // The line of the microphone tells why.
            Some(Access::Asking | Access::Denied | Access::Restricted) => {
                vec![Entry::text(key("silent"), "The microphone isn't allowed: silence is heard")]
            }
        }
    }
}

#[cfg(test)]
mod tests;
