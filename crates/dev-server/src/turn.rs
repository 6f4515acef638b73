//! What a change of a parameter may change too, and what is changed many at once.

use std::{
    collections::{BTreeMap, HashSet},
    time::Instant,
};

use wavecraft_companion_presets::Preset;
use wavecraft_companion_protocol::{browser::Stepped, rpc::ErrorObject, sets::SetName};

use crate::{
    history::{Change, Hand, History, Step, Way, missing},
    host::{Host, SetParameterError},
    pace::Pace,
    sets::TwoSets,
    shelf::Shelf,
};

/// How many ids are named to a person.
const NAMED: usize = 3;

/// The sets and the history of a project. Whoever has it is the only one who changes parameters.
pub(crate) struct Turn {
    pub(crate) sets: TwoSets,
    pub(crate) history: History,
    pub(crate) shelf: Shelf,
    pace: Pace,
}

/// Parameters that changed, in the chain's order.
pub(crate) type Changed = Vec<(String, f32)>;

impl Turn {
    pub(crate) fn of(host: &dyn Host) -> Self {
        Self {
            sets: TwoSets::of(host),
            history: History::default(),
            shelf: Shelf::new(host.preset()),
            pace: Pace::default(),
        }
    }

    /// A hand moves a parameter. Returns the value that it has now.
    ///
    /// # Errors
    /// See [`SetParameterError`].
    pub(crate) fn set(
        &mut self,
        host: &dyn Host,
        hand: Hand,
        (id, value): (&str, f32),
        now: Instant,
    ) -> Result<f32, SetParameterError> {
        let before = host.parameter(id);
        let after = host.set_parameter(id, value)?;
        self.sets.changed(id, after);
        if let Some(before) = before {
            self.history.moved(hand, (id, before, after), now, || host.parameters());
        }
        Ok(after)
    }

    /// Makes a set the one that is heard.
    ///
    /// # Errors
    /// That was done too often just before.
    pub(crate) fn hear(
        &mut self,
        host: &dyn Host,
        set: SetName,
        now: Instant,
    ) -> Result<Changed, ErrorObject> {
        if self.sets.now().active == set {
            return Ok(Vec::new());
        }
        self.pace.pass("hearSet", now)?;
        let fresh = self.sets.other_is_fresh();
        let changed = self.sets.hear_other(host);
        self.history.heard(set, fresh);
        Ok(changed)
    }

    /// Makes the other set as the one that is heard. Where nobody could hear a difference there is none to undo.
    pub(crate) fn copy(&mut self, host: &dyn Host) {
        let before = self.sets.now();
        let others = self.sets.copy(host);
        if before.differ {
            self.history.copied(before.active, others);
        }
    }

    /// Gives parameters a preset's values, and makes it the present one.
    ///
    /// # Errors
    /// Many values were changed too often just before.
    pub(crate) fn load(
        &mut self,
        host: &dyn Host,
        (name, preset): (&str, Preset),
        values: &BTreeMap<String, f32>,
        now: Instant,
    ) -> Result<Changed, ErrorObject> {
        self.pace.pass("loadPreset", now)?;
        let before = host.values();
        let changed = host.set_values(values);
        for (id, value) in &changed {
            self.sets.changed(id, *value);
        }
        let pair = |(id, after): &(String, f32)| Some((id.clone(), (*before.get(id)?, *after)));
        let held = self.shelf.held();
        self.shelf.take(name.to_owned(), preset, &host.parameters().parameters);
        self.history.loaded(name, changed.iter().filter_map(pair).collect(), (held, self.shelf.held()));
        Ok(changed)
    }

    /// Takes the newest step back, or makes the last one again that was taken back. One of which the project has no
    /// parameter now is passed over.
    ///
    /// # Errors
    /// That was done too often just before.
    pub(crate) fn walk(
        &mut self,
        host: &dyn Host,
        way: Way,
        now: Instant,
    ) -> Result<(Stepped, Changed), ErrorObject> {
        self.pace.pass(if way == Way::Back { "undo" } else { "redo" }, now)?;
        let here: HashSet<String> =
            host.parameters().parameters.into_iter().map(|parameter| parameter.spec.id).collect();
        let mut passed = Vec::new();
        while let Some(step) = self.history.walk(way) {
            let left_out = step.left_out(&here);
            let changed = step.make(host, &mut self.sets, way);
            if let Some((before, after)) = &step.presets {
                self.shelf.hold(way.end((before, after)), &host.parameters().parameters);
            }
            if left_out.len() == step.size() {
                passed.push(step.label());
                continue;
            }
            let stepped = Stepped { step: Some(step.label()), said: said(&passed, &left_out) };
            for (id, value) in &changed {
                self.sets.changed(id, *value);
            }
            return Ok((stepped, changed));
        }
        Ok((Stepped { step: None, said: said(&passed, &[]) }, Vec::new()))
    }
}

impl Step {
    /// How many parameters it changes; another set that is heard counts as one.
    fn size(&self) -> usize {
        match &self.change {
            Change::Values(values) => values.len(),
            Change::Heard { .. } | Change::Copied(_) => 1,
        }
    }

    fn left_out(&self, here: &HashSet<String>) -> Vec<&str> {
        match &self.change {
            Change::Values(values) => missing(values, here),
            Change::Heard { .. } | Change::Copied(_) => Vec::new(),
        }
    }

    /// Goes to one of its ends. The host remembers values of parameters that are away.
    fn make(&self, host: &dyn Host, sets: &mut TwoSets, way: Way) -> Changed {
        match &self.change {
            Change::Values(values) => {
                let values: BTreeMap<String, f32> =
                    values.iter().map(|(id, pair)| (id.clone(), way.end(*pair))).collect();
                host.set_values(&values)
            }
            Change::Heard { set, fresh } => {
                let wanted = way.end((set.other(), *set));
                if sets.now().active == wanted {
                    return Vec::new();
                }
                let changed = sets.hear_other(host);
                if *fresh && way == Way::Back {
                    sets.freshen_other(host);
                }
                changed
            }
            Change::Copied(others) => {
                sets.set_other(host, others.iter().map(|(id, pair)| (id, way.end(*pair))));
                Vec::new()
            }
        }
    }
}

/// What a person should know of what was left out.
fn said(passed: &[String], left_out: &[&str]) -> Option<String> {
    let mut sentences = Vec::new();
    if !passed.is_empty() {
        sentences.push(format!("Passed over {}: this build has none of it.", listed(passed)));
    }
    if !left_out.is_empty() {
        let ids: Vec<String> = left_out.iter().map(|id| format!("`{id}`")).collect();
        sentences.push(format!("This build has no {}: a later one that has gets the value.", listed(&ids)));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// The first few of them.
fn listed(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests;
