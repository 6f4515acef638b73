//! Failures of the user's code, and how the process ends.

use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;

use rustix::process::{Signal, kill_process};
use wavecraft_companion_protocol::child::{FromChild, ToChild};
use wavecraft_companion_protocol::frame::{Decoder, encode};
use wavecraft_ring::{ABI_VERSION, Geometry, clock, create};

use crate::companion::{Companion, SAMPLE_RATE, command, hear, start, until};

/// The number of a fault, by its name in the example.
fn fault(companion: &Companion, name: &str) -> f32 {
    let variants = companion.parameters[0].variants.as_deref().unwrap();
    let (number, _) =
        (0_u16..).zip(variants).find(|(_, variant)| *variant == name).expect("a fault of the example");
    f32::from(number)
}

fn running_into(name: &str) -> Companion {
    let mut companion = Companion::running("faulty", 1, 1);
    assert_eq!(companion.exchange(&[&[0.5]]), [[0.5]]);
    companion.set("faulty_fault", fault(&companion, name));
    companion
}

/// Receives a panic, then the child's end.
fn panicked(mut companion: Companion, said: &str) {
    let Some(FromChild::Panic { message, location, backtrace, .. }) = companion.hear() else {
        panic!("a panic is told")
    };
    assert_eq!((message.as_str(), backtrace.as_str()), (said, ""));
    let location = location.unwrap();
    let mut parts = location.rsplitn(3, ':');
    assert!(parts.by_ref().take(2).all(|number| number.parse::<u32>().is_ok()), "{location}");
    assert!(parts.next().unwrap().ends_with("faulty.rs"), "{location}");
    assert_eq!(companion.hear(), None);
    let (status, printed) = companion.ended();
    assert_eq!(status.code(), Some(101));
    assert_eq!(printed, "", "the companion says it, once");
}

#[test]
fn a_panic_is_told_with_its_place_and_ends_the_process() {
    let mut companion = running_into("Panic");
    companion.send(&[&[0.5; 64]]);
    panicked(companion, "told to panic");
}

#[test]
fn a_panic_before_the_first_block_takes_the_same_way() {
    let mut companion = Companion::connected("faulty", 1, 1, &["--fault-at-start"]);
    companion.greet();
    companion.say(&prepare(SAMPLE_RATE));
    panicked(companion, "told to fault at the start");

    let mut companion = Companion::connected("faulty", 1, 1, &[]);
    companion.greet();
    companion.say(&prepare(1.0));
    panicked(companion, "nothing can be heard at 1 Hz");
}

fn prepare(sample_rate: f32) -> ToChild {
    ToChild::Prepare { sample_rate, max_frames: 4096, inputs: 1, outputs: 1 }
}

#[test]
fn a_panic_has_its_stack_where_the_user_asks_for_it() {
    let segment = create(Geometry::new(64, 1, 1).unwrap(), 1).unwrap();
    let mut program = command("faulty");
    program.arg("--fault-at-start").env("RUST_BACKTRACE", "1");
    let (mut socket, mut child) = start(&mut program, ABI_VERSION, segment.descriptor.as_fd());
    let message = ToChild::Prepare { sample_rate: SAMPLE_RATE, max_frames: 64, inputs: 1, outputs: 1 };
    socket.write_all(&encode(&message).unwrap()).unwrap();
    let mut decoder = Decoder::default();
    assert!(matches!(hear(&mut socket, &mut decoder), Some(FromChild::Hello { .. })));
    let Some(FromChild::Panic { backtrace, .. }) = hear(&mut socket, &mut decoder) else {
        panic!("a panic is told")
    };
    assert!(backtrace.contains("faulty"), "{backtrace}");
    assert_eq!(child.ended().0.code(), Some(101));
}

#[test]
fn a_panic_of_another_thread_is_a_line_of_the_log() {
    let mut companion = running_into("Panic elsewhere");
    assert_eq!(companion.exchange(&[&[0.5]]), [[0.5]]);
    let Some(FromChild::Log { message }) = companion.hear() else { panic!("a line is told") };
    for part in ["`helper`", "told to panic elsewhere", "faulty.rs:"] {
        assert!(message.contains(part), "{message}");
    }
    companion.set("faulty_fault", 0.0);
    assert_eq!(companion.exchange(&[&[0.25]]), [[0.25]]);
    assert_eq!(companion.hang_up().code(), Some(0));
}

#[test]
fn the_end_of_the_companion_is_the_end() {
    assert_eq!(Companion::running("gain", 2, 2).hang_up().code(), Some(0));
    assert_eq!(Companion::connected("gain", 2, 2, &[]).hang_up().code(), Some(0));
}

#[test]
fn the_end_of_the_companion_ends_a_processor_that_never_returns() {
    let mut companion = running_into("Loop");
    let sequence = companion.send(&[&[0.5; 64]]);
    until("the block's begin", || companion.segment.ring.has_begun(sequence).then_some(()));
    assert_eq!(companion.hang_up().code(), Some(0));
}

#[test]
fn other_ends_are_the_users_own() {
    let mut companion = running_into("Abort");
    companion.send(&[&[0.5; 64]]);
    assert_eq!(companion.ended().0.signal(), Some(6));

    let mut companion = running_into("Exit");
    companion.send(&[&[0.5; 64]]);
    assert_eq!(companion.hear(), None);
    assert_eq!(companion.ended().0.code(), Some(0));
}

#[test]
fn an_endless_recursion_ends_the_process_by_a_signal_and_is_named_in_the_terminal() {
    let mut companion = running_into("Recursion");
    companion.send(&[&[0.5; 64]]);
    assert_eq!(companion.hear(), None);
    let (status, printed) = companion.ended();
    assert!(status.signal().is_some(), "{status}");
    assert!(printed.contains("wavecraft-dsp") && printed.contains("overflowed its stack"), "{printed}");
}

#[test]
fn a_killed_child_and_one_that_stands_still_are_nothing_that_the_segment_notices() {
    let mut companion = running_into("None");
    kill_process(companion.pid(), Signal::STOP).unwrap();
    let sequence = companion.send(&[&[0.25]]);
    kill_process(companion.pid(), Signal::CONT).unwrap();
    until("the reply", || (companion.segment.ring.ready() == 1).then_some(()));
    assert_eq!(companion.segment.ring.discard().map(|reply| reply.sequence), Some(sequence));

    kill_process(companion.pid(), Signal::STOP).unwrap();
    kill_process(companion.pid(), Signal::KILL).unwrap();
    assert_eq!(companion.hear(), None, "the socketpair ends");
    companion.send(&[&[0.25]]);
    assert!(!companion.segment.ring.wait(clock::now_ns() + 1_000_000), "and a wait has its deadline");
    assert_eq!(companion.ended().0.signal(), Some(9));
}

#[test]
fn a_slow_block_and_a_denormal_one_come_back() {
    let mut companion = running_into("Slow");
    assert_eq!(companion.exchange(&[&[0.5; 64]]), [[0.5; 64]]);
    companion.set("faulty_fault", fault(&companion, "Denormal"));
    assert_eq!(companion.exchange(&[&[0.5; 2]]), [[f32::from_bits(1); 2]]);
}
