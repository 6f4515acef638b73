//! A processor that breaks one rule, for tests of `wavecraft check`: which one is the name of the folder that it is started in. In a
//! folder of any other name it breaks none.
//!
//! It is a gain with a low pass of one pole, all of whose state and parameters are as they should be.

use std::alloc::System;
use std::env;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use wavecraft::{ParamRange, ParamSpec, Processor, ProcessorParams, Transport};
use wavecraft_companion_protocol::parameter::ParameterSpec;
use wavecraft_dev_audio::{DescribedStage, DevAudio, Stage, WatchedAllocator};

/// As `run!` installs it.
#[global_allocator]
static ALLOCATOR: WatchedAllocator<System> = WatchedAllocator::new(System);

/// What it does wrong, by the folder's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// The gain of a block depends on its length.
    BlockSize,
    /// Its filter's state is one for all instances.
    SharedState,
    /// A NaN stays in a state that a reset doesn't clear.
    StickyNan,
    /// Its tail fades through denormal numbers, which it makes bit by bit.
    DenormalTail,
    /// It delays by 64 frames and reports 63.
    LatencyOffByOne,
    /// A reset leaves the filter as it is.
    ForgetfulReset,
    /// The gain jumps.
    Clicks,
    /// The filter's coefficient is the same at every rate.
    FixedCutoff,
    /// A delay is as many frames at every rate.
    FixedDelay,
    /// It takes two channels for granted.
    MonoCrash,
    /// It rings for ever.
    EndlessTail,
    /// It divides by what is 0 at the gain's lower end.
    BrokenEnd,
    /// It adds noise that is never the same.
    Random,
    /// It keeps a piece of every block.
    Leak,
    /// Blocks of 31 frames never end.
    Hang,
    /// It panics at 8 kHz.
    RateCrash,
    /// Two parameters have one id.
    DuplicateId,
    /// The range is upside down.
    InvertedRange,
    /// The default is outside of the range.
    WildDefault,
    /// The gain does nothing.
    Ignored,
    /// Bypassed, it is 1 dB softer than its input.
    WetBypass,
    /// It allocates in `process`.
    Allocates,
    /// Left comes out on the right.
    Swapped,
    /// Zero out of zero: direct current of full scale makes NaN.
    BrokenByDirectCurrent,
    /// It panics when it is made.
    NoStart,
    /// It panics when the transport jumps back.
    BackwardsCrash,
    /// It sleeps for half of each block's time, and more.
    Dear,
}

const FAULTS: &[(&str, Fault)] = &[
    ("block-size", Fault::BlockSize),
    ("shared-state", Fault::SharedState),
    ("sticky-nan", Fault::StickyNan),
    ("denormal-tail", Fault::DenormalTail),
    ("latency-off-by-one", Fault::LatencyOffByOne),
    ("forgetful-reset", Fault::ForgetfulReset),
    ("clicks", Fault::Clicks),
    ("fixed-cutoff", Fault::FixedCutoff),
    ("fixed-delay", Fault::FixedDelay),
    ("mono-crash", Fault::MonoCrash),
    ("endless-tail", Fault::EndlessTail),
    ("broken-end", Fault::BrokenEnd),
    ("random", Fault::Random),
    ("leak", Fault::Leak),
    ("hang", Fault::Hang),
    ("rate-crash", Fault::RateCrash),
    ("duplicate-id", Fault::DuplicateId),
    ("inverted-range", Fault::InvertedRange),
    ("wild-default", Fault::WildDefault),
    ("ignored", Fault::Ignored),
    ("wet-bypass", Fault::WetBypass),
    ("allocates", Fault::Allocates),
    ("swapped", Fault::Swapped),
    ("broken-by-dc", Fault::BrokenByDirectCurrent),
    ("no-start", Fault::NoStart),
    ("backwards-crash", Fault::BackwardsCrash),
    ("dear", Fault::Dear),
];

fn fault() -> Fault {
    let folder = env::current_dir().unwrap_or_default();
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    FAULTS.iter().find(|(known, _)| *known == name).map_or(Fault::None, |(_, fault)| *fault)
}

const CUTOFF_HZ: f32 = 2_000.0;
/// How long the gain takes to its new value, in seconds.
const SMOOTH_SECONDS: f32 = 0.02;
/// The delay of the faults that delay, in frames.
const DELAY: usize = 64;

/// The state of one channel for all instances, as bits.
static SHARED: [AtomicU32; 2] = [AtomicU32::new(0), AtomicU32::new(0)];

struct Unsound {
    fault: Fault,
    rate: f32,
    gain: Option<f32>,
    states: [f32; 2],
    /// A state that no reset clears.
    kept: f32,
    lines: [Vec<f32>; 2],
    at: usize,
    position: i64,
}

impl Default for Unsound {
    fn default() -> Self {
        let fault = fault();
        assert!(fault != Fault::NoStart, "told to fail at the start");
        let length = match fault {
            Fault::LatencyOffByOne => DELAY,
            Fault::FixedDelay => 4_800,
            _ => 0,
        };
        let lines = [vec![0.0; length], vec![0.0; length]];
        Self { fault, rate: 48_000.0, gain: None, states: [0.0; 2], kept: 0.0, lines, at: 0, position: 0 }
    }
}

#[derive(Default)]
struct UnsoundParams {
    level_db: f32,
}

impl ProcessorParams for UnsoundParams {
    fn param_specs() -> &'static [ParamSpec] {
        const fn level(min: f64, max: f64, default: f64) -> ParamSpec {
            let range = ParamRange::Linear { min, max };
            ParamSpec { name: "Level", id_suffix: "level", range, default, unit: "dB", group: None }
        }
        static GOOD: [ParamSpec; 1] = [level(-24.0, 6.0, 0.0)];
        static TWICE: [ParamSpec; 2] = [level(-24.0, 6.0, 0.0), level(-24.0, 6.0, 0.0)];
        static INVERTED: [ParamSpec; 1] = [level(6.0, -24.0, 0.0)];
        static WILD: [ParamSpec; 1] = [level(-24.0, 6.0, 12.0)];
        match fault() {
            Fault::DuplicateId => &TWICE,
            Fault::InvertedRange => &INVERTED,
            Fault::WildDefault => &WILD,
            _ => &GOOD,
        }
    }

    fn apply_plain_values(&mut self, values: &[f32]) {
        self.level_db = values[0];
    }
}

impl Unsound {
    /// A value that is never the same twice: by the clock, and where this is in memory.
    fn noise(&mut self) -> f32 {
        static STATE: AtomicU64 = AtomicU64::new(0);
        let mut state = STATE.load(Ordering::Relaxed);
        if state == 0 {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            state = u64::from(now.subsec_nanos()) << 20 | 1;
        }
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        STATE.store(state, Ordering::Relaxed);
        f32::from(u16::try_from(state >> 48).unwrap_or(0)) / 65_535.0 - 0.5
    }

    fn filter(&mut self, channel: usize, input: f32) -> f32 {
        let rate = if self.fault == Fault::FixedCutoff { 48_000.0 } else { self.rate };
        let share = 1.0 - (-std::f32::consts::TAU * CUTOFF_HZ / rate).exp();
        // Else a NaN would stay.
        let input = if input.is_finite() { input } else { 0.0 };
        let state = match self.fault {
            Fault::SharedState => f32::from_bits(SHARED[channel].load(Ordering::Relaxed)),
            _ => self.states[channel],
        };
        let output = state + share * (input - state);
        match self.fault {
            Fault::SharedState => SHARED[channel].store(output.to_bits(), Ordering::Relaxed),
            _ => self.states[channel] = output,
        }
        output
    }
}

impl Processor for Unsound {
    type Params = UnsoundParams;

    fn set_sample_rate(&mut self, sample_rate: f32) {
        assert!(self.fault != Fault::RateCrash || sample_rate > 8_000.0, "no filter for {sample_rate} Hz");
        self.rate = sample_rate;
    }

    fn reset(&mut self) {
        (self.gain, self.at, self.position) = (None, 0, 0);
        self.lines.iter_mut().for_each(|line| line.fill(0.0));
        if self.fault != Fault::ForgetfulReset {
            self.states = [0.0; 2];
        }
        if self.fault == Fault::SharedState {
            SHARED.iter().for_each(|state| state.store(0, Ordering::Relaxed));
        }
    }

    fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport, params: &UnsoundParams) {
        let frames = block.first().map_or(0, |channel| channel.len());
        let gain = 10.0_f32.powf(params.level_db / 20.0);
        match self.fault {
            Fault::Hang if frames == 31 => loop {
                std::hint::spin_loop();
            },
            Fault::MonoCrash => assert!(block.len() == 2, "where is the right channel?"),
            Fault::Leak => std::mem::forget(vec![1.0_f32; 64]),
            Fault::Allocates => drop(std::hint::black_box(vec![0.0_f32; frames])),
            Fault::BackwardsCrash => {
                assert!(transport.pos_samples >= self.position, "time goes on");
                self.position = transport.pos_samples;
            }
            Fault::Dear => {
                let count = f32::from(u16::try_from(frames).unwrap_or(0));
                thread::sleep(Duration::from_secs_f32(0.75 * count / self.rate));
            }
            Fault::Swapped => {
                if let [left, right] = block {
                    left.swap_with_slice(right);
                }
            }
            _ => {}
        }
        let wanted = match self.fault {
            Fault::Ignored => 1.0,
            Fault::BlockSize => gain * (1.0 + 0.001 * f32::from(u16::try_from(frames).unwrap_or(0))),
            _ => gain,
        };
        let step = 1.0 / (SMOOTH_SECONDS * self.rate);
        for frame in 0..frames {
            let now = self.gain.unwrap_or(wanted);
            let gain = match self.fault {
                Fault::Clicks => wanted,
                _ => now + (wanted - now).clamp(-step, step),
            };
            self.gain = Some(gain);
            for channel in 0..block.len().min(2) {
                let input = block[channel][frame];
                if self.fault == Fault::StickyNan {
                    self.kept = 0.5 * self.kept + input;
                }
                let mut output = gain * self.filter(channel, input);
                match self.fault {
                    Fault::StickyNan => output += 0.1 * self.kept,
                    Fault::EndlessTail => output += 0.001,
                    Fault::BrokenEnd if params.level_db <= -24.0 => output /= params.level_db + 24.0,
                    Fault::Random => output += 0.01 * self.noise(),
                    Fault::DenormalTail if output.abs() < 1e-6 => {
                        output = f32::from_bits(u32::try_from(frame % 100).unwrap_or(0) + 1);
                    }
                    Fault::BrokenByDirectCurrent if output > 0.999 => output = (output - 2.0).sqrt(),
                    Fault::LatencyOffByOne | Fault::FixedDelay => {
                        let line = &mut self.lines[channel];
                        let place = (self.at + frame) % line.len();
                        output = std::mem::replace(&mut line[place], output);
                    }
                    _ => {}
                }
                block[channel][frame] = output;
            }
        }
        self.at += frames;
    }
}

/// A gain whose bypass is its own.
struct Wet {
    values: [f32; 2],
}

impl Stage for Wet {
    fn prepare(&mut self, _sample_rate: f32) {}

    fn reset(&mut self) {}

    fn apply(&mut self, values: &[f32]) {
        self.values = [values[0], values[1]];
    }

    fn process(&mut self, block: &mut [&mut [f32]], _transport: &Transport) {
        let [level_db, bypass] = self.values;
        let db = if bypass >= 0.5 { -1.0 } else { level_db };
        let gain = 10.0_f32.powf(db / 20.0);
        block.iter_mut().flat_map(|channel| channel.iter_mut()).for_each(|sample| *sample *= gain);
    }
}

fn wet() -> DescribedStage {
    let level = ParameterSpec::float("wet_level", 0.0, -24.0, 6.0);
    let bypass = ParameterSpec {
        kind: wavecraft_companion_protocol::parameter::ParameterType::Bool,
        step: Some(1.0),
        ..ParameterSpec::float("wet_bypass", 0.0, 0.0, 1.0)
    };
    DescribedStage {
        parameters: vec![level, bypass],
        processors: vec!["wet".into()],
        latency_frames: 0,
        unwatched_memory: None,
        make: Box::new(|| Ok(Box::new(Wet { values: [0.0; 2] }))),
    }
}

fn chain() -> DevAudio {
    let chain = DevAudio::new("unsound");
    match fault() {
        Fault::WetBypass => chain.stage(|| Ok(wet())),
        Fault::LatencyOffByOne => chain.processor("Unsound", Unsound::default).latency_frames(63),
        _ => chain.processor("Unsound", Unsound::default),
    }
}

fn main() -> ExitCode {
    chain().again(chain).run()
}
