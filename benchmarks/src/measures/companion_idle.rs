//! P8: the companion with nothing attached, with its menu and headless: CPU ticks in 20 s, and memory; then a gain child's
//! memory.

use crate::Run;
use crate::companion::Companion;
use crate::lines::{Line, Lines};
use crate::panel::Panel;
use crate::platform::usage_of;
use std::time::Duration;

/// The earlier plan's own goal, in MB.
const PLANNED_MB: f64 = 50.0;

pub(crate) fn measure(run: &Run, lines: &mut Lines) {
    let panel = Panel::start();
    let with_menu = Companion::start_in(&panel, &run.programs);
    idle(run, lines, "companion with its menu", &with_menu);
    drop((with_menu, panel));
    let companion = Companion::start(&run.programs);
    idle(run, lines, "companion", &companion);
    let gain =
        run.programs.join("examples/gain").canonicalize().expect("the example gain is to be built before");
    let mut control = companion.control();
    control.attach(&gain, &[]);
    let child = "a gain child: resident memory, the segment included";
    lines.add(memory(child.into(), usage_of(control.child_pid()).rss_kib));
}

fn idle(run: &Run, lines: &mut Lines, name: &str, companion: &Companion) {
    let seconds = if run.quick { 5 } else { 20 };
    std::thread::sleep(Duration::from_secs(1));
    let before = usage_of(companion.pid());
    std::thread::sleep(Duration::from_secs(seconds));
    let after = usage_of(companion.pid());
    lines.add(Line {
        id: "P8",
        what: format!("{name}, nothing attached: CPU in {seconds} s"),
        value: (after.ticks - before.ticks) as f64,
        unit: "ticks",
        anchor: "none".into(),
        anchor_value: 0.0,
    });
    lines.add(memory(format!("{name}, nothing attached: resident memory"), after.rss_kib));
}

fn memory(what: String, rss_kib: u64) -> Line {
    Line {
        id: "P8",
        what,
        value: rss_kib as f64 * 1024.0 / 1e6,
        unit: "MB",
        anchor: "the earlier plan's goal".into(),
        anchor_value: PLANNED_MB,
    }
}
