//! The order of calls to units, and what is cleaned up if a step is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::super::mac_shim::objc2_audio_toolbox as at;
use super::super::mac_shim::{STEP, Step, alive, alone, cycle, world};
use super::{device, system};
use crate::coreaudio::callback::{Callback, Player, Recorder};
use crate::coreaudio::hardware::{Fault, Hardware, Setup};
use crate::coreaudio::{CoreAudio, devices};
use crate::lease::lease;
use crate::platform::coreaudio_calls::System;
use crate::{Backend, DeviceStatus, InputReader, MAX_FRAMES, Render, Sink, StreamRequest, input_fifo};

/// Ten times as long as the slowest machine needs; reached only if nothing happens at all.
const LIMIT: Duration = Duration::from_secs(30);

const GLOBAL: u32 = at::kAudioUnitScope_Global;
const INPUT: u32 = at::kAudioUnitScope_Input;
const OUTPUT: u32 = at::kAudioUnitScope_Output;

/// A setup with its callback, and a status that shows whether the callback still exists.
fn asked(output: Option<u16>, input: Option<u16>) -> (Setup, Callback, Arc<DeviceStatus>) {
    let status: Arc<DeviceStatus> = Arc::default();
    let recorder =
        input.map(|channels| Recorder::new(input_fifo().0, Arc::clone(&status), 48_000, channels, 0));
    let callback = match (output, recorder) {
        (Some(channels), recorder) => Callback::Play(Box::new(Player::new(lease().1, channels, 0, recorder))),
        (None, Some(recorder)) => Callback::Record(recorder),
        (None, None) => unreachable!("a unit does something"),
    };
    (Setup { device: 5, rate: 48_000, output_channels: output, input_channels: input }, callback, status)
}

/// Whether a callback still refers to the status.
fn is_there(status: &Arc<DeviceStatus>) -> bool {
    Arc::strong_count(status) > 1
}

fn open(output: Option<u16>, input: Option<u16>) -> Result<<System as Hardware>::Unit, Fault> {
    let (setup, callback, _) = asked(output, input);
    System.open(&setup, callback)
}

/// TN2091's order of steps, for a unit with these directions.
fn expected(output: bool, input: bool) -> Vec<Step> {
    let format = at::kAudioUnitProperty_StreamFormat;
    let mut steps = vec![
        Step::New,
        Step::Set(at::kAudioOutputUnitProperty_EnableIO, INPUT, 1),
        Step::Set(at::kAudioOutputUnitProperty_EnableIO, OUTPUT, 0),
        Step::Set(at::kAudioOutputUnitProperty_CurrentDevice, GLOBAL, 0),
    ];
    steps.extend(output.then_some(Step::Set(format, INPUT, 0)));
    steps.extend(input.then_some(Step::Set(format, OUTPUT, 1)));
    steps.push(Step::Set(at::kAudioUnitProperty_MaximumFramesPerSlice, GLOBAL, 0));
    steps.push(if output {
        Step::Set(at::kAudioUnitProperty_SetRenderCallback, INPUT, 0)
    } else {
        Step::Set(at::kAudioOutputUnitProperty_SetInputCallback, GLOBAL, 0)
    });
    steps.push(Step::Initialize);
    steps
}

const END: [Step; 3] = [Step::Stop, Step::Uninitialize, Step::Dispose];

fn steps() -> Vec<Step> {
    world().steps.iter().map(|(_, step)| *step).collect()
}

const WAYS: [(Option<u16>, Option<u16>); 3] = [(Some(8), None), (None, Some(3)), (Some(2), Some(1))];

#[test]
fn a_unit_is_set_up_in_the_notes_order_and_stopped_before_it_is_disposed_of() {
    let _alone = alone();
    device(&mut world(), 5, &[1, 2], &[8]);
    for (output, input) in WAYS {
        world().steps.clear();
        let (setup, callback, status) = asked(output, input);
        let mut unit = System.open(&setup, callback).expect("nothing is refused");
        let mut order = expected(output.is_some(), input.is_some());
        assert_eq!(steps(), order);
        assert_eq!(System.most_frames(&unit), Ok(MAX_FRAMES));
        System.start(&mut unit).expect("nothing is refused");
        cycle(64, None);
        assert_eq!(is_there(&status), input.is_some());
        drop(unit);
        order.push(Step::Start);
        order.extend(END);
        assert_eq!(steps(), order);
        assert!(!is_there(&status), "its callback is freed");
        assert!(world().units.is_empty());
    }
    assert_eq!(world().misuses, [""; 0]);
}

#[test]
fn each_step_that_is_refused_is_told_and_leaves_nothing() {
    let _alone = alone();
    device(&mut world(), 5, &[1, 2], &[8]);
    for (output, input) in WAYS {
        let order = expected(output.is_some(), input.is_some());
        for refused in 0..order.len() {
            world().steps.clear();
            world().refuses = Some((refused, -10_863));
            let (setup, callback, status) = asked(output, input);
            let fault = System.open(&setup, callback).err().expect("it was refused");
            assert_eq!(fault.to_string(), "macOS refused to open the device: OSStatus: -10863", "{refused}");
            let mut left = order[..=refused].to_vec();
            left.extend(END.iter().filter(|_| refused > 0));
            assert_eq!(steps(), left);
            assert!(world().units.is_empty() && !is_there(&status), "after step {refused} of {order:?}");
        }
        world().steps.clear();
        world().refuses = Some((order.len(), -10_863));
        let (setup, callback, status) = asked(output, input);
        let mut unit = System.open(&setup, callback).expect("only the start is refused");
        let fault = System.start(&mut unit).expect_err("it was refused");
        assert_eq!(fault.to_string(), "macOS refused to start the device: OSStatus: -10863");
        drop(unit);
        assert!(world().units.is_empty() && !is_there(&status));
        world().refuses = None;
    }
    assert_eq!(world().misuses, [""; 0]);
}

#[test]
fn a_device_that_went_isnt_opened() {
    let _alone = alone();
    let fault = open(Some(2), None).err().expect("there is no device");
    assert_eq!((fault.doing, fault.answer.as_str()), ("open the device", "OSStatus: 560227702"), "'!dev'");
    assert!(world().units.is_empty());
}

#[test]
fn a_callback_gets_what_it_asks_for_or_loses_it() {
    let _alone = alone();
    device(&mut world(), 5, &[1], &[2]);
    let (setup, callback, status) = asked(Some(2), Some(1));
    let mut unit = System.open(&setup, callback).expect("nothing is refused");
    System.start(&mut unit).expect("nothing is refused");
    let lost = || status.xruns();
    cycle(MAX_FRAMES, Some(1));
    assert_eq!((lost(), world().played.len()), (0, crate::number::size(2 * MAX_FRAMES)));
    cycle(MAX_FRAMES + 1, Some(2));
    assert_eq!(lost(), 1, "longer than the unit takes at once");
    assert!(world().played.iter().all(|sample| *sample == 0.0), "no renderer: silence, in all of it");
    cycle(0, None);
    assert_eq!(lost(), 1);
}

/// Calls back until it is dropped.
struct Running(Arc<AtomicBool>, Option<std::thread::JoinHandle<()>>);

fn run(frames: u32) -> Running {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let thread = std::thread::spawn(move || {
        while !stopped.load(Ordering::Relaxed) {
            let ticks = u128::from(wavecraft_ring::clock::now_ns()) * 3 / 125;
            cycle(frames, u64::try_from(ticks).ok());
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    Running(stop, Some(thread))
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
        if let Some(thread) = self.1.take() {
            thread.join().expect("a callback doesn't panic");
        }
    }
}

/// Plays what the microphone records, or nothing.
struct Through(Option<InputReader>);

impl Render for Through {
    fn render(&mut self, frames: usize, _: Option<&[&[f32]]>, _: Option<u64>, sink: Sink<'_>) {
        for offset in 0..frames {
            let frame = self.0.as_mut().and_then(|reader| reader.take(1)?.next()).unwrap_or_default();
            sink(offset, &frame[..1], &frame[1..]);
        }
    }
}

/// The whole backend over the Mac's calls: a microphone with another device's output, and in the output's own unit.
#[test]
fn a_microphone_is_heard_through_the_macs_calls() {
    let _alone = alone();
    for (microphone, heard) in [(5, [STEP, 2.0 * STEP]), (6, [STEP, STEP])] {
        *world() = super::World::default();
        system(&mut world(), &[5, 6], microphone, 5);
        device(&mut world(), 5, &[2], &[2]);
        device(&mut world(), 6, &[1], &[]);
        let listed = devices(&System).expect("they are there");
        assert_eq!((listed.inputs.len(), listed.outputs.len()), (2, 1));
        let running = run(128);
        let request = StreamRequest { buffer_frames: Some(128), ..StreamRequest::default() };
        let mut backend = CoreAudio::open(System, request, Arc::new(|_| {})).expect("it opens");
        assert_eq!(backend.input_is_in_output(), microphone == 5);
        backend.start(Box::new(Through(None))).expect("it starts");
        assert!(backend.stop().is_some(), "the renderer comes back");
        let input = backend.open_input().expect("it opens");
        assert!(input.shares_clock && input.reader.is_in_step() == (microphone == 5));
        backend.start(Box::new(Through(Some(input.reader)))).expect("it starts");
        let begun = Instant::now();
        let is_heard = || {
            let world = world();
            let last = world.played.last_chunk::<2>().copied().unwrap_or_default();
            last.iter().zip(heard).all(|(a, b)| (a - b).abs() < 1e-4)
        };
        while !is_heard() {
            assert!(begun.elapsed() < LIMIT, "never heard");
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(System.facts(5).expect("it is there").buffer_frames, 128);
        assert_eq!(world().units.len(), if microphone == 5 { 1 } else { 2 });
        // Buffer 128, device 40, safety 56, stream 520.
        let latency_ns = crate::number::nanoseconds(128 + 40 + 56 + 520, 48_000);
        assert_eq!(backend.status().output_latency_ns(), latency_ns);
        assert!(backend.stop().is_some(), "the renderer comes back");
        drop((backend, running));
        let world = world();
        assert_eq!((world.units.len(), world.listeners(), alive()), (0, 0, 0), "nothing is left behind");
        assert_eq!(world.misuses, [""; 0]);
    }
}
