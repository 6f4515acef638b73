//! What `process` must not do is told, each with its own line; and what is no violation isn't.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};

use rustix::process::{Signal, kill_process};
use wavecraft_companion_protocol::child::{FromChild, ToChild};

use crate::companion::{Companion, command, until};
use crate::watched::{Line, Watched};

const BLOCKS: usize = 3;

/// The fixture with one of its faults chosen.
fn watched(fault: &str) -> Watched {
    let mut command = command("violations");
    let program = command.get_program().into();
    let watched = Watched::start(&mut command, program, String::new(), source("violations"));
    choose(&watched.companion, fault);
    watched
}

fn source(example: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example).with_extension("rs")
}

fn choose(companion: &Companion, fault: &str) {
    let variants = companion.parameters[0].variants.as_deref().unwrap();
    let (number, _) =
        (0_u16..).zip(variants).find(|(_, name)| *name == fault).expect("a fault of the example");
    companion.set("violations_fault", f32::from(number));
}

/// What is told of a fault: exactly these kinds at these lines. System calls count only where they are watched.
fn told(fault: &str, expected: &[(&'static str, &str)]) -> Watched {
    let mut watched = watched(fault);
    let with_calls = watched.watches_calls();
    watched.blocks(BLOCKS);
    watched.stop();
    let lines: BTreeSet<Line> =
        watched.lines().into_keys().filter(|(kind, _)| with_calls || *kind != "call").collect();
    let expected: BTreeSet<Line> = expected
        .iter()
        .filter(|(kind, _)| with_calls || *kind != "call")
        .map(|(kind, name)| (*kind, watched.marked(name)))
        .collect();
    assert_eq!(lines, expected, "{fault}");
    assert_eq!(watched.elsewhere(), 0);
    watched
}

#[test]
fn memory_is_told_with_its_line_and_how_often() {
    let watched = told("Push", &[("allocation", "push"), ("free", "push's end")]);
    assert_eq!(watched.lines()[&("allocation", watched.marked("push"))], (3, 3));
    assert_eq!(watched.lines()[&("free", watched.marked("push's end"))], (3, 3));
    assert_eq!(watched.count(), 2, "each is one place");
    told("Format", &[("allocation", "format")]);
    told("Zeroed", &[("allocation", "zeroed")]);
    told("Resize", &[("allocation", "resize")]);
    told("Map", &[("allocation", "insert")]);
}

#[test]
fn what_is_done_once_is_told_once() {
    let watched = told("Drop", &[("free", "drop")]);
    assert_eq!(watched.lines()[&("free", watched.marked("drop"))], (1, 1));
    // The table is made by the line that says how.
    let watched = told("Lazy static", &[("allocation", "lazy static")]);
    assert_eq!(watched.lines()[&("allocation", watched.marked("lazy static"))], (1, 1));
}

#[test]
fn two_lines_of_one_function_are_two_places() {
    let watched = told("Two lines", &[("allocation", "one line"), ("allocation", "another line")]);
    let lines = watched.lines();
    for name in ["one line", "another line"] {
        assert_eq!(lines[&("allocation", watched.marked(name))], (3, 3));
    }
}

#[test]
fn the_system_is_called_at_its_own_line() {
    told("Sleep", &[("call", "sleep")]);
    told("Lock", &[("call", "lock")]);
    let watched = told("Read", &[("call", "read")]);
    if watched.watches_calls() {
        assert!(watched.calls().len() >= 3, "open, read and close: {:?}", watched.calls());
        assert_eq!(watched.lines()[&("call", watched.marked("read"))].1, 3, "in every block");
    }
    // The first line makes the buffer of the standard output.
    let watched = told("Print", &[("allocation", "print"), ("call", "print")]);
    if watched.watches_calls() {
        assert_eq!(watched.lines()[&("call", watched.marked("print"))], (3, 3));
    }
}

#[test]
fn a_thread_that_is_started_is_told_and_hides_nothing_that_follows() {
    let mut watched = watched("Spawn");
    watched.blocks(BLOCKS);
    watched.stop();
    let line = watched.marked("spawn");
    assert!(watched.lines().keys().all(|(_, at)| *at == line), "{:?}", watched.lines());
    assert_eq!(watched.lines()[&("allocation", line)].1, 3);

    let mut watched = self::watched("After a thread");
    watched.blocks(BLOCKS);
    watched.stop();
    if watched.watches_calls() {
        let lines = watched.lines();
        assert_eq!(lines[&("call", watched.marked("after"))], (3, 3), "{lines:?}");
        assert_eq!(lines[&("call", watched.marked("before"))].1, 3);
    }
}

#[test]
fn what_is_done_for_every_sample_is_counted_and_hides_nothing() {
    let expected = [
        ("allocation", "every sample"),
        ("free", "every sample's end"),
        ("allocation", "after them"),
        ("free", "after them"),
    ];
    let watched = told("Every sample", &expected);
    let lines = watched.lines();
    assert_eq!(lines[&("allocation", watched.marked("every sample"))], (3 * 128, 3));
    assert_eq!(lines[&("free", watched.marked("every sample's end"))], (3 * 128, 3));
    assert_eq!(lines[&("allocation", watched.marked("after them"))], (3, 3));
}

#[test]
fn ten_minutes_of_a_clean_processor_are_silence() {
    let mut watched = watched("None");
    let block = [0.5; 4096];
    for _ in 0..(600 * 48_000) / 4096 {
        watched.companion.exchange(&[&block, &block]);
    }
    watched.stop();
    assert_eq!((watched.count(), watched.elsewhere()), (0, 0));
}

#[test]
fn faults_that_come_one_after_the_other_are_all_kept_and_a_stop_is_answered_each_time() {
    let mut watched = watched("Push");
    watched.blocks(2);
    watched.hear_of_a_place();
    watched.stop();
    let push = ("allocation", watched.marked("push"));
    assert_eq!(watched.lines()[&push], (2, 2));
    watched.companion.say(&ToChild::Start);
    choose(&watched.companion, "Format");
    watched.blocks(1);
    choose(&watched.companion, "Push");
    watched.blocks(1);
    watched.stop();
    assert_eq!(watched.lines()[&push], (3, 3));
    assert!(watched.lines().contains_key(&("allocation", watched.marked("format"))));
    watched.stop();
    assert_eq!(watched.companion.hang_up().code(), Some(0));
}

#[test]
fn a_processor_that_never_returns_has_told_what_it_did_before() {
    let mut watched = watched("Loop");
    let sequence = watched.companion.send(&[&[0.5; 64], &[0.5; 64]]);
    until("the block's begin", || watched.companion.segment.ring.has_begun(sequence).then_some(()));
    watched.hear_of_a_place();
    assert!(watched.lines().contains_key(&("allocation", watched.marked("before the loop"))));
    // Nor does it answer.
    watched.companion.say(&ToChild::Stop);
    assert_eq!(watched.companion.hang_up().code(), Some(0), "the companion's end is its end");
}

#[test]
fn the_ways_to_end_are_as_without_a_watch() {
    let mut watched = self::watched("Exit");
    watched.companion.send(&[&[0.5; 64], &[0.5; 64]]);
    while let Some(message) = watched.companion.hear() {
        assert!(matches!(message, FromChild::Violations { .. }), "{message:?}");
    }
    assert_eq!(watched.companion.ended().0.code(), Some(3));

    let watched = self::watched("None");
    kill_process(watched.companion.pid(), Signal::KILL).unwrap();
    assert_eq!(watched.companion.ended().0.signal(), Some(9));
}

#[test]
fn a_panic_is_no_violation_and_has_its_stack() {
    let mut watched = watched("Panic");
    watched.companion.send(&[&[0.5; 64], &[0.5; 64]]);
    let Some(FromChild::Panic { message, frames, .. }) = watched.companion.hear() else {
        panic!("a panic is told")
    };
    assert_eq!(message, "2 channels are too many");
    assert_eq!(watched.line(&frames), Some(watched.marked("panic")));
    assert_eq!(watched.companion.hear(), None);
    assert_eq!(watched.companion.ended().0.code(), Some(101));
}

#[test]
fn an_endless_recursion_is_named_in_the_terminal_when_watched_too() {
    let mut command = command("faulty");
    let program = command.get_program().into();
    let mut watched = Watched::start(&mut command, program, String::new(), source("faulty"));
    let variants = watched.companion.parameters[0].variants.clone().unwrap();
    let (number, _) = (0_u16..).zip(variants).find(|(_, name)| name == "Recursion").unwrap();
    watched.companion.set("faulty_fault", f32::from(number));
    watched.companion.send(&[&[0.5; 64], &[0.5; 64]]);
    while let Some(message) = watched.companion.hear() {
        assert!(matches!(message, FromChild::Violations { .. }), "{message:?}");
    }
    let (status, printed) = watched.companion.ended();
    assert!(status.signal().is_some(), "{status}");
    assert!(printed.contains("wavecraft-dsp") && printed.contains("overflowed its stack"), "{printed}");
}

#[test]
fn nothing_is_told_to_a_companion_that_did_not_ask() {
    let mut companion = Companion::running("violations", 2, 2);
    choose(&companion, "Push");
    companion.exchange(&[&[0.5; 64], &[0.5; 64]]);
    companion.say(&ToChild::Stop);
    companion.say(&ToChild::Prepare { sample_rate: 44_100.0, max_frames: 4096, inputs: 2, outputs: 2 });
    assert_eq!(companion.hear(), Some(FromChild::Ready), "no answer to the stop");
}
