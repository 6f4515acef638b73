//! Both audio threads' calls under RealtimeSanitizer, which ends the process at a C library call that may take
//! arbitrarily long: memory, locks, files, sleeps.
//!
//! `RUSTFLAGS="-Zsanitizer=realtime --cfg rtsan" cargo +nightly test -p wavecraft-ring --target … real_time`
#![cfg(rtsan)]
#![expect(unsafe_code, reason = "the sanitizer's runtime is called by its C names")]

use std::env;
use std::hint::black_box;
use std::process::Command;

use wavecraft_ring::{ChildPhase, clock};

use crate::{attached, block, limit, segment};

/// Set when the program is started a second time, to do what is forbidden.
const ROLE: &str = "WAVECRAFT_RING_TEST_ALLOCATE";

// SAFETY: declared as in compiler-rt's rtsan.h.
unsafe extern "C" {
    /// Marks this thread as an audio thread from here on (compiler-rt, rtsan.h).
    fn __rtsan_realtime_enter();
    fn __rtsan_realtime_exit();
}

fn in_real_time<T>(work: impl FnOnce() -> T) -> T {
    // SAFETY: sets a counter of this thread.
    unsafe { __rtsan_realtime_enter() };
    let result = work();
    // SAFETY: after its `enter`.
    unsafe { __rtsan_realtime_exit() };
    result
}

#[test]
fn no_call_of_either_end_may_block() {
    let mut host = segment(64, 2, 2);
    let mut child = attached(&host);
    let input = [0.5; 64];
    let (mut samples, mut parameters, mut output) = ([0.0; 64], [0.0; 8], [[0.0; 64]; 2]);
    for round in 0_u8..100 {
        host.parameters.set(3, f32::from(round)).expect("in range");
        in_real_time(|| {
            for _ in 0..3 {
                host.ring.send(block(64), &[&input, &input]).expect("a free slot");
                host.ring.wake();
            }
            assert!(
                host.ring.send(block(65), &[&input, &input]).is_err(),
                "an error is made without memory too"
            );
            assert!(child.wait(limit()));
            child.set_phase(ChildPhase::Running);
            while let Some(mut block) = child.next() {
                block.read_parameters(&mut parameters);
                block.read_input(0, &mut samples);
                block.write_output(1, &samples);
                block.reply(clock::now_ns());
                child.beat();
            }
            assert!(!child.wait(clock::now_ns()));
            assert!(host.ring.wait(limit()));
            let [left, right] = &mut output;
            assert!(host.ring.take(&mut [left, right]).is_some());
            assert!(host.ring.discard().is_some() && host.ring.discard().is_some());
            assert!(!host.ring.has_begun(0) && host.ring.child().violations == 0);
            assert!(!host.ring.wait(clock::now_ns()));
        });
    }
    assert_eq!((output[1], parameters[3]), ([0.5; 64], 99.0));
}

/// Without this, the test above could not fail.
#[test]
fn an_allocation_is_found() {
    if env::var_os(ROLE).is_some() {
        in_real_time(|| drop(black_box(Box::new(1))));
        return;
    }
    let output = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "real_time::an_allocation_is_found", "--nocapture"])
        .env(ROLE, "1")
        .output()
        .expect("this program starts again");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains("RealtimeSanitizer"), "{text}");
}
