//! What processors show by their probes: folded on the audio thread, which may not allocate, and never believed.

use wavecraft_audio_core::{ProjectId, Readings};
use wavecraft_ring::{ProbeValues, clock};

use crate::bench::{Bench, Child};

/// 10 ms: values are sent once in so many frames.
const PERIOD: usize = 480;

/// Answers the waiting block with these values, after naming what needs a name.
fn answer(child: &mut Child, names: &[&str], values: &[ProbeValues]) {
    let mut block = child.ring.next().expect("a block");
    for name in names {
        block.name_probe(name.as_bytes(), Some(0));
    }
    block.write_probes(values);
    block.reply(clock::now_ns());
}

fn values(last: f32, least: f32, greatest: f32, nonfinite: u32) -> ProbeValues {
    ProbeValues { last, least, greatest, nonfinite }
}

fn take(bench: &mut Bench, project: ProjectId) -> Option<Readings> {
    bench.audio.engine_mut().take_readings(project)
}

#[test]
fn values_are_folded_until_they_are_taken_and_none_is_lost() {
    let mut bench = Bench::new(64);
    let project = bench.microphone_project();
    let mut child = bench.child(project, 1.0);
    // Far longer than the queue is: 20 s.
    for round in 0..2000_u16 {
        bench.step(&[0.0; PERIOD]);
        let last = f32::from(round);
        let names: &[&str] = if round == 0 { &["level", "other"] } else { &[] };
        answer(&mut child, names, &[values(last, last, last, 1), ProbeValues::NONE]);
    }
    bench.step(&[0.0; PERIOD]);
    // What was in the queue, and what waited for room behind it.
    let mut all = take(&mut bench, project).expect("readings");
    answer(&mut child, &[], &[ProbeValues::NONE]);
    bench.step(&[0.0; PERIOD]);
    let rest = take(&mut bench, project).expect("readings");
    let names: Vec<_> = all.probes.iter().map(|one| one.probe.name.clone()).collect();
    assert_eq!((names, all.generation, all.ignored), (vec!["level".into(), "other".into()], 1, false));
    assert_eq!(all.probes[0].probe.processor, Some(0));
    all.probes[0].values.merge(&rest.probes[0].values);
    assert_eq!(all.probes[0].values, values(1999.0, 0.0, 1999.0, 2000));
    assert_eq!(all.probes[1].values, ProbeValues::NONE, "known, and without a value");
    assert_eq!(take(&mut bench, project), None, "once");
}

#[test]
fn a_newer_child_has_its_own_set() {
    let mut bench = Bench::new(64);
    let project = bench.microphone_project();
    let mut first = bench.child_of(project, 1);
    bench.step(&[0.0; PERIOD]);
    answer(&mut first, &["old"], &[values(1.0, 1.0, 1.0, 0)]);
    bench.step(&[0.0; PERIOD]);
    assert_eq!(take(&mut bench, project).expect("readings").probes[0].probe.name, "old");
    first.die();
    let mut second = bench.child_of(project, 2);
    for round in 0..20 {
        bench.step(&[0.0; PERIOD]);
        if second.ring.wait(0) {
            answer(&mut second, if round == 0 { &["new"] } else { &[] }, &[values(2.0, 2.0, 2.0, 0)]);
        }
    }
    let readings = take(&mut bench, project).expect("readings");
    assert_eq!((readings.generation, readings.probes.len()), (2, 1));
    assert_eq!(readings.probes[0].probe.name, "new");
    second.die();
    let mut third = bench.child_of(project, 3);
    for _ in 0..20 {
        bench.step(&[0.0; PERIOD]);
        third.pump();
    }
    let readings = take(&mut bench, project).expect("that there are none is told too");
    assert_eq!((readings.generation, readings.probes), (3, vec![]));
}

#[test]
fn a_child_that_lies_is_clamped() {
    let mut bench = Bench::new(64);
    let project = bench.microphone_project();
    let mut child = bench.child(project, 1.0);
    let lies = [
        values(9.0, 2.0, 1.0, 5),
        values(f32::NAN, 0.0, 1.0, u32::MAX),
        values(0.0, f32::NEG_INFINITY, f32::INFINITY, 0),
        values(7.0, -1.0, 1.0, 0),
    ];
    for round in 0..3 {
        bench.step(&[0.0; PERIOD]);
        answer(&mut child, if round == 0 { &["a", "b", "c", "d", "bad name"] } else { &[] }, &lies);
    }
    bench.step(&[0.0; PERIOD]);
    let readings = take(&mut bench, project).expect("readings");
    assert!(readings.ignored);
    let seen: Vec<_> = readings.probes.iter().map(|one| one.values).collect();
    let none = |nonfinite| ProbeValues { nonfinite, ..ProbeValues::NONE };
    assert_eq!(seen, [none(15), none(u32::MAX), none(0), values(1.0, -1.0, 1.0, 0)]);
}
