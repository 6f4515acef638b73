//! What was found of the two.

use super::{git::Revision, lost::lost};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::PathBuf;
use wavecraft_companion_analysis::{
    Heard, Pair,
    survey::{Changes, Plan, Setting},
};

/// The version of what `--json` prints.
const VERSION: u32 = 1;

/// One of the two, by its names.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Named {
    /// As the user named it.
    pub(super) name: String,
    /// What it is.
    pub(super) kind: &'static str,
    /// What git knows of it.
    #[serde(flatten)]
    pub(super) revision: Option<Revision>,
}

/// What both answered to.
#[derive(Debug)]
pub(super) enum Played {
    /// Test signals.
    Signals(Plan),
    /// A file.
    File(PathBuf),
    /// Nothing: both are sounds.
    Nothing,
    /// Nothing: only figures are compared, of this plan.
    Measured(Plan),
}

/// All that was found.
pub(super) struct Outcome {
    pub(super) before: Named,
    pub(super) after: Named,
    pub(super) played: Played,
    pub(super) pair: Pair,
    /// The figures that changed.
    pub(super) changes: Changes,
    /// The figures that only one has, in words.
    pub(super) lost: Vec<String>,
    /// The tolerance that was asked for, in dB.
    pub(super) tolerance_db: Option<f64>,
    /// The verdict.
    pub(super) same: bool,
    /// The file that was made of the difference.
    pub(super) difference: Option<PathBuf>,
}

/// A parameter whose values differ.
pub(super) struct OtherValue<'a> {
    pub(super) before: Option<&'a Setting>,
    pub(super) after: Option<&'a Setting>,
}

impl Outcome {
    /// That of two that were heard.
    ///
    /// # Errors
    /// The companion's program compared no sound.
    pub(super) fn of_sound(
        [before, after]: [Named; 2],
        plan: Plan,
        input: Option<PathBuf>,
        pair: Pair,
        tolerance_db: Option<f64>,
        difference: Option<PathBuf>,
    ) -> anyhow::Result<Self> {
        let same = heard(&pair)?.is_same(tolerance_db);
        let (changes, lost) = match (&pair.before, &pair.after) {
            (Some(before), Some(after)) => (Changes::between(before, after), lost(before, after)),
            _ => (Changes::default(), Vec::new()),
        };
        let played = match input {
            Some(input) => Played::File(input),
            None if pair.before.is_none() && pair.after.is_none() => Played::Nothing,
            None => Played::Signals(plan),
        };
        Ok(Self { before, after, played, pair, changes, lost, tolerance_db, same, difference })
    }

    /// The parameters that have other values, or that only one has.
    pub(super) fn other_values(&self) -> Vec<OtherValue<'_>> {
        let (Some(before), Some(after)) = (&self.pair.before, &self.pair.after) else { return Vec::new() };
        let (before, after) = (&before.subject.settings, &after.subject.settings);
        let mut values: Vec<_> = before
            .iter()
            .map(|one| OtherValue { before: Some(one), after: after.iter().find(|other| other.id == one.id) })
            .filter(|pair| {
                pair.after.is_none_or(|after| pair.before.is_some_and(|one| one.value != after.value))
            })
            .collect();
        let new = after.iter().filter(|other| !before.iter().any(|one| one.id == other.id));
        values.extend(new.map(|other| OtherValue { before: None, after: Some(other) }));
        values
    }

    /// All of it for a program.
    pub(super) fn json(&self) -> Value {
        let (input, plan) = match &self.played {
            Played::Signals(plan) | Played::Measured(plan) => (None, Some(plan)),
            Played::File(input) => (Some(input), None),
            Played::Nothing => (None, None),
        };
        let values = self.other_values();
        let values: Vec<Value> = values
            .iter()
            .map(|pair| {
                let id = pair.before.or(pair.after).map(|one| &one.id);
                let of = |one: Option<&Setting>| one.map(|one| json!({"value": one.value, "text": one.text}));
                json!({"id": id, "before": of(pair.before), "after": of(pair.after)})
            })
            .collect();
        json!({
            "version": VERSION,
            "same": self.same,
            "toleranceDb": self.tolerance_db,
            "before": self.before,
            "after": self.after,
            "input": input,
            "plan": plan,
            "rateHz": self.pair.rate_hz,
            "frames": self.pair.frames,
            "parts": self.pair.parts,
            "heard": self.pair.heard,
            "changes": self.changes.figures,
            "lost": self.lost,
            "values": values,
            "difference": self.difference,
        })
    }
}

fn heard(pair: &Pair) -> anyhow::Result<&Heard> {
    pair.heard.as_ref().ok_or_else(|| anyhow::anyhow!("the companion's program compared no sound"))
}
