//! P6: from a page's `setParameter` to the first block that obeys it, at 128 frames, through the real companion: the
//! WebSocket, the companion, the segment, the child. The child notes the block's time on the same clock. The page's
//! time is taken before it sends, so the way over loopback is in it.

use crate::Run;
use crate::companion::{Companion, Page};
use crate::figures::{percentile_us, period, us};
use crate::lines::{Line, Lines};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixListener;
use std::time::Duration;
use wavecraft_ring::clock::now_ns;

/// The earlier plan's own goal.
const PLANNED_US: f64 = 50_000.0;
const FRAMES: u32 = 128;

pub(crate) fn measure(run: &Run, lines: &mut Lines) {
    let companion = Companion::start(&run.programs);
    let path = companion.folder().join("probe.sock");
    let listener = UnixListener::bind(&path).expect("the folder is ours");
    let mut control = companion.control();
    let own = std::env::current_exe().expect("this program");
    let attached = control.attach(&own, &["probe-child", path.to_str().expect("a plain path")]);
    let (probe, _) = listener.accept().expect("the probe connects");
    let mut told = BufReader::new(probe).lines();
    let mut page = Page::open(&attached);
    let mut times = Vec::new();
    for number in 0..if run.quick { 50_u16 } else { 500 } {
        // Levels that are exact, differ, and aren't the default.
        let level = f32::from(1 + number) / 1024.0;
        let start = now_ns();
        page.call("setParameter", &json!({"id": "probe_level", "value": level}));
        let wanted = level.to_bits().to_string();
        let seen = told.by_ref().map(|line| line.expect("the probe tells")).find_map(|line| {
            let (bits, time) = line.split_once(' ')?;
            (bits == wanted).then(|| time.parse::<u64>().expect("a time"))
        });
        times.push(seen.expect("the probe lives") - start);
        // Not in step with the blocks.
        std::thread::sleep(Duration::from_micros(u64::from(number) * 37 % 5_000));
    }
    let block_us = us(u64::try_from(period(FRAMES).as_nanos()).expect("a short time"));
    for percent in [50, 99] {
        let value = percentile_us(&mut times, percent);
        lines.add(Line {
            id: "P6",
            what: format!("setParameter sent by a page → first block with it, p{percent}"),
            value,
            unit: "us",
            anchor: "the earlier plan's goal".into(),
            anchor_value: PLANNED_US,
        });
        lines.add(Line {
            id: "P6",
            what: format!("the same, p{percent}, in blocks of {FRAMES}"),
            value: value / block_us,
            unit: "blocks",
            anchor: "one block".into(),
            anchor_value: 1.0,
        });
    }
}
