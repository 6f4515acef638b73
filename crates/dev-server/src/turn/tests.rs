use super::*;
use std::time::Duration;
use wavecraft_companion_protocol::{browser::Sets, sets::ParameterSets};

use crate::{pace::WINDOW, sets::tests::Project};

/// A project with `a` and `b`, and hands that take their time.
struct Hands {
    project: Project,
    turn: Turn,
    now: Instant,
    gesture: u64,
}

impl Hands {
    fn new() -> Self {
        let project = Project::new(&[("a", 1.0), ("b", 2.0)]);
        let turn = Turn::of(&project);
        Self { project, turn, now: Instant::now(), gesture: 0 }
    }

    fn later(&mut self) -> Instant {
        self.now += WINDOW;
        self.now
    }

    fn sets(&mut self, id: &str, value: f32) {
        self.gesture += 1;
        let hand = Hand { client: 1, gesture: Some(self.gesture) };
        self.turn.set(&self.project, hand, (id, value), self.now).expect("to be set");
    }

    fn hears(&mut self, set: SetName) -> Changed {
        let now = self.later();
        self.turn.hear(&self.project, set, now).expect("to be heard")
    }

    fn walks(&mut self, way: Way) -> (Stepped, Changed) {
        let now = self.later();
        self.turn.walk(&self.project, way, now).expect("a step")
    }

    fn undoes(&mut self) -> Option<String> {
        self.walks(Way::Back).0.step
    }

    fn redoes(&mut self) -> Option<String> {
        self.walks(Way::Again).0.step
    }

    fn values(&self) -> Vec<(String, f32)> {
        self.project.values().into_iter().collect()
    }

    /// Everything that a person can hear and see.
    fn all(&self) -> (Vec<(String, f32)>, Sets, ParameterSets) {
        (self.values(), self.turn.sets.now(), self.project.sets())
    }
}

fn pairs(values: &[(&str, f32)]) -> Vec<(String, f32)> {
    values.iter().map(|(id, value)| ((*id).to_owned(), *value)).collect()
}

#[test]
fn every_step_leads_back_to_where_it_was_and_forth_again() {
    let mut hands = Hands::new();
    let mut seen = vec![hands.all()];
    hands.sets("a", 3.0);
    seen.push(hands.all());
    hands.hears(SetName::B);
    seen.push(hands.all());
    hands.sets("b", 9.0);
    seen.push(hands.all());
    hands.hears(SetName::A);
    seen.push(hands.all());
    hands.sets("a", 7.0);
    seen.push(hands.all());
    hands.turn.copy(&hands.project);
    seen.push(hands.all());
    assert_eq!(hands.turn.history.now().undo_steps, 6);

    for (at, what) in ["a", "Hear B", "b", "Hear A", "a", "Copy A to B"].iter().enumerate().rev() {
        assert_eq!(hands.undoes().as_deref(), Some(*what));
        assert_eq!(hands.all(), seen[at], "undo of {what}");
    }
    assert_eq!(hands.walks(Way::Back), (Stepped::default(), Vec::new()), "there is nothing left");
    for (at, what) in ["a", "Hear B", "b", "Hear A", "a", "Copy A to B"].iter().enumerate() {
        assert_eq!(hands.redoes().as_deref(), Some(*what));
        assert_eq!(hands.all(), seen[at + 1], "redo of {what}");
    }
    assert_eq!(hands.redoes(), None);
}

#[test]
fn what_changed_is_returned_in_the_chains_order() {
    let mut hands = Hands::new();
    hands.project.has(&[("b", 2.0), ("a", 1.0)]);
    let hand = Hand { client: 1, gesture: Some(9) };
    for (id, value) in [("a", 3.0), ("b", 4.0)] {
        hands.turn.set(&hands.project, hand, (id, value), hands.now).expect("to be set");
    }
    assert_eq!(hands.walks(Way::Back).1, pairs(&[("b", 2.0), ("a", 1.0)]));
}

#[test]
fn a_copy_that_nobody_could_hear_is_no_step() {
    let mut hands = Hands::new();
    hands.turn.copy(&hands.project);
    assert_eq!(hands.project.sets().other.len(), 2, "it is made");
    hands.sets("a", 3.0);
    hands.turn.copy(&hands.project);
    hands.turn.copy(&hands.project);
    assert_eq!(hands.turn.history.now().undo_steps, 2);
}

#[test]
fn what_a_new_build_does_not_have_is_passed_over_told_and_back_with_its_value() {
    let mut hands = Hands::new();
    hands.sets("b", 3.0);
    hands.sets("a", 5.0);
    hands.project.has(&[("b", 3.0), ("c", 0.0)]);
    let (stepped, changed) = hands.walks(Way::Back);
    assert_eq!((stepped.step.as_deref(), changed), (Some("b"), pairs(&[("b", 2.0)])));
    assert_eq!(stepped.said.as_deref(), Some("Passed over a: this build has none of it."));
    assert_eq!(hands.turn.history.now().redo_steps, 2, "both are on the way back");

    // All that is left is away.
    let mut hands = Hands::new();
    hands.sets("a", 5.0);
    hands.project.has(&[("c", 0.0)]);
    let (stepped, changed) = hands.walks(Way::Back);
    assert_eq!((stepped.step, changed), (None, Vec::new()));
    assert!(stepped.said.is_some_and(|said| said.contains("Passed over a")));
}

#[test]
fn a_part_that_is_away_is_named_and_the_rest_is_undone() {
    let mut hands = Hands::new();
    let hand = Hand { client: 1, gesture: Some(9) };
    for (id, value) in [("a", 3.0), ("b", 4.0)] {
        hands.turn.set(&hands.project, hand, (id, value), hands.now).expect("to be set");
    }
    hands.project.has(&[("a", 3.0)]);
    let (stepped, changed) = hands.walks(Way::Back);
    assert_eq!(changed, pairs(&[("a", 1.0)]));
    assert_eq!(stepped.step.as_deref(), Some("a and 1 more"));
    assert_eq!(stepped.said.as_deref(), Some("This build has no `b`: a later one that has gets the value."));
}

#[test]
fn a_value_that_is_out_of_range_by_now_is_moved_into_it() {
    let mut hands = Hands::new();
    hands.sets("a", 9.0);
    hands.sets("a", 2.0);
    assert_eq!(hands.undoes().as_deref(), Some("a"));
    hands.project.narrow("a", 4.0);
    assert_eq!(hands.redoes().as_deref(), Some("a"));
    assert_eq!(hands.walks(Way::Back).1, pairs(&[("a", 4.0)]), "as near as it gets to 9");
}

#[test]
fn who_asks_too_often_changes_nothing() {
    let mut hands = Hands::new();
    for value in 0..20_u8 {
        hands.sets("a", f32::from(value % 2) + 3.0);
    }
    let now = hands.later();
    let mut done = 0;
    let refused = loop {
        match hands.turn.walk(&hands.project, Way::Back, now) {
            Ok(_) => done += 1,
            Err(refused) => break refused,
        }
    };
    assert!(refused.message.starts_with("undo: ") && refused.message.contains("ask again"), "{refused:?}");
    assert_eq!(hands.turn.history.now().undo_steps, 20 - done);
    // One limit for all that changes many values.
    let before = hands.all();
    assert!(hands.turn.hear(&hands.project, SetName::B, now).is_err());
    assert!(hands.turn.walk(&hands.project, Way::Again, now + Duration::from_millis(1)).is_err());
    assert_eq!(hands.all(), before);
    assert_eq!(hands.turn.hear(&hands.project, SetName::A, now), Ok(Vec::new()), "what is heard already");
    assert!(hands.turn.walk(&hands.project, Way::Again, now + WINDOW).is_ok());
}

#[test]
fn many_names_are_counted() {
    let names: Vec<String> = (1..=5).map(|number| format!("p{number}")).collect();
    assert_eq!(
        said(&names, &[]).as_deref(),
        Some("Passed over p1, p2, p3 and 2 more: this build has none of it.")
    );
    assert_eq!(said(&[], &[]), None);
}
