//! An engine on the CoreAudio backend, with hardware simulated by the test: the ways of opening the microphone,
//! notifications, and refused calls.

#[path = "../../../crates/audio-device/src/coreaudio/fake.rs"]
mod fake;

use std::time::{Duration, Instant};

use wavecraft_audio_core::{
    Audio, AudioError, AudioEvent, Backend, DeviceId, InputState, Limits, MAX_FRAMES, Notify, OnBypass,
    ProjectSettings, Source, StreamRequest,
};
use wavecraft_audio_device::coreaudio::{
    Callback, CoreAudio, DeviceNumber, Direction, Facts, Fault, Hardware, Heard, Setup, Side, Watched,
};
use wavecraft_audio_device::no_alloc;

use self::fake::{Fake, Told, asking, device};

/// Ten times what the slowest machine needs; reached only if nothing happens at all.
const LIMIT: Duration = Duration::from_secs(30);

/// Frames of each callback.
const FRAMES: usize = 128;

fn open(fake: &Fake, request: StreamRequest) -> Result<CoreAudio<Fake>, AudioError> {
    CoreAudio::open(fake.clone(), request, Told::default().notify())
}

/// An engine on the fake, with one project that plays the microphone unchanged.
fn with_microphone(fake: &Fake, request: StreamRequest, told: &Told) -> Audio<CoreAudio<Fake>> {
    let backend = CoreAudio::open(fake.clone(), request, told.notify()).expect("it opens");
    let mut audio = Audio::start(Box::new(backend), Limits::default(), told.notify()).expect("it starts");
    let settings = ProjectSettings {
        source: Source::Microphone,
        on_bypass: OnBypass::Dry,
        ..ProjectSettings::default()
    };
    audio.engine_mut().add_project(settings).expect("there is room");
    audio
}

/// Polls like the app until `done`.
fn poll_until(
    audio: &mut Audio<CoreAudio<Fake>>,
    what: &str,
    mut done: impl FnMut(&Audio<CoreAudio<Fake>>) -> bool,
) {
    let begun = Instant::now();
    while !done(audio) {
        assert!(begun.elapsed() < LIMIT, "{what} never happened");
        std::thread::sleep(Duration::from_millis(1));
        audio.poll();
    }
}

fn is_open(audio: &Audio<CoreAudio<Fake>>, on: &str) -> bool {
    matches!(audio.stream().input, InputState::Open { name, .. } if name == on)
}

/// The value of the last frame in each channel.
fn heard(fake: &Fake, channels: usize) -> Vec<f32> {
    let world = fake.world();
    world.played[world.played.len().saturating_sub(channels)..].to_vec()
}

fn is_near(heard: &[f32], expected: &[f32]) -> bool {
    heard.len() == expected.len() && heard.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4)
}

fn setup(device: u32, output_channels: Option<u16>, input_channels: Option<u16>) -> Setup {
    Setup { device, rate: 48_000, output_channels, input_channels }
}

#[test]
fn latency_is_the_devices_and_the_buffers() {
    let side = Side { channels: 2, device_latency: 40, safety_offset: 56, ..Side::default() };
    let both = Facts { input: side, output: side, ..device(1, 2, 2) };
    let fake = Fake::new(vec![both]);
    let run = fake.run(FRAMES);
    let mut audio = with_microphone(&fake, asking(96), &Told::default());
    poll_until(&mut audio, "the microphone", |audio| is_open(audio, "Device 1"));
    let latency = audio.stream().latency;
    assert_eq!((latency.input_device_frames, latency.output_device_frames), (192, 192));
    drop((audio, run));
}

#[test]
fn one_device_is_one_unit_and_turning_the_microphone_on_and_off_doesnt_click() {
    let fake = Fake::new(vec![device(1, 2, 2)]);
    let run = fake.run(FRAMES);
    let mut audio = with_microphone(&fake, asking(128), &Told::default());
    let project = audio.engine_mut().add_project(tone()).expect("there is room");
    poll_until(&mut audio, "the tone", |audio| audio.stats().output.peak[0] > 0.1);
    poll_until(&mut audio, "the microphone", |audio| is_open(audio, "Device 1"));
    assert_eq!(fake.running().0, [setup(1, Some(2), Some(2))]);
    let stepped = |audio: &Audio<CoreAudio<Fake>>| audio.stats().input.fifo_frames;
    assert_eq!(stepped(&audio), 0, "a callback's input is played in the same callback");
    audio.engine_mut().remove_project(project);
    poll_until(&mut audio, "the microphone alone", |_| is_near(&heard(&fake, 2), &[0.01, 0.02]));
    let begun = fake.running().0;
    audio.choose_input(None, 0);
    assert!(!begun.is_empty() && fake.running().0 == [setup(1, Some(2), None)], "it plays on without");
    poll_until(&mut audio, "the microphone", |audio| is_open(audio, "Device 1"));
    // A tone of 1 kHz at a quarter of full scale moves by 0.033 a frame.
    let step = fake.world().greatest_step;
    assert!(step < 0.05, "the output jumped by {step}");
    drop((audio, run));
    assert_eq!(fake.running(), (vec![], 0), "nothing is left behind");
}

fn tone() -> ProjectSettings {
    ProjectSettings { source: Source::tone(), on_bypass: OnBypass::Dry, ..ProjectSettings::default() }
}

#[test]
fn two_devices_are_two_units_matched_only_between_two_clocks() {
    for (input_domain, is_matched) in [(7, false), (8, true), (0, true)] {
        let built_in = |number, inputs, outputs| Facts { clock_domain: 7, ..device(number, inputs, outputs) };
        let microphone = Facts { clock_domain: input_domain, ..built_in(2, 1, 0) };
        let fake = Fake::new(vec![built_in(1, 0, 2), microphone]);
        let run = fake.run(FRAMES);
        let mut audio = with_microphone(&fake, asking(128), &Told::default());
        poll_until(&mut audio, "the microphone", |audio| is_open(audio, "Device 2"));
        assert_eq!(fake.running().0.len(), 2);
        assert!(fake.running().0.contains(&setup(2, None, Some(1))));
        assert_eq!(fake.world().devices[1].buffer_frames, 128, "the microphone's buffer is asked for too");
        poll_until(&mut audio, "a sound", |audio| audio.stats().input.drift_ppm.is_some() == is_matched);
        if !is_matched {
            poll_until(&mut audio, "the microphone", |_| is_near(&heard(&fake, 2), &[0.01, 0.01]));
        }
        audio.choose_input(None, 0);
        assert_eq!(fake.running().0, [setup(1, Some(2), None)]);
        drop((audio, run));
    }
}

#[test]
fn a_unit_for_both_that_is_refused_is_two_from_then_on() {
    let both = |setup: &Setup| setup.output_channels.is_some() && setup.input_channels.is_some();
    for at_start in [false, true] {
        let fake = Fake::new(vec![device(1, 2, 2)]);
        if at_start {
            fake.world().refuses_to_start = both;
        } else {
            fake.world().refuses_to_open = both;
        }
        let run = fake.run(FRAMES);
        let mut audio = with_microphone(&fake, asking(128), &Told::default());
        poll_until(&mut audio, "two units", |_| fake.running().0.len() == 2);
        poll_until(&mut audio, "the microphone", |_| is_near(&heard(&fake, 2), &[0.01, 0.02]));
        assert!(!audio.output_lost());
        assert_eq!(audio.stats().input.drift_ppm, None, "it is the output's own clock");
        assert!(!audio.backend_mut().input_is_in_output(), "the output needn't stop for it any more");
        drop((audio, run));
    }
}

#[test]
fn an_output_that_doesnt_come_back_with_its_microphone_is_lost() {
    let fake = Fake::new(vec![device(1, 2, 2)]);
    let (run, told) = (fake.run(FRAMES), Told::default());
    let mut audio = with_microphone(&fake, asking(128), &told);
    fake.world().refuses_to_start = |_| true;
    audio.poll();
    assert!(audio.output_lost());
    let lost = |event: &AudioEvent| matches!(event, AudioEvent::OutputLost { reason } if reason.contains("error 35") || reason.contains("start a unit"));
    assert!(told.take().iter().any(lost));
    drop((audio, run));
}

#[test]
fn channels_are_those_that_were_chosen_and_a_long_callback_is_played_in_parts() {
    let fake = Fake::new(vec![device(1, 8, 6)]);
    let request = StreamRequest { output_first: 2, input_first: 4, ..asking(128) };
    let mut audio = with_microphone(&fake, request, &Told::default());
    audio.poll();
    let run = fake.run(FRAMES);
    let expected = [0.0, 0.0, 0.05, 0.06, 0.0, 0.0];
    poll_until(&mut audio, "channels 5 and 6 on 3 and 4", |_| is_near(&heard(&fake, 6), &expected));
    drop(run);
    let before = audio.stats();
    fake.cycle(5_000);
    assert_eq!(fake.world().played.len(), 5_000 * 6);
    assert!(fake.world().played.iter().all(|sample| sample.is_finite()));
    let after = audio.stats();
    assert_eq!(after.position_frames, before.position_frames + 5_000);
    assert_eq!(after.device_xruns, before.device_xruns + 1, "its input is lost, and counted");
}

#[test]
fn the_output_is_stale_or_lost_as_the_system_tells() {
    type Happens = fn(&Fake);
    let stale = |reason: &str| Some(AudioEvent::OutputStale { reason: reason.into() });
    let lost = |reason: &str| Some(AudioEvent::OutputLost { reason: reason.into() });
    let gone: Happens = |fake| {
        fake.change(1, |facts| facts.is_alive = false);
        fake.tell(Watched::Alive(1));
    };
    let default_moves: Happens = |fake| {
        fake.world().default_output = Some(2);
        fake.tell(Watched::DefaultOutput);
    };
    let rate_changes: Happens = |fake| {
        fake.change(1, |facts| facts.rate = 44_100);
        fake.tell(Watched::Rate(1));
    };
    let channels_change: Happens = |fake| {
        fake.change(1, |facts| facts.output.channels = 1);
        fake.tell(Watched::OutputChannels(1));
    };
    let pinned = StreamRequest { output: Some(DeviceId("coreaudio:uid-1".into())), ..asking(128) };
    let cases: [(StreamRequest, Happens, Option<AudioEvent>); 8] = [
        (asking(128), default_moves, stale("the system's default output is another device now")),
        (pinned.clone(), default_moves, None),
        (asking(128), rate_changes, stale("the output runs at 44100 Hz now")),
        (asking(128), channels_change, stale("the output has 1 channels now")),
        (pinned, gone, lost("the device was disconnected")),
        (asking(128), |fake| fake.tell(Watched::Stopped(1)), lost("the system stopped it")),
        (asking(128), |fake| fake.tell(Watched::Restarted), lost("the sound service was started anew")),
        (asking(128), |fake| fake.tell(Watched::Alive(1)), None),
    ];
    for (request, happens, expected) in cases {
        let (fake, told) = (Fake::new(vec![device(1, 0, 2), device(2, 0, 2)]), Told::default());
        let backend = CoreAudio::open(fake.clone(), request, told.notify()).expect("it opens");
        let mut audio = Audio::start(Box::new(backend), Limits::default(), told.notify()).expect("it starts");
        audio.poll();
        assert_eq!(told.take(), [], "nothing has happened");
        happens(&fake);
        assert_eq!(told.take(), [], "the system's threads do nothing");
        audio.poll();
        audio.poll();
        assert_eq!(told.take(), expected.clone().into_iter().collect::<Vec<_>>());
        assert_eq!(audio.output_lost(), matches!(expected, Some(AudioEvent::OutputLost { .. })));
    }
}

#[test]
fn another_default_microphone_takes_the_place_of_the_one_that_is_open() {
    let fake = Fake::new(vec![device(1, 0, 2), device(2, 2, 0), device(3, 2, 0)]);
    let (run, told) = (fake.run(FRAMES), Told::default());
    let mut audio = with_microphone(&fake, asking(128), &told);
    poll_until(&mut audio, "the microphone", |audio| is_open(audio, "Device 2"));
    fake.world().default_input = Some(3);
    fake.tell(Watched::DefaultInput);
    poll_until(&mut audio, "the other one", |audio| is_open(audio, "Device 3"));
    let lost = told.take().into_iter().find(|event| matches!(event, AudioEvent::InputLost { .. }));
    let reason = "the system's default input is another device now".to_owned();
    assert_eq!(lost, Some(AudioEvent::InputLost { reason }));
    assert_eq!(fake.running().0.len(), 2);
    drop((audio, run));
}

#[test]
fn a_headset_that_takes_a_calls_rate_is_opened_anew_once_and_stays() {
    let fake = Fake::new(vec![device(1, 0, 2), device(2, 1, 0)]);
    fake.world().headset = Some(2);
    let (run, told) = (fake.run(FRAMES), Told::default());
    let request = StreamRequest { input: Some(DeviceId("coreaudio:uid-2".into())), ..asking(128) };
    let mut audio = with_microphone(&fake, request, &told);
    // The system reports the rate repeatedly: notifications may come late and twice.
    poll_until(&mut audio, "the microphone at the rate of calls", |audio| {
        fake.tell(Watched::Rate(2));
        matches!(audio.stream().input, InputState::Open { sample_rate: 16_000, .. })
    });
    for _ in 0..20 {
        fake.tell(Watched::Rate(2));
        audio.poll();
    }
    let events = told.take();
    let lost = events.iter().filter(|event| matches!(event, AudioEvent::InputLost { .. })).count();
    assert_eq!(lost, 1, "{events:?}");
    let recording = setup(2, None, Some(1));
    let records: Vec<_> = fake.running().0.into_iter().filter(|setup| setup.device == 2).collect();
    assert_eq!(records, [Setup { rate: 16_000, ..recording }], "the one before has ended");
    // A microphone that is no longer wanted isn't kept either.
    fake.world().headset = None;
    fake.tell(Watched::Rate(2));
    audio.poll();
    audio.choose_input(None, 0);
    assert!(fake.running().0.iter().all(|setup| setup.device != 2));
    drop((audio, run));
    assert_eq!(fake.running(), (vec![], 0), "nothing is left behind");
}

#[test]
fn a_microphone_in_the_output_waits_for_the_next_output() {
    let fake = Fake::new(vec![device(1, 2, 2)]);
    let (run, told) = (fake.run(FRAMES), Told::default());
    let mut audio = with_microphone(&fake, asking(128), &told);
    poll_until(&mut audio, "the microphone", |audio| is_open(audio, "Device 1"));
    assert_eq!(told.take(), [AudioEvent::InputOpened]);
    fake.change(1, |facts| facts.rate = 44_100);
    fake.tell(Watched::Rate(1));
    audio.poll();
    let reason = "the output runs at 44100 Hz now".to_owned();
    assert_eq!(told.take(), [AudioEvent::OutputStale { reason }]);
    assert_eq!(fake.running().0, [setup(1, Some(2), Some(2))], "both play on");
    drop((audio, run));
}

#[test]
fn overloads_are_counted_once() {
    let fake = Fake::new(vec![device(1, 2, 2), device(2, 2, 0)]);
    let request = StreamRequest { input: Some(DeviceId("coreaudio:uid-2".into())), ..asking(128) };
    let run = fake.run(FRAMES);
    let mut audio = with_microphone(&fake, request, &Told::default());
    poll_until(&mut audio, "the microphone", |audio| is_open(audio, "Device 2"));
    fake.tell(Watched::Overload(1));
    fake.tell(Watched::Overload(2));
    assert_eq!(audio.stats().device_xruns, 2);
    audio.choose_input(Some(DeviceId("coreaudio:uid-1".into())), 0);
    poll_until(&mut audio, "the microphone", |audio| is_open(audio, "Device 1"));
    fake.tell(Watched::Overload(1));
    fake.tell(Watched::Overload(2));
    assert_eq!(audio.stats().device_xruns, 3);
    drop((audio, run));
}

#[test]
fn an_engine_moves_from_device_to_device() {
    let fake = Fake::new(vec![device(1, 2, 2), device(2, 0, 4)]);
    let run = fake.run(FRAMES);
    let mut audio = with_microphone(&fake, asking(128), &Told::default());
    poll_until(&mut audio, "the microphone", |audio| is_open(audio, "Device 1"));
    let request = StreamRequest { output: Some(DeviceId("coreaudio:uid-2".into())), ..asking(128) };
    let other = open(&fake, request).expect("it opens");
    assert!(audio.move_to(Box::new(other)).is_ok(), "both run at 48 kHz");
    assert_eq!(fake.running().0, [setup(2, Some(4), None)]);
    poll_until(&mut audio, "the microphone in a unit of its own", |audio| is_open(audio, "Device 1"));
    let expected = [0.01, 0.02, 0.0, 0.0];
    let is_open = |fake: &Fake| fake.running().0.contains(&setup(1, None, Some(2)));
    assert!(is_open(&fake));
    poll_until(&mut audio, "a sound", |audio| audio.stats().output.peak[1] > 0.5 * expected[1]);
    drop((audio, run));
}
