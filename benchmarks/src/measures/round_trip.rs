//! P1: a block of 64 stereo frames to another process and back, at the pace of 48 kHz (one each 1.33 ms), so that both
//! sides sleep in between, as they do in use.
//!
//! All ways take turns in short rounds of one run, so that what else the machine does hits them alike.

use crate::Run;
use crate::figures::{percentile_us, period};
use crate::lines::{Line, Lines};
use crate::platform::Scheduling;
use crate::transports::{Block, FRAMES, SAMPLES, Transport, futex, iceoryx2, ring, unix, websocket};
use wavecraft_ring::clock::now_ns;

/// Rounds of a run, and blocks of a round; the first few of each aren't counted.
const ROUNDS: usize = 8;
const BLOCKS: usize = 500;
const WARM_UP: usize = 25;

pub(crate) fn measure(run: &Run, lines: &mut Lines) {
    {
        let scheduling = Scheduling::on_one_cpu();
        compare(if scheduling.fifo { "one CPU, FIFO" } else { "one CPU" }, run, lines);
    }
    compare("unpinned", run, lines);
}

fn compare(setting: &str, run: &Run, lines: &mut Lines) {
    let mut ways: Vec<_> =
        [ring::start(), futex::start(), unix::start(), websocket::start(), iceoryx2::start()]
            .into_iter()
            .map(|way| (way, Vec::new()))
            .collect();
    for _ in 0..if run.quick { 1 } else { ROUNDS } {
        for (way, times) in &mut ways {
            round(way.as_mut(), times);
        }
    }
    let mut figures =
        ways.iter_mut().map(|(way, times)| (way.name(), percentile_us(times, 50), percentile_us(times, 99)));
    let (_, ours_50, ours_99) = figures.next().expect("ours is the first");
    for (name, theirs_50, theirs_99) in figures {
        for (percent, value, anchor_value) in [("p50", ours_50, theirs_50), ("p99", ours_99, theirs_99)] {
            lines.add(Line {
                id: "P1",
                what: format!("round trip of {FRAMES} stereo frames, {setting}, {percent}"),
                value,
                unit: "us",
                anchor: name.into(),
                anchor_value,
            });
        }
    }
}

fn round(way: &mut dyn Transport, times: &mut Vec<u64>) {
    let period = period(FRAMES);
    let mut block: Block = [0.0; SAMPLES];
    for number in 0..WARM_UP + BLOCKS {
        let sample = 0.25 + number as f32;
        block.fill(sample);
        let start = now_ns();
        way.round_trip(&mut block);
        let time = now_ns() - start;
        assert_eq!(block, [sample; SAMPLES], "{} changed the samples", way.name());
        if number >= WARM_UP {
            times.push(time);
        }
        std::thread::sleep(period.saturating_sub(std::time::Duration::from_nanos(time)));
    }
}
