//! The virtual backend, and opening devices where there are none.

use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use wavecraft_audio_core::{
    Audio, AudioEvent, BackendKind, InputState, LinkState, MAX_FRAMES, ProjectSettings, Source,
    StreamRequest, open,
};
use wavecraft_ring::{Geometry, attach, create};

/// Ten times what the slowest machine needs; reached only if nothing happens at all.
const LIMIT: Duration = Duration::from_secs(30);

fn virtual_audio(request: StreamRequest) -> (Audio, Arc<Mutex<Vec<AudioEvent>>>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let audio = open(BackendKind::Virtual, request, {
        let events = Arc::clone(&events);
        move |event| events.lock().expect("no one panics with it").push(event)
    })
    .expect("a timer is always there");
    (audio, events)
}

/// Polls like the app until `done`.
fn poll_until(audio: &mut Audio, what: &str, mut done: impl FnMut(&mut Audio) -> bool) {
    let begun = Instant::now();
    while !done(audio) {
        assert!(begun.elapsed() < LIMIT, "{what} never happened");
        std::thread::sleep(Duration::from_millis(2));
        audio.poll();
    }
}

#[test]
fn the_virtual_device_runs_by_its_own_count() {
    let begun = Instant::now();
    let (mut audio, _) = virtual_audio(StreamRequest::default());
    let info = audio.stream();
    assert_eq!((info.backend.as_str(), info.sample_rate, info.buffer_frames), ("virtual", 48_000, 256));
    assert_eq!((info.max_frames, info.input), (MAX_FRAMES, InputState::Closed));
    poll_until(&mut audio, "a hundred callbacks", |audio| audio.stats().callbacks >= 100);
    let stats = audio.stats();
    let elapsed = begun.elapsed();
    assert_eq!(stats.position_frames, stats.callbacks * 256);
    assert_eq!((stats.largest_callback, stats.delay_frames), (256, 256));
    // It can't be ahead of the clock by more than the period it began with.
    let most = elapsed.as_secs_f64() * 48_000.0 + 2.0 * 256.0;
    let frames = f64::from(u32::try_from(stats.position_frames).expect("it's short"));
    assert!(frames <= most, "{frames} frames in {elapsed:?}");
}

#[test]
fn a_child_lives_on_the_virtual_device_and_is_freed_with_its_project() {
    let request =
        StreamRequest { sample_rate: Some(44_100), buffer_frames: Some(128), ..StreamRequest::default() };
    let (mut audio, _) = virtual_audio(request);
    assert_eq!((audio.stream().sample_rate, audio.stream().buffer_frames), (44_100, 128));
    let project = audio
        .engine_mut()
        .add_project(ProjectSettings { source: Source::tone(), ..ProjectSettings::default() })
        .expect("there is room");
    let host = create(Geometry::new(MAX_FRAMES, 2, 2).expect("an ordinary geometry"), 3).expect("a segment");
    let mut ring = attach(host.descriptor).expect("the segment is whole");
    let alive = Arc::new(AtomicBool::new(true));
    audio.engine_mut().set_link(project, host.ring, Arc::clone(&alive)).expect("the project is there");
    let stop = Arc::new(AtomicBool::new(false));
    let interrupt = ring.interrupt_handle();
    let child = std::thread::spawn({
        let stop = Arc::clone(&stop);
        move || {
            let mut samples = vec![0.0; 4096];
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let awake = if ring.wait(wavecraft_ring::clock::now_ns() + 1_000_000_000) {
                    wavecraft_ring::clock::now_ns()
                } else {
                    continue;
                };
                while let Some(mut block) = ring.next() {
                    let frames = usize::try_from(block.frames()).expect("it's small");
                    for channel in 0..2 {
                        block.read_input(channel, &mut samples[..frames]);
                        block.write_output(channel, &samples[..frames]);
                    }
                    block.reply(awake);
                }
            }
        }
    });
    poll_until(&mut audio, "a live child with its sound at the tap", |audio| {
        let snapshot = audio.engine_mut().snapshot(project).expect("the project is there");
        snapshot.link == LinkState::Live && (snapshot.output.peak[0] - 0.2512).abs() < 0.01
    });
    assert_eq!(audio.engine_mut().snapshot(project).expect("the project is there").live_generation, Some(3));
    poll_until(&mut audio, "a picture", |audio| {
        audio.engine_mut().scope(project).is_some_and(|frame| !frame.no_signal)
    });
    audio.engine_mut().remove_project(project);
    poll_until(&mut audio, "the ring's end", |_| Arc::strong_count(&alive) == 1);
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    interrupt.interrupt();
    child.join().expect("the child's thread ends");
}

#[test]
fn the_microphone_is_open_only_while_a_source_asks_for_it() {
    let (mut audio, events) = virtual_audio(StreamRequest::default());
    let project = audio.engine_mut().add_project(ProjectSettings::default()).expect("there is room");
    audio.poll();
    assert_eq!(audio.stream().input, InputState::Closed);
    audio.engine_mut().set_source(project, &Source::Microphone);
    audio.poll();
    assert!(matches!(audio.stream().input, InputState::Open { sample_rate: 48_000, .. }));
    audio.engine_mut().set_source(project, &Source::tone());
    audio.poll();
    assert!(matches!(audio.stream().input, InputState::Open { .. }), "not at once");
    poll_until(&mut audio, "its end", |audio| audio.stream().input == InputState::Closed);
    audio.engine_mut().set_source(project, &Source::Microphone);
    audio.poll();
    audio.engine_mut().remove_project(project);
    audio.poll();
    assert_eq!(audio.stream().input, InputState::Closed, "at once, with the last project");
    let expected =
        [AudioEvent::InputOpened, AudioEvent::InputClosed, AudioEvent::InputOpened, AudioEvent::InputClosed];
    assert_eq!(*events.lock().expect("no one panics with it"), expected);
}

#[test]
fn a_microphone_that_is_kept_closed_is_opened_for_nobody() {
    let (mut audio, events) = virtual_audio(StreamRequest::default());
    let settings = ProjectSettings { source: Source::Microphone, ..ProjectSettings::default() };
    audio.keep_input_closed(true);
    audio.engine_mut().add_project(settings).expect("there is room");
    audio.poll();
    assert_eq!(audio.stream().input, InputState::Closed);
    assert!(audio.engine().wants_microphone());
    audio.keep_input_closed(false);
    audio.poll();
    assert!(matches!(audio.stream().input, InputState::Open { .. }));
    audio.keep_input_closed(true);
    audio.poll();
    assert_eq!(audio.stream().input, InputState::Closed, "at once");
    let expected = [AudioEvent::InputOpened, AudioEvent::InputClosed];
    assert_eq!(*events.lock().expect("no one panics with it"), expected);
}

#[test]
fn dropping_the_audio_ends_its_thread() {
    let (audio, _) = virtual_audio(StreamRequest::default());
    let begun = Instant::now();
    drop(audio);
    assert!(begun.elapsed() < LIMIT);
}

/// Set for the process that tries to open a device without a sound server.
const ALONE: &str = "WAVECRAFT_TEST_WITHOUT_SOUND_SERVER";

#[test]
fn without_a_sound_server_opening_fails_quickly_or_finds_a_card() {
    if std::env::var_os(ALONE).is_some() {
        let opened = open(BackendKind::Cpal, StreamRequest::default(), |_| {});
        let told = opened.map(|audio| audio.stream().output_name).map_err(|error| error.to_string());
        let listed = wavecraft_audio_core::devices(BackendKind::Cpal)
            .map(|list| list.outputs.len())
            .map_err(|error| error.to_string());
        println!("opened {told:?} listed {listed:?}");
        return;
    }
    let nowhere = tempfile::tempdir().expect("a temporary folder can be made");
    let output = Command::new(std::env::current_exe().expect("a test has a file"))
        .args([
            "--exact",
            "streams::without_a_sound_server_opening_fails_quickly_or_finds_a_card",
            "--nocapture",
        ])
        .env(ALONE, "1")
        .env("XDG_RUNTIME_DIR", nowhere.path())
        .env("PIPEWIRE_RUNTIME_DIR", nowhere.path())
        .output()
        .expect("a test can start itself");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text} {}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("opened Ok") || text.contains("no sound output is usable"), "{text}");
}
