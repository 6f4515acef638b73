//! Shared by the tests: an engine on the manual backend, children on real rings, signals, and measures of waveforms.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use wavecraft_audio_core::{
    Audio, Backend, BlockTime, EngineStats, Limits, MAX_FRAMES, Manual, ManualSettings, ProjectId,
    ProjectSettings, ProjectSnapshot, Source,
};
use wavecraft_ring::{ChildRing, Geometry, HostRing, ParameterWriter, attach, create};

pub(crate) const RATE: u32 = 48_000;

/// An engine whose steps take what the children have answered by then.
pub(crate) struct Bench<B: Backend = Manual> {
    pub(crate) audio: Audio<B>,
}

impl Bench {
    pub(crate) fn new(nominal_frames: u32) -> Self {
        Self::with_limits(nominal_frames, Limits::default())
    }

    pub(crate) fn with_limits(nominal_frames: u32, limits: Limits) -> Self {
        let settings = ManualSettings { sample_rate: RATE, nominal_frames, settle_limit: None };
        let audio = Audio::start(Box::new(Manual::new(settings)), limits, Arc::new(|_| {}))
            .expect("it has no device to refuse");
        Self { audio }
    }

    /// One step with the same input on both sides; returns the left output.
    pub(crate) fn step(&mut self, input: &[f32]) -> Vec<f32> {
        self.step_stereo([input, input])[0].clone()
    }

    pub(crate) fn step_stereo(&mut self, input: [&[f32]; 2]) -> [Vec<f32>; 2] {
        let out = self.audio.backend_mut().step(input[0].len(), &input).map(<[f32]>::to_vec);
        self.audio.poll();
        out
    }

    /// Steps through `signal` in blocks of `frames`, and lets the children answer after each; returns the left output.
    pub(crate) fn run(&mut self, signal: &[f32], frames: usize, children: &mut [&mut Child]) -> Vec<f32> {
        let mut out = Vec::with_capacity(signal.len());
        for block in signal.chunks(frames) {
            out.extend(self.step(block));
            children.iter_mut().for_each(|child| child.pump());
        }
        out
    }
}

impl<B: Backend> Bench<B> {
    /// A project with the microphone (the step's input) as its source.
    pub(crate) fn microphone_project(&mut self) -> ProjectId {
        self.project(ProjectSettings { source: Source::Microphone, ..ProjectSettings::default() })
    }

    pub(crate) fn project(&mut self, settings: ProjectSettings) -> ProjectId {
        self.audio.engine_mut().add_project(settings).expect("there is room")
    }

    /// A stereo child that multiplies by `gain`.
    pub(crate) fn child(&mut self, project: ProjectId, gain: f32) -> Child {
        self.child_with(project, 2, move |samples| samples.iter_mut().for_each(|sample| *sample *= gain))
    }

    /// A child with the given input and output channels that processes each channel with `process`.
    pub(crate) fn child_with(
        &mut self,
        project: ProjectId,
        channels: u32,
        process: impl FnMut(&mut [f32]) + 'static,
    ) -> Child {
        self.child_at(Place::Newest, project, (channels, 1), process)
    }

    /// A stereo child of this generation, that changes nothing.
    pub(crate) fn child_of(&mut self, project: ProjectId, generation: u32) -> Child {
        self.child_at(Place::Newest, project, (2, generation), |_| {})
    }

    /// A child with these channels and this generation, as the newest or beside it.
    pub(crate) fn child_at(
        &mut self,
        place: Place,
        project: ProjectId,
        (channels, generation): (u32, u32),
        process: impl FnMut(&mut [f32]) + 'static,
    ) -> Child {
        let geometry = Geometry::new(MAX_FRAMES, channels, channels).expect("an ordinary geometry");
        let host = create(geometry, generation).expect("a segment can be made");
        let alive = Arc::new(AtomicBool::new(true));
        place.set(self, project, host.ring, Arc::clone(&alive));
        Child {
            ring: attach(host.descriptor).expect("the segment is whole"),
            parameters: host.parameters,
            alive,
            process: Box::new(process),
            buffer: Vec::new(),
            handled: 0,
            discontinuities: 0,
            resets: Vec::new(),
            blocks: Vec::new(),
        }
    }

    pub(crate) fn snapshot(&mut self, project: ProjectId) -> ProjectSnapshot {
        self.audio.engine_mut().snapshot(project).expect("the project is there")
    }

    pub(crate) fn stats(&self) -> EngineStats {
        self.audio.stats()
    }
}

/// Where a child is in its project.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Newest,
    Beside,
}

impl Place {
    pub(crate) fn set<B: Backend>(
        self,
        bench: &mut Bench<B>,
        project: ProjectId,
        ring: HostRing,
        alive: Arc<AtomicBool>,
    ) {
        let engine = bench.audio.engine_mut();
        let set = match self {
            Self::Newest => engine.set_link(project, ring, alive),
            Self::Beside => engine.set_beside(project, ring, alive),
        };
        set.expect("the project is there");
    }
}

/// What a child does with each channel of a block.
type Process = Box<dyn FnMut(&mut [f32])>;

/// The child's side of a ring, run by the test: no thread, so no timing.
pub(crate) struct Child {
    pub(crate) ring: ChildRing,
    pub(crate) parameters: ParameterWriter,
    pub(crate) alive: Arc<AtomicBool>,
    process: Process,
    buffer: Vec<f32>,
    /// Number of blocks answered.
    pub(crate) handled: usize,
    /// Number of blocks with the discontinuity flag.
    pub(crate) discontinuities: usize,
    /// The positions of the blocks before which its state is to be cleared.
    pub(crate) resets: Vec<u64>,
    /// The frames and the time of each block.
    pub(crate) blocks: Vec<(usize, BlockTime)>,
}

impl Child {
    /// Answers every waiting block.
    pub(crate) fn pump(&mut self) {
        while self.answer() {}
    }

    /// Answers the oldest waiting block, if there is one.
    pub(crate) fn answer(&mut self) -> bool {
        let channels = self.ring.geometry().inputs();
        let Some(mut block) = self.ring.next() else { return false };
        self.discontinuities += usize::from(block.discontinuity());
        self.resets.extend(block.reset().then_some(block.sample_position()));
        let frames = usize::try_from(block.frames()).expect("a block is small");
        self.blocks.push((frames, block.time()));
        self.buffer.resize(frames, 0.0);
        for channel in 0..channels {
            block.read_input(channel, &mut self.buffer);
            (self.process)(&mut self.buffer);
            block.write_output(channel, &self.buffer);
        }
        block.reply(wavecraft_ring::clock::now_ns());
        self.ring.beat();
        self.handled += 1;
        true
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

/// `count` as a float, for signals much shorter than 2^24 frames.
pub(crate) fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a short signal"))
}

pub(crate) fn narrow(value: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "rounding to a sample is meant")]
    let narrowed = value as f32;
    narrowed
}

/// A sine with this frequency in Hz and peak.
pub(crate) fn sine(frequency: f64, peak: f64, frames: usize) -> Vec<f32> {
    (0..frames)
        .map(|frame| {
            narrow(peak * (std::f64::consts::TAU * frequency * float(frame) / f64::from(RATE)).sin())
        })
        .collect()
}

/// White noise between ±peak, the same for the same seed.
pub(crate) fn noise(seed: u32, peak: f64, frames: usize) -> Vec<f32> {
    let mut random = Random(seed);
    (0..frames).map(|_| narrow((f64::from(random.next()) / f64::from(u32::MAX) * 2.0 - 1.0) * peak)).collect()
}

/// A small deterministic generator (xorshift32, Marsaglia 2003).
pub(crate) struct Random(pub(crate) u32);

impl Random {
    pub(crate) fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }
}

/// The largest difference between neighbouring samples.
pub(crate) fn largest_step(signal: &[f32]) -> f32 {
    signal.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

/// The largest magnitude.
pub(crate) fn peak(signal: &[f32]) -> f32 {
    signal.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// Difference of two levels in decibels.
pub(crate) fn decibels(level: f32, reference: f32) -> f32 {
    20.0 * (level / reference).log10()
}

/// Fails at the first difference, instead of printing two endless lists.
pub(crate) fn assert_same(out: &[f32], expected: &[f32], what: &str) {
    assert_eq!(out.len(), expected.len(), "{what}: lengths");
    let first = out.iter().zip(expected).position(|(out, expected)| out != expected);
    if let Some(at) = first {
        panic!("{what}: frame {at} is {} instead of {}", out[at], expected[at]);
    }
}
