//! P7: a new build of a gain takes over at 128 frames, through the real companion: from the call of `reload` (which
//! spawns the child) to its answer, which comes when the new child is heard, and the crossfade's 10 ms on top. The
//! companion looks at its engine every 16 to 50 ms; that is in it.

use crate::Run;
use crate::companion::Companion;
use crate::figures::percentile_us;
use crate::lines::{Line, Lines};
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use wavecraft_ring::clock::now_ns;

/// `Limits::fade_ms`.
const FADE_US: f64 = 10_000.0;

pub(crate) fn measure(run: &Run, lines: &mut Lines) {
    let gain =
        run.programs.join("examples/gain").canonicalize().expect("the example gain is to be built before");
    let companion = Companion::start(&run.programs);
    let mut control = companion.control();
    let session = control.attach(&gain, &[])["session"].clone();
    let before = late(&control.stats());
    let (mut swaps, mut spawns) = (Vec::new(), Vec::new());
    for _ in 0..if run.quick { 5 } else { 40 } {
        let start = now_ns();
        control.call("reload", &json!({"session": session, "executable": gain}));
        swaps.push(now_ns() - start);

        let start = now_ns();
        let bare = Command::new(&gain).arg("--help").stdout(Stdio::null()).status();
        assert!(bare.expect("the example starts").success());
        spawns.push(now_ns() - start);
    }
    let after = late(&control.stats());
    for percent in [50, 99] {
        lines.add(Line {
            id: "P7",
            what: format!("a new child spawned → at full level, p{percent}"),
            value: (percentile_us(&mut swaps, percent) + FADE_US) / 1000.0,
            unit: "ms",
            anchor: "bare spawn, exec and exit of it".into(),
            anchor_value: percentile_us(&mut spawns, percent) / 1000.0,
        });
    }
    lines.add(Line {
        id: "P7",
        what: format!("late blocks during {} swaps", swaps.len()),
        value: (after - before) as f64,
        unit: "blocks",
        anchor: "none".into(),
        anchor_value: 0.0,
    });
}

/// Blocks that a child is to blame for.
pub(crate) fn late(stats: &Value) -> u64 {
    ["not_scheduled", "too_slow", "queue_full"]
        .iter()
        .filter_map(|cause| stats["late_blocks"][cause].as_u64())
        .sum()
}
