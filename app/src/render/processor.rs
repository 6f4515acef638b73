//! The child of a rendering: started as every other, and heard of through the same events.

use super::{blocks, blocks::Blocks};
use crate::{
    child::{Child, ExitReason, Launched},
    event::{ChildId, Event},
    executable,
    platform::Program,
};
use anyhow::{Context, anyhow, bail};
use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::timeout,
};
use wavecraft_audio_core::{MAX_FRAMES, Offline};
use wavecraft_companion_protocol::{
    child::{FromChild, ToChild},
    event,
    parameter::{self, ParameterSpec},
};
use wavecraft_ring::{ABI_VERSION, Geometry, HostRing, ParameterWriter};

/// From its launch to being prepared: the system may look at a new build before it starts it.
const READY_LIMIT: Duration = Duration::from_secs(60);
/// From being told to end to its end.
const END_LIMIT: Duration = Duration::from_secs(2);

/// A child that runs. Dropping it closes its socketpair, upon which it ends by itself.
pub(super) struct Processor {
    child: Child,
    events: UnboundedReceiver<Event>,
    /// What it said of its own end.
    words: Option<String>,
    exit: Option<ExitReason>,
}

/// What a child that is prepared said, and what it is reached by.
pub(super) struct Ready {
    pub ring: HostRing,
    pub writer: ParameterWriter,
    pub latency_frames: u32,
    pub parameters: Vec<ParameterSpec>,
}

/// Where its messages are of interest.
enum Said {
    Hello { latency_frames: u32, parameters: Vec<ParameterSpec> },
    Ready,
    Ended,
}

impl Processor {
    /// Starts it and waits until it is prepared.
    ///
    /// # Errors
    /// It can't be started, says nothing, or says what it can't do.
    pub(super) async fn start(program: &Program, sample_rate: u32) -> anyhow::Result<(Self, Ready)> {
        let geometry: Geometry = Offline::geometry()?;
        let (sender, events) = unbounded_channel();
        let id = ChildId { session: "render".into(), generation: 1 };
        let launched = Child::launch(id, program, geometry, &sender)
            .with_context(|| format!("{} can't be launched", program.runs.executable.display()))?;
        let Launched { child, ring, parameters: writer } = launched;
        let mut processor = Self { child, events, words: None, exit: None };
        let prepared = timeout(READY_LIMIT, processor.prepare(geometry, sample_rate)).await;
        let silent = || anyhow!("the processor was not prepared within {} s", READY_LIMIT.as_secs());
        let prepared = prepared.map_err(|_| silent()).and_then(|prepared| prepared);
        let (latency_frames, parameters) = prepared.inspect_err(|_| processor.kill())?;
        Ok((processor, Ready { ring, writer, latency_frames, parameters }))
    }

    async fn prepare(
        &mut self,
        geometry: Geometry,
        sample_rate: u32,
    ) -> anyhow::Result<(u32, Vec<ParameterSpec>)> {
        let Said::Hello { latency_frames, parameters } = self.next().await? else {
            bail!("{}", self.last_words().await)
        };
        parameter::check_set(&parameters)?;
        self.child.tell(ToChild::Prepare {
            sample_rate: crate::app::rate_as_f32(sample_rate),
            max_frames: MAX_FRAMES,
            inputs: geometry.inputs(),
            outputs: geometry.outputs(),
        });
        loop {
            match self.next().await? {
                Said::Ready => return Ok((latency_frames, parameters)),
                Said::Ended => bail!("{}", self.last_words().await),
                // A second hello is ignored, as while playing.
                Said::Hello { .. } => {}
            }
        }
    }

    /// Tells it that blocks come. The flag is cleared when its process ends.
    pub(super) fn begin(&self) -> Arc<AtomicBool> {
        self.child.tell(ToChild::Start);
        Arc::clone(&self.child.alive)
    }

    /// Runs the blocks on a thread of their own, and passes on meanwhile what the child says.
    ///
    /// # Errors
    /// The child says that it can't go on; or the thread failed.
    pub(super) async fn while_it_works(
        &mut self,
        blocks: Blocks,
    ) -> anyhow::Result<Result<blocks::Done, blocks::Failure>> {
        let mut work = tokio::task::spawn_blocking(move || blocks.run());
        loop {
            tokio::select! {
                done = &mut work => return Ok(done?),
                said = self.next(), if self.exit.is_none() => drop(said.inspect_err(|_| self.child.kill())?),
            }
        }
    }

    /// Why it ended, in its own words where it had some. Ends it where it hasn't.
    pub(super) async fn last_words(&mut self) -> String {
        let ended = timeout(END_LIMIT, async {
            // A child that says that it can't go on has said so: that is its word.
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

    /// Ends it now.
    pub(super) fn kill(&self) {
        self.child.kill();
    }

    /// Lets it end, and waits for that.
    pub(super) async fn end(self) {
        let Self { child, mut events, exit, .. } = self;
        let process = child.process();
        child.tell(ToChild::Stop);
        drop(child);
        let gone = async { while !matches!(events.recv().await, None | Some(Event::ChildExited { .. })) {} };
        if exit.is_none() && timeout(END_LIMIT, gone).await.is_err() {
            process.kill();
        }
    }

    /// The next message that something follows from. Everything else is passed on or kept.
    async fn next(&mut self) -> anyhow::Result<Said> {
        while let Some(event) = self.events.recv().await {
            match event {
                Event::ChildSaid { message, permit: _permit, .. } => {
                    if let Some(said) = self.understand(message)? {
                        return Ok(said);
                    }
                }
                Event::ChildWrote { line, permit: _permit, .. } => {
                    self.words = self.words.take().or_else(|| executable::missing_library(&line));
                    log(line);
                }
                Event::ChildHungUp { reason: Some(reason), .. } => {
                    bail!("the processor's program sent a broken message: {reason}")
                }
                Event::ChildNotStarted { error, .. } => {
                    self.exit = Some(ExitReason::NotStarted);
                    bail!("the processor can't be started: {error}")
                }
                Event::ChildExited { reason, .. } => {
                    self.exit = Some(reason);
                    return Ok(Said::Ended);
                }
                _ => {}
            }
        }
        Ok(Said::Ended)
    }

    fn understand(&mut self, message: FromChild) -> anyhow::Result<Option<Said>> {
        match message {
            FromChild::Hello { abi, latency_frames, parameters, .. } if abi == ABI_VERSION => {
                return Ok(Some(Said::Hello { latency_frames, parameters }));
            }
            FromChild::Hello { abi, sdk_version, .. } => bail!(
                "the processor was built with wavecraft-dev-audio {sdk_version} (segment version {abi}), this companion \
                 has segment version {ABI_VERSION}: use the SDK and the companion of one release, and rebuild"
            ),
            FromChild::Ready => return Ok(Some(Said::Ready)),
            FromChild::Error { message } => bail!("{message}"),
            FromChild::Panic { message, location, backtrace } => {
                let place = location.map_or_else(String::new, |location| format!(" at {location}"));
                self.words = Some(format!("the processor panicked{place}: {message}"));
                backtrace.lines().for_each(|line| log(line.into()));
            }
            FromChild::Log { message } => log(message),
        }
        Ok(None)
    }
}

fn log(line: String) {
    super::tell(&event::Event::Log { from: "child".into(), line });
}
