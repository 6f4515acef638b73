//! A child without an engine: order, the end of the child, and errors of the child.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wavecraft_audio_core::{Offline, OfflineError};
use wavecraft_ring::{ChildRing, attach, clock, create};

use crate::bench::{assert_same, noise};

/// Far longer than a test runs.
const PATIENCE: Duration = Duration::from_secs(60);

fn pair(patience: Duration) -> (Offline, ChildRing, Arc<AtomicBool>) {
    let host = create(Offline::geometry(2).expect("an ordinary one"), 1).expect("a segment can be made");
    let alive = Arc::new(AtomicBool::new(true));
    let offline = Offline::new(host.ring, 2, Arc::clone(&alive), 48_000, patience);
    (offline, attach(host.descriptor).expect("the segment is whole"), alive)
}

/// Answers every waiting block: each sample times `factor`.
fn answer(child: &mut ChildRing, factor: f32) {
    let mut samples = vec![0.0; 4096];
    while let Some(mut block) = child.next() {
        let frames = usize::try_from(block.frames()).expect("a block is small");
        for channel in 0..2 {
            block.read_input(channel, &mut samples[..frames]);
            samples[..frames].iter_mut().for_each(|sample| *sample *= factor);
            block.write_output(channel, &samples[..frames]);
        }
        block.reply(clock::now_ns());
    }
}

#[test]
fn blocks_come_back_whole_and_in_order_as_many_under_way_as_there_is_room() {
    let (mut offline, mut child, _alive) = pair(PATIENCE);
    let signal = noise(3, 0.5, 10_000);
    let (mut out, mut most) = (Vec::new(), 0);
    let mut blocks = signal.chunks(333);
    loop {
        let mut under_way = 0;
        while offline.has_room()
            && let Some(block) = blocks.next()
        {
            offline.send([block, block]).expect("there is room");
            under_way += 1;
        }
        most = most.max(under_way);
        answer(&mut child, 2.0);
        match offline.receive().expect("the child is there") {
            Some([left, right]) => {
                assert_same(left, right, "both sides");
                out.extend_from_slice(left);
            }
            None => break,
        }
    }
    assert_eq!(most, wavecraft_ring::SLOTS);
    let expected: Vec<f32> = signal.iter().map(|sample| sample * 2.0).collect();
    assert_same(&out, &expected, "the whole");
    assert_eq!(offline.nonfinite(), 0);
}

#[test]
fn what_is_not_finite_is_silence_and_counted() {
    let (mut offline, mut child, _alive) = pair(PATIENCE);
    offline.send([&[1.0, 0.0, -1.0]; 2]).expect("there is room");
    answer(&mut child, f32::INFINITY);
    assert_eq!(offline.receive().expect("answered"), Some([&[0.0; 3][..]; 2]));
    assert_eq!(offline.nonfinite(), 6);
}

#[test]
fn a_child_that_ends_or_stands_still_is_told_apart() {
    let (mut offline, _child, alive) = pair(PATIENCE);
    offline.send([&[0.0]; 2]).expect("there is room");
    alive.store(false, Ordering::Relaxed);
    assert_eq!(offline.receive(), Err(OfflineError::Ended));

    let patience = Duration::from_millis(1);
    let (mut offline, _child, _alive) = pair(patience);
    assert_eq!(offline.receive(), Ok(None), "nothing is under way");
    offline.send([&[0.0]; 2]).expect("there is room");
    assert_eq!(offline.receive(), Err(OfflineError::Silent(patience)));
}

#[test]
fn the_last_answers_of_a_child_that_ended_count() {
    let (mut offline, mut child, alive) = pair(PATIENCE);
    offline.send([&[0.5]; 2]).expect("there is room");
    answer(&mut child, 2.0);
    alive.store(false, Ordering::Relaxed);
    assert_eq!(offline.receive(), Ok(Some([&[1.0][..]; 2])));
}
