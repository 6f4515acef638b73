//! The audio thread's scheduling class, observed from outside its process.

use std::fs;

use rustix::process::Pid;
use wavecraft_companion_protocol::child::{FromChild, ToChild};
use wavecraft_ring::{Geometry, create};

use crate::companion::{Companion, command, until};

/// sched(7).
const SCHED_RR: u32 = 2;

/// The class of the audio thread: field 41 of its `stat`, see proc_pid_stat(5). `None` on a system without such a file.
fn class(child: Pid) -> Option<u32> {
    let threads = fs::read_dir(format!("/proc/{}/task", child.as_raw_pid())).ok()?;
    threads.flatten().find_map(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat")).ok()?;
        // Only the name, in brackets, may hold spaces or brackets.
        let (name, fields) = stat.rsplit_once(')')?;
        let class = fields.split_whitespace().nth(41 - 3)?.parse().ok()?;
        name.ends_with("(wavecraft-dsp").then_some(class)
    })
}

fn faulty(generation: u32, switch: &str) -> Companion {
    let segment = create(Geometry::new(4096, 1, 1).unwrap(), generation).unwrap();
    let mut program = command("faulty");
    Companion::with(segment, program.env("WAVECRAFT_REALTIME", switch)).started()
}

#[test]
fn the_audio_thread_has_a_real_time_class_while_blocks_run_or_says_why_not() {
    let mut companion = faulty(1, "on");
    assert_eq!(companion.exchange(&[&[0.5]]), [[0.5]]);
    let Some(running) = class(companion.pid()) else { return };
    if running != SCHED_RR {
        let Some(FromChild::Log { message }) = companion.hear() else { panic!("a refusal is told") };
        assert!(message.contains("real-time priority") && message.contains("rtprio"), "{message}");
        // And the next child of the session doesn't repeat it.
        let mut companion = faulty(2, "on");
        assert_eq!(companion.exchange(&[&[0.5]]), [[0.5]]);
        companion.say(&ToChild::Stop);
        assert_eq!(companion.prepare(48_000.0), Some(FromChild::Ready));
        return;
    }
    companion.say(&ToChild::Stop);
    assert_eq!(companion.prepare(48_000.0), Some(FromChild::Ready));
    assert_eq!(class(companion.pid()), Some(0), "a processor may take its time to prepare");
    companion.say(&ToChild::Start);
    assert_eq!(companion.exchange(&[&[0.25]]), [[0.25]]);
    assert_eq!(class(companion.pid()), Some(SCHED_RR));
}

#[test]
fn the_switch_or_a_companion_without_the_class_leaves_it_as_it_is() {
    // With any other value the companion's own threads decide, and this test has no real-time thread.
    for switch in ["off", ""] {
        let mut companion = faulty(1, switch);
        assert_eq!(companion.exchange(&[&[0.5]]), [[0.5]]);
        assert!(class(companion.pid()).is_none_or(|class| class == 0));
        companion.say(&ToChild::Stop);
        // The next message is the answer: nothing was refused, so nothing is reported.
        assert_eq!(companion.prepare(48_000.0), Some(FromChild::Ready));
    }
}

/// The process must live on: detecting the hang and looking at the stack is the companion's task.
#[test]
fn a_processor_that_never_sleeps_loses_the_class_and_not_its_life() {
    let mut companion = faulty(1, "on");
    assert_eq!(companion.exchange(&[&[0.5]]), [[0.5]]);
    let had = class(companion.pid());
    // The number of "Loop" in the example.
    companion.set("faulty_fault", 4.0);
    companion.send(&[&[0.5; 64]]);
    until("the class is ordinary", || (class(companion.pid()).unwrap_or(0) == 0).then_some(()));
    assert!(had.is_none() || class(companion.pid()).is_some(), "it lives");
    assert_eq!(companion.hang_up().code(), Some(0), "and ends as it always does");
}

/// One block that takes too long, and then the line that reports it.
#[test]
fn a_block_without_an_end_in_sight_is_told_when_it_has_ended() {
    let mut companion = faulty(1, "on");
    assert_eq!(companion.exchange(&[&[0.5]]), [[0.5]]);
    if class(companion.pid()) != Some(SCHED_RR) {
        return;
    }
    // The number of "Busy" in the example: 0.3 s of computing.
    companion.set("faulty_fault", 9.0);
    assert_eq!(companion.exchange(&[&[0.5]]), [[0.5]]);
    let Some(FromChild::Log { message }) = companion.hear() else { panic!("the loss is told") };
    assert!(message.contains("lost its real-time priority"), "{message}");
    companion.set("faulty_fault", 0.0);
    assert_eq!(companion.exchange(&[&[0.25]]), [[0.25]]);
    assert_eq!(class(companion.pid()), Some(0));
}
