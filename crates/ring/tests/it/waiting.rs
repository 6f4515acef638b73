//! Sleeping and waking for real, between two mappings of one segment.

use std::thread;

use wavecraft_ring::{SLOTS, clock};

use crate::{attached, block, limit, segment};

/// One block at a time, so that nearly every step sleeps and is woken: a lost wake-up runs into the limit, and fails.
#[test]
fn no_wake_up_is_lost() {
    const BLOCKS: u32 = 20_000;
    let mut host = segment(16, 1, 1);
    let mut child = attached(&host);
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut samples = [0.0; 16];
            for _ in 0..BLOCKS {
                assert!(child.wait(limit()), "no command came");
                let awake = clock::now_ns();
                let mut block = child.next().expect("a command");
                block.read_input(0, &mut samples);
                block.write_output(0, &samples);
                block.reply(awake);
            }
        });
        let mut output = [0.0; 16];
        for number in 0..BLOCKS {
            let sample = f32::from_bits(number);
            host.ring.send(block(16), &[&[sample; 16]]).expect("a free slot");
            host.ring.wake();
            assert!(host.ring.wait(limit()), "no reply to block {number}");
            host.ring.take(&mut [&mut output]).expect("a reply");
            assert_eq!(output.map(f32::to_bits), [number; 16]);
        }
    });
}

#[test]
fn a_wait_ends_at_its_deadline_and_not_before() {
    let mut host = segment(16, 1, 1);
    let mut child = attached(&host);
    let deadline = clock::now_ns() + 2_000_000;
    assert!(!child.wait(deadline));
    assert!(clock::now_ns() >= deadline);
    host.ring.send(block(16), &[&[0.0; 16]]).expect("a free slot");
    let deadline = clock::now_ns() + 2_000_000;
    assert!(!host.ring.wait(deadline));
    assert!(clock::now_ns() >= deadline);
    // The past, and the end of time with something to do.
    assert!(!host.ring.wait(0));
    assert!(child.wait(u64::MAX));
}

#[test]
fn an_interrupt_ends_a_wait_in_another_thread() {
    let host = segment(16, 1, 1);
    for _ in 0..2_000 {
        let mut child = attached(&host);
        let stop = child.interrupt_handle();
        let waiting = thread::spawn(move || {
            let limit = limit();
            (child.wait(limit), clock::now_ns() < limit)
        });
        stop.interrupt();
        assert_eq!(waiting.join().expect("no panic"), (false, true), "interrupted, and not by the limit");
    }
}

#[test]
fn the_ring_lives_as_long_as_one_of_its_ends() {
    let mut host = segment(16, 1, 1);
    let mut child = attached(&host);
    drop(host.descriptor);
    for _ in 0..SLOTS {
        host.ring.send(block(1), &[&[1.0]]).expect("a free slot");
    }
    drop(host.ring);
    host.parameters.set(0, 0.5).expect("in range");
    drop(host.parameters);
    let mut answered = 0;
    while let Some(block) = child.next() {
        block.reply(0);
        answered += 1;
    }
    assert_eq!(answered, SLOTS);
}
