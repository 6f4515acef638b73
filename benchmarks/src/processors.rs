//! The processors that are measured.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;
use wavecraft::{ParamRange, ParamSpec, Processor, ProcessorParams, Transport};
use wavecraft_dev_audio::DevAudio;
use wavecraft_ring::clock::now_ns;

/// Multiplies by a parameter.
#[derive(Default)]
pub(crate) struct Gain;

#[derive(Default)]
pub(crate) struct Level(pub(crate) f32);

impl ProcessorParams for Level {
    fn param_specs() -> &'static [ParamSpec] {
        &[ParamSpec {
            name: "Level",
            id_suffix: "level",
            range: ParamRange::Linear { min: 0.0, max: 1.0 },
            default: 0.5,
            unit: "",
            group: None,
        }]
    }

    fn apply_plain_values(&mut self, values: &[f32]) {
        self.0 = values.first().copied().unwrap_or_default();
    }
}

impl Processor for Gain {
    type Params = Level;

    fn process(&mut self, block: &mut [&mut [f32]], _transport: &Transport, params: &Level) {
        for sample in block.iter_mut().flat_map(|channel| channel.iter_mut()) {
            *sample *= params.0;
        }
    }
}

/// This program as a child with a gain.
pub(crate) fn gain_child() -> ExitCode {
    DevAudio::new("gain").processor("Gain", Gain::default).run()
}

/// A gain that notes when a block first has a new level.
#[derive(Default)]
struct Probe(f32);

/// The new level's bits and the time of its first block, for the thread that tells them.
static SEEN: (AtomicU32, AtomicU64) = (AtomicU32::new(0), AtomicU64::new(0));

impl Processor for Probe {
    type Params = Level;

    fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport, params: &Level) {
        if params.0 != self.0 {
            self.0 = params.0;
            SEEN.1.store(now_ns(), Ordering::Relaxed);
            SEEN.0.store(params.0.to_bits(), Ordering::Release);
        }
        Gain.process(block, transport, params);
    }
}

/// This program as a child with a probe, which tells a Unix socket, its second argument, of each new level: a line of
/// its bits and the time.
pub(crate) fn probe_child() -> ExitCode {
    let socket = std::env::args().nth(2).expect("a socket's path");
    let mut socket = UnixStream::connect(socket).expect("the benchmark listens");
    std::thread::spawn(move || {
        let mut told = 0;
        loop {
            let bits = SEEN.0.load(Ordering::Acquire);
            if bits != told {
                told = bits;
                if writeln!(socket, "{bits} {}", SEEN.1.load(Ordering::Relaxed)).is_err() {
                    return;
                }
            }
            std::thread::sleep(Duration::from_micros(500));
        }
    });
    DevAudio::new("probe").processor("Probe", Probe::default).run()
}
