//! The values of one project's parameters: kept here, written to the running child, carried over to the next.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{PoisonError, RwLock},
};
use wavecraft_companion_protocol::{
    browser::GetAllParametersResult,
    parameter::{MAX_PARAMETERS, OutOfRange, Parameter, ParameterSpec},
    processor::ProcessorSpec,
    session::NamedValue,
};
use wavecraft_ring::ParameterWriter;

/// How many values are kept for ids that may come back: as many as four of the largest projects have.
pub(super) const MAX_REMEMBERED: usize = 4 * MAX_PARAMETERS;

/// Shared by the app, which changes the set of parameters, and the project's dev server, which changes values. A value
/// set by a page is written to the child's segment on the page's own thread, without a detour through the app.
#[derive(Debug)]
pub(crate) struct ParameterBank {
    inner: RwLock<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// The set that pages see: that of the live child, or of the last one.
    current: Set,
    /// The set of a child that isn't live yet. It gets every change too.
    incoming: Option<Set>,
    /// The set of an older build's child that is compared with the live one. It gets every change too, and is never seen.
    beside: Option<Set>,
    /// Values of ids that no child has had yet, or that the present one doesn't have.
    remembered: BTreeMap<String, f32>,
}

/// The parameters of one child, and the segment that holds their values.
#[derive(Debug, Default)]
struct Set {
    specs: Vec<ParameterSpec>,
    processors: Vec<ProcessorSpec>,
    index: HashMap<String, usize>,
    values: Vec<f32>,
    /// Absent only before the first child.
    writer: Option<ParameterWriter>,
}

/// Why a parameter can't be set.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum SetError {
    /// No parameter has this id.
    #[error("no parameter has the id `{0}`")]
    Unknown(String),
    /// See [`OutOfRange`].
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

impl ParameterBank {
    /// A bank that gives `values` to the parameters that turn out to have these ids.
    pub(crate) fn new(mut values: BTreeMap<String, f32>) -> Self {
        // They may come from a file that a person wrote, and what is no number can't be kept in one.
        values.retain(|_, value| value.is_finite());
        Self {
            inner: RwLock::new(Inner {
                current: Set::default(),
                incoming: None,
                beside: None,
                remembered: values,
            }),
        }
    }

    /// A new child is ready: its parameters, and the segment that holds their values. Values are carried over by id,
    /// and clamped to the new range. All of them are in the segment when this returns, and every later change goes
    /// there too. Pages see the present set until [`commit`](Self::commit).
    pub(crate) fn prepare(
        &self,
        specs: Vec<ParameterSpec>,
        processors: Vec<ProcessorSpec>,
        writer: ParameterWriter,
    ) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.incoming = Some(inner.set_of(specs, processors, writer));
    }

    /// The same for an older build's child, which is compared with the live one until [`release_beside`](Self::release_beside).
    pub(crate) fn prepare_beside(&self, specs: Vec<ParameterSpec>, writer: ParameterWriter) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.beside = Some(inner.set_of(specs, Vec::new(), writer));
    }

    /// The older build's child ends.
    pub(crate) fn release_beside(&self) {
        self.inner.write().unwrap_or_else(PoisonError::into_inner).beside = None;
    }

    /// The prepared child is live; with `keeps` the one before stays beside it. Returns whether pages must fetch the list again.
    pub(crate) fn commit(&self, keeps: bool) -> bool {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let Some(incoming) = inner.incoming.take() else { return false };
        let old = std::mem::replace(&mut inner.current, incoming);
        let changed = old.specs != inner.current.specs || old.processors != inner.current.processors;
        inner.remembered.extend(old.specs.iter().map(|spec| spec.id.clone()).zip(old.values.iter().copied()));
        inner.forget();
        if keeps {
            inner.beside = Some(old);
        }
        changed
    }

    /// The prepared child won't become live: nothing changes.
    pub(crate) fn abandon(&self) {
        self.inner.write().unwrap_or_else(PoisonError::into_inner).incoming = None;
    }

    /// Sets one value, and returns the value it was set to.
    ///
    /// # Errors
    /// See [`SetError`].
    pub(crate) fn set(&self, id: &str, value: f32) -> Result<f32, SetError> {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let current = &mut inner.current;
        let index = *current.index.get(id).ok_or_else(|| SetError::Unknown(id.into()))?;
        let value = current.specs[index].accept(value)?;
        current.values[index] = value;
        current.write(index);
        let Inner { incoming, beside, .. } = &mut *inner;
        for other in incoming.iter_mut().chain(beside) {
            if let Some(index) = other.index.get(id).copied() {
                other.values[index] = other.specs[index].nearest(value);
                other.write(index);
            }
        }
        Ok(value)
    }

    /// Sets every parameter that has a value here to the nearest one that it can have, and remembers the values of ids
    /// that the present child doesn't have. Returns the ids and values of those that changed, in the processor's order.
    pub(crate) fn set_all(&self, values: &BTreeMap<String, f32>) -> Vec<(String, f32)> {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let Inner { incoming, beside, .. } = &mut *inner;
        for other in incoming.iter_mut().chain(beside) {
            other.set_all(values);
        }
        let changed = inner.current.set_all(values);
        let Inner { current, remembered, .. } = &mut *inner;
        let away = values.iter().filter(|(id, value)| !current.index.contains_key(*id) && value.is_finite());
        remembered.extend(away.map(|(id, value)| (id.clone(), *value)));
        inner.forget();
        changed
    }

    /// All values, also those of ids that the present child doesn't have.
    pub(crate) fn values(&self) -> BTreeMap<String, f32> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let mut values = inner.remembered.clone();
        let specs = inner.current.specs.iter();
        values.extend(specs.zip(&inner.current.values).map(|(spec, value)| (spec.id.clone(), *value)));
        values
    }

    /// One value.
    pub(crate) fn get(&self, id: &str) -> Option<f32> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).current.get(id)
    }

    /// The values for a later start: those that differ from their defaults, and those of ids that are missing at
    /// present.
    pub(crate) fn kept(&self) -> BTreeMap<String, f32> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).kept()
    }

    /// The values that aren't the defaults, as text: the first `most` of them.
    pub(crate) fn changed(&self, most: usize) -> Vec<NamedValue> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let pairs = inner.current.specs.iter().zip(&inner.current.values);
        let changed = pairs.filter(|(spec, value)| spec.default != **value).take(most);
        changed
            .map(|(spec, value)| NamedValue {
                id: spec.id.clone(),
                name: spec.name.clone(),
                value: spec.text_of(*value),
            })
            .collect()
    }

    /// All parameters and their processors, in the chain's order.
    pub(crate) fn all(&self) -> GetAllParametersResult {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let pairs = inner.current.specs.iter().zip(&inner.current.values);
        GetAllParametersResult {
            parameters: pairs.map(|(spec, value)| Parameter { spec: spec.clone(), value: *value }).collect(),
            processors: inner.current.processors.clone(),
        }
    }
}

impl Inner {
    /// A child's set, with the values that its parameters have, all in its segment.
    fn set_of(
        &self,
        specs: Vec<ParameterSpec>,
        processors: Vec<ProcessorSpec>,
        writer: ParameterWriter,
    ) -> Set {
        let known = |spec: &ParameterSpec| {
            self.current.get(&spec.id).or_else(|| self.remembered.get(&spec.id).copied())
        };
        let values =
            specs.iter().map(|spec| known(spec).map_or(spec.default, |value| spec.nearest(value))).collect();
        let index = specs.iter().enumerate().map(|(index, spec)| (spec.id.clone(), index)).collect();
        let set = Set { specs, processors, index, values, writer: Some(writer) };
        for index in 0..set.values.len() {
            set.write(index);
        }
        set
    }

    /// A program that renames its parameters each time must not fill the memory.
    fn forget(&mut self) {
        while self.remembered.len() > MAX_REMEMBERED {
            self.remembered.pop_first();
        }
    }

    /// The values that differ from their defaults, and those of ids that the present child doesn't have.
    fn kept(&self) -> BTreeMap<String, f32> {
        let current = &self.current;
        let away = self.remembered.iter().filter(|(id, _)| !current.index.contains_key(*id));
        let changed =
            current.specs.iter().zip(&current.values).filter(|(spec, value)| spec.default != **value);
        away.map(|(id, value)| (id.clone(), *value))
            .chain(changed.map(|(spec, value)| (spec.id.clone(), *value)))
            .collect()
    }
}

impl Set {
    fn get(&self, id: &str) -> Option<f32> {
        self.index.get(id).map(|index| self.values[*index])
    }

    fn set_all(&mut self, values: &BTreeMap<String, f32>) -> Vec<(String, f32)> {
        let mut changed = Vec::new();
        for index in 0..self.specs.len() {
            let spec = &self.specs[index];
            let Some(value) = values.get(&spec.id).map(|value| spec.nearest(*value)) else { continue };
            if value != self.values[index] {
                changed.push((spec.id.clone(), value));
                self.values[index] = value;
                self.write(index);
            }
        }
        changed
    }

    fn write(&self, index: usize) {
        if let Some(writer) = &self.writer {
            // A set was checked against the segment's size when the child announced it, so no index is refused.
            let written = writer.set(index, self.values[index]);
            debug_assert!(written.is_ok(), "{written:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_ring::{BlockHeader, BlockTime, ChildRing, Geometry, HostRing};

    /// Both ends of a segment, to see the words that a child would read.
    struct Reader {
        host: HostRing,
        child: ChildRing,
    }

    impl Reader {
        fn new() -> (ParameterWriter, Self) {
            let side = wavecraft_ring::create(Geometry::new(64, 1, 1).unwrap(), 1).unwrap();
            let child = wavecraft_ring::attach(side.descriptor).unwrap();
            (side.parameters, Self { host: side.ring, child })
        }

        fn words(&mut self) -> [f32; 2] {
            let header = BlockHeader {
                frames: 1,
                sample_position: 0,
                host_time_ns: 0,
                discontinuity: false,
                reset: false,
                time: BlockTime::default(),
            };
            self.host.send(header, &[&[0.0]]).unwrap();
            let mut words = [0.0; 2];
            let mut block = self.child.next().unwrap();
            block.read_parameters(&mut words);
            block.reply(0);
            self.host.discard().unwrap();
            words
        }
    }

    fn spec(id: &str, max: f32) -> ParameterSpec {
        ParameterSpec::float(id, 0.5, 0.0, max)
    }

    fn segment() -> (ParameterWriter, ChildRing) {
        let side = wavecraft_ring::create(Geometry::new(64, 1, 1).unwrap(), 1).unwrap();
        (side.parameters, wavecraft_ring::attach(side.descriptor).unwrap())
    }

    fn install(bank: &ParameterBank, specs: Vec<ParameterSpec>) -> (bool, ChildRing) {
        let (writer, child) = segment();
        bank.prepare(specs, Vec::new(), writer);
        (bank.commit(false), child)
    }

    #[test]
    fn values_follow_their_ids_through_a_rebuild() {
        let bank = ParameterBank::new(BTreeMap::from([("b".to_string(), 0.25)]));
        assert!(install(&bank, vec![spec("a", 1.0), spec("b", 1.0)]).0);
        assert_eq!(bank.get("b"), Some(0.25), "a value given at the attach");
        bank.set("a", 0.9).unwrap();

        assert!(install(&bank, vec![spec("c", 1.0), spec("a", 0.75)]).0);
        assert_eq!(bank.get("a"), Some(0.75), "moved into the smaller range");
        assert_eq!(bank.get("c"), Some(0.5), "a new one has its default");
        assert_eq!(bank.get("b"), None);

        assert!(install(&bank, vec![spec("b", 1.0)]).0);
        assert_eq!(bank.get("b"), Some(0.25), "remembered while it was away");
        assert!(!install(&bank, vec![spec("b", 1.0)]).0, "the same set again");
    }

    #[test]
    fn a_child_that_is_not_heard_yet_gets_every_change_and_shows_none() {
        let bank = ParameterBank::new(BTreeMap::new());
        install(&bank, vec![spec("a", 1.0)]);
        let (writer, _child) = segment();
        bank.prepare(vec![spec("b", 1.0), spec("a", 0.8)], Vec::new(), writer);
        assert_eq!(bank.all().parameters.len(), 1, "pages see what is heard");
        bank.set("a", 0.9).unwrap();
        bank.commit(false);
        assert_eq!(bank.get("a"), Some(0.8), "the change from meanwhile, in the new range");

        bank.prepare(vec![spec("c", 1.0)], Vec::new(), segment().0);
        bank.abandon();
        assert!(!bank.commit(false));
        assert_eq!(bank.all().parameters.len(), 2, "a child that failed changes nothing");
    }

    #[test]
    fn many_values_at_once_reach_both_children_and_those_that_are_away() {
        let bank = ParameterBank::new(BTreeMap::from([("broken".to_string(), f32::INFINITY)]));
        install(&bank, vec![spec("b", 1.0), spec("a", 1.0), spec("c", 1.0)]);
        assert_eq!(bank.values().len(), 3, "what is no number is forgotten");
        let (writer, _child) = segment();
        bank.prepare(vec![spec("d", 1.0), spec("a", 0.25)], Vec::new(), writer);
        let values = [("a", 0.75), ("b", 9.0), ("c", 0.5), ("d", 0.125), ("e", 0.1)];
        let values = values.map(|(id, value)| (id.to_string(), value)).into();
        // In the processor's order, in its ranges, and only what changed.
        assert_eq!(bank.set_all(&values), [("b".into(), 1.0), ("a".into(), 0.75)]);
        assert_eq!(bank.values()["e"], 0.1, "away, and remembered");
        bank.commit(false);
        assert_eq!(
            (bank.get("a"), bank.get("d")),
            (Some(0.25), Some(0.125)),
            "the child that came meanwhile"
        );
        install(&bank, vec![spec("e", 1.0), spec("b", 1.0)]);
        assert_eq!((bank.get("e"), bank.get("b")), (Some(0.1), Some(1.0)));
        let huge = (0..=MAX_REMEMBERED).map(|number| (format!("p{number}"), 0.0)).collect();
        assert_eq!(bank.set_all(&huge), []);
        assert!(bank.values().len() <= MAX_REMEMBERED + 2);
    }

    #[test]
    fn an_older_child_beside_the_live_one_follows_every_change() {
        let bank = ParameterBank::new(BTreeMap::new());
        let (writer, mut old) = Reader::new();
        bank.prepare(vec![spec("a", 1.0), spec("gone", 1.0)], Vec::new(), writer);
        bank.commit(false);
        let (writer, mut new) = Reader::new();
        bank.prepare(vec![spec("a", 0.5), spec("b", 1.0)], Vec::new(), writer);
        bank.commit(true);
        bank.set("a", 0.25).unwrap();
        assert_eq!((old.words(), new.words()), ([0.25, 0.5], [0.25, 0.5]));
        // In its own range and order; what only the newer one has isn't there.
        bank.set_all(&BTreeMap::from([("gone".into(), 0.75), ("a".into(), 9.0), ("b".into(), 0.125)]));
        assert_eq!((old.words(), new.words()), ([1.0, 0.75], [0.5, 0.125]));
        assert_eq!(bank.all().parameters.len(), 2, "pages see the live one's");

        // One that is started again begins with the present values, by id.
        let (writer, mut again) = Reader::new();
        bank.prepare_beside(vec![spec("b", 1.0), spec("a", 1.0)], writer);
        assert_eq!(again.words(), [0.125, 0.5]);
        bank.set("b", 0.25).unwrap();
        bank.release_beside();
        bank.set("b", 1.0).unwrap();
        assert_eq!(again.words(), [0.25, 0.5], "it has ended");
        assert_eq!(old.words(), [1.0, 0.75], "replaced by the other");
    }

    #[test]
    fn a_chain_that_is_heard_with_other_processors_is_told_of() {
        let bank = ParameterBank::new(BTreeMap::new());
        let chain = |name: &str| vec![ProcessorSpec { id: "amp".into(), name: name.into(), bypass: None }];
        bank.prepare(vec![spec("a", 1.0)], chain("Amp"), segment().0);
        assert!(bank.commit(false));
        assert_eq!(bank.all().processors, chain("Amp"));
        bank.prepare(vec![spec("a", 1.0)], chain("Amp 2"), segment().0);
        assert_eq!(bank.all().processors, chain("Amp"), "not heard yet");
        assert!(bank.commit(false));
        assert_eq!(bank.all().processors, chain("Amp 2"));
    }

    #[test]
    fn what_is_kept_are_changes_and_what_is_away() {
        let bank = ParameterBank::new(BTreeMap::from([("gone".to_string(), 0.25)]));
        assert_eq!(bank.kept(), BTreeMap::from([("gone".to_string(), 0.25)]), "no child yet");
        install(&bank, vec![spec("a", 1.0), spec("b", 1.0)]);
        bank.set("a", 0.75).unwrap();
        bank.set("b", 0.75).unwrap();
        bank.set("b", 0.5).unwrap();
        let kept = BTreeMap::from([("a".to_string(), 0.75), ("gone".to_string(), 0.25)]);
        assert_eq!(bank.kept(), kept, "`b` has its default again");
    }

    #[test]
    fn what_can_not_be_set_changes_nothing() {
        let bank = ParameterBank::new(BTreeMap::new());
        install(&bank, vec![spec("a", 1.0)]);
        assert_eq!(bank.set("z", 0.1), Err(SetError::Unknown("z".into())));
        assert!(matches!(bank.set("a", f32::NAN), Err(SetError::OutOfRange(_))));
        assert!(matches!(bank.set("a", 1.1), Err(SetError::OutOfRange(_))));
        assert_eq!(bank.get("a"), Some(0.5));
    }
}
