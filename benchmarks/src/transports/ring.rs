//! Ours: `wavecraft-ring` with its defaults, as in Direct mode.

use super::{Block, FRAMES, LIMIT_NS, Transport};
use crate::peer::Peer;
use std::os::fd::AsFd;
use wavecraft_ring::{BlockHeader, BlockTime, Geometry, HostRing, attach, clock::now_ns, create};

struct Ring {
    ring: HostRing,
    position: u64,
    _echo: Peer,
}

pub(crate) fn start() -> Box<dyn Transport> {
    let host = create(Geometry::new(FRAMES, 2, 2).expect("a geometry"), 1).expect("a segment");
    Box::new(Ring { ring: host.ring, position: 0, _echo: Peer::start("ring-echo", host.descriptor.into()) })
}

impl Transport for Ring {
    fn name(&self) -> &'static str {
        "ring"
    }

    fn round_trip(&mut self, block: &mut Block) {
        let header = BlockHeader {
            frames: FRAMES,
            sample_position: self.position,
            host_time_ns: 0,
            discontinuity: false,
            reset: false,
            time: BlockTime::default(),
        };
        self.position += u64::from(FRAMES);
        let (left, right) = block.split_at_mut(FRAMES as usize);
        self.ring.send(header, &[left, right]).expect("a free slot");
        self.ring.wake();
        assert!(self.ring.wait(now_ns() + LIMIT_NS), "the ring's echo doesn't answer");
        self.ring.take(&mut [left, right]).expect("the reply");
    }
}

pub(crate) fn echo() {
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
