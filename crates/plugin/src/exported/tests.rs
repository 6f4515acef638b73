use super::*;
use crate::Library;
use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use nice_plug::params::internals::ParamPtr;
use std::sync::atomic::{AtomicU32, Ordering};
use wavecraft::{ParamRange, ParamSpec, Processor, ProcessorParams};
use wavecraft_dev_audio::DevAudio;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// Writes `level` · input + the transport's position, so that a block says how it was asked for.
#[derive(Default)]
struct Shown;

#[derive(Default)]
struct ShownParams {
    level: f32,
    fault: f32,
}

static RESETS: AtomicU32 = AtomicU32::new(0);

impl ProcessorParams for ShownParams {
    fn param_specs() -> &'static [ParamSpec] {
        const fn linear(name: &'static str, max: f64, default: f64) -> ParamSpec {
            let range = ParamRange::Linear { min: 0.0, max };
            ParamSpec { name, id_suffix: name, range, default, unit: "", group: None }
        }
        static SPECS: [ParamSpec; 2] = [linear("level", 2.0, 1.0), linear("fault", 3.0, 0.0)];
        &SPECS
    }

    fn from_param_defaults() -> Self {
        Self { level: 1.0, fault: 0.0 }
    }

    fn apply_plain_values(&mut self, values: &[f32]) {
        if let [level, fault, ..] = *values {
            (self.level, self.fault) = (level, fault);
        }
    }
}

impl Processor for Shown {
    type Params = ShownParams;

    fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport, params: &ShownParams) {
        assert!(params.fault != 2.0, "as it was asked");
        let position = i16::try_from(transport.pos_samples).map_or(0.0, f32::from);
        for sample in block.iter_mut().flat_map(|channel| channel.iter_mut()) {
            *sample = if params.fault == 1.0 { f32::NAN } else { params.level * *sample + position };
        }
    }

    fn reset(&mut self) {
        RESETS.fetch_add(1, Ordering::Relaxed);
    }
}

struct Demo;

impl Export for Demo {
    const ABOUT: About = About::new("Demo", "1.0.0");

    fn chain() -> DevAudio {
        DevAudio::new("Demo").processor("Shown", Shown::default)
    }

    fn library() -> &'static Library {
        static LIBRARY: Library = Library::new("[]");
        &LIBRARY
    }
}

/// As a host has it after its activation.
fn active() -> Exported<Demo> {
    let mut plugin = Exported::<Demo>::default();
    let State::Described(described) = std::mem::replace(&mut plugin.processors, State::Failed) else {
        panic!("it is described");
    };
    let mut processors = described.make().unwrap();
    processors.prepare(48_000.0);
    plugin.processors = State::Made(processors);
    plugin
}

fn set(plugin: &Exported<Demo>, id: &str, position: f32) {
    let (_, pointer, _) =
        plugin.parameters.param_map().into_iter().find(|(known, ..)| known == id).expect("it is there");
    set_position(pointer, position);
}

#[expect(unsafe_code, reason = "a host sets parameters by pointers")]
fn set_position(pointer: ParamPtr, position: f32) {
    // SAFETY: the caller's plugin keeps its parameters.
    unsafe { pointer._internal_set_normalized_value(position) };
}

fn block(plugin: &mut Exported<Demo>, input: f32, transport: &Transport) -> [f32; 2] {
    let (mut left, mut right) = ([input; 16], [input; 16]);
    assert_no_alloc(|| plugin.run(&mut [&mut left, &mut right], transport));
    assert!(left.iter().all(|sample| *sample == left[0]));
    [left[0], right[0]]
}

#[test]
fn a_block_is_processed_with_the_values_and_the_time_of_the_host() {
    let mut plugin = active();
    let at = |pos_samples| Transport { tempo: Some(98.0), pos_samples, playing: true };
    assert_eq!(block(&mut plugin, 0.5, &at(0)), [0.5, 0.5]);
    set(&plugin, "shown_level", 0.25);
    assert_eq!(block(&mut plugin, 0.5, &at(16)), [16.25, 16.25]);
}

#[test]
fn the_hosts_stop_is_one_reset() {
    let mut plugin = active();
    let playing = |playing| Transport { playing, ..Transport::default() };
    let resets = |plugin: &mut Exported<Demo>, transport: &Transport| {
        let before = RESETS.load(Ordering::Relaxed);
        block(plugin, 0.0, transport);
        RESETS.load(Ordering::Relaxed) - before
    };
    let seen = [false, true, true, false, false, true].map(|on| resets(&mut plugin, &playing(on)));
    assert_eq!(seen, [0, 0, 0, 1, 0, 0]);
}

#[test]
fn what_is_no_number_leaves_as_silence_and_a_panic_is_silence_for_good() {
    let mut plugin = active();
    let transport = Transport::default();
    set(&plugin, "shown_fault", 1.0 / 3.0);
    assert_eq!(block(&mut plugin, 0.5, &transport), [0.0, 0.0]);
    set(&plugin, "shown_fault", 0.0);
    assert_eq!(block(&mut plugin, 0.5, &transport), [0.5, 0.5]);
    set(&plugin, "shown_fault", 2.0 / 3.0);
    // A panic allocates its words.
    let mut samples = [0.5; 16];
    plugin.run(&mut [&mut samples], &transport);
    assert_eq!(samples, [0.0; 16]);
    set(&plugin, "shown_fault", 0.0);
    assert_eq!(block(&mut plugin, 0.5, &transport), [0.0, 0.0]);
}

#[test]
fn ten_at_once_know_nothing_of_each_other() {
    let mut plugins: Vec<_> = (0..10).map(|_| active()).collect();
    for (index, plugin) in (0_u8..).zip(&plugins) {
        set(plugin, "shown_level", f32::from(index) / 10.0);
    }
    for (index, plugin) in (0_u8..).zip(&mut plugins) {
        let [left, _] = block(plugin, 1.0, &Transport::default());
        assert!((left - f32::from(index) / 5.0).abs() < 1e-6, "{left}");
    }
}

#[test]
fn a_processor_that_cant_be_described_makes_a_silent_plugin() {
    struct Broken;
    impl Export for Broken {
        const ABOUT: About = About::new("Broken", "1.0.0");

        fn chain() -> DevAudio {
            DevAudio::new("Broken").stage(|| Err("it isn't there".into()))
        }

        fn library() -> &'static Library {
            Demo::library()
        }
    }
    let mut plugin = Exported::<Broken>::default();
    assert!(plugin.parameters.param_map().is_empty());
    let mut samples = [0.5; 16];
    plugin.run(&mut [&mut samples], &Transport::default());
    assert_eq!(samples, [0.0; 16]);
}
