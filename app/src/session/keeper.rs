//! What the settings keep of a project's parameters for its next start: their values, the sets A and B, and
//! the present preset.

use super::{host::Shared, parameters::MAX_REMEMBERED};
use crate::settings::Settings;
use std::{collections::BTreeMap, path::Path};
use wavecraft_companion_protocol::{control::Attach, sets::ParameterSets, settings::RememberedProject};

/// The values and sets as the settings have them.
#[derive(Default)]
pub(super) struct Keeper {
    parameters: BTreeMap<String, f32>,
    sets: ParameterSets,
    preset: Option<String>,
}

impl Keeper {
    /// Begins with what the settings have.
    pub(super) fn new(remembered: Option<&RememberedProject>) -> Self {
        let Some(project) = remembered else { return Self::default() };
        Self {
            parameters: project.parameters.clone(),
            sets: project.sets.clone(),
            preset: project.preset.clone(),
        }
    }

    /// Has the settings keep the present values and sets, both at once: a file in which only one of them is newer would
    /// give the set that isn't heard the values of the other.
    pub(super) fn keep(&mut self, shared: &Shared, folder: &Path, settings: &mut Settings) {
        let preset = shared.preset();
        let (parameters, sets) = (shared.parameters.kept(), shared.sets_of_pages());
        if (&parameters, &*sets, &preset) == (&self.parameters, &self.sets, &self.preset) {
            return;
        }
        self.sets.clone_from(&sets);
        drop(sets);
        self.parameters.clone_from(&parameters);
        self.preset.clone_from(&preset);
        settings.remember(folder, |project| {
            (project.parameters, project.sets, project.preset) = (parameters, self.sets.clone(), preset);
        });
    }
}

/// What a start begins with: what the command hands over, and what it doesn't as it was kept.
pub(super) fn begin(attach: &Attach, remembered: Option<&RememberedProject>) -> RememberedProject {
    let mut begin = remembered.cloned().unwrap_or_default();
    begin.parameters.extend(attach.parameters.clone());
    begin.sets = checked(attach.sets.as_ref().unwrap_or(&begin.sets));
    begin.preset = attach.preset.clone().or(begin.preset);
    begin
}

/// The sets as a start begins with them. A person may have written the file: what is no number, or more than fits, is left
/// out.
pub(super) fn checked(sets: &ParameterSets) -> ParameterSets {
    let values = sets.other.iter().filter(|(_, value)| value.is_finite()).take(MAX_REMEMBERED);
    ParameterSets { active: sets.active, other: values.map(|(id, value)| (id.clone(), *value)).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::sets::SetName;

    #[test]
    fn what_no_parameter_can_have_is_not_begun_with() {
        let mut other: BTreeMap<String, f32> =
            (0..MAX_REMEMBERED + 10).map(|number| (format!("p{number}"), 1.0)).collect();
        other.insert("a".into(), f32::INFINITY);
        let sets = checked(&ParameterSets { active: SetName::B, other });
        assert_eq!((sets.active, sets.other.len()), (SetName::B, MAX_REMEMBERED));
        assert!(!sets.other.contains_key("a"));
    }
}
