//! The values that processors show of themselves: collected per block on the audio thread, then handed over with the block.

use std::cell::RefCell;

use wavecraft_ring::{ChildBlock, MAX_PROBE_NAME_BYTES, MAX_PROBES, ProbeValues, is_name};

thread_local! {
    /// Each thread has one, and only that of the audio thread ever collects. It needs no destructor, so that the thread's
    /// end frees nothing.
    static RECORDER: RefCell<Recorder> = const { RefCell::new(Recorder::new()) };
}

/// The probes of this process, in the order of their first values.
struct Recorder {
    /// Whether a processor runs.
    active: bool,
    /// The place of the one that runs in the chain.
    processor: Option<u32>,
    probes: [Probe; MAX_PROBES],
    values: [ProbeValues; MAX_PROBES],
    count: usize,
    /// How many of them the companion knows.
    named: usize,
    /// Whether one was left out that the companion doesn't know of.
    ignored: bool,
}

#[derive(Clone, Copy)]
struct Probe {
    name: [u8; MAX_PROBE_NAME_BYTES],
    length: usize,
    processor: Option<u32>,
}

impl Probe {
    const NONE: Self = Self { name: [0; MAX_PROBE_NAME_BYTES], length: 0, processor: None };

    fn new(name: &[u8], processor: Option<u32>) -> Self {
        let mut probe = Self { length: name.len().min(MAX_PROBE_NAME_BYTES), processor, ..Self::NONE };
        probe.name.iter_mut().zip(name).for_each(|(place, byte)| *place = *byte);
        probe
    }

    fn name(&self) -> &[u8] {
        &self.name[..self.length]
    }
}

impl Recorder {
    const fn new() -> Self {
        Self {
            active: false,
            processor: None,
            probes: [Probe::NONE; MAX_PROBES],
            values: [ProbeValues::NONE; MAX_PROBES],
            count: 0,
            named: 0,
            ignored: false,
        }
    }

    fn record(&mut self, name: &[u8], value: f32) {
        if !self.active {
            return;
        }
        let (known, processor) = (&self.probes[..self.count], self.processor);
        let found = known.iter().position(|probe| probe.processor == processor && probe.name() == name);
        let index = match found {
            Some(index) => index,
            None if self.count < MAX_PROBES && is_name(name) => {
                self.probes[self.count] = Probe::new(name, processor);
                self.count += 1;
                self.count - 1
            }
            None => {
                self.ignored = true;
                return;
            }
        };
        self.values[index].add(value);
    }

    fn hand_over(&mut self, block: &mut ChildBlock<'_>) {
        while self.named < self.count {
            let probe = &self.probes[self.named];
            block.name_probe(probe.name(), probe.processor);
            self.named += 1;
        }
        if std::mem::take(&mut self.ignored) {
            block.ignore_probe();
        }
        block.write_probes(&self.values[..self.count]);
        self.values[..self.count].fill(ProbeValues::NONE);
    }
}

/// Takes a value. It counts if this thread runs a processor at the moment.
pub(crate) fn record(name: &[u8], value: f32) {
    with(|recorder| recorder.record(name, value));
}

/// From here on this thread runs the processor at this place of the chain, if it is known which.
pub(crate) fn enter(processor: Option<u32>) {
    with(|recorder| (recorder.active, recorder.processor) = (true, processor));
}

/// This thread runs no processor any more. Called before it has run any, it makes room for what is to come.
pub(crate) fn leave() {
    with(|recorder| recorder.active = false);
}

/// Writes what was collected since the last block into this one.
pub(crate) fn hand_over(block: &mut ChildBlock<'_>) {
    with(|recorder| recorder.hand_over(block));
}

fn with(work: impl FnOnce(&mut Recorder)) {
    // It is there until the thread ends, and never borrowed twice: nothing in here calls back.
    let _ = RECORDER.try_with(|recorder| recorder.try_borrow_mut().map(|mut recorder| work(&mut recorder)));
}
