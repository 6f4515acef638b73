//! The lines about the microphone: the project's and the device's.

use super::{
    model::{Action, Entry},
    project::ProjectFacts,
};
use crate::microphone::Access;

/// The facts about the microphone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MicrophoneFacts {
    /// The names of the projects that listen to it.
    pub heard_by: Vec<String>,
    /// The device, while it is open.
    pub device: Option<String>,
    /// The address of the settings where the system's permission is given.
    pub settings: Option<&'static str>,
}

impl MicrophoneFacts {
    pub(super) fn entries(&self, projects: &[ProjectFacts]) -> Vec<Entry> {
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

#[cfg(test)]
mod tests;
