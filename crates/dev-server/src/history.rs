//! What people changed, step by step, so that it can be undone and redone.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use wavecraft_companion_protocol::{
    browser::{GetAllParametersResult, History as Told},
    parameter::{MAX_PARAMETERS, ParameterType},
    sets::SetName,
};

use crate::shelf::Held;

/// How many steps are kept: those of an hour or so, and more than anybody counts.
pub(crate) const STEPS: usize = 100;
/// How many values all steps hold together at most, so that 100 changes of everything don't fill the memory.
const VALUES: usize = 64 * MAX_PARAMETERS;
/// From a client that doesn't tell its gestures, changes of a parameter are of the same gesture if less than this lies
/// between them: longer than a hand that looks for a value rests, and shorter than a second thought.
pub(crate) const PAUSE: Duration = Duration::from_millis(600);

/// Whose hand moves a parameter: a client, and the number that it gives to the gesture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hand {
    pub(crate) client: u64,
    pub(crate) gesture: Option<u64>,
}

/// Values by id, before and after a step.
pub(crate) type Values = BTreeMap<String, (f32, f32)>;
/// The same of the set that isn't heard, which may have no value of its own for a parameter.
pub(crate) type Others = BTreeMap<String, (Option<f32>, Option<f32>)>;

/// One step.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) change: Change,
    /// What it changed first, in words.
    what: String,
    /// The hand that may go on with it, and when it moved last.
    hand: Option<(Hand, Instant)>,
    /// Whether it is of a parameter that goes through values on its way to another, as no switch does.
    glides: bool,
    /// The present preset before and after it, if it loaded one.
    pub(crate) presets: Option<(Held, Held)>,
}

/// What a step changed.
#[derive(Debug)]
pub(crate) enum Change {
    /// Parameters of the set that is heard.
    Values(Values),
    /// Which set is heard. `fresh`: it had no values of its own before.
    Heard { set: SetName, fresh: bool },
    /// The set that isn't heard: it was made as the one that is.
    Copied(Others),
}

impl Change {
    fn len(&self) -> usize {
        match self {
            Self::Values(values) => values.len(),
            Self::Heard { .. } => 0,
            Self::Copied(others) => others.len(),
        }
    }
}

impl Step {
    /// What it is, in words.
    pub(crate) fn label(&self) -> String {
        match &self.change {
            Change::Values(values) if self.hand.is_some() && values.len() > 1 => {
                format!("{} and {} more", self.what, values.len() - 1)
            }
            _ => self.what.clone(),
        }
    }

    /// The client of the hand that made it.
    fn client(&self) -> Option<u64> {
        self.hand.map(|(hand, _)| hand.client)
    }

    /// Its values, if a hand moves them.
    fn moved(&self) -> Option<&Values> {
        match &self.change {
            Change::Values(values) if self.hand.is_some() => Some(values),
            _ => None,
        }
    }

    /// Whether this hand still makes it, where it moves `id` now.
    fn goes_on(&self, by: Hand, id: &str, now: Instant) -> bool {
        let Some((values, (hand, last))) = self.moved().zip(self.hand) else { return false };
        let same = by.gesture.is_some()
            || (self.glides && values.contains_key(id) && now.saturating_duration_since(last) < PAUSE);
        hand == by && same && (values.len() < MAX_PARAMETERS || values.contains_key(id))
    }
}

/// The steps of a project, in one order, whoever made them.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Oldest first.
    done: VecDeque<Step>,
    /// Those that were undone; the next one to be redone last.
    undone: Vec<Step>,
    /// What pages were told last.
    told: Told,
}

impl History {
    /// What pages may know of it.
    pub(crate) fn now(&self) -> Told {
        Told {
            undo: self.done.back().map(Step::label),
            redo: self.undone.last().map(Step::label),
            undo_steps: self.done.len(),
            redo_steps: self.undone.len(),
        }
    }

    /// The same, if pages weren't told yet. The caller tells them.
    pub(crate) fn news(&mut self) -> Option<Told> {
        let now = self.now();
        if self.told == now {
            return None;
        }
        self.told.clone_from(&now);
        Some(now)
    }

    /// A hand moved a parameter, of the project that `all` describes. It may go on with a step, begin one, or bring
    /// everything back to where its step began: then there is none.
    pub(crate) fn moved(
        &mut self,
        hand: Hand,
        (id, before, after): (&str, f32, f32),
        now: Instant,
        all: impl FnOnce() -> GetAllParametersResult,
    ) {
        if before == after {
            return;
        }
        self.undone.clear();
        let Some(index) = self.step_of(hand, id, now) else {
            let (what, glides) = described(&all(), id);
            let change = Change::Values(BTreeMap::from([(id.to_owned(), (before, after))]));
            return self.push(Step { change, what, hand: Some((hand, now)), glides, presets: None });
        };
        let step = &mut self.done[index];
        if let Some((by, last)) = &mut step.hand
            && *by == hand
        {
            *last = now;
        }
        if let Change::Values(values) = &mut step.change {
            values.entry(id.to_owned()).or_insert((before, after)).1 = after;
            // What is back where it was counts as long as something else isn't: the step keeps its name.
            if values.values().all(|(before, after)| before == after) {
                self.done.remove(index);
            }
        }
    }

    /// The step that a hand goes on with by moving `id`. Where another hand has moved the same parameter since, it is that
    /// one's step: else undoing that would bring back what this hand has left long ago.
    fn step_of(&self, hand: Hand, id: &str, now: Instant) -> Option<usize> {
        let own = self.done.iter().rposition(|step| step.client() == Some(hand.client))?;
        if !self.done[own].goes_on(hand, id, now) {
            return None;
        }
        let mut found = own;
        for (index, later) in self.done.iter().enumerate().skip(own + 1) {
            // What no hand moves, such as another set, ends every gesture before it.
            if later.moved()?.contains_key(id) {
                found = index;
            }
        }
        Some(found)
    }

    /// Another set is heard. There and back again, with nothing between, is no step.
    pub(crate) fn heard(&mut self, set: SetName, fresh: bool) {
        self.undone.clear();
        if let Some(Step { change: Change::Heard { set: before, .. }, .. }) = self.done.back()
            && *before != set
        {
            self.done.pop_back();
            return;
        }
        self.push_change(Change::Heard { set, fresh }, format!("Hear {}", name(set)));
    }

    /// The set that is heard was copied over the other.
    pub(crate) fn copied(&mut self, heard: SetName, others: Others) {
        let what = format!("Copy {} to {}", name(heard), name(heard.other()));
        self.push_change(Change::Copied(others), what);
    }

    /// A preset was loaded. One that changed nothing is no step.
    pub(crate) fn loaded(&mut self, preset: &str, values: Values, presets: (Held, Held)) {
        if !values.is_empty() {
            let (change, what) = (Change::Values(values), format!("Preset {preset}"));
            self.push(Step { change, what, hand: None, glides: false, presets: Some(presets) });
        }
    }

    fn push_change(&mut self, change: Change, what: String) {
        self.push(Step { change, what, hand: None, glides: false, presets: None });
    }

    /// Adds a step, after which nothing can be redone.
    fn push(&mut self, step: Step) {
        self.undone.clear();
        self.done.push_back(step);
        let mut values: usize = self.done.iter().map(|step| step.change.len()).sum();
        while self.done.len() > STEPS || (values > VALUES && self.done.len() > 1) {
            values -= self.done.pop_front().map_or(0, |step| step.change.len());
        }
    }

    /// The next step in a direction, which now is one to go the other way.
    pub(crate) fn walk(&mut self, way: Way) -> Option<&Step> {
        match way {
            Way::Back => {
                let step = self.done.pop_back()?;
                self.undone.push(step);
                self.undone.last()
            }
            Way::Again => {
                let step = self.undone.pop()?;
                self.done.push_back(step);
                self.done.back()
            }
        }
    }
}

/// Undo, or redo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Back,
    Again,
}

impl Way {
    /// Where a value goes that was the first before a step and the second after it.
    pub(crate) fn end<T>(self, (before, after): (T, T)) -> T {
        match self {
            Self::Back => before,
            Self::Again => after,
        }
    }
}

fn name(set: SetName) -> &'static str {
    match set {
        SetName::A => "A",
        SetName::B => "B",
    }
}

/// A parameter's name, after its processor's where others have the same, and whether it glides.
fn described(all: &GetAllParametersResult, id: &str) -> (String, bool) {
    let Some(spec) = all.parameters.iter().map(|parameter| &parameter.spec).find(|spec| spec.id == id) else {
        return (id.to_owned(), false);
    };
    let twins = all.parameters.iter().filter(|other| other.spec.name == spec.name).count() > 1;
    let processor = all.processors.iter().find(|processor| spec.processor.as_ref() == Some(&processor.id));
    let what = match processor {
        Some(processor) if twins => format!("{} {}", processor.name, spec.name),
        _ => spec.name.clone(),
    };
    (what, spec.kind == ParameterType::Float)
}

/// The ids of a step that a project with these doesn't have.
pub(crate) fn missing<'a>(values: &'a Values, here: &HashSet<String>) -> Vec<&'a str> {
    values.keys().map(String::as_str).filter(|id| !here.contains(*id)).collect()
}

#[cfg(test)]
mod tests;
