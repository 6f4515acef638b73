//! The thread that creates the processors and processes the blocks, and the mailbox through which the main thread sends
//! it commands.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use wavecraft_companion_protocol::child::{FromChild, ToChild};
use wavecraft_ring::{ChildPhase, ChildRing, Interrupt};

use crate::blocks::{BEAT, Blocks};
use crate::chain::{Chain, Planned};
use crate::outbox::{Outbox, make_thread_essential};
use crate::probes;
use crate::realtime::{Priority, flush_denormals, lock_stack};
use crate::twin::Twin;
use crate::watch::Watcher;

/// The stack size: what Linux gives a main thread, for processors that keep arrays on the stack.
const STACK_BYTES: usize = 8 << 20;

/// A refused priority is reported for the first child only: the session's later children run on the same system.
const FIRST_GENERATION: u32 = 1;

/// The main thread's handle on the DSP thread.
pub(crate) struct DspThread {
    mailbox: Arc<Mailbox>,
    interrupt: Interrupt,
}

impl DspThread {
    /// Starts the thread. It lives as long as the process.
    pub(crate) fn start(
        ring: ChildRing,
        mut planned: Vec<Planned>,
        twin: Option<Vec<Planned>>,
        outbox: Arc<Outbox>,
        watcher: Option<Watcher>,
    ) -> io::Result<Self> {
        let mailbox = Arc::new(Mailbox::default());
        let handle = Self { mailbox: Arc::clone(&mailbox), interrupt: ring.interrupt_handle() };
        let body = move || {
            enter();
            if let Some(watcher) = &watcher {
                watcher.begin(planned.iter_mut().find_map(|planned| planned.unwatched_memory.take()));
            }
            Dsp::new(ring, planned, twin, outbox, watcher).run(&mailbox)
        };
        thread::Builder::new().name("wavecraft-dsp".into()).stack_size(STACK_BYTES).spawn(body)?;
        Ok(handle)
    }

    /// Passes a message on; the thread takes it between two blocks.
    pub(crate) fn send(&self, message: ToChild) {
        self.mailbox.put(message);
        self.interrupt.interrupt();
    }
}

/// Prepares the thread before it runs any user code. It enters its real-time class when blocks start.
fn enter() {
    make_thread_essential();
    flush_denormals();
    lock_stack();
    // A thread's own variables may only get their memory when they are first used.
    probes::leave();
}

/// Everything the thread owns.
struct Dsp {
    ring: ChildRing,
    outbox: Arc<Outbox>,
    watcher: Option<Watcher>,
    state: State,
    blocks: Blocks,
    priority: Priority,
}

enum State {
    /// The processors, and those of a twin.
    Unmade(Vec<Planned>, Option<Vec<Planned>>),
    Prepared {
        chain: Chain,
        sample_rate: f32,
    },
}

impl Dsp {
    fn new(
        ring: ChildRing,
        planned: Vec<Planned>,
        twin: Option<Vec<Planned>>,
        outbox: Arc<Outbox>,
        watcher: Option<Watcher>,
    ) -> Self {
        let parameters = planned.iter().map(|planned| planned.parameters.count()).sum();
        let blocks = Blocks::new(ring.geometry(), parameters);
        Self {
            ring,
            outbox,
            watcher,
            state: State::Unmade(planned, twin),
            blocks,
            priority: Priority::from_environment(),
        }
    }

    /// Applies commands as they arrive, until the process ends.
    fn run(mut self, mailbox: &Mailbox) -> ! {
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
                Some(ToChild::Stop) => {
                    self.ring.set_phase(ChildPhase::Stopped);
                    if let Some(watcher) = &self.watcher {
                        watcher.end();
                    }
                }
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
        if let State::Unmade(planned, twin) = &mut self.state {
            let chain = Chain::make(std::mem::take(planned))?;
            if let Some(planned) = twin.take() {
                self.blocks.run_beside(Twin::new(Chain::make(planned)?, geometry));
            }
            self.state = State::Prepared { chain, sample_rate };
        }
        if let State::Prepared { chain, sample_rate: current } = &mut self.state {
            *current = sample_rate;
            chain.prepare(sample_rate);
            self.blocks.prepare_twin(sample_rate);
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
        if let Some(watcher) = &self.watcher {
            watcher.prepare();
        }
        self.ring.set_phase(ChildPhase::Running);
        loop {
            self.blocks.run(&mut self.ring, chain, &mut self.priority, || !mailbox.is_empty());
            // The only time this thread writes while blocks run: the blocks it could delay were missed long ago.
            if let Some(message) = self.priority.take_loss_notice() {
                self.outbox.send(&FromChild::Log { message });
            }
            if !mailbox.is_empty() {
                break;
            }
        }
        self.priority.leave();
    }
}

/// A queue that can be checked for emptiness without a lock; the DSP thread does nothing else with it between two
/// blocks.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    messages: Mutex<VecDeque<ToChild>>,
    arrived: Condvar,
    count: AtomicUsize,
}

impl Mailbox {
    pub(crate) fn put(&self, message: ToChild) {
        let mut messages = self.lock();
        messages.push_back(message);
        self.recount(&messages);
        drop(messages);
        self.arrived.notify_one();
    }

    /// Takes the oldest message; waits for one at most `limit`.
    pub(crate) fn take(&self, limit: Duration) -> Option<ToChild> {
        let waited = self.arrived.wait_timeout_while(self.lock(), limit, |messages| messages.is_empty());
        let (mut messages, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let message = messages.pop_front();
        self.recount(&messages);
        message
    }

    /// Whether the queue is empty, for the block loop.
    pub(crate) fn is_empty(&self) -> bool {
        // SYNC: partner is the Release in `recount`. It says when to look; the lock is what hands messages over.
        self.count.load(Ordering::Acquire) == 0
    }

    fn recount(&self, messages: &VecDeque<ToChild>) {
        // SYNC: partner is the Acquire in `is_empty`.
        self.count.store(messages.len(), Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<ToChild>> {
        // No code that holds the lock panics.
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_in_order_and_its_emptiness_is_known() {
        let mailbox = Arc::new(Mailbox::default());
        assert!(mailbox.is_empty());
        assert_eq!(mailbox.take(Duration::ZERO), None);
        let sender = Arc::clone(&mailbox);
        let sender = std::thread::spawn(move || [ToChild::Start, ToChild::Stop].map(|one| sender.put(one)));
        assert_eq!(mailbox.take(Duration::from_secs(30)), Some(ToChild::Start));
        sender.join().unwrap();
        assert!(!mailbox.is_empty());
        assert_eq!(mailbox.take(Duration::ZERO), Some(ToChild::Stop));
        assert!(mailbox.is_empty());
    }
}
