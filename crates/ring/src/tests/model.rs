//! Every interleaving, up to a bound, of the two ends' steps: by loom, over a model of the segment.
//!
//! `RUSTFLAGS="--cfg loom" LOOM_MAX_PREEMPTIONS=3 cargo test -p wavecraft-ring --release --lib model`
#![expect(unsafe_code, reason = "loom's cells hand out raw pointers")]

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicU32, fence};
use loom::sync::{Condvar, Mutex};
use loom::thread;

use crate::child::ChildRing;
use crate::geometry::Geometry;
use crate::host::{BlockHeader, HostRing};
use crate::interrupt::Interrupt;
use crate::layout::{
    LINE, Layout, MAX_PROBE_NAME_BYTES, SLOTS, child_line, command, header, host_line, probe_values, probes,
    reply,
};
use crate::memory::{Memory, Word};
use crate::parameters::ParameterWriter;
use crate::probes::ProbeValues;
use crate::segment::{child_side, host_side};

/// Frames in every block of the model.
const FRAMES: u32 = 1;

/// Faults of a model's system, planted to check that they are found.
trait System: 'static {
    /// Whether fences order anything.
    const FENCES: bool = true;
    /// Whether a sleeper compares its word before it sleeps.
    const COMPARES: bool = true;
}

struct Right;
impl System for Right {}

struct WithoutFences;
impl System for WithoutFences {
    const FENCES: bool = false;
}

struct WithoutAComparison;
impl System for WithoutAComparison {
    const COMPARES: bool = false;
}

/// A segment of loom's words. Loom detects a channel area that two threads access at once, a load that no store orders,
/// and, as no wait here has a deadline, a lost wake-up: then all threads sleep.
struct Modelled<S: System = Right> {
    system: PhantomData<fn() -> S>,
    words: BTreeMap<usize, AtomicU32>,
    /// The channel areas, by the line they start on.
    samples: BTreeMap<usize, UnsafeCell<f32>>,
    /// The kernel's list of sleepers for each of the two wake words.
    sleepers: BTreeMap<usize, Sleepers>,
    len: usize,
}

/// A futex: the word is compared and the sleeper put on the list under one lock, which a waker takes too.
struct Sleepers {
    count: Mutex<u32>,
    woken: Condvar,
}

// SAFETY: samples are reached through loom's cells, which find it when two threads reach one at once.
unsafe impl<S: System> Sync for Modelled<S> {}

impl<S: System> Modelled<S> {
    fn new(layout: &Layout) -> Self {
        let mut offsets: Vec<usize> = (header::MAGIC..=header::GENERATION).step_by(4).collect();
        offsets.extend((host_line::COMMAND_SEQ..=host_line::WAITING).step_by(4));
        offsets.extend((child_line::REPLY_SEQ..=child_line::BEGUN).step_by(4));
        offsets.extend([layout.parameter(0), layout.parameter(1)]);
        offsets.extend([layout.probes() + probes::COUNT, layout.probe_processor(0)]);
        offsets.extend((0..MAX_PROBE_NAME_BYTES).step_by(4).map(|offset| layout.probe_name(0) + offset));
        let mut lines = Vec::new();
        for slot in (0_u32..).take(SLOTS) {
            offsets.extend(
                (command::SEQ..command::TEMPO + 8).step_by(4).map(|offset| layout.slot(slot) + offset),
            );
            offsets.extend((reply::SEQ..=reply::PROBES).step_by(4).map(|offset| layout.slot(slot) + offset));
            offsets.extend(
                (0..probe_values::BYTES).step_by(4).map(|offset| layout.probe_values(slot, 0) + offset),
            );
            lines.extend([layout.input(slot, 0), layout.output(slot, 0)]);
        }
        let sleepers = || Sleepers { count: Mutex::new(0), woken: Condvar::new() };
        Self {
            system: PhantomData,
            words: offsets.into_iter().map(|offset| (offset, AtomicU32::new(0))).collect(),
            samples: lines.into_iter().map(|line| (line, UnsafeCell::new(0.0))).collect(),
            sleepers: [host_line::COMMAND_SEQ, child_line::REPLY_SEQ].map(|word| (word, sleepers())).into(),
            len: layout.total_len(),
        }
    }

    fn cell(&self, offset: usize) -> &UnsafeCell<f32> {
        assert!(offset.is_multiple_of(LINE));
        self.samples.get(&offset).expect("a channel area")
    }
}

impl<S: System> fmt::Debug for Modelled<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Modelled").finish_non_exhaustive()
    }
}

impl Word for AtomicU32 {
    fn new(value: u32) -> Self {
        Self::new(value)
    }
    fn load(&self, order: Ordering) -> u32 {
        self.load(order)
    }
    fn store(&self, value: u32, order: Ordering) {
        self.store(value, order);
    }
    fn add(&self, value: u32, order: Ordering) {
        self.fetch_add(value, order);
    }
}

impl<S: System> Memory for Modelled<S> {
    type Word = AtomicU32;

    fn word(&self, offset: usize) -> &AtomicU32 {
        self.words.get(&offset).expect("a word of the segment")
    }
    fn write_samples(&self, offset: usize, samples: &[f32]) {
        let cell = self.cell(offset);
        for sample in samples {
            // SAFETY: loom has checked that nobody else reaches the cell.
            cell.with_mut(|cell| unsafe { *cell = *sample });
        }
    }
    fn read_samples(&self, offset: usize, samples: &mut [f32]) {
        let cell = self.cell(offset);
        for sample in samples {
            // SAFETY: loom has checked that nobody writes the cell.
            *sample = cell.with(|cell| unsafe { *cell });
        }
    }
    fn wait(&self, offset: usize, expected: u32, _deadline_ns: u64) {
        let sleepers = self.sleepers.get(&offset).expect("a wake word");
        let mut count = sleepers.count.lock().expect("no panic");
        if !S::COMPARES || self.word(offset).load(Ordering::Relaxed) == expected {
            *count += 1;
            count = sleepers.woken.wait(count).expect("no panic");
            *count -= 1;
        }
    }
    fn wake(&self, offset: usize) -> bool {
        let sleepers = self.sleepers.get(&offset).expect("a wake word");
        let count = sleepers.count.lock().expect("no panic");
        sleepers.woken.notify_one();
        *count > 0
    }
    fn now_ns(&self) -> u64 {
        0
    }
    fn fence() {
        if S::FENCES {
            fence(Ordering::SeqCst);
        }
    }
    fn yield_now() {
        thread::yield_now();
    }
}

type Ends<S> = (HostRing<Modelled<S>>, ParameterWriter<Modelled<S>>, ChildRing<Modelled<S>>);

fn pair<S: System>() -> Ends<S> {
    let layout = Layout::new(Geometry::new(FRAMES, 1, 1).expect("in range"));
    let memory = Arc::new(Modelled::new(&layout));
    let (host, parameters) = host_side(Arc::clone(&memory), layout, 0);
    let child = child_side(Arc::clone(&memory), memory.len).expect("a segment");
    (host, parameters, child)
}

fn send<S: System>(host: &mut HostRing<Modelled<S>>, sample: f32) -> u32 {
    let block = BlockHeader { frames: FRAMES, ..BlockHeader::default() };
    let sequence = host.send(block, &[&[sample]]).expect("a free slot");
    host.wake();
    sequence
}

fn take<S: System>(host: &mut HostRing<Modelled<S>>) -> (u32, f32) {
    assert!(host.wait(u64::MAX));
    let mut output = [0.0];
    let reply = host.take(&mut [&mut output]).expect("a reply");
    (reply.sequence, output[0])
}

/// Answers `blocks` blocks with their input, doubled; returns the first parameter for each block in which it changed.
fn double<S: System>(child: &mut ChildRing<Modelled<S>>, blocks: usize) -> Vec<Option<f32>> {
    let mut parameters = Vec::new();
    while parameters.len() < blocks {
        assert!(child.wait(u64::MAX));
        while let Some(mut block) = child.next() {
            let (mut sample, mut parameter) = ([0.0], [0.0]);
            let changed = block.parameters_changed();
            if changed {
                block.read_parameters(&mut parameter);
            }
            parameters.push(changed.then_some(parameter[0]));
            block.read_input(0, &mut sample);
            block.write_output(0, &[sample[0] * 2.0]);
            block.reply(0);
        }
    }
    parameters
}

/// One block more than there are slots, so that the first slot is used again.
#[test]
fn blocks_are_handed_over_and_slots_used_again() {
    loom::model(|| {
        let (mut host, _parameters, mut child) = pair::<Right>();
        let child = thread::spawn(move || double(&mut child, SLOTS + 1));
        let mut sent: Vec<_> = [1.0, 2.0].map(|sample| (send(&mut host, sample), sample * 2.0)).into();
        assert_eq!(sent.len(), SLOTS);
        assert_eq!(take(&mut host), sent.remove(0));
        sent.push((send(&mut host, 3.0), 6.0));
        assert_eq!([take(&mut host), take(&mut host)], sent[..]);
        assert_eq!(host.child().violations, 0);
        child.join().expect("no panic");
    });
}

/// With one block at a time both ends fall asleep before each step, or nearly.
fn one_block_at_a_time<S: System>() {
    loom::model(|| {
        let (mut host, _parameters, mut child) = pair::<S>();
        let child = thread::spawn(move || double(&mut child, 2));
        for sample in [1.0, 2.0] {
            assert_eq!(take_after(&mut host, sample), sample * 2.0);
        }
        child.join().expect("no panic");
    });
}

#[test]
fn no_wake_up_is_lost() {
    one_block_at_a_time::<Right>();
}

/// Each side announces its sleep and looks for work; without ordering, each may miss what the other has just written.
#[test]
#[should_panic(expected = "deadlock")]
fn a_wake_up_that_is_lost_for_want_of_a_fence_is_found() {
    one_block_at_a_time::<WithoutFences>();
}

/// The command arrives between the last look and the sleep.
#[test]
#[should_panic(expected = "deadlock")]
fn a_wake_up_that_is_lost_for_want_of_a_comparison_is_found() {
    one_block_at_a_time::<WithoutAComparison>();
}

fn take_after<S: System>(host: &mut HostRing<Modelled<S>>, sample: f32) -> f32 {
    let sequence = send(host, sample);
    let (answered, output) = take(host);
    assert_eq!(answered, sequence);
    output
}

/// A control thread sets a value while blocks run; a block sent after that has it.
#[test]
fn a_parameter_is_there_at_the_block_after_the_set() {
    loom::model(|| {
        let (mut host, parameters, mut child) = pair::<Right>();
        let control = thread::spawn(move || parameters.set(0, 0.5).expect("in range"));
        let child = thread::spawn(move || double(&mut child, 2));
        send(&mut host, 1.0);
        control.join().expect("no panic");
        send(&mut host, 2.0);
        let seen = child.join().expect("no panic");
        // Seen by the first block, or else by the second; once, and never as a change without the value.
        assert!(seen == [Some(0.5), None] || seen == [None, Some(0.5)], "{seen:?}");
    });
}

/// A probe is named in the block of its first value: whoever has the value finds the name.
#[test]
fn a_probe_has_its_name_at_its_first_value() {
    loom::model(|| {
        let (mut host, _parameters, mut child) = pair::<Right>();
        let names = host.probe_names();
        let child = thread::spawn(move || {
            assert!(child.wait(u64::MAX));
            let mut block = child.next().expect("a command");
            assert!(block.name_probe(b"gain", None));
            block.write_probes(&[ProbeValues { last: 1.0, least: 1.0, greatest: 1.0, nonfinite: 0 }]);
            block.reply(0);
        });
        // Earlier there is no name, or all of it.
        let early = names.get(0);
        assert!(early.is_none_or(|probe| probe.name == "gain"));
        send(&mut host, 1.0);
        assert!(host.wait(u64::MAX));
        let mut read = None;
        host.read_probes(|probe, values| read = Some((probe, values.last)));
        assert_eq!(read, Some((0, 1.0)));
        assert_eq!(names.get(0).map(|probe| probe.name).as_deref(), Some("gain"));
        child.join().expect("no panic");
    });
}

#[test]
fn an_interrupt_ends_a_wait() {
    loom::model(|| {
        let (_host, _parameters, mut child) = pair::<Right>();
        let stop: Interrupt<Modelled> = child.interrupt_handle();
        let child = thread::spawn(move || assert!(!child.wait(u64::MAX)));
        stop.interrupt();
        child.join().expect("no panic");
    });
}

/// The child may have left its wait, or still be in it, because of a command as well as the interrupt.
#[test]
fn an_interrupt_and_a_command_both_arrive() {
    loom::model(|| {
        let (mut host, _parameters, mut child) = pair::<Right>();
        let stop: Interrupt<Modelled> = child.interrupt_handle();
        let child = thread::spawn(move || {
            let first = child.wait(u64::MAX);
            if first {
                double(&mut child, 1);
            }
            assert_eq!(child.wait(u64::MAX), !first);
        });
        let stopper = thread::spawn(move || stop.interrupt());
        send(&mut host, 1.0);
        stopper.join().expect("no panic");
        child.join().expect("no panic");
    });
}
