//! The least there can be: one word in shared memory for each way, and a sleep on it. No samples are copied.

use super::{Block, LIMIT_NS, Transport};
use crate::peer::Peer;
use crate::platform::{Words, wait, wake};
use std::os::fd::AsFd;
use std::sync::atomic::Ordering;

struct Futex {
    words: Words,
    sequence: u32,
    _echo: Peer,
}

pub(crate) fn start() -> Box<dyn Transport> {
    let (words, descriptor) = Words::create();
    Box::new(Futex { words, sequence: 0, _echo: Peer::start("futex-echo", descriptor.into()) })
}

impl Transport for Futex {
    fn name(&self) -> &'static str {
        "bare futex"
    }

    fn round_trip(&mut self, _block: &mut Block) {
        let (there, back) = (self.words.there(), self.words.back());
        self.sequence = self.sequence.wrapping_add(1);
        there.store(self.sequence, Ordering::Release);
        wake(there);
        while back.load(Ordering::Acquire) != self.sequence {
            assert!(wait(back, self.sequence.wrapping_sub(1), LIMIT_NS), "the futex echo doesn't answer");
        }
    }
}

/// Answers whatever comes, until it is killed.
pub(crate) fn echo() {
    let words = Words::attach(&std::io::stdin().as_fd());
    let mut seen = 0;
    loop {
        let now = words.there().load(Ordering::Acquire);
        if now == seen {
            wait(words.there(), seen, LIMIT_NS);
            continue;
        }
        seen = now;
        words.back().store(seen, Ordering::Release);
        wake(words.back());
    }
}
