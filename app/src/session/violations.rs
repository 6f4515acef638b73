//! What a session's children do in `process` that an audio thread must not: of the last few, the places that they tell and where they
//! are in the source.

use crate::{executable, realtime::Seen, symbols::Spot};
use std::{collections::VecDeque, ffi::OsString};
use wavecraft_companion_protocol::{
    child::FromChild,
    control::Attach,
    realtime::{Frame, Realtime, WATCH_VARIABLE},
};

/// Children that are remembered: as many as the engine has at once.
const REMEMBERED: usize = 4;
/// How many places a notice names.
const NAMED: usize = 2;

/// What a project's children see of the environment, with the wish that they watch themselves.
pub(super) fn environment(attach: &Attach) -> Vec<(OsString, OsString)> {
    let mut env = executable::environment(&attach.env);
    if attach.watch.unwrap_or(true) {
        env.push((WATCH_VARIABLE.into(), "1".into()));
    }
    env
}

/// The children's violations.
#[derive(Debug)]
pub(super) struct Violations {
    /// Whether children are asked to watch.
    on: bool,
    /// By generation, oldest first.
    children: VecDeque<(u32, Seen)>,
    /// The generation whose places are being looked up.
    looking: Option<u32>,
}

impl Violations {
    /// Nothing yet.
    pub(super) fn new(on: bool) -> Self {
        Self { on, children: VecDeque::new(), looking: None }
    }

    /// A child's message. Returns whether it was about this. One that wasn't asked is ignored.
    pub(super) fn hear(&mut self, generation: u32, message: &FromChild) -> bool {
        match message {
            FromChild::Watching(watching) if self.on => self.child(generation).watching(watching.clone()),
            FromChild::Violations { places, elsewhere, .. } if self.on => {
                self.child(generation).hear(places.clone(), *elsewhere);
            }
            FromChild::Watching(_) | FromChild::Violations { .. } => {}
            _ => return false,
        }
        true
    }

    fn child(&mut self, generation: u32) -> &mut Seen {
        let at = self.children.iter().position(|(known, _)| *known == generation).unwrap_or_else(|| {
            if self.children.len() >= REMEMBERED {
                self.children.pop_front();
            }
            self.children.push_back((generation, Seen::default()));
            self.children.len() - 1
        });
        &mut self.children[at].1
    }

    /// The stacks of a child that have to be looked up now, unless others are being looked up.
    pub(super) fn wanted(&mut self, generation: u32) -> Option<Vec<(u32, Vec<Frame>)>> {
        if self.looking.is_some() {
            return None;
        }
        let (_, seen) = self.children.iter().find(|(known, _)| *known == generation)?;
        let wanted = Some(seen.unplaced()).filter(|wanted| !wanted.is_empty())?;
        self.looking = Some(generation);
        Some(wanted)
    }

    /// They were looked up.
    pub(super) fn placed(&mut self, generation: u32, spots: Vec<(u32, Spot)>) {
        self.looking = None;
        if let Some((_, seen)) = self.children.iter_mut().find(|(known, _)| *known == generation) {
            spots.into_iter().for_each(|(number, spot)| seen.placed(number, spot));
        }
    }

    /// The children of which something has to be looked up, the newest first.
    pub(super) fn waiting(&self) -> Vec<u32> {
        let waits = |(generation, seen): &(u32, Seen)| (!seen.unplaced().is_empty()).then_some(*generation);
        self.children.iter().rev().filter_map(waits).collect()
    }

    /// What is known of the child that is heard.
    pub(super) fn of_heard(&self, live: Option<u32>) -> Realtime {
        if !self.on {
            let off = "Nothing is watched: `watch = false` in wavecraft.toml or `--no-realtime-watch` turns it off.";
            return Realtime { unwatched: vec![off.into()], ..Realtime::default() };
        }
        let Some(live) = live else { return Realtime::default() };
        let known = self.children.iter().find(|(generation, _)| *generation == live);
        known.map_or_else(|| Seen::default().realtime(), |(_, seen)| seen.realtime())
    }
}

/// What a person is told of it beside everything else: no counts, which change all the time.
pub(super) fn notice(realtime: &Realtime) -> Option<String> {
    let places = &realtime.violations;
    let named: Vec<String> = places.iter().take(NAMED).map(ToString::to_string).collect();
    let more = match places.len().saturating_sub(NAMED) {
        0 => String::new(),
        1 => ", and 1 place more".into(),
        more => format!(", and {more} places more"),
    };
    (!named.is_empty()).then(|| {
        format!(
            "Not safe on an audio thread: {}{more}. Under load this can click or drop out.",
            named.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::realtime::{Act, ChildPlace, CodePlace, Watch, Watching};

    fn told(number: u32) -> FromChild {
        let frames = vec![Frame { module: String::new(), address: 1 }];
        let place = ChildPlace { number, act: Act::Allocation { bytes: 96 }, count: 1, blocks: 1, frames };
        FromChild::Violations { places: vec![place], elsewhere: 0, last: false }
    }

    fn at(line: u32) -> Spot {
        let place = CodePlace { function: None, file: "src/lib.rs".into(), line };
        Spot { place: Some(place), through: Some("Vec::push".into()), why_no_place: None }
    }

    fn watching() -> FromChild {
        FromChild::Watching(Watching { memory: Watch::On, system_calls: Watch::On })
    }

    #[test]
    fn each_build_has_its_own_list_and_the_heard_one_is_told() {
        let mut violations = Violations::new(true);
        assert!(!violations.hear(1, &FromChild::Ready));
        assert!(violations.hear(1, &watching()) && violations.hear(1, &told(0)));
        assert_eq!(violations.wanted(1).unwrap().len(), 1);
        assert!(violations.hear(2, &watching()) && violations.hear(2, &told(0)));
        assert_eq!(violations.wanted(2), None, "one question at a time");
        violations.placed(1, vec![(0, at(7))]);
        assert_eq!(violations.waiting(), [2]);
        let heard = violations.of_heard(Some(1));
        assert_eq!((heard.watched, heard.violations.len()), (true, 1));
        assert!(notice(&heard).unwrap().contains("src/lib.rs:7 allocates 96 bytes (Vec::push). Under load"));
        let next = violations.of_heard(Some(2));
        assert!(next.watched && next.violations.is_empty() && notice(&next).is_none(), "emptied by a swap");
        let silent = violations.of_heard(Some(3));
        assert!(!silent.watched && silent.unwatched[0].contains("wavecraft update"));
        assert_eq!(violations.of_heard(None), Realtime::default());
    }

    #[test]
    fn many_generations_fill_no_memory_and_nobody_speaks_unasked() {
        let mut violations = Violations::new(true);
        for generation in 0..1000 {
            violations.hear(generation, &told(0));
        }
        assert_eq!(violations.children.len(), REMEMBERED);
        let mut off = Violations::new(false);
        assert!(off.hear(1, &told(0)) && off.children.is_empty());
        assert!(off.of_heard(Some(1)).unwatched[0].contains("watch = false"));
    }
}
