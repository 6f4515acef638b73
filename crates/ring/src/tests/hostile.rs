//! A peer that writes anything anywhere, between any two steps.

use std::collections::VecDeque;
use std::env;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::plain::{Plain, Random, pair, rounds};
use crate::geometry::Geometry;
use crate::header::BEFORE_FIRST_SEQUENCE;
use crate::host::{BlockHeader, SendError};
use crate::layout::{
    Layout, MAX_PROBES, PAGE, SLOTS, child_line, command, header, host_line, index, probes, reply,
};
use crate::memory::Memory;
use crate::probes::is_name;
use crate::segment::{child_side, host_side};

/// Overwrites some words: important ones more often than the rest, with important values more often than others.
fn scribble(memory: &Plain, important: &[usize], random: &mut Random, near: u32) {
    for _ in 0..random.below(12) {
        let offset = match random.below(4) {
            0 => random.below(memory.len() / 4) * 4,
            _ => important[random.below(important.len())],
        };
        let value = match random.below(6) {
            0 => 0,
            1 => u32::MAX,
            2 => f32::NAN.to_bits(),
            3 => random.word(),
            _ => near.wrapping_add(random.word() % 16).wrapping_sub(8),
        };
        memory.word(offset).store(value, Ordering::Relaxed);
    }
}

/// The seeds to run: one, so that a test is the same each time, or `WAVECRAFT_FUZZ_SEEDS` of them from `first` on.
fn seeds(first: u64) -> impl Iterator<Item = u64> {
    let more = env::var("WAVECRAFT_FUZZ_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(1);
    // Shown if a test fails.
    (first..first + more).inspect(|seed| println!("seed {seed}"))
}

#[test]
fn the_host_stands_any_child() {
    seeds(3).for_each(stand_a_child);
}

/// The child can write the whole segment, so the words that the host wrote are overwritten as well.
fn stand_a_child(seed: u64) {
    let mut pair = pair(16, 2, 2);
    let mut random = Random(seed);
    let mut important = vec![
        child_line::REPLY_SEQ,
        child_line::REPLY_SEQ,
        child_line::WAITING,
        child_line::PHASE,
        child_line::BEGUN,
        host_line::COMMAND_SEQ,
        pair.layout.probes() + probes::COUNT,
        pair.layout.probe_name(0),
    ];
    let names = pair.host.probe_names();
    for sequence in (0_u32..).take(SLOTS) {
        let slot = pair.layout.slot(sequence);
        important.extend(
            [reply::SEQ, reply::AWAKE_NS, reply::DONE_NS, reply::PROBES, command::SEQ, command::FRAMES]
                .map(|o| slot + o),
        );
        important.push(pair.layout.probe_values(sequence, random.below(MAX_PROBES)));
        important.push(pair.layout.output(sequence, 1));
    }
    let mut outstanding = VecDeque::new();
    let (mut last_sent, mut taken, mut answered) = (None::<u32>, 0_u32, 0_u32);
    let input = [0.5; 32];
    for round in 0..rounds(300_000) {
        scribble(&pair.memory, &important, &mut random, last_sent.unwrap_or(0));
        match random.below(6) {
            0 | 1 => {
                let frames = u32::try_from(random.below(20)).expect("small");
                let position = random.next();
                let block = BlockHeader { frames, sample_position: position, ..BlockHeader::default() };
                match pair.host.send(block, &[&input, &input]) {
                    Ok(sequence) => {
                        assert!(last_sent.is_none_or(|last| sequence == last.wrapping_add(1)), "monotonic");
                        last_sent = Some(sequence);
                        outstanding.push_back((sequence, frames, position));
                    }
                    Err(SendError::Full) => assert_eq!(outstanding.len(), SLOTS),
                    Err(error) => assert!(frames > 16, "{error}"),
                }
            }
            2 => {
                let mut output = [[7.0; 32]; 2];
                let [left, right] = &mut output;
                let reply = pair.host.take(&mut [left, right]);
                if let Some(reply) = reply {
                    taken += 1;
                    let sent = outstanding.pop_front();
                    assert_eq!(Some((reply.sequence, reply.frames, reply.sample_position)), sent);
                    assert!(reply.sent_ns <= reply.awake_ns && reply.awake_ns <= reply.done_ns);
                    assert!(
                        output.iter().all(|channel| channel[index(reply.frames)..].iter().all(|s| *s == 7.0))
                    );
                }
            }
            3 => {
                let reply = pair.host.discard();
                taken += u32::from(reply.is_some());
                if let Some(reply) = reply {
                    assert_eq!(
                        Some((reply.sequence, reply.frames, reply.sample_position)),
                        outstanding.pop_front()
                    );
                }
            }
            4 => {
                let waited = pair.host.wait(pair.memory.now_ns() + 5);
                assert_eq!(waited, pair.host.ready() > 0);
                pair.host.wake();
            }
            _ => {
                // Sometimes the child keeps to the rules, so that the next steps aren't all refused.
                pair.memory.word(child_line::REPLY_SEQ).store(last_sent.unwrap_or(0), Ordering::Relaxed);
                answered += 1;
            }
        }
        pair.host.read_probes(|probe, values| {
            assert!(probe < MAX_PROBES);
            let finite = values.least.is_finite() && values.greatest.is_finite();
            assert_eq!(values.any(), finite, "{values:?}");
            assert!(!finite || (values.least..=values.greatest).contains(&values.last), "{values:?}");
        });
        if round % 64 == 0 {
            let shown = (0..MAX_PROBES + 1).filter_map(|probe| names.get(probe));
            assert!(shown.into_iter().all(|probe| is_name(probe.name.as_bytes())));
        }
        let report = pair.host.child();
        assert!(report.violations <= taken, "round {round}: {report:?}");
        assert!(!pair.host.has_begun(last_sent.unwrap_or(0).wrapping_add(1)), "a block that wasn't sent");
        assert_eq!(pair.host.outstanding(), outstanding.len());
        assert_eq!(pair.host.free_slots() + pair.host.outstanding(), SLOTS);
        assert!(pair.host.ready() <= pair.host.outstanding());
    }
    assert!(taken > 0 && answered > 0 && pair.host.child().violations > 0, "the peer did something: {taken}");
}

#[test]
fn the_child_stands_any_host() {
    seeds(4).for_each(stand_a_host);
}

/// The child trusts its host just as little.
fn stand_a_host(seed: u64) {
    let mut pair = pair(16, 2, 2);
    let mut random = Random(seed);
    let mut important = vec![host_line::COMMAND_SEQ, host_line::WAITING];
    for sequence in (0_u32..).take(SLOTS) {
        let slot = pair.layout.slot(sequence);
        important
            .extend([command::SEQ, command::FRAMES, command::PARAMETER_EPOCH].map(|offset| slot + offset));
    }
    let mut samples = [0.0; 32];
    let (mut near, mut blocks) = (BEFORE_FIRST_SEQUENCE, 0_u32);
    for _ in 0..rounds(300_000) {
        scribble(&pair.memory, &important, &mut random, near);
        if random.below(2) == 0 {
            // Sometimes the host keeps to the rules: the next command is a valid one.
            near = pair.child.handled.wrapping_add(1);
            pair.memory.word(host_line::COMMAND_SEQ).store(near, Ordering::Relaxed);
            pair.memory.word(pair.layout.slot(near) + command::SEQ).store(near, Ordering::Relaxed);
        }
        let _ = pair.child.wait(pair.memory.now_ns() + 5);
        if let Some(mut block) = pair.child.next() {
            blocks += 1;
            assert!(block.frames() <= 16);
            let channel = random.word() % 4;
            block.read_input(channel, &mut samples);
            block.read_parameters(&mut samples);
            block.write_output(channel, &samples);
            if random.below(8) > 0 {
                block.reply(random.next());
            }
        }
    }
    assert!(blocks > 0, "the host did something");
}

#[test]
fn a_header_of_any_words_is_refused_or_describes_what_is_there() {
    seeds(5).for_each(attach_to_anything);
}

/// Segments that are too short or too long, of random words, or with only one wrong word.
fn attach_to_anything(seed: u64) {
    let mut random = Random(seed);
    let (mut refused, mut accepted) = (0, 0);
    for _ in 0..rounds(3_000) {
        let channels = 1 + random.word() % 2;
        let layout =
            Layout::new(Geometry::new(1 + random.word() % 2_000, channels, channels).expect("in range"));
        // One in three is as long as its header says.
        let len = match random.below(3) {
            0 => PAGE * (1 + random.below(8)),
            _ => layout.total_len(),
        };
        let memory = Arc::new(Plain::new(len));
        if random.below(8) == 0 {
            for offset in (0..PAGE).step_by(4) {
                memory.word(offset).store(random.word(), Ordering::Relaxed);
            }
        } else {
            drop(host_side(Arc::clone(&memory), layout, 7));
        }
        for _ in 0..random.below(3) {
            let offset = header::MAGIC + random.below(header::GENERATION / 4) * 4;
            let wrong = match random.below(3) {
                0 => random.word(),
                1 => memory.word(offset).load(Ordering::Relaxed) ^ (1 << random.below(32)),
                _ => memory.word(offset).load(Ordering::Relaxed),
            };
            memory.word(offset).store(wrong, Ordering::Relaxed);
        }
        match child_side(Arc::clone(&memory), len) {
            Err(_) => refused += 1,
            Ok(mut child) => {
                accepted += 1;
                assert_eq!(Layout::new(child.geometry()).total_len(), len);
                // Its farthest corner can be reached: a panic would mean an access outside the memory.
                let last = child.handled.wrapping_add(1);
                memory.word(host_line::COMMAND_SEQ).store(last, Ordering::Relaxed);
                memory.word(layout.slot(last) + command::SEQ).store(last, Ordering::Relaxed);
                if let Some(mut block) = child.next() {
                    let mut all = [0.0; 1_024];
                    block.read_parameters(&mut all);
                    block.reply(0);
                }
            }
        }
    }
    // Miri has time for only a few.
    assert!(refused > 0 && accepted > 0 || cfg!(miri), "both were met: {refused} and {accepted}");
}
