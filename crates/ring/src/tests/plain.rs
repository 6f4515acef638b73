//! A segment in plain memory, with a clock that ticks once a look, so that no test waits for time to pass.
#![expect(unsafe_code, reason = "the same raw area as over mapped pages, so that Miri sees it")]

use std::alloc::{self, alloc_zeroed, dealloc};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

use crate::area::Area;
use crate::child::ChildRing;
use crate::geometry::Geometry;
use crate::host::HostRing;
use crate::layout::{LINE, Layout};
use crate::memory::Memory;
use crate::parameters::ParameterWriter;
use crate::segment::{child_side, host_side};

#[derive(Debug)]
pub(super) struct Plain {
    area: Area,
    clock: AtomicU64,
}

impl Plain {
    pub(super) fn new(len: usize) -> Self {
        // SAFETY: a segment has more than 0 bytes.
        let base = unsafe { alloc_zeroed(allocation(len)) };
        let base = NonNull::new(base).expect("memory for a test");
        // SAFETY: the allocation is `len` bytes, freed in `drop`, and no reference to its inside is formed.
        let area = unsafe { Area::new(base, len) };
        Self { area, clock: AtomicU64::new(1) }
    }

    pub(super) fn len(&self) -> usize {
        self.area.len()
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with the same layout, and freed only here.
        unsafe { dealloc(self.area.base().as_ptr(), allocation(self.len())) };
    }
}

fn allocation(len: usize) -> alloc::Layout {
    alloc::Layout::from_size_align(len, LINE).expect("a segment's size")
}

impl Memory for Plain {
    type Word = AtomicU32;

    fn word(&self, offset: usize) -> &AtomicU32 {
        self.area.word(offset)
    }
    fn write_samples(&self, offset: usize, samples: &[f32]) {
        self.area.write_samples(offset, samples);
    }
    fn read_samples(&self, offset: usize, samples: &mut [f32]) {
        self.area.read_samples(offset, samples);
    }
    /// Waking early is allowed: this one never sleeps.
    fn wait(&self, _offset: usize, _expected: u32, _deadline_ns: u64) {
        std::thread::yield_now();
    }
    fn wake(&self, _offset: usize) -> bool {
        false
    }
    fn now_ns(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
    }
    fn fence() {
        fence(Ordering::SeqCst);
    }
    fn yield_now() {
        std::thread::yield_now();
    }
}

/// Both ends of a segment, and the memory between.
pub(super) struct Pair {
    pub(super) memory: Arc<Plain>,
    pub(super) layout: Layout,
    pub(super) host: HostRing<Plain>,
    pub(super) parameters: ParameterWriter<Plain>,
    pub(super) child: ChildRing<Plain>,
}

pub(super) fn pair(max_frames: u32, inputs: u32, outputs: u32) -> Pair {
    let layout = Layout::new(Geometry::new(max_frames, inputs, outputs).expect("in range"));
    let memory = Arc::new(Plain::new(layout.total_len()));
    let (host, parameters) = host_side(Arc::clone(&memory), layout, 7);
    let child = child_side(Arc::clone(&memory), memory.len()).expect("a segment");
    Pair { memory, layout, host, parameters, child }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the next of a sequence that a seed repeats.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `end` − 1.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("64 bits");
        usize::try_from(self.next() % end).expect("below a usize")
    }

    /// A whole word of bits.
    pub(super) fn word(&mut self) -> u32 {
        u32::try_from(self.next() >> 32).expect("32 bits")
    }
}

/// Miri is about a thousand times slower.
pub(super) fn rounds(native: usize) -> usize {
    if cfg!(miri) { native / 500 } else { native }
}
