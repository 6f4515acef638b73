//! Pipelined mode: the delay is exactly D samples, whatever the callbacks do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wavecraft_audio_core::{LinkState, MAX_DELAY_FRAMES, MAX_FRAMES};
use wavecraft_ring::{Geometry, attach, create};

use crate::bench::{Bench, Random, assert_same, largest_step, noise, sine};

/// Long enough for the child to be heard and every fade to be over.
const WARM_UP: usize = 20_000;

#[test]
fn an_impulse_comes_back_one_block_later_at_every_size() {
    for frames in [1, 64, 333, 4096] {
        for channels in [1, 2] {
            let mut bench = Bench::new(0);
            let project = bench.microphone_project();
            let mut child = bench.child_with(project, channels, |_| {});
            let blocks = WARM_UP.min(frames * 2000).max(2000) / frames + 20;
            bench.run(&vec![0.0; blocks * frames], frames, &mut [&mut child]);
            assert_eq!(bench.snapshot(project).link, LinkState::Live, "{frames} frames");

            let at = frames / 3;
            let mut signal = vec![0.0; frames * 5];
            signal[at] = 0.5;
            let out = bench.run(&signal, frames, &mut [&mut child]);
            let mut expected = vec![0.0; frames * 5];
            expected[at + frames] = 0.5;
            assert_same(&out, &expected, &format!("{frames} frames, {channels} channels"));
            assert_eq!(usize::try_from(bench.stats().delay_frames), Ok(frames));
            assert_eq!(usize::try_from(bench.audio.stream().delay_frames), Ok(frames));
            assert_eq!(bench.snapshot(project).late.of_child(), 0);
        }
    }
}

#[test]
fn the_sides_of_a_stereo_child_stay_apart_and_a_mono_child_is_heard_on_both() {
    for (channels, expected) in [(2, [0.5, 0.25]), (1, [0.375, 0.375])] {
        let mut bench = Bench::new(64);
        let project = bench.microphone_project();
        let mut child = bench.child_with(project, channels, |_| {});
        bench.run(&[0.0; 6400], 64, &mut [&mut child]);
        let mut out = [vec![], vec![]];
        for _ in 0..3 {
            out = bench.step_stereo([&[0.5; 64], &[0.25; 64]]);
            child.pump();
        }
        assert_eq!([out[0][63], out[1][63]], expected, "{channels} channels");
    }
}

#[test]
fn random_callbacks_keep_the_delay_to_the_sample() {
    let mut bench = Bench::new(MAX_FRAMES);
    let project = bench.microphone_project();
    let mut child = bench.child(project, 1.0);
    let signal = noise(7, 0.5, 600_000);
    let mut random = Random(99);
    let (mut at, mut out) = (0, Vec::new());
    while at < signal.len() {
        // Half of the callbacks are tiny, so that many of them lie within one delay.
        let wanted =
            if random.next() & 1 == 0 { random.next() % 16 + 1 } else { random.next() % MAX_FRAMES + 1 };
        let frames = usize::try_from(wanted).expect("it's small").min(signal.len() - at);
        out.extend(bench.step(&signal[at..at + frames]));
        child.pump();
        at += frames;
    }
    let delay = usize::try_from(MAX_FRAMES).expect("it's small");
    assert_eq!(bench.stats().delay_frames, MAX_FRAMES);
    let settled = WARM_UP + delay;
    assert_same(&out[settled..], &signal[settled - delay..signal.len() - delay], "random callbacks");
    let snapshot = bench.snapshot(project);
    assert_eq!((snapshot.late.of_child(), snapshot.late.device), (0, 0));
}

#[test]
fn a_callback_longer_than_a_block_is_split_and_still_in_time() {
    let mut bench = Bench::new(MAX_DELAY_FRAMES);
    let project = bench.microphone_project();
    let mut child = bench.child(project, 1.0);
    let frames = usize::try_from(MAX_DELAY_FRAMES).expect("it's small");
    let signal = noise(3, 0.5, frames * 16);
    let out = bench.run(&signal, frames, &mut [&mut child]);
    assert_same(&out[frames * 8..], &signal[frames * 7..frames * 15], "split callbacks");
    assert_eq!(bench.snapshot(project).late.of_child(), 0);
    assert_eq!(child.handled, 32, "two parts for each callback");
}

#[test]
fn the_delay_grows_with_a_crossfade_and_stays_grown() {
    let mut bench = Bench::new(256);
    let project = bench.microphone_project();
    let mut child = bench.child(project, 1.0);
    let signal = sine(200.0, 0.5, 60_000);
    let mut out = bench.run(&signal[..25_600], 256, &mut [&mut child]);
    out.extend(bench.run(&signal[25_600..26_600], 1000, &mut [&mut child]));
    out.extend(bench.run(&signal[26_600..], 256, &mut [&mut child]));
    assert_eq!(bench.stats().delay_frames, 1000);
    assert_same(&out[20_000..25_600], &signal[19_744..25_344], "before");
    assert_same(&out[26_600..], &signal[25_600..59_000], "settled at the new delay");
    // The sine's own step is 0.5·2π·200/48000 = 0.0131; over 256 frames the crossfade adds at most 1/256.
    assert!(largest_step(&out[20_000..]) < 0.0131 + 1.0 / 256.0 + 1e-4, "{}", largest_step(&out[20_000..]));
    assert_eq!(bench.snapshot(project).late.of_child(), 0);
}

#[test]
fn dry_sound_has_the_same_delay() {
    let mut bench = Bench::new(128);
    let project = bench.microphone_project();
    let signal = noise(5, 0.5, 20_000);
    let out = bench.run(&signal, 128, &mut []);
    assert_same(&out[2000..], &signal[1872..19_872], "dry");
    assert_eq!(bench.snapshot(project).link, LinkState::None);
}

#[test]
fn parameters_reach_the_child_with_the_next_block() {
    let mut bench = Bench::new(64);
    let project = bench.microphone_project();
    let mut child = bench.child(project, 1.0);
    bench.step(&[0.0; 64]);
    child.parameters.set(3, 0.25).expect("the index is in range");
    bench.step(&[0.0; 64]);
    let mut values = [0.0; 4];
    let first = child.ring.next().expect("two blocks were sent");
    first.reply(wavecraft_ring::clock::now_ns());
    let mut second = child.ring.next().expect("two blocks were sent");
    assert!(second.parameters_changed());
    second.read_parameters(&mut values);
    assert_eq!(values[3], 0.25);
}

#[test]
fn a_child_on_its_own_thread_answers_everything_when_steps_wait_for_it() {
    let mut bench = Bench::new(128);
    bench.audio.backend_mut().set_settle_limit(Some(Duration::from_secs(20)));
    let project = bench.microphone_project();
    let host = create(Geometry::new(MAX_FRAMES, 2, 2).expect("an ordinary geometry"), 7).expect("a segment");
    let mut ring = attach(host.descriptor).expect("the segment is whole");
    bench
        .audio
        .engine_mut()
        .set_link(project, host.ring, Arc::new(AtomicBool::new(true)))
        .expect("the project is there");
    let stop = Arc::new(AtomicBool::new(false));
    let interrupt = ring.interrupt_handle();
    let thread = std::thread::spawn({
        let stop = Arc::clone(&stop);
        move || {
            let mut samples = vec![0.0; 4096];
            while !stop.load(Ordering::Relaxed) {
                let waited = ring.wait(wavecraft_ring::clock::now_ns() + 1_000_000_000);
                let awake = wavecraft_ring::clock::now_ns();
                while let Some(mut block) = ring.next() {
                    let frames = usize::try_from(block.frames()).expect("it's small");
                    for channel in 0..2 {
                        block.read_input(channel, &mut samples[..frames]);
                        samples[..frames].iter_mut().for_each(|sample| *sample *= 0.5);
                        block.write_output(channel, &samples[..frames]);
                    }
                    block.reply(awake);
                }
                assert!(waited || stop.load(Ordering::Relaxed) || ring.next().is_none());
            }
        }
    });
    let signal = noise(11, 0.8, 96_000);
    let out = bench.run(&signal, 128, &mut []);
    stop.store(true, Ordering::Relaxed);
    interrupt.interrupt();
    thread.join().expect("the child's thread ends");

    let expected: Vec<f32> = signal.iter().map(|sample| sample * 0.5).collect();
    assert_same(&out[4096..], &expected[4096 - 128..96_000 - 128], "a threaded child");
    let snapshot = bench.snapshot(project);
    assert_eq!((snapshot.late.of_child(), snapshot.live_generation), (0, Some(7)));
    assert!(snapshot.blocks >= 749 && snapshot.load.average > 0.0, "{snapshot:?}");
}
