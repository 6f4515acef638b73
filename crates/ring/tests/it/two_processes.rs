//! Host and child in two processes: the test starts its own program again, with the segment as standard input.

use std::collections::VecDeque;
use std::env;
use std::io;
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};

use wavecraft_ring::{
    BlockHeader, BlockTime, ChildPhase, ParameterWriter, ProbeName, ProbeValues, attach, clock,
};

use crate::{limit, scrambled, segment};

/// Set when the program is started a second time, as the child.
const ROLE: &str = "WAVECRAFT_RING_TEST_CHILD";
const BLOCKS: u64 = 5_000;
const MAX_FRAMES: usize = 700;
const CHANNELS: usize = 2;
/// The parameter that the child multiplies by; the last one, so that all of them are read.
const GAIN: usize = wavecraft_ring::MAX_PARAMETERS - 1;

#[test]
fn every_sample_comes_back_times_the_gain() {
    if env::var_os(ROLE).is_some() {
        return multiply();
    }
    let mut host = segment(u32::try_from(MAX_FRAMES).expect("small"), 2, 2);
    let mut child = Running(
        Command::new(env::current_exe().expect("this program"))
            .args(["--exact", "two_processes::every_sample_comes_back_times_the_gain", "--nocapture"])
            .env(ROLE, "1")
            .stdin(Stdio::from(host.descriptor))
            .stdout(Stdio::null())
            .spawn()
            .expect("this program starts again"),
    );

    let mut outstanding = VecDeque::new();
    let (mut sent, mut taken) = (0, 0);
    let mut output = [[0.0; MAX_FRAMES]; CHANNELS];
    while taken < BLOCKS {
        // Between 1 and 4 blocks are in flight, so that both an idle and a busy child are tested.
        let on_their_way = 1 + usize::try_from(scrambled(taken) % 4).expect("small");
        if sent < BLOCKS && outstanding.len() < on_their_way {
            set_gain(&host.parameters, sent);
            let frames = frames_of(sent);
            let input = [0, 1].map(|channel| input_of(sent, channel));
            let block = BlockHeader {
                frames: u32::try_from(frames).expect("small"),
                sample_position: sent << 33,
                host_time_ns: clock::now_ns(),
                discontinuity: is_discontinuous(sent),
                reset: false,
                time: time_of(sent),
            };
            let sequence = host.ring.send(block, &[&input[0], &input[1]]).expect("a free slot");
            host.ring.wake();
            outstanding.push_back(sequence);
            sent += 1;
            continue;
        }
        assert!(host.ring.wait(limit()), "no reply to block {taken}");
        let mut probes = Vec::new();
        host.ring.read_probes(|probe, values| probes.push((probe, values)));
        assert_eq!(probes, [(0, probed(taken))], "block {taken}");
        let [left, right] = &mut output;
        let reply = host.ring.take(&mut [left, right]).expect("a reply");
        assert_eq!(Some(reply.sequence), outstanding.pop_front());
        assert_eq!(reply.sample_position, taken << 33);
        assert!(reply.sent_ns <= reply.awake_ns && reply.awake_ns <= reply.done_ns);

        // The gain is the one set before the block was sent, or a newer one that was set before its reply was seen.
        let first = input_of(taken, 0)[0];
        let gain = output[0][0] / first;
        let possible: Vec<f32> = (taken..sent).map(gain_of).collect();
        assert!(
            possible.contains(&gain),
            "block {taken} was multiplied by {gain}, not by one of {possible:?}"
        );
        for (channel, output) in (0..).zip(&output) {
            let expected = input_of(taken, channel).map(|sample| sample * gain);
            let frames = frames_of(taken);
            assert_eq!(output[..frames], expected[..frames], "block {taken}, channel {channel}");
        }
        taken += 1;
    }
    let names = host.ring.probe_names();
    let name = ProbeName { name: "number".into(), processor: Some(1) };
    assert_eq!((names.count(), names.get(0), names.ignored()), (1, Some(name), false));
    assert!(child.0.wait().expect("it was started").success(), "the child failed");
    let report = host.ring.child();
    assert_eq!((report.phase, report.nonfinite, report.violations), (ChildPhase::Stopped, 11, 0));
    assert_eq!(u64::from(report.heartbeat), BLOCKS);
}

/// The child's role. Checks the data of each block, and panics (which its parent sees) if it isn't as expected.
fn multiply() {
    let descriptor = io::stdin().as_fd().try_clone_to_owned().expect("a descriptor");
    let mut ring = attach(descriptor).expect("the parent's segment");
    let mut parameters = [0.0; GAIN + 1];
    let mut samples = [0.0; MAX_FRAMES];
    ring.set_phase(ChildPhase::Running);
    ring.add_nonfinite(11);
    let mut number = 0;
    while number < BLOCKS {
        assert!(ring.wait(limit()), "no command came");
        let awake_ns = clock::now_ns();
        while let Some(mut block) = ring.next() {
            let frames = frames_of(number);
            assert_eq!(usize::try_from(block.frames()), Ok(frames));
            assert_eq!(block.sample_position(), number << 33);
            assert!((1..=awake_ns.max(clock::now_ns())).contains(&block.host_time_ns()));
            assert_eq!(block.discontinuity(), is_discontinuous(number));
            assert_eq!(block.time(), time_of(number));
            if block.parameters_changed() {
                block.read_parameters(&mut parameters);
            }
            for channel in 0..2 {
                block.read_input(channel, &mut samples);
                samples[..frames].iter_mut().for_each(|sample| *sample *= parameters[GAIN]);
                block.write_output(channel, &samples[..frames]);
            }
            if number == 0 {
                assert!(block.name_probe(b"number", Some(1)));
            }
            block.write_probes(&[probed(number)]);
            block.reply(awake_ns);
            ring.beat();
            number += 1;
        }
    }
    ring.set_phase(ChildPhase::Stopped);
}

fn is_discontinuous(number: u64) -> bool {
    scrambled(number).is_multiple_of(7)
}

fn time_of(number: u64) -> BlockTime {
    let tempo = 20.0 + f64::from(gain_of(number)) / 3.0;
    BlockTime {
        tempo: Some(tempo).filter(|_| !number.is_multiple_of(5)),
        position: i64::try_from(number << 33).expect("63 bits"),
        playing: number.is_multiple_of(3),
    }
}

/// What the child's probe says of a block.
fn probed(number: u64) -> ProbeValues {
    let last = gain_of(number);
    ProbeValues { last, least: -last, greatest: last * 2.0, nonfinite: 3 }
}

/// 1 to `MAX_FRAMES`.
fn frames_of(number: u64) -> usize {
    1 + usize::try_from(scrambled(number)).expect("64 bits") % MAX_FRAMES
}

/// Whole numbers from 1 to 256: multiplied by a gain they are exact.
fn input_of(number: u64, channel: u64) -> [f32; MAX_FRAMES] {
    let mut next = number * 2 + channel;
    std::array::from_fn(|_| {
        next = scrambled(next);
        1.0 + f32::from(u8::try_from(next % 256).expect("a byte"))
    })
}

/// A whole number that differs from those of neighbouring blocks.
fn gain_of(number: u64) -> f32 {
    1.0 + f32::from(u16::try_from(number % 1000).expect("small"))
}

fn set_gain(parameters: &ParameterWriter, number: u64) {
    parameters.set(GAIN, gain_of(number)).expect("in range");
}

/// Ends the process with the test, even if that fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Fails only if it has already ended, and then there is nothing to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
