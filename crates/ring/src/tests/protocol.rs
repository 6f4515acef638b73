//! Two ends that follow the rules.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::plain::{Pair, Plain, Random, pair, rounds};
use crate::header::{ABI_VERSION, HeaderError};
use crate::host::{BlockHeader, HostRing, Reply, SendError};
use crate::layout::{MAX_PARAMETERS, MAX_PROBE_NAME_BYTES, MAX_PROBES, SLOTS, command, header, index, reply};
use crate::memory::{Memory, store_u64};
use crate::parameters::IndexError;
use crate::phase::ChildPhase;
use crate::probes::{ProbeName, ProbeValues};
use crate::segment::child_side;
use crate::time::BlockTime;

fn block(frames: u32) -> BlockHeader {
    BlockHeader {
        frames,
        sample_position: 1 << 40 | u64::from(frames),
        host_time_ns: u64::MAX - 9,
        discontinuity: true,
        reset: frames.is_multiple_of(2),
        time: time(frames),
    }
}

/// Every other one plays, and every third has a tempo.
fn time(frames: u32) -> BlockTime {
    BlockTime {
        tempo: Some(20.0 + f64::from(frames)).filter(|_| frames.is_multiple_of(3)),
        position: i64::MAX - i64::from(frames),
        playing: frames.is_multiple_of(2),
    }
}

/// The host isn't trusted with the time either.
#[test]
fn a_time_that_cannot_be_is_clamped() {
    let mut pair = pair(16, 0, 1);
    let mut received = |tempo: f64, position| {
        let time = BlockTime { tempo: Some(tempo), position, playing: true };
        let header = BlockHeader { frames: 1, time, ..BlockHeader::default() };
        pair.host.send(header, &[]).expect("a free slot");
        let block = pair.child.next().expect("it was sent");
        let time = block.time();
        block.reply(0);
        pair.host.discard().expect("it was answered");
        assert!(time.playing);
        (time.tempo, time.position)
    };
    for wrong in [f64::NAN, f64::INFINITY, -120.0, 0.0, 19.99, 999.01, f64::MIN_POSITIVE] {
        assert_eq!(received(wrong, i64::MIN), (None, 0), "{wrong}");
    }
    assert_eq!(received(20.0, 7), (Some(20.0), 7));
    assert_eq!(received(999.0, i64::MAX), (Some(999.0), i64::MAX));
}

/// Answers one block with its first input, doubled.
fn answer(pair: &mut Pair) -> bool {
    let Some(mut block) = pair.child.next() else { return false };
    let mut samples = vec![0.0; index(block.frames())];
    block.read_input(0, &mut samples);
    samples.iter_mut().for_each(|sample| *sample *= 2.0);
    block.write_output(0, &samples);
    block.reply(0);
    true
}

#[test]
fn a_block_goes_there_and_back() {
    let mut pair = pair(64, 2, 2);
    assert_eq!(pair.child.generation(), 7);
    assert_eq!(pair.child.geometry(), pair.host.geometry());
    assert!(pair.child.next().is_none());

    let left: Vec<f32> = (0_u8..50).map(f32::from).collect();
    let right = [f32::NAN; 50];
    let sequence = pair.host.send(block(50), &[&left, &right]).expect("a free slot");
    assert_eq!((pair.host.outstanding(), pair.host.ready()), (1, 0));
    assert!(!pair.host.has_begun(sequence));

    assert!(pair.child.wait(0));
    let mut received = pair.child.next().expect("a command");
    assert!(pair.host.has_begun(sequence));
    assert_eq!(received.frames(), 50);
    assert_eq!(received.sample_position(), 1 << 40 | 50);
    assert_eq!(received.host_time_ns(), u64::MAX - 9);
    assert!(received.discontinuity());
    assert_eq!(received.reset(), received.frames().is_multiple_of(2));
    assert_eq!(received.time(), time(received.frames()));
    let mut samples = [9.0; 64];
    received.read_input(1, &mut samples);
    assert!(samples[..50].iter().all(|sample| sample.is_nan()) && samples[50..] == [9.0; 14]);
    received.read_input(2, &mut samples[..3]);
    assert!(samples[..3].iter().all(|sample| sample.is_nan()), "no such channel, nothing is copied");
    received.read_input(0, &mut samples);
    assert_eq!(samples[..50], left[..]);
    received.write_output(1, &samples);
    received.write_output(0, &[3.0; 64]);
    received.write_output(2, &[4.0; 64]);
    received.reply(2);

    assert_eq!(pair.host.ready(), 1);
    let (mut first, mut second) = ([0.0; 64], [0.0; 20]);
    let reply = pair.host.take(&mut [&mut first, &mut second]).expect("a reply");
    assert_eq!((reply.sequence, reply.frames, reply.sample_position), (sequence, 50, 1 << 40 | 50));
    assert!(first[..50] == [3.0; 50] && first[50..] == [0.0; 14], "only the block's frames are copied");
    assert_eq!(second[..], left[..20]);
    assert_eq!(pair.host.take(&mut []), None);
    assert_eq!((pair.host.outstanding(), pair.host.free_slots()), (0, SLOTS));
    assert_eq!(pair.host.child().violations, 0);
}

#[test]
fn a_bad_block_is_refused_and_nothing_is_sent() {
    let mut pair = pair(64, 2, 1);
    let samples = [0.0; 64];
    let cases = [
        (65, &[&samples[..], &samples[..]][..], SendError::TooManyFrames { frames: 65, max_frames: 64 }),
        (64, &[&samples[..]][..], SendError::Channels { found: 1, expected: 2 }),
        (
            64,
            &[&samples[..], &samples[..63]][..],
            SendError::ShortChannel { channel: 1, samples: 63, frames: 64 },
        ),
    ];
    for (frames, input, error) in cases {
        assert_eq!(pair.host.send(block(frames), input), Err(error));
    }
    assert!(pair.child.next().is_none());
    for _ in 0..SLOTS {
        pair.host.send(block(64), &[&samples, &samples]).expect("a free slot");
    }
    assert_eq!(pair.host.send(block(64), &[&samples, &samples]), Err(SendError::Full));
    assert!(answer(&mut pair));
    assert_eq!(pair.host.send(block(64), &[&samples, &samples]), Err(SendError::Full), "until it is taken");
    assert!(pair.host.discard().is_some());
    assert!(pair.host.send(block(64), &[&samples, &samples]).is_ok());
}

/// The host's order is authoritative, through more blocks than there are sequences before the wrap-around.
#[test]
fn sequences_pass_the_wrap_around() {
    let mut pair = pair(8, 1, 1);
    let mut random = Random(1);
    let mut expected = VecDeque::new();
    let (mut sent, mut taken, mut last) = (0_u16, 0_u16, 0_u32);
    while taken < 600 {
        if random.below(2) == 0 && pair.host.free_slots() > 0 && sent < 600 {
            let value = f32::from(sent);
            let sequence = pair.host.send(block(1), &[&[value]]).expect("a free slot");
            assert!(sent == 0 || sequence == last.wrapping_add(1));
            expected.push_back((sequence, value * 2.0));
            (sent, last) = (sent + 1, sequence);
        }
        if random.below(2) == 0 {
            answer(&mut pair);
        }
        if random.below(2) == 0 {
            let mut output = [0.0];
            if let Some(reply) = pair.host.take(&mut [&mut output]) {
                assert_eq!(Some((reply.sequence, output[0])), expected.pop_front());
                taken += 1;
            }
        }
        assert_eq!(pair.host.outstanding(), expected.len());
    }
    assert!(last < 600, "the sequence went through 0: {last}");
    assert_eq!(pair.host.child().violations, 0);
}

#[test]
fn a_dropped_block_comes_again() {
    let mut pair = pair(8, 1, 1);
    pair.host.send(block(3), &[&[1.0; 3]]).expect("a free slot");
    assert_eq!(pair.child.next().map(|block| block.frames()), Some(3));
    assert_eq!(pair.host.ready(), 0);
    assert!(answer(&mut pair));
    assert_eq!(pair.host.ready(), 1);
}

/// A command line that doesn't belong to its block is skipped, and the host finds no reply for that block.
#[test]
fn a_block_that_is_not_in_its_slot_is_passed_over() {
    let mut pair = pair(8, 1, 1);
    let first = pair.host.send(block(1), &[&[1.0]]).expect("a free slot");
    let second = pair.host.send(block(2), &[&[1.0; 2]]).expect("a free slot");
    pair.memory.word(pair.layout.slot(first) + command::SEQ).store(second, Ordering::Relaxed);
    let received = pair.child.next().expect("the second command");
    assert_eq!(received.frames(), 2);
    received.reply(0);
    assert!(pair.child.next().is_none());
    assert_eq!(pair.host.discard().map(|reply| reply.sequence), Some(first));
    assert_eq!(pair.host.child().violations, 1);
    assert_eq!(pair.host.discard().map(|reply| reply.sequence), Some(second));
    assert_eq!(pair.host.child().violations, 1);
}

#[test]
fn times_are_clamped_between_sending_and_now() {
    let mut pair = pair(8, 1, 1);
    for (awake, done) in [(0, 0), (u64::MAX, 0), (0, u64::MAX), (u64::MAX, u64::MAX)] {
        let sequence = pair.host.send(block(0), &[&[]]).expect("a free slot");
        pair.child.next().expect("a command").reply(0);
        let slot = pair.layout.slot(sequence);
        store_u64(&*pair.memory, slot + reply::AWAKE_NS, awake);
        store_u64(&*pair.memory, slot + reply::DONE_NS, done);
        let Reply { sent_ns, awake_ns, done_ns, .. } = pair.host.take(&mut []).expect("a reply");
        let now = pair.memory.now_ns();
        assert!(
            sent_ns <= awake_ns && awake_ns <= done_ns && done_ns < now,
            "{sent_ns} {awake_ns} {done_ns} {now}"
        );
    }
}

#[test]
fn a_wait_without_an_answer_ends_at_its_deadline() {
    let mut pair = pair(8, 1, 1);
    assert!(!pair.host.wait(u64::MAX), "nothing is outstanding");
    pair.host.send(block(1), &[&[0.0]]).expect("a free slot");
    let deadline = pair.memory.now_ns() + 20;
    assert!(!pair.host.wait(deadline));
    assert!((deadline..deadline + 3).contains(&pair.memory.now_ns()));
    assert!(answer(&mut pair));
    assert!(pair.host.wait(0), "an answer that is in needs no time");

    let deadline = pair.memory.now_ns() + 20;
    assert!(!pair.child.wait(deadline));
    assert!((deadline..deadline + 3).contains(&pair.memory.now_ns()));
}

#[test]
fn an_interrupt_ends_one_wait() {
    let mut pair = pair(8, 1, 1);
    pair.child.interrupt_handle().interrupt();
    let before = pair.memory.now_ns();
    assert!(!pair.child.wait(before + 1_000));
    assert!(pair.memory.now_ns() < before + 5, "long before the deadline");
    let deadline = pair.memory.now_ns() + 20;
    assert!(!pair.child.wait(deadline));
    assert!(pair.memory.now_ns() > deadline, "the second wait goes to its deadline");
}

#[test]
fn parameters_are_there_at_the_block_after_the_set() {
    let mut pair = pair(8, 0, 1);
    let mut values = [9.0; MAX_PARAMETERS + 1];
    let mut next = |host: &mut HostRing<Plain>, child: &mut crate::ChildRing<Plain>, read: bool| {
        host.send(block(1), &[]).expect("a free slot");
        let mut received = child.next().expect("a command");
        let changed = received.parameters_changed();
        if read {
            received.read_parameters(&mut values);
            assert!(!received.parameters_changed());
        }
        received.reply(0);
        assert!(host.discard().is_some());
        (changed, values[0], values[1], values[MAX_PARAMETERS - 1], values[MAX_PARAMETERS])
    };
    assert!(!next(&mut pair.host, &mut pair.child, false).0, "nobody has set any");
    pair.parameters.set_all(&[0.25; MAX_PARAMETERS]).expect("as many as there are");
    assert!(next(&mut pair.host, &mut pair.child, false).0);
    assert_eq!(next(&mut pair.host, &mut pair.child, true), (true, 0.25, 0.25, 0.25, 9.0));
    assert!(!next(&mut pair.host, &mut pair.child, false).0);
    pair.parameters.set(1, -1.0).expect("in range");
    pair.parameters.set(1, -2.0).expect("in range");
    assert_eq!(next(&mut pair.host, &mut pair.child, true), (true, 0.25, -2.0, 0.25, 9.0));

    assert_eq!(pair.parameters.set(MAX_PARAMETERS, 0.0), Err(IndexError { index: MAX_PARAMETERS }));
    assert_eq!(
        pair.parameters.set_all(&[0.0; MAX_PARAMETERS + 1]),
        Err(IndexError { index: MAX_PARAMETERS })
    );
    assert!(!next(&mut pair.host, &mut pair.child, false).0, "a refused set changes nothing");
}

#[test]
fn probes_come_with_their_block_and_have_names_before() {
    let mut pair = pair(8, 0, 1);
    let names = pair.host.probe_names();
    let values = |number: f32| ProbeValues { last: number, least: -number, greatest: number, nonfinite: 1 };
    let read = |host: &HostRing<Plain>| {
        let mut read = Vec::new();
        host.read_probes(|probe, values| read.push((probe, values)));
        read
    };
    for _ in 0..3 {
        pair.host.send(block(1), &[]).expect("a free slot");
    }
    let mut first = pair.child.next().expect("a command");
    first.write_probes(&[values(1.0)]);
    first.reply(0);
    assert_eq!((read(&pair.host), names.count()), (vec![], 0), "values without a name");
    assert!(pair.host.discard().is_some());

    let mut second = pair.child.next().expect("a command");
    assert!(second.name_probe(b"gain_reduction", Some(1)));
    assert!(second.name_probe(&[b'x'; MAX_PROBE_NAME_BYTES], None));
    second.write_probes(&[values(2.0), ProbeValues::NONE, values(9.0)]);
    second.reply(0);
    let mut third = pair.child.next().expect("a command");
    third.write_probes(&[values(3.0)]);
    third.reply(0);
    assert_eq!(read(&pair.host), [(0, values(2.0)), (1, ProbeValues::NONE)], "the oldest reply's");
    assert!(pair.host.discard().is_some());
    assert_eq!(read(&pair.host), [(0, values(3.0))]);
    assert!(pair.host.discard().is_some());
    assert_eq!(read(&pair.host), [], "there is no reply");
    let named = |name: &str, processor| Some(ProbeName { name: name.into(), processor });
    assert_eq!((names.count(), names.ignored()), (2, false));
    assert_eq!((names.get(0), names.get(2)), (named("gain_reduction", Some(1)), None));
    assert_eq!(names.get(1), named(&"x".repeat(MAX_PROBE_NAME_BYTES), None));
}

#[test]
fn probes_that_do_not_fit_are_left_out_and_that_is_told() {
    for bad in [&b""[..], b"two words", b"\x1b[31m", "\u{e4}".as_bytes(), &[b'x'; MAX_PROBE_NAME_BYTES + 1]] {
        let mut pair = pair(8, 0, 1);
        pair.host.send(block(1), &[]).expect("a free slot");
        assert!(!pair.child.next().expect("a command").name_probe(bad, None), "{bad:?}");
        assert_eq!((pair.host.probe_names().count(), pair.host.probe_names().ignored()), (0, true));
    }
    let mut pair = pair(8, 0, 1);
    pair.host.send(block(1), &[]).expect("a free slot");
    let mut received = pair.child.next().expect("a command");
    for probe in 0..=MAX_PROBES {
        assert_eq!(received.name_probe(format!("probe{probe}").as_bytes(), None), probe < MAX_PROBES);
    }
    received.write_probes(&[ProbeValues::NONE; MAX_PROBES + 1]);
    received.reply(0);
    let mut count = 0;
    pair.host.read_probes(|_, _| count += 1);
    assert_eq!((count, pair.host.probe_names().count()), (MAX_PROBES, MAX_PROBES));
    assert!(pair.host.probe_names().ignored());
}

#[test]
fn what_is_no_number_poisons_no_probe() {
    let mut values = ProbeValues::NONE;
    assert!(!values.any());
    for value in [f32::NAN, 2.0, f32::INFINITY, -1.0, f32::NEG_INFINITY] {
        values.add(value);
    }
    assert_eq!(values, ProbeValues { last: -1.0, least: -1.0, greatest: 2.0, nonfinite: 3 });
    values.merge(&ProbeValues { nonfinite: u32::MAX, ..ProbeValues::NONE });
    assert_eq!(values, ProbeValues { last: -1.0, least: -1.0, greatest: 2.0, nonfinite: u32::MAX });
    values.merge(&ProbeValues { last: 5.0, least: 5.0, greatest: 5.0, nonfinite: 0 });
    assert_eq!((values.last, values.least, values.greatest), (5.0, -1.0, 5.0));
}

#[test]
fn the_child_reports() {
    let pair = pair(8, 1, 1);
    assert_eq!(pair.host.child(), crate::ChildReport::default());
    for phase in [ChildPhase::Running, ChildPhase::Stopped, ChildPhase::Failed, ChildPhase::Starting] {
        pair.child.set_phase(phase);
        assert_eq!(pair.host.child().phase, phase);
    }
    pair.child.beat();
    pair.child.beat();
    pair.child.add_nonfinite(5);
    let report = pair.host.child();
    assert_eq!((report.heartbeat, report.nonfinite), (2, 5));
}

#[test]
fn a_header_that_does_not_agree_is_refused() {
    let attached = |offset: usize, value: u32| {
        let pair = pair(64, 2, 2);
        pair.memory.word(offset).store(value, Ordering::Relaxed);
        child_side(pair.memory.clone(), pair.memory.len()).map(|child| child.geometry())
    };
    let len = pair(64, 2, 2).memory.len();
    assert!(attached(header::GENERATION, 8).is_ok());
    assert_eq!(attached(header::MAGIC, 0), Err(HeaderError::Magic));
    assert_eq!(attached(header::ABI, ABI_VERSION + 1), Err(HeaderError::Abi { found: ABI_VERSION + 1 }));
    for (offset, value) in [(header::TOTAL_LEN, 0), (header::SLOT_STRIDE, u32::MAX)] {
        assert_eq!(attached(offset, value), Err(HeaderError::Length { expected: len, found: len }));
    }
    assert!(
        matches!(attached(header::MAX_FRAMES, 4096), Err(HeaderError::Length { found, .. }) if found == len)
    );
    for offset in [header::MAX_FRAMES, header::INPUTS, header::OUTPUTS] {
        assert!(matches!(attached(offset, u32::MAX), Err(HeaderError::Geometry(_))));
    }
}

/// Over a single memory, where Miri and ThreadSanitizer see a race that two mappings would hide.
#[test]
fn two_threads_exchange_blocks() {
    let mut pair = pair(64, 1, 1);
    let blocks = rounds(50_000);
    let stop = pair.child.interrupt_handle();
    let memory = Arc::clone(&pair.memory);
    // The clock ticks once per look: a peer that isn't there after that many ticks won't come.
    let ticks = u64::try_from(rounds(20_000_000)).expect("64 bits");
    let limit = || memory.now_ns() + ticks;
    std::thread::scope(|scope| {
        let child = &mut pair.child;
        scope.spawn(move || {
            let mut samples = [0.0; 64];
            let mut gain = [0.0];
            while child.wait(limit()) {
                let mut block = child.next().expect("a command");
                if block.parameters_changed() {
                    block.read_parameters(&mut gain);
                }
                let frames = index(block.frames());
                block.read_input(0, &mut samples);
                samples[..frames].iter_mut().for_each(|sample| *sample *= gain[0]);
                block.write_output(0, &samples);
                block.reply(0);
            }
        });
        let mut random = Random(2);
        let mut expected = VecDeque::new();
        let (mut sent, mut taken) = (0, 0);
        let mut output = [0.0; 64];
        let mut gain = 1.0;
        pair.parameters.set(0, gain).expect("in range");
        while taken < blocks {
            if sent < blocks && pair.host.free_slots() > 0 && random.below(4) > 0 {
                if expected.is_empty() {
                    gain = 3.0 - gain;
                    pair.parameters.set(0, gain).expect("in range");
                }
                let value = f32::from(u8::try_from(random.below(256)).expect("a byte"));
                let frames = u32::try_from(random.below(65)).expect("at most 64");
                pair.host.send(block(frames), &[&[value; 64]]).expect("a free slot");
                pair.host.wake();
                expected.push_back((index(frames), value * gain));
                sent += 1;
            } else if !expected.is_empty() {
                assert!(pair.host.wait(limit()), "no reply to block {taken}");
                pair.host.take(&mut [&mut output]).expect("a reply");
                let (frames, value) = expected.pop_front().expect("one that was sent");
                assert!(
                    output[..frames].iter().all(|sample| *sample == value),
                    "{taken}: {output:?} isn't {value}"
                );
                taken += 1;
            }
        }
        stop.interrupt();
    });
}
