//! The sets A and B of a project's parameter values: which one is heard, and what the other holds.

use std::collections::{HashMap, HashSet};

use wavecraft_companion_protocol::{browser::Sets, parameter::Parameter, sets::ParameterSets};

use crate::{history::Others, host::Host};

/// The two sets of a project. The values of the one that is heard are the host's; those of the other are here, also of
/// parameters that are away at present.
pub(crate) struct TwoSets {
    kept: ParameterSets,
    /// The other set's values of the parameters that the project has, moved into their ranges.
    here: HashMap<String, f32>,
    /// The parameters that hearing the other set would change.
    differing: HashSet<String>,
    /// What pages were told last.
    told: Sets,
}

impl TwoSets {
    /// Those that the host has kept.
    pub(crate) fn of(host: &dyn Host) -> Self {
        let kept = host.sets();
        let told = Sets { active: kept.active, differ: false };
        let mut sets = Self { kept, here: HashMap::new(), differing: HashSet::new(), told };
        sets.compare(&host.parameters().parameters);
        sets.told = sets.now();
        sets
    }

    /// What pages may know of them.
    pub(crate) fn now(&self) -> Sets {
        Sets { active: self.kept.active, differ: !self.differing.is_empty() }
    }

    /// The same, if pages weren't told yet. The caller tells them.
    pub(crate) fn news(&mut self) -> Option<Sets> {
        let now = self.now();
        (std::mem::replace(&mut self.told, now) != now).then_some(now)
    }

    /// The project may have other parameters.
    pub(crate) fn compare(&mut self, parameters: &[Parameter]) {
        self.here.clear();
        self.differing.clear();
        for Parameter { spec, value } in parameters {
            if let Some(other) = self.kept.other.get(&spec.id) {
                self.here.insert(spec.id.clone(), spec.nearest(*other));
                self.changed(&spec.id, *value);
            }
        }
    }

    /// A parameter of the set that is heard has this value now.
    pub(crate) fn changed(&mut self, id: &str, value: f32) {
        match self.here.get(id) {
            Some(other) if *other != value => {
                self.differing.insert(id.into());
            }
            _ => {
                self.differing.remove(id);
            }
        }
    }

    /// Makes the other set the one that is heard. Returns the parameters that changed, in the host's order.
    pub(crate) fn hear_other(&mut self, host: &dyn Host) -> Vec<(String, f32)> {
        let before = host.values();
        let changed = host.set_values(&self.kept.other);
        self.kept = ParameterSets { active: self.kept.active.other(), other: before };
        self.kept_other(host);
        changed
    }

    /// Whether the other set has no values of its own, and so is as the one that is heard.
    pub(crate) fn other_is_fresh(&self) -> bool {
        self.kept.other.is_empty()
    }

    /// Takes from the other set all values of its own.
    pub(crate) fn freshen_other(&mut self, host: &dyn Host) {
        self.kept.other.clear();
        self.kept_other(host);
    }

    /// Makes the other set as the one that is heard. Returns what that changed of it.
    pub(crate) fn copy(&mut self, host: &dyn Host) -> Others {
        let values = host.values();
        let before = std::mem::replace(&mut self.kept.other, values);
        if before == self.kept.other {
            return Others::new();
        }
        self.kept_other(host);
        let after = &self.kept.other;
        let ids: HashSet<&String> = before.keys().chain(after.keys()).collect();
        let pairs = ids.into_iter().map(|id| (id, (before.get(id).copied(), after.get(id).copied())));
        pairs.filter(|(_, (before, after))| before != after).map(|(id, pair)| (id.clone(), pair)).collect()
    }

    /// Gives the other set these values, or none of its own for an id.
    pub(crate) fn set_other<'a>(
        &mut self,
        host: &dyn Host,
        values: impl Iterator<Item = (&'a String, Option<f32>)>,
    ) {
        for (id, value) in values {
            match value {
                Some(value) => self.kept.other.insert(id.clone(), value),
                None => self.kept.other.remove(id),
            };
        }
        self.kept_other(host);
    }

    fn kept_other(&mut self, host: &dyn Host) {
        self.compare(&host.parameters().parameters);
        host.sets_changed(&self.kept);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::{
        collections::BTreeMap,
        sync::{Mutex, PoisonError},
    };
    use wavecraft_companion_protocol::{
        browser::GetAllParametersResult, parameter::ParameterSpec, sets::SetName,
    };

    use crate::host::SetParameterError;

    /// A project that keeps what it is told, and has other parameters when a test says so.
    pub(crate) struct Project {
        parameters: Mutex<Vec<Parameter>>,
        kept: Mutex<ParameterSets>,
    }

    impl Project {
        pub(crate) fn new(parameters: &[(&str, f32)]) -> Self {
            let project = Self { parameters: Mutex::default(), kept: Mutex::default() };
            project.has(parameters);
            project
        }

        /// Gives it parameters with these ids, values, and a range up to 10.
        pub(crate) fn has(&self, parameters: &[(&str, f32)]) {
            let parameters = parameters.iter().map(|(id, value)| Parameter {
                spec: ParameterSpec::float(id, 0.0, 0.0, 10.0),
                value: *value,
            });
            *self.parameters.lock().unwrap() = parameters.collect();
        }
    }

    impl Project {
        /// Gives a parameter a smaller range, and moves its value into it.
        pub(crate) fn narrow(&self, id: &str, max: f32) {
            let mut parameters = self.parameters.lock().unwrap();
            let parameter = parameters.iter_mut().find(|parameter| parameter.spec.id == id).unwrap();
            parameter.spec.max = max;
            parameter.value = parameter.spec.nearest(parameter.value);
        }
    }

    impl Host for Project {
        fn parameters(&self) -> GetAllParametersResult {
            GetAllParametersResult {
                parameters: self.parameters.lock().unwrap().clone(),
                processors: Vec::new(),
            }
        }

        fn set_parameter(&self, id: &str, value: f32) -> Result<f32, SetParameterError> {
            let mut parameters = self.parameters.lock().unwrap_or_else(PoisonError::into_inner);
            let parameter = parameters.iter_mut().find(|parameter| parameter.spec.id == id).unwrap();
            parameter.value = parameter.spec.accept(value)?;
            Ok(parameter.value)
        }

        fn sets(&self) -> ParameterSets {
            self.kept.lock().unwrap().clone()
        }

        fn sets_changed(&self, sets: &ParameterSets) {
            self.kept.lock().unwrap().clone_from(sets);
        }

        fn parameter(&self, id: &str) -> Option<f32> {
            self.values().get(id).copied()
        }
    }

    #[test]
    fn a_set_that_was_never_heard_is_as_the_one_that_is() {
        let project = Project::new(&[("a", 1.0), ("b", 2.0)]);
        let mut sets = TwoSets::of(&project);
        assert_eq!(sets.now(), Sets { active: SetName::A, differ: false });
        sets.changed("a", project.set_parameter("a", 3.0).unwrap());
        assert_eq!(sets.news(), None, "B is as A is now");
        assert_eq!(sets.hear_other(&project), []);
        assert_eq!(sets.news(), Some(Sets { active: SetName::B, differ: false }));
        sets.changed("a", project.set_parameter("a", 4.0).unwrap());
        assert_eq!(sets.news(), Some(Sets { active: SetName::B, differ: true }));
        sets.changed("a", project.set_parameter("a", 5.0).unwrap());
        assert_eq!(sets.news(), None, "told already");
        assert_eq!(sets.hear_other(&project), [("a".into(), 3.0)]);
        assert_eq!(sets.hear_other(&project), [("a".into(), 5.0)]);
        sets.changed("a", project.set_parameter("a", 3.0).unwrap());
        assert_eq!(sets.news(), Some(Sets { active: SetName::B, differ: false }), "by hand");
    }

    #[test]
    fn a_copy_ends_every_difference_and_is_kept() {
        let project = Project::new(&[("a", 1.0), ("b", 2.0)]);
        let mut sets = TwoSets::of(&project);
        sets.copy(&project);
        assert_eq!(project.sets().other, BTreeMap::from([("a".into(), 1.0), ("b".into(), 2.0)]));
        sets.changed("b", project.set_parameter("b", 9.0).unwrap());
        assert!(sets.now().differ);
        assert_eq!(project.sets().other["b"], 2.0, "a copy is no link");
        sets.copy(&project);
        assert!(!sets.now().differ);
        assert_eq!(project.sets(), ParameterSets { active: SetName::A, other: project.values() });
        assert_eq!(TwoSets::of(&project).now(), sets.now(), "as at the next start");
    }

    #[test]
    fn values_outlive_parameters_that_change() {
        let project = Project::new(&[("a", 1.0), ("b", 2.0)]);
        let mut sets = TwoSets::of(&project);
        sets.copy(&project);
        project.has(&[("a", 3.0), ("b", 4.0)]);
        sets.compare(&project.parameters().parameters);
        assert!(sets.now().differ);

        // Both are away; `c` is new, and as it is in both.
        project.has(&[("c", 5.0)]);
        sets.compare(&project.parameters().parameters);
        assert!(!sets.now().differ, "nothing that could be heard");

        // `a` is back with a smaller range, in which there is no difference.
        let small = Parameter { spec: ParameterSpec::float("a", 0.0, 0.0, 0.5), value: 0.5 };
        *project.parameters.lock().unwrap() = vec![small];
        sets.compare(&project.parameters().parameters);
        assert!(!sets.now().differ);
        project.has(&[("a", 0.5), ("b", 4.0), ("c", 5.0)]);
        sets.compare(&project.parameters().parameters);
        assert_eq!(sets.hear_other(&project), [("a".into(), 1.0), ("b".into(), 2.0)]);
    }
}
