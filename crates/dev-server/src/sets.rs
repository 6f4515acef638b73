//! The sets A and B of a project's parameter values: which one is heard, and what the other holds.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use wavecraft_companion_protocol::{
    browser::{ParameterChanged, Sets},
    parameter::Parameter,
    rpc::{ErrorObject, INTERNAL_ERROR},
    sets::ParameterSets,
};

use crate::host::Host;

/// How often the other set may be heard within [`WINDOW`]: a few words from one page then make a parameter change of
/// every page for each parameter, and more of these than this wouldn't fit into a client's outbox.
const SWITCHES: usize = 8;
const WINDOW: Duration = Duration::from_millis(200);

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
    /// The last changes of the set that is heard, oldest first; never more than [`SWITCHES`].
    switches: VecDeque<Instant>,
}

impl TwoSets {
    /// Those that the host has kept.
    pub(crate) fn of(host: &dyn Host) -> Self {
        let kept = host.sets();
        let told = Sets { active: kept.active, differ: false };
        let mut sets = Self {
            kept,
            here: HashMap::new(),
            differing: HashSet::new(),
            told,
            switches: VecDeque::with_capacity(SWITCHES),
        };
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
    ///
    /// # Errors
    /// That was done too often just before.
    pub(crate) fn hear_other(
        &mut self,
        host: &dyn Host,
        now: Instant,
    ) -> Result<Vec<ParameterChanged>, ErrorObject> {
        self.pace(now)?;
        let before = host.values();
        let changed = host.set_values(&self.kept.other);
        self.kept = ParameterSets { active: self.kept.active.other(), other: before };
        self.compare(&host.parameters().parameters);
        host.sets_changed(&self.kept);
        Ok(changed.into_iter().map(|(id, value)| ParameterChanged { id, value }).collect())
    }

    /// Makes the other set as the one that is heard.
    pub(crate) fn copy(&mut self, host: &dyn Host) {
        let values = host.values();
        if values != self.kept.other {
            self.kept.other = values;
            self.compare(&host.parameters().parameters);
            host.sets_changed(&self.kept);
        }
    }

    fn pace(&mut self, now: Instant) -> Result<(), ErrorObject> {
        while self.switches.front().is_some_and(|first| now.duration_since(*first) >= WINDOW) {
            self.switches.pop_front();
        }
        if self.switches.len() < SWITCHES {
            self.switches.push_back(now);
            return Ok(());
        }
        let message = format!(
            "hearSet: {SWITCHES} times within {} ms is the most; the set is as it was, ask again in a moment",
            WINDOW.as_millis()
        );
        Err(ErrorObject::new(INTERNAL_ERROR, message))
    }
}

#[cfg(test)]
mod tests {
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
    struct Project {
        parameters: Mutex<Vec<Parameter>>,
        kept: Mutex<ParameterSets>,
    }

    impl Project {
        fn new(parameters: &[(&str, f32)]) -> Self {
            let project = Self { parameters: Mutex::default(), kept: Mutex::default() };
            project.has(parameters);
            project
        }

        /// Gives it parameters with these ids, values, and a range up to 10.
        fn has(&self, parameters: &[(&str, f32)]) {
            let parameters = parameters.iter().map(|(id, value)| Parameter {
                spec: ParameterSpec::float(id, 0.0, 0.0, 10.0),
                value: *value,
            });
            *self.parameters.lock().unwrap() = parameters.collect();
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

    fn hear(sets: &mut TwoSets, project: &Project) -> Vec<(String, f32)> {
        // Later each time, so that it is never too often.
        let now = sets.switches.back().copied().unwrap_or_else(Instant::now) + WINDOW;
        let changed = sets.hear_other(project, now).expect("to be heard");
        changed.into_iter().map(|changed| (changed.id, changed.value)).collect()
    }

    #[test]
    fn a_set_that_was_never_heard_is_as_the_one_that_is() {
        let project = Project::new(&[("a", 1.0), ("b", 2.0)]);
        let mut sets = TwoSets::of(&project);
        assert_eq!(sets.now(), Sets { active: SetName::A, differ: false });
        sets.changed("a", project.set_parameter("a", 3.0).unwrap());
        assert_eq!(sets.news(), None, "B is as A is now");
        assert_eq!(hear(&mut sets, &project), []);
        assert_eq!(sets.news(), Some(Sets { active: SetName::B, differ: false }));
        sets.changed("a", project.set_parameter("a", 4.0).unwrap());
        assert_eq!(sets.news(), Some(Sets { active: SetName::B, differ: true }));
        sets.changed("a", project.set_parameter("a", 5.0).unwrap());
        assert_eq!(sets.news(), None, "told already");
        assert_eq!(hear(&mut sets, &project), [("a".into(), 3.0)]);
        assert_eq!(hear(&mut sets, &project), [("a".into(), 5.0)]);
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
        assert_eq!(hear(&mut sets, &project), [("a".into(), 1.0), ("b".into(), 2.0)]);
    }

    #[test]
    fn who_asks_too_often_changes_nothing() {
        let project = Project::new(&[("a", 1.0)]);
        let mut sets = TwoSets::of(&project);
        let start = Instant::now();
        for _ in 0..SWITCHES {
            assert!(sets.hear_other(&project, start).is_ok());
        }
        let (before, kept) = (sets.now(), project.sets());
        let refused = sets.hear_other(&project, start + WINDOW / 2).unwrap_err();
        assert!(refused.message.contains("ask again"), "{}", refused.message);
        assert_eq!((sets.now(), project.sets()), (before, kept));
        assert!(sets.hear_other(&project, start + WINDOW).is_ok());
    }
}
