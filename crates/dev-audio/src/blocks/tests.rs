//! Processes blocks over a segment, on a thread that may not allocate.
#![cfg_attr(rtsan, expect(unsafe_code, reason = "the sanitizer's runtime is called by its C names"))]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use assert_no_alloc::assert_no_alloc;
use wavecraft::{ParamRange, ParamSpec, Processor, ProcessorParams};
use wavecraft_probe::probe;
use wavecraft_ring::{BlockHeader, BlockTime, HostSide, ProbeValues, attach, create};

use super::*;
use crate::chain::Plan;
use crate::realtime::Wanted;

/// Adds the parameter to every sample, and the transport's position to the first of channel 0.
#[derive(Default)]
struct Offset;

#[derive(Default)]
struct OffsetParams(f32);

impl ProcessorParams for OffsetParams {
    fn param_specs() -> &'static [ParamSpec] {
        &[ParamSpec {
            name: "Amount",
            id_suffix: "amount",
            range: ParamRange::Linear { min: 0.0, max: 1000.0 },
            default: 0.5,
            unit: "",
            group: None,
        }]
    }
    fn apply_plain_values(&mut self, values: &[f32]) {
        self.0 = values[0];
    }
}

impl Processor for Offset {
    type Params = OffsetParams;

    fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport, params: &OffsetParams) {
        for sample in block.iter_mut().flat_map(|channel| channel.iter_mut()) {
            *sample += params.0;
        }
        assert_eq!((transport.tempo, transport.playing), (Some(120.0), true));
        let position = u16::try_from(transport.pos_samples).expect("a short test");
        block[0][0] += f32::from(position);
    }
}

fn chain_of_two() -> Chain {
    let planned = || Plan::new("Offset", Offset::default).describe().unwrap();
    let mut chain = Chain::make(vec![planned(), planned()]).unwrap();
    chain.prepare(48_000.0);
    chain
}

/// Sends blocks through [`Blocks::run`] on a thread that may not allocate.
fn with_a_child(geometry: Geometry, host: impl FnOnce(&mut HostSide)) {
    with_a_chain(geometry, chain_of_two, host);
}

fn with_a_chain(geometry: Geometry, chain: fn() -> Chain, host: impl FnOnce(&mut HostSide)) {
    let mut side = create(geometry, 1).unwrap();
    let mut ring = attach(side.descriptor.try_clone().unwrap()).unwrap();
    let (told, interrupt) = (Arc::new(AtomicBool::new(false)), ring.interrupt_handle());
    let stop = Arc::clone(&told);
    let child = thread::spawn(move || {
        let (mut chain, mut blocks) = (chain(), Blocks::new(geometry, 4));
        let mut priority = Priority::new(Wanted::Never);
        let told = || stop.load(Ordering::Acquire);
        no_alloc(|| blocks.run(&mut ring, &mut chain, &mut priority, told));
    });
    host(&mut side);
    told.store(true, Ordering::Release);
    interrupt.interrupt();
    child.join().unwrap();
}

fn exchange(side: &mut HostSide, position: i64, input: &[&[f32]], outputs: usize) -> Vec<Vec<f32>> {
    let frames = input[0].len();
    let header = BlockHeader {
        frames: u32::try_from(frames).unwrap(),
        time: BlockTime { tempo: Some(120.0), position, playing: true },
        ..BlockHeader::default()
    };
    side.ring.send(header, input).unwrap();
    side.ring.wake();
    assert!(side.ring.wait(clock::now_ns() + 20_000_000_000), "no reply in 20 s");
    let mut output = vec![vec![0.0; frames]; outputs];
    let mut channels: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
    side.ring.take(&mut channels).expect("a reply is ready");
    output
}

#[test]
fn blocks_of_any_size_run_through_both_processors_without_an_allocation() {
    with_a_child(Geometry::new(512, 2, 2).unwrap(), |side| {
        // Two processors add their default of 0.5 each, and their two positions.
        for frames in [1, 64, 333, 512] {
            let (left, right) = (vec![0.25; frames], vec![-4.0; frames]);
            let output = exchange(side, 100, &[&left, &right], 2);
            assert_eq!(output[0][0], 0.25 + 1.0 + 200.0);
            assert!(output[0][1..].iter().all(|&sample| sample == 1.25));
            assert!(output[1].iter().all(|&sample| sample == -3.0));
        }
        // In the order of the parameter specs: amount, bypass, amount, bypass.
        side.parameters.set_all(&[2.0, 0.0, 40.0, 0.0]).unwrap();
        assert_eq!(exchange(side, 0, &[&[0.0], &[0.0]], 2), [[42.0], [42.0]]);
        side.parameters.set(2, 3.0).unwrap();
        assert_eq!(exchange(side, 0, &[&[0.0], &[0.0]], 2), [[5.0], [5.0]]);
    });
}

#[test]
fn one_input_is_heard_on_every_channel() {
    with_a_child(Geometry::new(64, 1, 2).unwrap(), |side| {
        assert_eq!(exchange(side, 0, &[&[1.0, 2.0]], 2), [[2.0, 3.0], [2.0, 3.0]]);
    });
}

#[test]
fn channels_beyond_the_inputs_start_silent_and_those_beyond_the_outputs_are_dropped() {
    with_a_child(Geometry::new(64, 2, 3).unwrap(), |side| {
        for _ in 0..2 {
            assert_eq!(exchange(side, 0, &[&[1.0], &[2.0]], 3), [[2.0], [3.0], [1.0]]);
        }
    });
    with_a_child(Geometry::new(64, 2, 1).unwrap(), |side| {
        assert_eq!(exchange(side, 0, &[&[1.0], &[2.0]], 1), [[2.0]]);
    });
    with_a_child(Geometry::new(64, 0, 1).unwrap(), |side| {
        let time = BlockTime { tempo: Some(120.0), position: 0, playing: true };
        let header = BlockHeader { frames: 1, discontinuity: true, time, ..BlockHeader::default() };
        side.ring.send(header, &[]).unwrap();
        side.ring.wake();
        assert!(side.ring.wait(clock::now_ns() + 20_000_000_000), "no reply in 20 s");
        let mut output = [0.0];
        assert_eq!(side.ring.take(&mut [&mut output[..]]).map(|reply| reply.frames), Some(1));
        assert_eq!(output, [1.0]);
    });
}

#[test]
fn samples_that_are_not_finite_pass_and_are_counted() {
    with_a_child(Geometry::new(64, 1, 1).unwrap(), |side| {
        let output = exchange(side, 0, &[&[f32::NAN, f32::INFINITY, 1.0]], 1);
        assert!(output[0][0].is_nan() && output[0][1].is_infinite() && output[0][2] == 2.0);
        // Counted after the reply: the next reply shows that counting is done.
        exchange(side, 0, &[&[0.0]], 1);
        assert_eq!(side.ring.child().nonfinite, 2);
    });
}

/// Shows its samples, and how many there are unless there is one; halves them.
#[derive(Default)]
struct Probing;

impl Processor for Probing {
    type Params = ();

    fn process(&mut self, block: &mut [&mut [f32]], _: &Transport, _: &()) {
        let samples: &mut [f32] = block[0];
        for sample in samples.iter_mut() {
            probe!("sample", *sample);
            *sample /= 2.0;
        }
        if samples.len() > 1 {
            probe!("frames", f32::from(u16::try_from(samples.len()).unwrap()));
        }
    }
}

fn probing_twice() -> Chain {
    let planned = || Plan::new("Probing", Probing::default).describe().unwrap();
    let mut chain = Chain::make(vec![planned(), planned()]).unwrap();
    chain.prepare(48_000.0);
    chain
}

#[test]
fn probes_are_folded_over_a_block_and_kept_apart_by_processor_without_an_allocation() {
    crate::probe_sink::connect();
    with_a_chain(Geometry::new(64, 1, 1).unwrap(), probing_twice, |side| {
        let names = side.ring.probe_names();
        let values = |side: &mut HostSide, input: &[f32]| {
            let header =
                BlockHeader { frames: u32::try_from(input.len()).unwrap(), ..BlockHeader::default() };
            side.ring.send(header, &[input]).unwrap();
            side.ring.wake();
            assert!(side.ring.wait(clock::now_ns() + 20_000_000_000), "no reply in 20 s");
            let mut read = Vec::new();
            side.ring.read_probes(|_, values| read.push(values));
            assert!(side.ring.discard().is_some());
            read
        };
        let of = |last, least, greatest, nonfinite| ProbeValues { last, least, greatest, nonfinite };
        let first = values(side, &[2.0, f32::NAN, -8.0, 4.0]);
        let frames = of(4.0, 4.0, 4.0, 0);
        assert_eq!(first, [of(4.0, -8.0, 4.0, 1), frames, of(2.0, -4.0, 2.0, 1), frames]);
        // A block begins anew, and a probe that isn't used in it has no value.
        let second = values(side, &[6.0]);
        let (one, none) = (of(6.0, 6.0, 6.0, 0), ProbeValues::NONE);
        assert_eq!(second, [one, none, of(3.0, 3.0, 3.0, 0), none]);
        let named: Vec<_> = (0..names.count()).filter_map(|probe| names.get(probe)).collect();
        let named: Vec<_> = named.iter().map(|probe| (probe.name.as_str(), probe.processor)).collect();
        assert_eq!(
            named,
            [("sample", Some(0)), ("frames", Some(0)), ("sample", Some(1)), ("frames", Some(1))]
        );
        // What another thread says, or this one while no processor runs, is of no processor.
        probe!("elsewhere", 1.0);
        assert_eq!((values(side, &[0.0]).len(), names.ignored()), (4, false));
    });
}

/// Runs `work` so that allocating or freeing ends the process, and under RealtimeSanitizer (`--cfg rtsan`, see
/// `scripts/test`) so does every C library call that may block.
fn no_alloc<T>(work: impl FnOnce() -> T) -> T {
    enter();
    let result = assert_no_alloc(work);
    exit();
    result
}

#[cfg(rtsan)]
// SAFETY: declared as in compiler-rt's rtsan.h.
unsafe extern "C" {
    /// Marks this thread as an audio thread from here on (compiler-rt, rtsan.h).
    fn __rtsan_realtime_enter();
    fn __rtsan_realtime_exit();
}

#[cfg(rtsan)]
fn enter() {
    // SAFETY: sets a counter of this thread.
    unsafe { __rtsan_realtime_enter() };
}

#[cfg(rtsan)]
fn exit() {
    // SAFETY: after its `enter`.
    unsafe { __rtsan_realtime_exit() };
}

#[cfg(not(rtsan))]
fn enter() {}

#[cfg(not(rtsan))]
fn exit() {}
