//! P4: blocks that come too late, with 32 gain children in processes of their own, 128 frames at 48 kHz; and how many
//! children the machine holds.
//!
//! The anchor is as many bare futex echoes, woken and looked after by one thread at the same pace, a period later.

use crate::Run;
use crate::child::Processor;
use crate::figures::{RATE, period};
use crate::lines::{Line, Lines};
use crate::peer::Peer;
use crate::platform::{Words, wake};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use wavecraft_audio_core::{BackendKind, ProjectSettings, Source, StreamRequest, open};

const FRAMES: u32 = 128;
const CHILDREN: usize = 32;
/// What more children than those are tried with, and fewer.
const TRIED: [usize; 7] = [64, 48, 40, 32, 24, 16, 8];
/// A late share up to this beyond the echoes' own counts as held.
const TOLERATED_PERCENT: f64 = 0.1;

pub(crate) fn measure(run: &Run, lines: &mut Lines) {
    let seconds = Duration::from_secs(if run.quick { 3 } else { 20 });
    let ours = late_children(CHILDREN, seconds);
    let theirs = late_echoes(CHILDREN, seconds);
    lines.add(Line {
        id: "P4",
        what: format!("late share, {CHILDREN} children, Pipelined, {FRAMES} frames, {} s", seconds.as_secs()),
        value: ours,
        unit: "%",
        anchor: format!("{CHILDREN} bare futex echoes"),
        anchor_value: theirs,
    });
    let short = Duration::from_secs(if run.quick { 1 } else { 4 });
    let most = |late: fn(usize, Duration) -> f64, tolerated: f64| {
        TRIED.into_iter().find(|count| late(*count, short) <= tolerated).unwrap_or(0) as f64
    };
    lines.add(Line {
        id: "P4",
        what: format!("most children with at most {TOLERATED_PERCENT} % late, {} s each", short.as_secs()),
        value: most(late_children, TOLERATED_PERCENT),
        unit: "",
        anchor: "bare futex echoes".into(),
        anchor_value: most(late_echoes, TOLERATED_PERCENT),
    });
}

/// Percent of all blocks.
fn late_children(count: usize, time: Duration) -> f64 {
    let request =
        StreamRequest { sample_rate: Some(RATE), buffer_frames: Some(FRAMES), ..StreamRequest::default() };
    let mut audio = open(BackendKind::Virtual, request, |_| {}).expect("a timer");
    let mut children: Vec<_> = (0..count).map(|_| Processor::gain(false)).collect();
    let projects: Vec<_> = children
        .iter_mut()
        .map(|child| {
            let settings =
                ProjectSettings { source: Source::tone(), gain: 0.01, ..ProjectSettings::default() };
            let project = audio.engine_mut().add_project(settings).expect("there is room");
            child.link(audio.engine_mut(), project);
            project
        })
        .collect();
    let mut counts = || {
        let all = projects.iter().filter_map(|project| audio.engine_mut().snapshot(*project));
        let sum = all.fold((0, 0), |(late, in_time), one| (late + one.late.of_child(), in_time + one.blocks));
        audio.poll();
        sum
    };
    let mut follow = |time: Duration| {
        let end = Instant::now() + time;
        while Instant::now() < end {
            counts();
            std::thread::sleep(Duration::from_millis(16));
        }
        counts()
    };
    let (late_before, before) = follow(Duration::from_secs(1));
    let (late, in_time) = follow(time);
    let (late, in_time) = (late - late_before, in_time - before);
    100.0 * late as f64 / ((late + in_time).max(1)) as f64
}

/// Percent of all turns.
fn late_echoes(count: usize, time: Duration) -> f64 {
    let echoes: Vec<_> = (0..count)
        .map(|_| {
            let (words, descriptor) = Words::create();
            (words, Peer::start("futex-echo", descriptor.into()))
        })
        .collect();
    std::thread::sleep(Duration::from_secs(1));
    let start = Instant::now();
    let (mut late, mut turns) = (0_u64, 0_u64);
    let mut sequence = 0_u32;
    while start.elapsed() < time {
        std::thread::sleep((period(FRAMES) * sequence).saturating_sub(start.elapsed()));
        for (words, _) in &echoes {
            late += u64::from(words.back().load(Ordering::Acquire) != sequence);
            turns += 1;
        }
        sequence += 1;
        for (words, _) in &echoes {
            words.there().store(sequence, Ordering::Release);
            wake(words.there());
        }
    }
    100.0 * late as f64 / turns as f64
}
