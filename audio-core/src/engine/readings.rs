//! What the processors show of themselves, with its names, on the control side.

use std::collections::VecDeque;

use wavecraft_ring::{HostRing, ProbeName, ProbeNames, ProbeValues};

use crate::render::readings::Stretch;

/// Children whose names are kept: as many as a project can have at once.
const CHILDREN: usize = 4;

/// One probe's values over the time since readings were last taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The name in the processor's code, and the place of its processor in the chain.
    pub probe: ProbeName,
    /// Its values.
    pub values: ProbeValues,
}

/// What one child's probes show, since it was last taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Readings {
    /// The child's generation.
    pub generation: u32,
    /// Whether the child left probes out, because there were too many or their names are none.
    pub ignored: bool,
    /// The probes in the order of their first values.
    pub probes: Vec<Reading>,
}

/// Receives the readings of one project.
pub(crate) struct ReadingInbox {
    stretches: rtrb::Consumer<Stretch>,
    children: VecDeque<NamedChild>,
}

struct NamedChild {
    generation: u32,
    names: ProbeNames,
    /// The names that were read already; a child can't change them any more.
    read: Vec<Option<ProbeName>>,
}

impl ReadingInbox {
    pub(crate) fn new(stretches: rtrb::Consumer<Stretch>) -> Self {
        Self { stretches, children: VecDeque::new() }
    }

    /// A child was linked.
    pub(crate) fn linked(&mut self, ring: &HostRing) {
        if self.children.len() == CHILDREN {
            self.children.pop_front();
        }
        let (generation, names) = (ring.generation(), ring.probe_names());
        self.children.push_back(NamedChild { generation, names, read: Vec::new() });
    }

    /// What was shown since this was called last: of the child that sent last, if there were several.
    pub(crate) fn take(&mut self) -> Option<Readings> {
        let mut total: Option<Stretch> = None;
        while let Ok(stretch) = self.stretches.pop() {
            match &mut total {
                Some(total) if total.generation == stretch.generation => {
                    stretch.values().iter().enumerate().for_each(|(probe, values)| total.add(probe, values));
                }
                _ => total = Some(stretch),
            }
        }
        let total = total?;
        while self.children.front().is_some_and(|child| child.generation != total.generation) {
            self.children.pop_front();
        }
        let child = self.children.front_mut()?;
        let named = total
            .values()
            .iter()
            .enumerate()
            .filter_map(|(index, values)| Some(Reading { probe: child.name(index)?, values: *values }));
        let probes = named.collect();
        Some(Readings { generation: total.generation, ignored: child.names.ignored(), probes })
    }
}

impl NamedChild {
    /// The name of a probe that has a value, and so a name.
    fn name(&mut self, index: usize) -> Option<ProbeName> {
        while self.read.len() <= index {
            self.read.push(self.names.get(self.read.len()));
        }
        self.read.get(index).cloned().flatten()
    }
}
