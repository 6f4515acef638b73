//! A processor that does in `process` what an audio thread must not, in the way that its parameter selects, for tests of the
//! program that watches it.
//!
//! A comment at the end of a line is the name by which a test knows the line. The functions don't end in the call that counts: one
//! that does may hand its frame over to what it calls, and is in no stack.

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::Duration;

use wavecraft::{ParamRange, ParamSpec, Processor, ProcessorParams, Transport};

/// Made when it is first used.
static TABLE: LazyLock<Vec<f32>> = LazyLock::new(|| black_box(vec![0.5; 64])); // lazy static

struct Violations {
    spare: Option<Box<[f32; 16]>>,
    map: HashMap<u32, f32>,
    held: Arc<Held>,
    samples: Vec<f32>,
}

/// A lock that another thread holds when it is wanted.
#[derive(Default)]
struct Held {
    lock: Mutex<()>,
    is_wanted: AtomicBool,
    is_held: AtomicBool,
}

#[derive(Default)]
struct ViolationsParams {
    fault: usize,
}

type Fault = fn(&mut Violations, &mut [&mut [f32]]);

const NAMES: &[&str] = &[
    "None",
    "Push",
    "Two lines",
    "Format",
    "Print",
    "Lock",
    "Sleep",
    "Read",
    "Lazy static",
    "Drop",
    "Map",
    "Spawn",
    "Every sample",
    "Resize",
    "Zeroed",
    "After a thread",
    "Loop",
    "Exit",
    "Panic",
];

const FAULTS: [Fault; NAMES.len()] = [
    none,
    push,
    two_lines,
    text,
    print,
    lock,
    sleep,
    read,
    lazy,
    free,
    map,
    spawn,
    every_sample,
    resize,
    zeroed,
    after_a_thread,
    endless,
    exit,
    end,
];

fn none(_: &mut Violations, block: &mut [&mut [f32]]) {
    block.iter_mut().flat_map(|channel| channel.iter_mut()).for_each(|sample| *sample *= 0.5);
}

fn push(_: &mut Violations, _: &mut [&mut [f32]]) {
    let mut list = black_box(Vec::new());
    list.push(black_box(1.0_f32)); // push
    drop(black_box(list)); // push's end
    black_box(());
}

fn two_lines(_: &mut Violations, _: &mut [&mut [f32]]) {
    let (mut one, mut other) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        one.push(black_box([0_u8; 64])); // one line
        other.push(black_box([0_u8; 64])); // another line
    }
    std::mem::forget(black_box((one, other)));
}

fn text(_: &mut Violations, block: &mut [&mut [f32]]) {
    let text = format!("a block of {} channels", block.len()); // format
    std::mem::forget(black_box(text));
}

fn print(_: &mut Violations, block: &mut [&mut [f32]]) {
    println!("{}", block.len()); // print
    black_box(());
}

fn lock(violations: &mut Violations, _: &mut [&mut [f32]]) {
    let held = &violations.held;
    held.is_wanted.store(true, Ordering::Release);
    while !held.is_held.load(Ordering::Acquire) {
        std::hint::spin_loop();
    }
    drop(held.lock.lock()); // lock
    held.is_held.store(false, Ordering::Release);
}

fn sleep(_: &mut Violations, _: &mut [&mut [f32]]) {
    thread::sleep(Duration::from_micros(10)); // sleep
    black_box(());
}

fn read(_: &mut Violations, _: &mut [&mut [f32]]) {
    let read = fs::read("/dev/null"); // read
    assert!(read.is_ok_and(|bytes| bytes.is_empty()), "a call is answered as it would be without the watch");
}

fn lazy(_: &mut Violations, block: &mut [&mut [f32]]) {
    let level = TABLE[3]; // first use
    block.iter_mut().flat_map(|channel| channel.iter_mut()).for_each(|sample| *sample *= level);
}

fn free(violations: &mut Violations, _: &mut [&mut [f32]]) {
    drop(black_box(violations.spare.take())); // drop
    black_box(());
}

fn map(violations: &mut Violations, _: &mut [&mut [f32]]) {
    violations.map.insert(7, 1.0); // insert
    black_box(());
}

fn spawn(_: &mut Violations, _: &mut [&mut [f32]]) {
    let thread = thread::spawn(|| black_box(1)); // spawn
    std::mem::forget(thread);
}

fn every_sample(_: &mut Violations, block: &mut [&mut [f32]]) {
    for sample in block.iter_mut().flat_map(|channel| channel.iter_mut()) {
        let piece = Box::new(*sample); // every sample
        *sample = *black_box(piece); // every sample's end
    }
    drop(black_box(vec![0_u8; 3])); // after them
    black_box(());
}

fn resize(violations: &mut Violations, _: &mut [&mut [f32]]) {
    violations.samples.reserve_exact(violations.samples.capacity() + 1); // resize
    black_box(());
}

fn zeroed(_: &mut Violations, _: &mut [&mut [f32]]) {
    std::mem::forget(black_box(vec![0_u8; 100])); // zeroed
}

fn after_a_thread(_: &mut Violations, _: &mut [&mut [f32]]) {
    std::mem::forget(thread::spawn(|| black_box(1))); // before
    thread::sleep(Duration::from_micros(1)); // after
    black_box(());
}

fn endless(_: &mut Violations, _: &mut [&mut [f32]]) {
    std::mem::forget(black_box(vec![1_u8; 100])); // before the loop
    loop {
        std::hint::spin_loop();
    }
}

fn exit(_: &mut Violations, _: &mut [&mut [f32]]) {
    std::process::exit(3);
}

fn end(_: &mut Violations, block: &mut [&mut [f32]]) {
    panic!("{} channels are too many", block.len()); // panic
}

impl ProcessorParams for ViolationsParams {
    fn param_specs() -> &'static [ParamSpec] {
        &[ParamSpec {
            name: "Fault",
            id_suffix: "fault",
            range: ParamRange::Enum { variants: NAMES },
            default: 0.0,
            unit: "",
            group: None,
        }]
    }

    fn apply_plain_values(&mut self, values: &[f32]) {
        let chosen =
            (0_u16..).map(f32::from).zip(0..FAULTS.len()).find(|(number, _)| values.first() == Some(number));
        self.fault = chosen.map_or(0, |(_, fault)| fault);
    }
}

impl Default for Violations {
    fn default() -> Self {
        let held = Arc::new(Held::default());
        let theirs = Arc::clone(&held);
        thread::spawn(move || {
            loop {
                while !theirs.is_wanted.swap(false, Ordering::Acquire) {
                    thread::sleep(Duration::from_millis(1));
                }
                let guard = theirs.lock.lock();
                theirs.is_held.store(true, Ordering::Release);
                thread::sleep(Duration::from_millis(20));
                drop(guard);
            }
        });
        Self { spare: Some(Box::new([0.0; 16])), map: HashMap::new(), held, samples: vec![0.0; 8] }
    }
}

impl Processor for Violations {
    type Params = ViolationsParams;

    fn process(&mut self, block: &mut [&mut [f32]], _: &Transport, params: &ViolationsParams) {
        FAULTS[params.fault](self, block);
    }
}

wavecraft_dev_audio::run!(Violations);
