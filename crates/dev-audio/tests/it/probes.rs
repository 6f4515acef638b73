//! What processors show of themselves crosses the segment.

use wavecraft_ring::{MAX_PROBES, ProbeName, ProbeValues};

use crate::companion::Companion;

fn values(companion: &mut Companion, input: &[f32]) -> Vec<ProbeValues> {
    companion.send(&[input]);
    companion.wait();
    let mut read = Vec::new();
    companion.segment.ring.read_probes(|_, values| read.push(values));
    assert!(companion.segment.ring.discard().is_some());
    read
}

#[test]
fn values_cross_with_their_block_and_say_which_processor_they_are_of() {
    let mut companion = Companion::running("probing", 1, 1);
    let of = |last, least, greatest| ProbeValues { last, least, greatest, nonfinite: 0 };
    assert_eq!(values(&mut companion, &[0.5, -1.0, 0.25]), [of(0.25, -1.0, 0.5), of(0.125, -0.5, 0.25)]);
    let names = companion.segment.ring.probe_names();
    let level = |processor| Some(ProbeName { name: "level".into(), processor: Some(processor) });
    assert_eq!((names.count(), names.get(0), names.get(1)), (2, level(0), level(1)));

    companion.set("halve_shows", 2.0);
    companion.set("halve_2_shows", 1.0);
    let nan = ProbeValues { nonfinite: 3, ..ProbeValues::NONE };
    assert_eq!(values(&mut companion, &[1.0; 3]), [nan, ProbeValues::NONE]);
    assert_eq!((names.count(), names.ignored()), (2, false));
}

#[test]
fn of_too_many_the_first_are_shown() {
    let mut companion = Companion::running("probing", 1, 1);
    companion.set("halve_shows", 3.0);
    assert_eq!(values(&mut companion, &[1.0]).len(), MAX_PROBES);
    let names = companion.segment.ring.probe_names();
    assert!(names.ignored());
    let first = ProbeName { name: "p0".into(), processor: Some(0) };
    assert_eq!((names.count(), names.get(0)), (MAX_PROBES, Some(first)));
}
