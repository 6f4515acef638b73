//! A child in a separate process that writes random words anywhere into the segment, all the time, at its own pace.
#![expect(unsafe_code, reason = "the child maps the segment itself, to write where the crate wouldn't")]

use std::collections::VecDeque;
use std::env;
use std::io;
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::fstat;
use rustix::mm::{MapFlags, ProtFlags, mmap};
use wavecraft_ring::{BlockHeader, SendError, clock};

use crate::{limit, scrambled, segment};

/// Set when the program is started a second time, as the child; its value is the seed.
const ROLE: &str = "WAVECRAFT_RING_TEST_HOSTILE";
/// The host's steps for each seed.
const STEPS: u64 = 20_000;
const FRAMES: u32 = 64;
/// The number of words from the segment's start that contain the host line, the child line and the slots' own lines:
/// they are overwritten most often.
const CONTROL_WORDS: usize = 256;
/// The newest reply's sequence: the lie with the most consequences.
const REPLY_SEQ: usize = 64;
/// The newest command's sequence. Left alone: the host never reads it, and a plausible lie must be near it.
const COMMAND_SEQ: usize = 32;

#[test]
fn the_host_stands_a_child_that_writes_anywhere_at_any_time() {
    if let Ok(seed) = env::var(ROLE) {
        return write_anywhere(seed.parse().expect("a seed"));
    }
    let seeds = env::var("WAVECRAFT_FUZZ_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(1);
    (0..seeds).for_each(stand);
}

fn stand(seed: u64) {
    println!("seed {seed}");
    let mut host = segment(FRAMES, 2, 2);
    let _child = Running(
        Command::new(env::current_exe().expect("this program"))
            .args(["--exact", "hostile_process::the_host_stands_a_child_that_writes_anywhere_at_any_time"])
            .arg("--nocapture")
            .env(ROLE, seed.to_string())
            .stdin(Stdio::from(host.descriptor))
            .stdout(Stdio::null())
            .spawn()
            .expect("this program starts again"),
    );
    // Waits until it writes.
    let (first, given_up) = (host.ring.child(), limit());
    while host.ring.child() == first {
        assert!(clock::now_ns() < given_up, "the child doesn't write");
    }
    let input = [0.5; FRAMES as usize];
    let mut outstanding = VecDeque::new();
    let mut taken = 0;
    let given_up = limit();
    // Some lies must be believed, so that their consequences are tested.
    for step in 0.. {
        if step >= STEPS && taken >= 20 {
            return;
        }
        assert!(clock::now_ns() < given_up, "only {taken} lies were believed");
        match scrambled(step ^ seed << 32) % 4 {
            0 | 1 => {
                let position = scrambled(step);
                let block =
                    BlockHeader { frames: FRAMES, sample_position: position, ..BlockHeader::default() };
                match host.ring.send(block, &[&input, &input]) {
                    Ok(sequence) => outstanding.push_back((sequence, position)),
                    Err(error) => {
                        assert_eq!(error, SendError::Full);
                        // With no peer to answer, the lies are what keeps it going.
                        let _ = host.ring.wait(clock::now_ns() + 50_000);
                    }
                }
                host.ring.wake();
            }
            2 => {
                let deadline = clock::now_ns() + 20_000;
                let waited = host.ring.wait(deadline);
                assert!(waited || clock::now_ns() >= deadline || outstanding.is_empty());
            }
            _ => {
                let mut output = [[7.0; FRAMES as usize + 1]; 2];
                let [left, right] = &mut output;
                if let Some(reply) = host.ring.take(&mut [left, right]) {
                    taken += 1;
                    assert_eq!(Some((reply.sequence, reply.sample_position)), outstanding.pop_front());
                    assert_eq!(reply.frames, FRAMES);
                    assert!(reply.sent_ns <= reply.awake_ns && reply.awake_ns <= reply.done_ns);
                    assert!(reply.done_ns <= clock::now_ns());
                    assert_eq!([output[0][FRAMES as usize], output[1][FRAMES as usize]], [7.0; 2]);
                }
            }
        }
        assert_eq!(host.ring.outstanding(), outstanding.len());
    }
}

/// The child's role, until it is killed.
fn write_anywhere(seed: u64) {
    let descriptor = io::stdin().as_fd().try_clone_to_owned().expect("a descriptor");
    let len = usize::try_from(fstat(&descriptor).expect("a size").st_size).expect("small");
    // SAFETY: no address is asked for, so nothing in use is replaced; the object is `len` bytes and can't shrink.
    let pages = unsafe {
        mmap(std::ptr::null_mut(), len, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED, &descriptor, 0)
    };
    let pages = pages.expect("mapped").cast::<u32>();
    let word = |index: usize| -> &AtomicU32 {
        assert!(index < len / 4);
        // SAFETY: within the pages, which stay mapped for the life of the process; a page is aligned for words.
        let word = unsafe { pages.add(index) };
        // SAFETY: mapped and aligned, and only reached by atomic operations here.
        unsafe { AtomicU32::from_ptr(word) }
    };
    let given_up = limit();
    for step in 0.. {
        let random = scrambled(seed.wrapping_mul(0x1_0000).wrapping_add(step));
        let span = if random.is_multiple_of(4) { len / 4 } else { CONTROL_WORDS };
        let index = match random & 7 {
            1 => REPLY_SEQ,
            _ => usize::try_from(random >> 8).expect("64 bits") % span,
        };
        if index == COMMAND_SEQ {
            continue;
        }
        let near = word(COMMAND_SEQ).load(Ordering::Relaxed);
        let value = match random >> 4 & 3 {
            0 => 0,
            1 => u32::try_from(random >> 32).expect("32 bits"),
            _ => near.wrapping_add(u32::try_from(random >> 40 & 7).expect("small")).wrapping_sub(4),
        };
        word(index).store(value, Ordering::Relaxed);
        if clock::now_ns() > given_up {
            // The parent is gone without notice.
            return;
        }
    }
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
