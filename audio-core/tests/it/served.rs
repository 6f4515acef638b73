//! A child on its own thread, as Direct mode needs: it answers while the engine waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use wavecraft_audio_core::{Backend, Limits, MAX_FRAMES, ProjectId};
use wavecraft_ring::{ChildRing, Geometry, Interrupt, attach, clock::now_ns, create};

use crate::bench::{Bench, Place};

/// Limits with which the engine waits a second for a block of 256 frames: far longer than a child on a busy machine
/// takes, and short enough for a test.
pub(crate) fn patient() -> Limits {
    Limits { direct_wait_share: 187.5, ..Limits::default() }
}

/// A child that answers as soon as a block comes, unless held.
pub(crate) struct Served {
    alive: Arc<AtomicBool>,
    hold: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    interrupt: Interrupt,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    /// A child that multiplies by `gain`.
    pub(crate) fn new<B: Backend>(
        bench: &mut Bench<B>,
        project: ProjectId,
        channels: u32,
        gain: f32,
    ) -> Self {
        let multiply = move |samples: &mut [f32]| samples.iter_mut().for_each(|sample| *sample *= gain);
        Self::with(bench, project, channels, multiply)
    }

    /// The same with two channels, beside the newest child.
    pub(crate) fn beside<B: Backend>(bench: &mut Bench<B>, project: ProjectId, gain: f32) -> Self {
        let multiply = move |samples: &mut [f32]| samples.iter_mut().for_each(|sample| *sample *= gain);
        Self::at(Place::Beside, bench, (project, 2), multiply)
    }

    /// A child that processes each channel with `process`.
    pub(crate) fn with<B: Backend>(
        bench: &mut Bench<B>,
        project: ProjectId,
        channels: u32,
        process: impl FnMut(&mut [f32]) + Send + 'static,
    ) -> Self {
        Self::at(Place::Newest, bench, (project, channels), process)
    }

    fn at<B: Backend>(
        place: Place,
        bench: &mut Bench<B>,
        (project, channels): (ProjectId, u32),
        process: impl FnMut(&mut [f32]) + Send + 'static,
    ) -> Self {
        let geometry = Geometry::new(MAX_FRAMES, channels, channels).expect("an ordinary geometry");
        let host = create(geometry, 1).expect("a segment can be made");
        let ring = attach(host.descriptor).expect("the segment is whole");
        let flag = |value| Arc::new(AtomicBool::new(value));
        let (alive, hold, stop) = (flag(true), flag(false), flag(false));
        let interrupt = ring.interrupt_handle();
        let thread = std::thread::spawn({
            let (hold, stop) = (Arc::clone(&hold), Arc::clone(&stop));
            move || serve(ring, process, &hold, &stop)
        });
        place.set(bench, project, host.ring, Arc::clone(&alive));
        Self { alive, hold, stop, interrupt, thread: Some(thread) }
    }

    /// From the next block on, the child begins blocks without finishing them, or finishes all of them.
    pub(crate) fn hold(&self, hold: bool) {
        // SYNC: the partner is the load in `serve`, after the block that was sent later.
        self.hold.store(hold, Ordering::Release);
    }

    /// Does what the supervisor does when the process has ended.
    pub(crate) fn die(&self) {
        self.alive.store(false, Ordering::Relaxed);
    }

    /// Whether the engine has freed its end.
    pub(crate) fn is_freed(&self) -> bool {
        Arc::strong_count(&self.alive) == 1
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        self.hold(false);
        self.interrupt.interrupt();
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(std::thread::panicking() || matches!(ended, Some(Ok(()))), "the child's thread panicked");
    }
}

fn serve(mut ring: ChildRing, mut process: impl FnMut(&mut [f32]), hold: &AtomicBool, stop: &AtomicBool) {
    let mut samples = Vec::new();
    while !stop.load(Ordering::Acquire) {
        let _ = ring.wait(now_ns() + 10_000_000_000);
        let awake = now_ns();
        let channels = ring.geometry().inputs();
        while let Some(mut block) = ring.next() {
            while hold.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            samples.resize(usize::try_from(block.frames()).expect("a block is small"), 0.0);
            for channel in 0..channels {
                block.read_input(channel, &mut samples);
                process(&mut samples);
                block.write_output(channel, &samples);
            }
            block.reply(awake);
        }
    }
}
