//! One child's places, as it tells them. Nothing that it says is believed beyond its own list: numbers are checked, what was told
//! once stays, and counts only grow.

use super::words;
use crate::symbols::{Asker, Spot};
use std::collections::BTreeMap;
use wavecraft_companion_protocol::realtime::{
    Act, ChildPlace, CodePlace, Frame, MAX_FRAMES, MAX_PLACES, Realtime, Violation, ViolationKind, Watch,
    Watching,
};

/// What one child has told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    watching: Option<Watching>,
    places: BTreeMap<u32, Known>,
    elsewhere: u64,
}

#[derive(Debug, Clone)]
struct Known {
    act: Act,
    count: u64,
    blocks: u64,
    frames: Vec<Frame>,
    spot: Option<Spot>,
}

impl Seen {
    /// The child says what it watches.
    pub(crate) fn watching(&mut self, watching: Watching) {
        self.watching.get_or_insert(watching);
    }

    /// Does it watch anything?
    pub(crate) fn is_watched(&self) -> bool {
        let on = |watch: &Watch| matches!(watch, Watch::On);
        self.watching.as_ref().is_some_and(|watching| on(&watching.memory) || on(&watching.system_calls))
    }

    /// The child tells places. Returns whether anything is new.
    pub(crate) fn hear(&mut self, places: Vec<ChildPlace>, elsewhere: u64) -> bool {
        let mut news = elsewhere > self.elsewhere;
        self.elsewhere = self.elsewhere.max(elsewhere);
        for ChildPlace { number, act, count, blocks, mut frames } in places {
            if usize::try_from(number).is_ok_and(|number| number >= MAX_PLACES) || count == 0 {
                continue;
            }
            frames.truncate(MAX_FRAMES);
            let known = self.places.entry(number).or_insert_with(|| {
                news = true;
                Known { act, count: 0, blocks: 0, frames, spot: None }
            });
            news |= count > known.count;
            known.count = known.count.max(count);
            known.blocks = known.blocks.max(blocks).min(known.count);
        }
        news
    }

    /// The stacks of the places that nobody has looked up.
    pub(crate) fn unplaced(&self) -> Vec<(u32, Vec<Frame>)> {
        let unplaced = self.places.iter().filter(|(_, known)| known.spot.is_none());
        unplaced.map(|(number, known)| (*number, known.frames.clone())).collect()
    }

    /// A place was looked up.
    pub(crate) fn placed(&mut self, number: u32, spot: Spot) {
        if let Some(known) = self.places.get_mut(&number) {
            known.spot = Some(spot);
        }
    }

    /// Looks up what nobody has looked up, by this.
    pub(crate) async fn look_up(&mut self, asker: &Asker) {
        let (numbers, stacks): (Vec<_>, Vec<_>) = self.unplaced().into_iter().unzip();
        let spots = asker.spots(&stacks).await;
        numbers.into_iter().zip(spots).for_each(|(number, spot)| self.placed(number, spot));
    }

    /// What was seen, as far as it was looked up: each place in the source once, however many ways lead to it.
    pub(crate) fn realtime(&self) -> Realtime {
        let mut merged: Vec<(Option<i64>, Violation)> = Vec::new();
        for known in self.places.values() {
            let Some(Spot { place, through, why_no_place }) = &known.spot else { continue };
            let kind = words::kind(known.act);
            let call = match known.act {
                Act::SystemCall { number } => Some(number),
                Act::Allocation { .. } | Act::Free => None,
            };
            let is_same = |(other_call, other): &&mut (Option<i64>, Violation)| {
                (*other_call, other.kind) == (call, kind)
                    && (&other.place, &other.through) == (place, through)
                    && &other.why_no_place == why_no_place
            };
            match merged.iter_mut().find(is_same) {
                Some((_, other)) => {
                    other.count = other.count.saturating_add(known.count);
                    // Both ways may lead there in one block.
                    other.blocks = other.blocks.max(known.blocks);
                }
                None => merged.push((call, violation(kind, known, place, through, why_no_place))),
            }
        }
        let mut violations: Vec<Violation> = merged.into_iter().map(|(_, violation)| violation).collect();
        violations.sort_by_key(|violation| std::cmp::Reverse(violation.count));
        let watched = self.is_watched() || !violations.is_empty();
        Realtime {
            watched,
            violations,
            unwatched: words::unwatched(self.watching.as_ref()),
            elsewhere: self.elsewhere,
        }
    }
}

fn violation(
    kind: ViolationKind,
    known: &Known,
    place: &Option<CodePlace>,
    through: &Option<String>,
    why_no_place: &Option<String>,
) -> Violation {
    Violation {
        kind,
        what: words::what(known.act),
        place: place.clone(),
        why_no_place: why_no_place.clone(),
        through: through.clone(),
        count: known.count,
        blocks: known.blocks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(number: u32, count: u64) -> ChildPlace {
        let frames = vec![Frame { module: String::new(), address: u64::from(number) }];
        ChildPlace { number, act: Act::Allocation { bytes: 96 }, count, blocks: 1, frames }
    }

    fn at(line: u32) -> Spot {
        let place = CodePlace { function: None, file: "src/lib.rs".into(), line };
        Spot { place: Some(place), through: Some("Vec::push".into()), why_no_place: None }
    }

    fn on() -> Watching {
        Watching { memory: Watch::On, system_calls: Watch::On }
    }

    #[test]
    fn a_place_is_told_once_it_is_looked_up_and_two_ways_to_one_line_are_one() {
        let mut seen = Seen::default();
        assert!(!seen.realtime().watched && !seen.realtime().unwatched.is_empty());
        seen.watching(on());
        assert!(seen.hear(vec![place(0, 3), place(1, 4), place(2, 1)], 0));
        assert_eq!(seen.realtime(), Realtime { watched: true, ..Realtime::default() });
        for (number, line) in [(0, 7), (1, 7), (2, 9)] {
            seen.placed(number, at(line));
        }
        assert!(seen.unplaced().is_empty());
        let told: Vec<_> = seen
            .realtime()
            .violations
            .iter()
            .map(|one| (one.place.as_ref().unwrap().line, one.count))
            .collect();
        assert_eq!(told, [(7, 7), (9, 1)]);
    }

    #[test]
    fn a_lying_child_changes_nothing_but_its_own_counts_upwards() {
        let mut seen = Seen::default();
        seen.watching(on());
        seen.watching(Watching { memory: Watch::Off("x".into()), system_calls: Watch::Off("x".into()) });
        assert!(seen.is_watched(), "what it said first counts");
        assert!(seen.hear(vec![place(0, 5), place(64, 1), place(u32::MAX, 1), place(3, 0)], 9));
        assert!(!seen.hear(vec![place(0, 2)], 1), "nothing goes down");
        let longer = ChildPlace {
            frames: vec![Frame { module: String::new(), address: u64::MAX }; 1000],
            act: Act::Free,
            blocks: u64::MAX,
            ..place(0, u64::MAX)
        };
        assert!(seen.hear(vec![longer.clone(), ChildPlace { number: 1, ..longer }], u64::MAX));
        let unplaced = seen.unplaced();
        assert_eq!(
            unplaced.iter().map(|(number, frames)| (*number, frames.len())).collect::<Vec<_>>(),
            [(0, 1), (1, 32)]
        );
        seen.placed(0, at(1));
        seen.placed(1, at(1));
        seen.placed(60, at(1));
        let told = seen.realtime();
        assert_eq!((told.elsewhere, told.violations.len()), (u64::MAX, 2), "one allocates, one frees");
        assert!(told.violations.iter().any(|one| one.what == "allocates 96 bytes" && one.count == u64::MAX));
    }
}
