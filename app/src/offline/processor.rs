//! The child: started like any other, with the same events.

use super::tell::tell;
use crate::{
    child::{Agreed, Child, ChildEvent, ExitReason, Handshake, Launched, Step, Terms},
    executable,
    outlet::Outlet,
    platform::Program,
    realtime::Seen,
    symbols::Asker,
};
use anyhow::{Context, anyhow, bail};
use rustix::process::Pid;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::timeout,
};
use wavecraft_audio_core::{MAX_FRAMES, Offline};
use wavecraft_companion_protocol::{
    child::{FromChild, ToChild},
    condition::Condition,
    event,
    realtime::Realtime,
};
use wavecraft_ring::Geometry;

/// The limit from its launch to its being prepared: the system may check a new build before starting it.
const READY_LIMIT: Duration = Duration::from_secs(60);
/// The limit from telling it to end to its end.
const END_LIMIT: Duration = Duration::from_secs(2);
/// The limit for its last word of what it did in `process`.
const LAST_LIMIT: Duration = Duration::from_secs(1);

/// The number of the next child of this process.
static STARTED: AtomicU32 = AtomicU32::new(1);

/// A running child. Dropping it closes its socketpair, whereupon it ends by itself.
pub(crate) struct Processor {
    child: Child,
    handshake: Handshake,
    terms: Terms,
    events: UnboundedReceiver<ChildEvent>,
    /// What it said about its own end.
    words: Option<String>,
    exit: Option<ExitReason>,
    /// What it was seen to do in `process`.
    seen: Seen,
    asker: Asker,
    /// The conditions under which it runs, of those that it was asked for.
    met: Vec<Condition>,
}

/// A message that must be acted on.
enum Said {
    Ready(Box<Agreed>),
    /// What it did in `process`; nothing more of that follows.
    LastSeen,
    Ended,
}

impl Processor {
    /// Starts the child with one or two channels and waits until it is prepared.
    ///
    /// # Errors
    /// It can't be started, stays silent, or says that it can't work.
    pub(crate) async fn start(
        program: &Program,
        sample_rate: u32,
        channels: usize,
    ) -> anyhow::Result<(Self, Agreed)> {
        let geometry: Geometry = Offline::geometry(channels)?;
        let (sender, events) = unbounded_channel();
        let outlet = Outlet::new(move |event| drop(sender.send(event)));
        // What one of two leaves behind is told from the other by this number.
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let launched = Child::launch(("offline", number), program, geometry, outlet)
            .with_context(|| format!("{} can't be launched", program.runs.executable.display()))?;
        let Launched { child, ring, parameters } = launched;
        let (inputs, outputs) = (geometry.inputs(), geometry.outputs());
        let terms = Terms { sample_rate, max_frames: MAX_FRAMES, inputs, outputs };
        let handshake = Handshake::new(ring, parameters);
        let asker = Asker::new(&program.runs, &program.cwd);
        let (words, exit, seen) = (None, None, Seen::default());
        let met = Vec::new();
        let mut processor = Self { child, handshake, terms, events, words, exit, seen, asker, met };
        let prepared = timeout(READY_LIMIT, processor.prepared()).await;
        let silent = || anyhow!("the processor was not prepared within {} s", READY_LIMIT.as_secs());
        let prepared = prepared.map_err(|_| silent()).and_then(|prepared| prepared);
        let agreed = prepared.inspect_err(|_| processor.kill())?;
        Ok((processor, agreed))
    }

    async fn prepared(&mut self) -> anyhow::Result<Agreed> {
        loop {
            match self.next().await? {
                Said::Ready(agreed) => return Ok(*agreed),
                Said::LastSeen => {}
                Said::Ended => bail!("{}", self.last_words().await),
            }
        }
    }

    /// The conditions under which it runs, of those that it was asked for.
    pub(crate) fn met(&self) -> &[Condition] {
        &self.met
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Option<Pid> {
        self.child.pid()
    }

    /// Tells it that blocks will follow. The flag is cleared when its process ends.
    pub(crate) fn begin(&self) -> Arc<AtomicBool> {
        self.child.tell(ToChild::Start);
        self.child.alive()
    }

    /// Runs the work, which sends it blocks, on a separate thread, and meanwhile passes on what the child says.
    ///
    /// # Errors
    /// The child says that it can't go on; or the thread failed.
    pub(crate) async fn while_it_works<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        let mut work = tokio::task::spawn_blocking(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(done?),
                said = self.next(), if self.exit.is_none() => drop(said.inspect_err(|_| self.child.kill())?),
            }
        }
    }

    /// Why it ended, in its own words if it said anything. Kills it if it hasn't ended.
    pub(crate) async fn last_words(&mut self) -> String {
        let ended = timeout(END_LIMIT, async {
            // A child that says that it can't go on has given its reason with that.
            while self.exit.is_none() && self.next().await.is_ok() {}
        });
        if ended.await.is_err() {
            self.child.kill();
        }
        match (&self.words, self.exit) {
            (Some(words), _) => words.clone(),
            (None, Some(exit)) => exit.to_string(),
            (None, None) => "the processor's program closed its connection".into(),
        }
    }

    /// What it was seen to do in `process`, in places of its source. Called once, after the work: it is told to stop, as it says
    /// then what it hasn't said yet. If it was started without being asked to watch itself, nothing was watched.
    pub(crate) async fn realtime(&mut self) -> Realtime {
        if self.exit.is_none() && self.seen.is_watched() {
            self.child.tell(ToChild::Stop);
            let last =
                async { while !matches!(self.next().await, Ok(Said::LastSeen | Said::Ended) | Err(_)) {} };
            let _ = timeout(LAST_LIMIT, last).await;
        }
        self.seen.look_up(&self.asker).await;
        self.seen.realtime()
    }

    /// Kills it now.
    pub(crate) fn kill(&self) {
        self.child.kill();
    }

    /// Lets it end, and waits for that.
    pub(crate) async fn end(self) {
        let Self { child, mut events, exit, .. } = self;
        let process = child.process();
        child.tell(ToChild::Stop);
        drop(child);
        let gone = async { while !matches!(events.recv().await, None | Some(ChildEvent::Exited(_))) {} };
        if exit.is_none() && timeout(END_LIMIT, gone).await.is_err() {
            process.kill();
        }
    }

    /// The next message that must be acted on. All others are passed on or kept.
    async fn next(&mut self) -> anyhow::Result<Said> {
        while let Some(event) = self.events.recv().await {
            match event {
                ChildEvent::Said { message, permit: _permit } => {
                    if let Some(said) = self.hear(message)? {
                        return Ok(said);
                    }
                }
                ChildEvent::Wrote { line, permit: _permit, .. } => {
                    self.words = self.words.take().or_else(|| executable::missing_library(&line));
                    log(line);
                }
                ChildEvent::HungUp { reason: Some(reason) } => {
                    bail!("the processor's program sent a broken message: {reason}")
                }
                ChildEvent::HungUp { reason: None } | ChildEvent::Started(_) => {}
                ChildEvent::NotStarted(error) => {
                    self.exit = Some(ExitReason::NotStarted);
                    bail!("the processor can't be started: {error}")
                }
                ChildEvent::Exited(reason) => {
                    self.exit = Some(reason);
                    return Ok(Said::Ended);
                }
            }
        }
        Ok(Said::Ended)
    }

    fn hear(&mut self, message: FromChild) -> anyhow::Result<Option<Said>> {
        let message = match message {
            FromChild::Watching(watching) => {
                self.seen.watching(watching);
                return Ok(None);
            }
            FromChild::Violations { places, elsewhere, last } => {
                self.seen.hear(places, elsewhere);
                return Ok(last.then_some(Said::LastSeen));
            }
            FromChild::Conditions { met } => {
                self.met = met;
                return Ok(None);
            }
            message => message,
        };
        match self.handshake.hear(message, &self.terms) {
            Step::Nothing => {}
            Step::Prepare(order) => self.child.tell(order),
            Step::Ready(agreed) => return Ok(Some(Said::Ready(agreed))),
            Step::Unfit(reason) => bail!("{reason}"),
            Step::Panicked { words, backtrace } => {
                self.words = Some(words);
                backtrace.lines().for_each(|line| log(line.into()));
            }
            Step::Log(line) => log(line),
        }
        Ok(None)
    }
}

fn log(line: String) {
    tell(&event::Event::Log { from: "child".into(), line });
}
