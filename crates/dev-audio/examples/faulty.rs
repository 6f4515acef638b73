//! A processor that fails in the way its parameter selects, for tests of the program that runs it.
//!
//! It passes audio through until the parameter `faulty_fault` is set. With the argument `--fault-at-start` it panics
//! during construction; at a sample rate of 1 Hz it panics in `set_sample_rate`.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use wavecraft::{ParamRange, ParamSpec, Processor, ProcessorParams, Transport};

struct Faulty {
    sample_rate: f32,
    /// Whether a NaN is in its state, as in a feedback path.
    poisoned: bool,
    /// Whether the poison was given already: it is given once.
    was_given: bool,
}

#[derive(Default)]
struct FaultyParams {
    fault: Fault,
}

#[derive(Default, Clone, Copy)]
enum Fault {
    #[default]
    None,
    /// Panics in `process`.
    Panic,
    /// Ends by SIGABRT.
    Abort,
    /// Ends with exit code 0.
    Exit,
    /// Never returns.
    Loop,
    /// Takes one and a half times as long as the block lasts.
    Slow,
    /// Makes every sample a NaN.
    NotANumber,
    /// Makes every sample the smallest denormal number.
    Denormal,
    /// Panics on a separate thread, once per block, and passes audio on.
    PanicElsewhere,
    /// Computes for 0.3 s, longer than the system allows a real-time thread, and passes audio on.
    Busy,
    /// Recurses endlessly.
    Recursion,
    /// Prints a line for each sample, and passes audio on.
    Print,
    /// Makes its state, and so every sample, a NaN until it is reset.
    Poison,
}

const NAMES: &[&str] = &[
    "None",
    "Panic",
    "Abort",
    "Exit",
    "Loop",
    "Slow",
    "Not a number",
    "Denormal",
    "Panic elsewhere",
    "Busy",
    "Recursion",
    "Print",
    "Poison",
];

const FAULTS: [Fault; NAMES.len()] = [
    Fault::None,
    Fault::Panic,
    Fault::Abort,
    Fault::Exit,
    Fault::Loop,
    Fault::Slow,
    Fault::NotANumber,
    Fault::Denormal,
    Fault::PanicElsewhere,
    Fault::Busy,
    Fault::Recursion,
    Fault::Print,
    Fault::Poison,
];

impl ProcessorParams for FaultyParams {
    fn param_specs() -> &'static [ParamSpec] {
        &[ParamSpec {
            name: "Fault",
            id_suffix: "fault",
            range: ParamRange::Enum { variants: NAMES },
            default: 0.0,
            unit: "",
            group: None,
        }]
    }

    fn apply_plain_values(&mut self, values: &[f32]) {
        let chosen = (0_u16..).map(f32::from).zip(FAULTS).find(|(number, _)| values.first() == Some(number));
        self.fault = chosen.map_or(Fault::None, |(_, fault)| fault);
    }
}

impl Default for Faulty {
    fn default() -> Self {
        assert!(
            !std::env::args().any(|argument| argument == "--fault-at-start"),
            "told to fault at the start"
        );
        Self { sample_rate: 48_000.0, poisoned: false, was_given: false }
    }
}

impl Processor for Faulty {
    type Params = FaultyParams;

    fn set_sample_rate(&mut self, sample_rate: f32) {
        assert!(sample_rate > 1.0, "nothing can be heard at {sample_rate} Hz");
        self.sample_rate = sample_rate;
    }

    fn reset(&mut self) {
        self.poisoned = false;
    }

    fn process(&mut self, block: &mut [&mut [f32]], _transport: &Transport, params: &FaultyParams) {
        if self.poisoned {
            fill(block, f32::NAN);
        }
        match params.fault {
            Fault::None => {}
            Fault::Panic => panic!("told to panic"),
            Fault::Abort => std::process::abort(),
            Fault::Exit => std::process::exit(0),
            Fault::Loop => loop {
                std::hint::spin_loop();
            },
            Fault::Slow => {
                let frames =
                    u16::try_from(block.first().map_or(0, |channel| channel.len())).unwrap_or(u16::MAX);
                thread::sleep(Duration::from_secs_f32(1.5 * f32::from(frames) / self.sample_rate));
            }
            Fault::NotANumber => fill(block, f32::NAN),
            Fault::Denormal => fill(block, f32::from_bits(1)),
            Fault::PanicElsewhere => {
                let panic = || panic!("told to panic elsewhere");
                // Joined, so that the panic has happened by the time the block is returned.
                let _ =
                    thread::Builder::new().name("helper".into()).spawn(panic).map(thread::JoinHandle::join);
            }
            Fault::Busy => {
                let end = Instant::now() + Duration::from_millis(300);
                while Instant::now() < end {
                    std::hint::spin_loop();
                }
            }
            Fault::Recursion => {
                deeper(0);
            }
            Fault::Print => {
                block.iter().flat_map(|channel| channel.iter()).for_each(|sample| println!("{sample}"));
            }
            Fault::Poison => {
                self.poisoned |= !self.was_given;
                self.was_given = true;
            }
        }
    }
}

/// Uses up the whole stack.
fn deeper(depth: u64) -> u64 {
    if black_box(depth) == u64::MAX { 0 } else { deeper(depth + 1) + 1 }
}

fn fill(block: &mut [&mut [f32]], value: f32) {
    block.iter_mut().for_each(|channel| channel.fill(value));
}

wavecraft_dev_audio::run!(Faulty);
