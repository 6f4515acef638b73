//! P11: CPU time of a project and block of 128 stereo frames, on both sides together, against the same DSP called in
//! this process at the same pace. The child is a real process, woken for each block. And what it costs to be watched: the child
//! again, asked to watch itself, and an allocation outside of `process`.

use crate::Run;
use crate::child::Processor;
use crate::figures::{RATE, percentile_us, period, us};
use crate::lines::{Line, Lines};
use crate::platform::usage_of;
use crate::processors::{Gain, Level};
use rustix::time::{ClockId, clock_gettime};
use std::alloc::{GlobalAlloc, Layout, System, alloc, dealloc};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;
use wavecraft::{Processor as _, Transport};
use wavecraft_audio_core::{Audio, Limits, Manual, ManualSettings, ProjectSettings, Source};
use wavecraft_ring::clock::now_ns;

const FRAMES: usize = 128;

pub(crate) fn measure(run: &Run, lines: &mut Lines) {
    let blocks = if run.quick { 500 } else { 8_000 };
    let (engine, child) = with_a_child(blocks, false);
    let (_, watched) = with_a_child(blocks, true);
    let in_process = in_this_process(blocks);
    for (what, value) in [
        ("both sides", engine + child),
        ("of it the audio thread, with the wake", engine),
        ("of it the child, with its sleep and wake-up", child),
    ] {
        lines.add(Line {
            id: "P11",
            what: format!("CPU per project and block of {FRAMES}, {what}"),
            value,
            unit: "us",
            anchor: "the same DSP in process".into(),
            anchor_value: in_process,
        });
    }
    lines.add(Line {
        id: "P11",
        what: format!("CPU of the child per block of {FRAMES}, watched"),
        value: watched,
        unit: "us",
        anchor: "not watched".into(),
        anchor_value: child,
    });
    let [plain, noted] = [false, true].map(allocations);
    lines.add(Line {
        id: "P11",
        what: "a piece of memory requested and freed, by the allocator of `run!`".into(),
        value: noted,
        unit: "ns",
        anchor: "the system's allocator".into(),
        anchor_value: plain,
    });
}

/// ns of a request and its end on this thread, which isn't watched: the least of many runs.
fn allocations(by_our_allocator: bool) -> f64 {
    const PIECES: u32 = 10_000;
    let layout = Layout::new::<[u64; 8]>();
    let run = || {
        let start = now_ns();
        for _ in 0..PIECES {
            // SAFETY: the layout isn't of size zero.
            let piece = unsafe {
                if by_our_allocator { alloc(black_box(layout)) } else { System.alloc(black_box(layout)) }
            };
            let piece = black_box(piece);
            // SAFETY: it is of this layout and of the same allocator.
            unsafe { if by_our_allocator { dealloc(piece, layout) } else { System.dealloc(piece, layout) } }
        }
        now_ns() - start
    };
    let least = (0..200).map(|_| run()).min().unwrap_or(0);
    us(least) * 1000.0 / f64::from(PIECES)
}

/// µs a block: of the audio thread beyond an engine without a project, and of the child.
fn with_a_child(blocks: u32, watched: bool) -> (f64, f64) {
    let settings = ManualSettings { sample_rate: RATE, nominal_frames: 128, settle_limit: None };
    let start = || {
        Audio::start(Box::new(Manual::new(settings)), Limits::default(), Arc::new(|_| {})).expect("no device")
    };
    let (mut empty, mut audio) = (start(), start());
    let settings = ProjectSettings { source: Source::Microphone, ..ProjectSettings::default() };
    let project = audio.engine_mut().add_project(settings).expect("there is room");
    let mut child = Processor::gain(watched);
    child.link(audio.engine_mut(), project);
    let input = [0.25; FRAMES];
    let step = |audio: &mut Audio<Manual>| {
        black_box(audio.backend_mut().step(FRAMES, &[&input, &input]));
    };
    paced(200, || step(&mut audio));
    let before = usage_of(child.pid()).cpu_ns;
    let engine = paced(blocks, || step(&mut audio));
    let child = usage_of(child.pid()).cpu_ns - before;
    let nothing = paced(blocks / 4, || step(&mut empty));
    let late = audio.engine_mut().snapshot(project).expect("the project is there").late;
    if late.of_child() > u64::from(blocks) / 100 {
        eprintln!("P11: the machine is too busy for a figure worth quoting: {late:?}");
    }
    (engine - nothing, us(child) / f64::from(blocks))
}

/// By the clock and not by CPU time, whose own cost is greater than this: the median of calls, less the clock's.
fn in_this_process(blocks: u32) -> f64 {
    let (mut left, mut right) = ([0.25; FRAMES], [0.25; FRAMES]);
    let transport = Transport { tempo: Some(120.0), pos_samples: 0, playing: true };
    let (mut calls, mut clock) = (Vec::new(), Vec::new());
    for _ in 0..blocks {
        std::thread::sleep(period(128));
        let before = now_ns();
        let start = now_ns();
        Gain.process(black_box(&mut [&mut left, &mut right]), &transport, &Level(1.0));
        calls.push(now_ns() - start);
        clock.push(start - before);
    }
    percentile_us(&mut calls, 50) - percentile_us(&mut clock, 50)
}

/// µs of CPU that `work` takes of this thread, by average, called once a period. The clock's own time is taken off.
fn paced(blocks: u32, mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    let (mut total, mut empty) = (0, 0);
    for block in 0..blocks {
        std::thread::sleep((period(128) * block).saturating_sub(start.elapsed()));
        let times = [thread_ns(), thread_ns(), {
            work();
            thread_ns()
        }];
        empty += times[1] - times[0];
        total += times[2] - times[1];
    }
    us(total.saturating_sub(empty)) / f64::from(blocks)
}

/// CPU time of this thread.
fn thread_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}
