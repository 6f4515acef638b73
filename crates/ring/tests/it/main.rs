//! The ring over real shared memory: between threads, between processes, and refused when necessary.
#![cfg(not(any(miri, loom)))]

mod hostile_process;
mod real_time;
mod refused;
mod threads;
mod two_processes;
mod waiting;

use wavecraft_ring::{BlockHeader, ChildRing, Geometry, HostSide, attach, clock, create};

/// A generous limit for what should happen at once: 60 s from now, on the wake clock.
fn limit() -> u64 {
    clock::now_ns() + 60_000_000_000
}

fn segment(max_frames: u32, inputs: u32, outputs: u32) -> HostSide {
    create(Geometry::new(max_frames, inputs, outputs).expect("in range"), 3).expect("shared memory")
}

fn attached(host: &HostSide) -> ChildRing {
    attach(host.descriptor.try_clone().expect("a descriptor")).expect("the host's segment")
}

fn block(frames: u32) -> BlockHeader {
    BlockHeader { frames, ..BlockHeader::default() }
}

/// A number that depends only on `n`, spread over 64 bits (the finalizer of SplitMix64).
fn scrambled(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
