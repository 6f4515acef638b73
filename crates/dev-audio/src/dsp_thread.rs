//! The thread that makes the processors and runs the blocks.

use std::io;
use std::sync::Arc;
use std::thread;

use wavecraft_companion_protocol::child::{FromChild, ToChild};
use wavecraft_ring::{ChildPhase, ChildRing, Interrupt};

use crate::blocks::{BEAT, Blocks};
use crate::chain::{Chain, Planned};
use crate::denormals;
use crate::mailbox::Mailbox;
use crate::outbox::Outbox;
use crate::priority::Priority;
use crate::{panic_report, resident};

/// The stack: what Linux gives a main thread, for processors that keep their arrays there.
const STACK_BYTES: usize = 8 << 20;

/// Later children of a session run on the same system: it refuses them the same, and was told of once.
const FIRST_GENERATION: u32 = 1;

/// The main thread's handle on the DSP thread.
pub(crate) struct DspThread {
    mailbox: Arc<Mailbox>,
    interrupt: Interrupt,
}

impl DspThread {
    /// Starts the thread. It lives as long as the process.
    pub(crate) fn start(ring: ChildRing, planned: Vec<Planned>, outbox: Arc<Outbox>) -> io::Result<Self> {
        let mailbox = Arc::new(Mailbox::default());
        let handle = Self { mailbox: Arc::clone(&mailbox), interrupt: ring.interrupt_handle() };
        let body = move || {
            enter();
            Dsp::new(ring, planned, outbox).obey(&mailbox)
        };
        thread::Builder::new().name("wavecraft-dsp".into()).stack_size(STACK_BYTES).spawn(body)?;
        Ok(handle)
    }

    /// Passes a message on; the thread takes it between two blocks.
    pub(crate) fn tell(&self, message: ToChild) {
        self.mailbox.put(message);
        self.interrupt.interrupt();
    }
}

/// What becomes of the thread before it runs anything of the user's. Its class comes with the blocks.
fn enter() {
    panic_report::make_essential();
    denormals::flush_to_zero();
    resident::keep_stack();
}

/// Everything that the thread owns.
struct Dsp {
    ring: ChildRing,
    outbox: Arc<Outbox>,
    state: State,
    blocks: Blocks,
    priority: Priority,
}

enum State {
    Unmade(Vec<Planned>),
    Prepared { chain: Chain, sample_rate: f32 },
}

impl Dsp {
    fn new(ring: ChildRing, planned: Vec<Planned>, outbox: Arc<Outbox>) -> Self {
        let parameters = planned.iter().map(|planned| planned.parameters.count()).sum();
        let blocks = Blocks::new(ring.geometry(), parameters);
        Self { ring, outbox, state: State::Unmade(planned), blocks, priority: Priority::from_environment() }
    }

    /// Obeys the companion until the process ends.
    fn obey(mut self, mailbox: &Mailbox) -> ! {
        loop {
            self.ring.beat();
            match mailbox.take(BEAT) {
                Some(ToChild::Prepare { sample_rate, max_frames, inputs, outputs }) => {
                    let answer = match self.prepare(sample_rate, max_frames, inputs, outputs) {
                        Ok(()) => FromChild::Ready,
                        Err(message) => FromChild::Error { message },
                    };
                    self.outbox.send(&answer);
                }
                Some(ToChild::Start) => self.start(mailbox),
                Some(ToChild::Stop) => self.ring.set_phase(ChildPhase::Stopped),
                None => {}
            }
        }
    }

    fn prepare(
        &mut self,
        sample_rate: f32,
        max_frames: u32,
        inputs: u32,
        outputs: u32,
    ) -> Result<(), String> {
        let geometry = self.ring.geometry();
        if !(sample_rate.is_finite() && sample_rate > 0.0) {
            return Err(format!("a sample rate of {sample_rate} Hz can't be processed"));
        }
        if (inputs, outputs) != (geometry.inputs(), geometry.outputs()) || max_frames > geometry.max_frames()
        {
            return Err(format!(
                "asked to process blocks of {max_frames} frames, {inputs} in, {outputs} out, over a segment for {} \
                 frames, {} in, {} out: the companion contradicts itself, which is a fault to report",
                geometry.max_frames(),
                geometry.inputs(),
                geometry.outputs(),
            ));
        }
        if let State::Unmade(planned) = &mut self.state {
            let chain = Chain::make(std::mem::take(planned))?;
            self.state = State::Prepared { chain, sample_rate };
        }
        if let State::Prepared { chain, sample_rate: current } = &mut self.state {
            *current = sample_rate;
            chain.prepare(sample_rate);
        }
        Ok(())
    }

    fn start(&mut self, mailbox: &Mailbox) {
        let State::Prepared { chain, sample_rate } = &mut self.state else {
            let message = "told to start before it was prepared".to_owned();
            return self.outbox.send(&FromChild::Error { message });
        };
        let entered = self.priority.enter(self.ring.geometry().max_frames(), *sample_rate);
        if let Err(message) = entered
            && self.ring.generation() == FIRST_GENERATION
        {
            self.outbox.send(&FromChild::Log { message });
        }
        self.ring.set_phase(ChildPhase::Running);
        loop {
            self.blocks.run(&mut self.ring, chain, &mut self.priority, || !mailbox.is_empty());
            // Whoever is told this has missed its blocks long ago: the one time that this thread writes here.
            if let Some(message) = self.priority.tell_loss() {
                self.outbox.send(&FromChild::Log { message });
            }
            if !mailbox.is_empty() {
                break;
            }
        }
        self.priority.leave();
    }
}
