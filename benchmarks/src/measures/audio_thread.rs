//! P2: what one project costs the audio thread for a block of 128 stereo frames: copy in, publish, collect, sanitise,
//! meter, mix. Without the system call that wakes a child: the children are this thread, and never asleep.

use crate::Run;
use crate::figures::{RATE, percentile_us};
use crate::lines::{Line, Lines};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use wavecraft_audio_core::{Audio, Limits, MAX_FRAMES, Manual, ManualSettings, ProjectSettings, Source};
use wavecraft_ring::{ChildRing, Geometry, attach, clock::now_ns, create};

const FRAMES: usize = 128;
/// The difference between so many projects and none is divided by them.
const PROJECTS: usize = 16;
/// memcpys timed at once: one is too short for the clock.
const COPIES: usize = 1000;

pub(crate) fn measure(run: &Run, lines: &mut Lines) {
    let blocks = if run.quick { 2_000 } else { 20_000 };
    let (mut empty, mut full) = (Session::new(0), Session::new(PROJECTS));
    let (mut without, mut with, mut copies) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..blocks {
        without.push(empty.block());
        with.push(full.block());
        if copies.len() < 1_000 {
            copies.push(copy_both_ways());
        }
    }
    let copy = percentile_us(&mut copies, 50) / COPIES as f64;
    for percent in [50, 99] {
        let one =
            (percentile_us(&mut with, percent) - percentile_us(&mut without, percent)) / PROJECTS as f64;
        lines.add(Line {
            id: "P2",
            what: format!("audio thread's time per project and block of {FRAMES}, p{percent}"),
            value: one,
            unit: "us",
            anchor: "memcpy of its bytes, both ways".into(),
            anchor_value: copy,
        });
    }
}

/// An engine stepped by hand, with children that are answered for in between.
struct Session {
    audio: Audio<Manual>,
    children: Vec<ChildRing>,
    input: Vec<f32>,
}

impl Session {
    fn new(projects: usize) -> Self {
        let settings = ManualSettings { sample_rate: RATE, nominal_frames: 128, settle_limit: None };
        let mut audio = Audio::start(Box::new(Manual::new(settings)), Limits::default(), Arc::new(|_| {}))
            .expect("no device");
        let children = (0..projects)
            .map(|_| {
                let settings =
                    ProjectSettings { source: Source::Microphone, gain: 0.05, ..ProjectSettings::default() };
                let project = audio.engine_mut().add_project(settings).expect("there is room");
                let host =
                    create(Geometry::new(MAX_FRAMES, 2, 2).expect("a geometry"), 1).expect("a segment");
                audio
                    .engine_mut()
                    .set_link(project, host.ring, Arc::new(AtomicBool::new(true)))
                    .expect("the project is there");
                attach(host.descriptor).expect("a segment")
            })
            .collect();
        let input = (0..FRAMES).map(|frame| (frame as f32 * 0.05).sin() * 0.5).collect();
        let mut session = Self { audio, children, input };
        // Until all of them are heard.
        for _ in 0..200 {
            session.block();
        }
        session
    }

    /// Nanoseconds of a callback.
    fn block(&mut self) -> u64 {
        let start = now_ns();
        black_box(self.audio.backend_mut().step(FRAMES, &[&self.input, &self.input]));
        let time = now_ns() - start;
        let mut samples = [0.0; FRAMES];
        for child in &mut self.children {
            while let Some(mut block) = child.next() {
                for channel in 0..2 {
                    block.read_input(channel, &mut samples);
                    block.write_output(channel, &samples);
                }
                block.reply(now_ns());
            }
        }
        self.audio.poll();
        time
    }
}

/// Nanoseconds of [`COPIES`] times two channels there and two back.
fn copy_both_ways() -> u64 {
    let (from, mut to) = (vec![0.5_f32; FRAMES * 4], vec![0.0_f32; FRAMES * 4]);
    let start = now_ns();
    for _ in 0..COPIES {
        black_box(&mut to).copy_from_slice(black_box(&from));
    }
    now_ns() - start
}
