//! What a block's way to another process and back costs, as a ratio to the same way over a Unix socket in the same run.
//!
//! Both ends are processes: the benchmark starts itself again. A block is 64 stereo frames of `f32` each way, sent at the
//! pace of 48 kHz (one each 1.33 ms), so that the other side sleeps in between, as it does in use.
//!
//! Prints one JSON object a line: `{"id","what","value","unit","anchor","anchor_value","ratio"}`, values in µs.

use std::{
    io::{Read, Write},
    os::{fd::AsFd, unix::net::UnixStream},
    process::{Child, Command, Stdio},
    time::Duration,
};
use wavecraft_ring::{BlockHeader, Geometry, attach, clock::now_ns, create};

/// Frames of a block.
const FRAMES: u32 = 64;
/// Samples of a block, both channels.
const SAMPLES: usize = 2 * FRAMES as usize;
/// Measured blocks; the first tenth again as many are sent before, unmeasured.
const BLOCKS: usize = 4000;
/// 64 frames at 48 kHz.
const PERIOD: Duration = Duration::from_micros(1333);
/// No wait here is without an end.
const LIMIT_NS: u64 = 1_000_000_000;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("ring-echo") => ring_echo(),
        Some("socket-echo") => socket_echo(),
        _ => compare(),
    }
}

fn compare() {
    let ring = percentiles(over_the_ring());
    let socket = percentiles(over_a_socket());
    for (name, ours, theirs) in [("p50", ring.0, socket.0), ("p99", ring.1, socket.1)] {
        println!(
            "{{\"id\":\"P1\",\"what\":\"round trip of 64 stereo frames, {name}\",\"value\":{ours:.1},\"unit\":\"us\",\
             \"anchor\":\"unix socket\",\"anchor_value\":{theirs:.1},\"ratio\":{:.2}}}",
            ours / theirs
        );
    }
}

fn over_the_ring() -> Vec<u64> {
    let geometry = Geometry::new(FRAMES, 2, 2).expect("a geometry");
    let mut host = create(geometry, 1).expect("a segment");
    let segment = host.descriptor.as_fd().try_clone_to_owned().expect("a descriptor");
    let mut child = echo("ring-echo", segment.into());
    let (left, right) = ([0.25; FRAMES as usize], [0.5; FRAMES as usize]);
    let mut out = [[0.0_f32; FRAMES as usize]; 2];
    let times = paced(|position| {
        let header = BlockHeader {
            frames: FRAMES,
            sample_position: position * u64::from(FRAMES),
            host_time_ns: now_ns(),
            discontinuity: false,
        };
        host.ring.send(header, &[&left, &right]).expect("a free slot");
        host.ring.wake();
        assert!(host.ring.wait(now_ns() + LIMIT_NS), "the echo does not answer");
        let [a, b] = &mut out;
        host.ring.take(&mut [a, b]).expect("the reply");
    });
    assert_eq!((out[0][0], out[1][FRAMES as usize - 1]), (0.25, 0.5), "the echo changed the samples");
    end(&mut child);
    times
}

fn ring_echo() {
    let segment = std::io::stdin().as_fd().try_clone_to_owned().expect("a descriptor");
    let mut ring = attach(segment).expect("a segment");
    let mut samples = [0.0_f32; FRAMES as usize];
    loop {
        // Without a block in time it asks again; it ends by the signal of the process that started it.
        let _ = ring.wait(now_ns() + LIMIT_NS);
        let awake = now_ns();
        while let Some(mut block) = ring.next() {
            for channel in 0..2 {
                block.read_input(channel, &mut samples);
                block.write_output(channel, &samples);
            }
            block.reply(awake);
        }
    }
}

fn over_a_socket() -> Vec<u64> {
    let (mut ours, theirs) = UnixStream::pair().expect("a socket");
    let mut child = echo("socket-echo", std::os::fd::OwnedFd::from(theirs).into());
    let mut block = [0_u8; SAMPLES * size_of::<f32>()];
    let times = paced(|_| {
        ours.write_all(&block).expect("the echo reads");
        ours.read_exact(&mut block).expect("the echo answers");
    });
    end(&mut child);
    times
}

fn socket_echo() {
    let stdin = std::io::stdin().as_fd().try_clone_to_owned().expect("a descriptor");
    let mut socket = UnixStream::from(stdin);
    let mut block = [0_u8; SAMPLES * size_of::<f32>()];
    while socket.read_exact(&mut block).is_ok() {
        socket.write_all(&block).expect("the other side reads");
    }
}

/// Nanoseconds of each round trip, one a period.
fn paced(mut round_trip: impl FnMut(u64)) -> Vec<u64> {
    let mut times = Vec::with_capacity(BLOCKS);
    for position in 0..u64::try_from(BLOCKS + BLOCKS / 10).expect("a count") {
        let start = now_ns();
        round_trip(position);
        let time = now_ns() - start;
        if times.len() < BLOCKS && position >= u64::try_from(BLOCKS / 10).expect("a count") {
            times.push(time);
        }
        std::thread::sleep(PERIOD.saturating_sub(Duration::from_nanos(time)));
    }
    times
}

/// The median and the 99th percentile in µs.
fn percentiles(mut times: Vec<u64>) -> (f64, f64) {
    times.sort_unstable();
    let at = |share: usize| times[times.len() * share / 100] as f64 / 1000.0;
    (at(50), at(99))
}

fn echo(kind: &str, stdin: Stdio) -> Child {
    let own = std::env::current_exe().expect("this program");
    Command::new(own).arg(kind).stdin(stdin).spawn().expect("the echo starts")
}

fn end(child: &mut Child) {
    child.kill().expect("it runs");
    child.wait().expect("its end");
}
