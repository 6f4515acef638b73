use super::*;
use wavecraft_companion_protocol::{
    parameter::{Parameter, ParameterSpec},
    processor::ProcessorSpec,
};

/// Two filters with a cutoff each, a drive, and a switch.
fn project() -> GetAllParametersResult {
    let of = |processor: &str, name: &str, kind| {
        let spec = ParameterSpec::float(&format!("{processor}_{name}").to_lowercase(), 0.0, 0.0, 10.0);
        let spec = ParameterSpec { name: name.into(), processor: Some(processor.into()), kind, ..spec };
        Parameter { spec, value: 0.0 }
    };
    let processor = |id: &str, name: &str| ProcessorSpec { id: id.into(), name: name.into(), bypass: None };
    GetAllParametersResult {
        parameters: vec![
            of("f", "Cutoff", ParameterType::Float),
            of("f_2", "Cutoff", ParameterType::Float),
            of("f", "Drive", ParameterType::Float),
            of("f", "On", ParameterType::Bool),
        ],
        processors: vec![processor("f", "Filter"), processor("f_2", "Filter 2")],
    }
}

/// A step: what it is, and its values before and after it.
type Shown<'a> = (String, Vec<(&'a str, f32, f32)>);

/// A history, and the time that a test says it is.
struct Hands {
    history: History,
    now: Instant,
}

impl Hands {
    fn new() -> Self {
        Self { history: History::default(), now: Instant::now() }
    }

    fn moves(&mut self, client: u64, gesture: impl Into<Option<u64>>, id: &str, before: f32, after: f32) {
        let hand = Hand { client, gesture: gesture.into() };
        self.history.moved(hand, (id, before, after), self.now, project);
    }

    fn later(&mut self, by: Duration) {
        self.now += by;
    }

    /// All steps, oldest first: what they are, and where undoing them leads.
    fn steps(&self) -> Vec<Shown<'_>> {
        self.history.done.iter().map(|step| (step.label(), flat(step))).collect()
    }

    fn labels(&self) -> Vec<String> {
        self.history.done.iter().map(Step::label).collect()
    }
}

fn flat(step: &Step) -> Vec<(&str, f32, f32)> {
    match &step.change {
        Change::Values(values) => {
            values.iter().map(|(id, (before, after))| (id.as_str(), *before, *after)).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn what_a_gesture_moves_is_one_step_whichever_parameters_and_however_long() {
    let mut hands = Hands::new();
    hands.moves(1, 7, "f_drive", 0.0, 1.0);
    hands.later(10 * PAUSE);
    hands.moves(1, 7, "f_drive", 1.0, 2.0);
    hands.moves(1, 7, "f_cutoff", 5.0, 6.0);
    assert_eq!(
        hands.steps(),
        [("Drive and 1 more".into(), vec![("f_cutoff", 5.0, 6.0), ("f_drive", 0.0, 2.0)])]
    );
    hands.moves(1, 8, "f_drive", 2.0, 3.0);
    assert_eq!(hands.labels(), ["Drive and 1 more", "Drive"], "the next gesture, without a pause");
}

#[test]
fn who_tells_no_gestures_ends_one_by_a_pause_or_another_parameter() {
    let mut hands = Hands::new();
    hands.moves(1, None, "f_drive", 0.0, 1.0);
    hands.later(PAUSE - Duration::from_millis(1));
    hands.moves(1, None, "f_drive", 1.0, 2.0);
    hands.later(PAUSE - Duration::from_millis(1));
    hands.moves(1, None, "f_drive", 2.0, 3.0);
    hands.later(PAUSE);
    hands.moves(1, None, "f_drive", 3.0, 4.0);
    hands.moves(1, None, "f_cutoff", 0.0, 1.0);
    hands.moves(1, None, "f_drive", 4.0, 5.0);
    let drive = |before, after| ("Drive".to_string(), vec![("f_drive", before, after)]);
    let cutoff = ("Filter Cutoff".to_string(), vec![("f_cutoff", 0.0, 1.0)]);
    assert_eq!(hands.steps(), [drive(0.0, 3.0), drive(3.0, 4.0), cutoff, drive(4.0, 5.0)]);
    // A switch is pressed, not moved.
    hands.moves(1, None, "f_on", 0.0, 1.0);
    hands.moves(1, None, "f_on", 1.0, 0.0);
    assert_eq!(hands.labels()[4..], ["On", "On"]);
}

#[test]
fn two_clients_that_move_at_once_have_a_step_each() {
    let mut hands = Hands::new();
    for at in 0..10_u8 {
        let (before, after) = (f32::from(at), f32::from(at + 1));
        hands.moves(1, 5, "f_drive", before, after);
        hands.moves(2, 5, "f_2_cutoff", before, after);
        hands.moves(3, None, "f_cutoff", before, after);
    }
    let steps = [("Drive", "f_drive"), ("Filter 2 Cutoff", "f_2_cutoff"), ("Filter Cutoff", "f_cutoff")];
    assert_eq!(hands.steps(), steps.map(|(what, id)| (what.to_string(), vec![(id, 0.0, 10.0)])));
}

#[test]
fn two_hands_on_one_parameter_leave_no_value_that_was_left_long_ago() {
    let mut hands = Hands::new();
    hands.moves(1, 1, "f_drive", 0.0, 5.0);
    hands.moves(2, 1, "f_drive", 5.0, 3.0);
    hands.moves(1, 1, "f_drive", 3.0, 6.0);
    hands.moves(2, 1, "f_drive", 6.0, 7.0);
    let drive = |before, after| ("Drive".to_string(), vec![("f_drive", before, after)]);
    assert_eq!(hands.steps(), [drive(0.0, 5.0), drive(5.0, 7.0)], "each begins where the one before ends");
}

#[test]
fn what_is_back_where_it_was_is_no_step() {
    let mut hands = Hands::new();
    hands.moves(1, 1, "f_drive", 2.0, 2.0);
    assert_eq!(hands.history.now(), Told::default());
    hands.moves(1, 1, "f_drive", 2.0, 3.0);
    hands.moves(1, 1, "f_cutoff", 0.0, 1.0);
    hands.moves(1, 1, "f_drive", 3.0, 2.0);
    assert_eq!(hands.history.now().undo_steps, 1, "the cutoff isn't");
    hands.moves(1, 1, "f_cutoff", 1.0, 0.0);
    assert_eq!(hands.history.now(), Told::default());
    hands.moves(1, 1, "f_drive", 2.0, 4.0);
    assert_eq!(hands.steps(), [("Drive".into(), vec![("f_drive", 2.0, 4.0)])], "the hand goes on");
}

#[test]
fn a_hundred_steps_are_kept_and_the_oldest_go() {
    let mut hands = Hands::new();
    for gesture in 0..150_u16 {
        hands.moves(1, u64::from(gesture), "f_drive", f32::from(gesture), f32::from(gesture + 1));
    }
    assert_eq!(hands.history.now().undo_steps, STEPS);
    for walked in 0..150 {
        assert_eq!(hands.history.walk(Way::Back).is_some(), walked < STEPS, "{walked}");
    }
    let last = hands.history.walk(Way::Again).map(flat);
    assert_eq!(last, Some(vec![("f_drive", 50.0, 51.0)]), "the oldest that is left");
    assert_eq!((hands.history.now().undo_steps, hands.history.now().redo_steps), (1, STEPS - 1));
}

#[test]
fn a_hundred_changes_of_everything_are_bounded_by_their_values() {
    let mut hands = Hands::new();
    for gesture in 0..100 {
        for number in 0..2 * MAX_PARAMETERS {
            hands.moves(1, gesture, &format!("p{number}"), 0.0, 1.0);
        }
    }
    let sizes: Vec<usize> = hands.history.done.iter().map(|step| step.change.len()).collect();
    assert!(sizes.iter().all(|size| *size <= MAX_PARAMETERS), "{sizes:?}");
    assert_eq!(sizes.iter().sum::<usize>(), VALUES);
    // What is larger than all of it is one step all the same.
    let others: Others = (0..2 * VALUES).map(|number| (format!("p{number}"), (None, Some(1.0)))).collect();
    hands.history.copied(SetName::A, others);
    assert_eq!(hands.labels(), ["Copy A to B"]);
}

#[test]
fn a_change_after_an_undo_drops_what_could_be_redone() {
    let mut hands = Hands::new();
    hands.moves(1, 1, "f_drive", 0.0, 1.0);
    hands.moves(1, 2, "f_cutoff", 0.0, 1.0);
    hands.history.walk(Way::Back);
    assert_eq!(hands.history.now().redo.as_deref(), Some("Filter Cutoff"));
    hands.moves(1, 3, "f_drive", 1.0, 1.0);
    assert_eq!(hands.history.now().redo_steps, 1, "no change");
    hands.moves(1, 3, "f_drive", 1.0, 2.0);
    assert_eq!(hands.history.now().redo, None);
    assert!(hands.history.walk(Way::Again).is_none());
    assert_eq!(hands.labels(), ["Drive", "Drive"]);
    for step in [
        |history: &mut History| history.copied(SetName::A, Others::new()),
        |history: &mut History| history.heard(SetName::B, true),
    ] {
        hands.history.walk(Way::Back);
        step(&mut hands.history);
        assert_eq!(hands.history.now().redo, None, "{:?}", hands.labels());
    }
}

#[test]
fn a_hand_that_goes_on_after_its_step_was_undone_begins_another() {
    let mut hands = Hands::new();
    hands.moves(1, 1, "f_drive", 0.0, 5.0);
    hands.history.walk(Way::Back);
    hands.moves(1, 1, "f_drive", 0.0, 6.0);
    assert_eq!(hands.steps(), [("Drive".into(), vec![("f_drive", 0.0, 6.0)])]);
    assert_eq!(hands.history.now().redo, None);
}

#[test]
fn another_set_ends_every_gesture_and_there_and_back_is_nothing() {
    let mut hands = Hands::new();
    hands.moves(1, 1, "f_drive", 0.0, 1.0);
    hands.history.heard(SetName::B, true);
    hands.moves(1, 1, "f_drive", 4.0, 5.0);
    assert_eq!(hands.labels(), ["Drive", "Hear B", "Drive"]);
    hands.history.heard(SetName::A, false);
    hands.history.heard(SetName::B, false);
    assert_eq!(hands.labels(), ["Drive", "Hear B", "Drive"]);
    hands.history.copied(SetName::B, Others::new());
    hands.history.heard(SetName::A, false);
    assert_eq!(hands.labels()[3..], ["Copy B to A", "Hear A"]);
}

#[test]
fn pages_are_told_what_is_new_and_only_once() {
    let mut hands = Hands::new();
    assert_eq!(hands.history.news(), None);
    hands.moves(1, 1, "f_drive", 0.0, 1.0);
    let drive = Told { undo: Some("Drive".into()), undo_steps: 1, ..Told::default() };
    assert_eq!(hands.history.news(), Some(drive));
    hands.moves(1, 1, "f_drive", 1.0, 2.0);
    assert_eq!(hands.history.news(), None, "a drag tells it once");
    hands.history.walk(Way::Back);
    let redo = Told { redo: Some("Drive".into()), redo_steps: 1, ..Told::default() };
    assert_eq!(hands.history.news(), Some(redo));
}

#[test]
fn a_parameter_that_nobody_describes_is_called_by_its_id() {
    let mut hands = Hands::new();
    hands.moves(1, None, "gone", 0.0, 1.0);
    assert_eq!(hands.labels(), ["gone"]);
}
