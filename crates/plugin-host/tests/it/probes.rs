//! A library's processor shows values of its inside, through the copy of `wavecraft-probe` that the library brings.

use std::process::{Command, Stdio};

use wavecraft_ring::{Geometry, ProbeName, ProbeValues, create};

use crate::companion::Companion;
use crate::support::Plugin;

/// The values and the names of a block of two frames.
fn probed(plugin: &Plugin) -> (Vec<ProbeValues>, Vec<ProbeName>) {
    let mut host = Command::new(env!("CARGO_BIN_EXE_wavecraft-plugin-host"));
    host.arg(plugin.library()).env("WAVECRAFT_REALTIME", "off");
    host.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let segment = create(Geometry::new(4096, 2, 2).unwrap(), 1).unwrap();
    let mut companion = Companion::with(segment, &mut host).started();
    companion.send(&[&[1.0, -0.5], &[0.0, 0.0]]);
    companion.wait();
    let ring = &mut companion.segment.ring;
    let mut values = Vec::new();
    ring.read_probes(|_, one| values.push(one));
    let mut output = [[0.0; 2]; 2];
    let [left, right] = &mut output;
    assert!(ring.take(&mut [left, right]).is_some());
    assert_eq!(output[0], [0.5, -0.25], "it plays, with or without probes");
    let names = ring.probe_names();
    (values, (0..names.count()).filter_map(|probe| names.get(probe)).collect())
}

#[test]
fn a_librarys_probes_come_through_its_exported_function() {
    let plugin = Plugin::with_probes(&[(
        "for sample in samples {",
        "for sample in samples {\nwavecraft_probe::probe!(\"sample\", *sample);",
    )]);
    let (values, names) = probed(&plugin);
    assert_eq!(values, [ProbeValues { last: 0.0, least: -0.5, greatest: 1.0, nonfinite: 0 }]);
    assert_eq!(names, [ProbeName { name: "sample".into(), processor: Some(0) }]);
}

#[test]
fn the_probes_of_several_processors_in_one_library_are_of_none_of_them() {
    let plugin = Plugin::with_probes(&[
        ("match gain.fault {", "wavecraft_probe::probe!(\"level\", gain.level);\nmatch gain.fault {"),
        (r#"[{"id": "gain"}]"#, r#"[{"id": "gain"}, {"id": "other"}]"#),
    ]);
    let (values, names) = probed(&plugin);
    assert_eq!(values, [ProbeValues { last: 0.5, least: 0.5, greatest: 0.5, nonfinite: 0 }]);
    assert_eq!(names, [ProbeName { name: "level".into(), processor: None }]);
}

#[test]
fn a_library_without_the_function_has_none() {
    assert_eq!(probed(&Plugin::with(&[])), (vec![], vec![]));
}
