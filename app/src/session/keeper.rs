//! What the settings keep of a project's parameters for its next start: their values, and the sets A and B.

use super::{host::Shared, parameters::MAX_REMEMBERED};
use crate::settings::Settings;
use std::{collections::BTreeMap, path::Path};
use wavecraft_companion_protocol::{sets::ParameterSets, settings::RememberedProject};

/// The values and sets as the settings have them.
#[derive(Default)]
pub(super) struct Keeper {
    parameters: BTreeMap<String, f32>,
    sets: ParameterSets,
}

impl Keeper {
    /// Begins with what the settings have.
    pub(super) fn new(remembered: Option<&RememberedProject>) -> Self {
        let Some(project) = remembered else { return Self::default() };
        Self { parameters: project.parameters.clone(), sets: project.sets.clone() }
    }

    /// Has the settings keep the present values and sets, both at once: a file in which only one of them is newer would
    /// give the set that isn't heard the values of the other.
    pub(super) fn keep(&mut self, shared: &Shared, folder: &Path, settings: &mut Settings) {
        let (parameters, sets) = (shared.parameters.kept(), shared.sets_of_pages());
        if (&parameters, &*sets) == (&self.parameters, &self.sets) {
            return;
        }
        self.sets.clone_from(&sets);
        drop(sets);
        self.parameters.clone_from(&parameters);
        settings
            .remember(folder, |project| (project.parameters, project.sets) = (parameters, self.sets.clone()));
    }
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
