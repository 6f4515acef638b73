//! Decides about a project's children: which one is live, which is incoming, and what happens when one is late, hangs,
//! crashes or can't be started.
//!
//! It is a plain value: it starts and ends nothing itself, and takes the time as an argument. Its owner carries out its
//! [`Order`]s.
//!
//! There is one way to become live: a new child is *incoming* until the engine plays it. A start, a restart after a
//! crash and a swap for a newer build all go that way.

use super::{
    crashes::{Crashes, Verdict},
    reasons,
};
use std::time::{Duration, Instant};
use wavecraft_audio_core::{LinkState, ProjectSnapshot};
use wavecraft_companion_protocol::{session::State, settings::Patience};

/// How long the system may take to start a program: it may check it first, and others before it.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long a child may take from its first message until it is live.
const READY_LIMIT: Duration = Duration::from_secs(10);
/// How long a child that was told to end may take to do so by itself.
const END_LIMIT: Duration = Duration::from_secs(2);

/// What the supervisor's owner must do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Order {
    /// End the child of this generation now.
    Kill(u32),
    /// Start another child of the present program.
    Launch,
    /// The engine plays the incoming child, which replaces the previous one.
    Promote,
    /// Tell the user.
    Tell(String),
}

/// Which child has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    /// One that was told to end.
    Retired,
    /// The live one.
    Heard,
    /// The incoming one, for this reason.
    Incoming(String),
}

/// The state of one project's children, as far as decisions depend on it.
#[derive(Debug)]
pub(crate) struct Supervisor {
    state: State,
    /// Why it isn't live, for the user.
    reason: Option<String>,
    /// How many children there have been.
    generation: u32,
    heard: Option<Heard>,
    incoming: Option<Incoming>,
    retiring: Vec<Leaving>,
    crashes: Crashes,
    /// When the pause after a crash ends.
    restart_at: Option<Instant>,
    /// The last thing that a child said about its own end, until the end itself is known.
    last_words: Option<String>,
    was_heard: bool,
    ending: bool,
}

/// The child that is live, or was until just now.
#[derive(Debug)]
struct Heard {
    generation: u32,
    /// The last heartbeat seen, and when it last changed.
    heartbeat: (u32, Instant),
    /// When it is killed, once its socketpair is closed: it should be ending by itself.
    end_by: Option<Instant>,
}

#[derive(Debug)]
struct Incoming {
    generation: u32,
    stage: Stage,
    /// It runs a newer build, and a call is waiting for the outcome.
    is_swap: bool,
    /// It said itself that it can't work, or the system did: trying again is pointless.
    hopeless: bool,
    end_by: Option<Instant>,
}

/// The stage of an incoming child, and when it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The system is asked to start it.
    Launched(Instant),
    /// Its first message is awaited. `told`: the user was told that it is late.
    Started { at: Instant, told: bool },
    /// Its first message arrived, and it was told to prepare.
    Preparing(Instant),
    /// It gets live input and isn't heard yet. The time is that of its first message.
    Shadow(Instant),
    /// It was killed.
    GivenUp,
}

#[derive(Debug)]
struct Leaving {
    generation: u32,
    /// When it is killed; none if it was killed already.
    end_by: Option<Instant>,
}

impl Supervisor {
    /// The supervisor of a project without a child yet.
    pub(crate) fn new() -> Self {
        Self {
            state: State::Starting,
            reason: None,
            generation: 0,
            heard: None,
            incoming: None,
            retiring: Vec::new(),
            crashes: Crashes::default(),
            restart_at: None,
            last_words: None,
            was_heard: false,
            ending: false,
        }
    }

    /// The project's state, and the reason for it.
    pub(crate) fn state(&self) -> (State, Option<&str>) {
        (self.state, self.reason.as_deref())
    }

    /// Was any child ever live?
    pub(crate) fn was_heard(&self) -> bool {
        self.was_heard
    }

    /// The live child, or else one in shadow.
    pub(crate) fn shown(&self) -> Option<u32> {
        let shadow = self.incoming.as_ref().filter(|incoming| matches!(incoming.stage, Stage::Shadow(_)));
        self.heard.as_ref().map(|heard| heard.generation).or(shadow.map(|incoming| incoming.generation))
    }

    /// Is it ending, so that nothing new begins?
    pub(crate) fn is_ending(&self) -> bool {
        self.ending
    }

    /// Has every child's process ended?
    pub(crate) fn is_gone(&self) -> bool {
        self.heard.is_none() && self.incoming.is_none() && self.retiring.is_empty()
    }

    /// Returns the generation of the child that is about to be launched.
    pub(crate) fn next_generation(&mut self) -> u32 {
        self.generation += 1;
        (self.last_words, self.restart_at) = (None, None);
        self.generation
    }

    /// Returns the generation of a child that is about to be launched for something else than being heard.
    pub(crate) fn another_generation(&mut self) -> u32 {
        self.generation += 1;
        self.generation
    }

    /// The child of the newest generation is being started.
    pub(crate) fn launched(&mut self, is_swap: bool, now: Instant) {
        let stage = Stage::Launched(now);
        let generation = self.generation;
        self.incoming = Some(Incoming { generation, stage, is_swap, hopeless: false, end_by: None });
        if self.heard.is_none() {
            self.set(State::Starting, None);
        }
    }

    /// The system has started the child.
    pub(crate) fn started(&mut self, generation: u32, now: Instant) {
        if let Some(incoming) = self.incoming(generation)
            && matches!(incoming.stage, Stage::Launched(_))
        {
            incoming.stage = Stage::Started { at: now, told: false };
        }
    }

    /// The system can't start the child. Its end is reported separately.
    pub(crate) fn not_started(&mut self, generation: u32, words: String) {
        if let Some(incoming) = self.incoming(generation) {
            incoming.hopeless = true;
            self.last_words = Some(words);
        }
    }

    /// The child sent its first message, and was told to prepare.
    pub(crate) fn greeted(&mut self, generation: u32, now: Instant) {
        if let Some(incoming) = self.incoming(generation)
            && incoming.stage != Stage::GivenUp
        {
            incoming.stage = Stage::Preparing(now);
        }
    }

    /// The child is ready. Returns whether it gets live input.
    pub(crate) fn ready(&mut self, generation: u32) -> bool {
        let Some(incoming) = self.incoming(generation) else { return false };
        let Stage::Preparing(first_word) = incoming.stage else { return false };
        incoming.stage = Stage::Shadow(first_word);
        if self.heard.is_none() {
            self.set(State::Shadow, None);
        }
        true
    }

    /// The child said why it ends; that is reported with its end.
    pub(crate) fn said_last_words(&mut self, words: String) {
        self.last_words = Some(words);
    }

    /// The system's loader said, before the child's first message, why it can't be loaded.
    pub(crate) fn loader_said(&mut self, generation: u32, words: String) {
        if self
            .incoming(generation)
            .is_some_and(|incoming| matches!(incoming.stage, Stage::Launched(_) | Stage::Started { .. }))
        {
            self.last_words = Some(words);
        }
    }

    /// The child can't work; the reason is reported with its end. Returns whether it must be killed.
    pub(crate) fn give_up(&mut self, generation: u32, reason: String) -> bool {
        self.last_words = Some(reason);
        let Some(incoming) = self.incoming(generation) else { return false };
        (incoming.hopeless, incoming.stage) = (true, Stage::GivenUp);
        true
    }

    /// The child's socketpair is closed, or can't be read further for this reason. Without it the child can't be told
    /// anything, so it is of no use; it should be ending by itself.
    pub(crate) fn hung_up(&mut self, generation: u32, reason: Option<&str>, now: Instant) {
        if let Some(reason) = reason {
            let words = || format!("the processor's program sent a broken message: {reason}");
            self.last_words.get_or_insert_with(words);
        }
        let end_by = Some(now + END_LIMIT);
        match (&mut self.heard, &mut self.incoming) {
            (Some(heard), _) if heard.generation == generation => heard.end_by = end_by,
            (_, Some(incoming)) if incoming.generation == generation => incoming.end_by = end_by,
            _ => {}
        }
    }

    /// The child's process has ended; `exit` says how, if it didn't say so itself.
    pub(crate) fn exited(
        &mut self,
        generation: u32,
        exit: impl ToString,
        now: Instant,
        patience: &Patience,
    ) -> Ended {
        self.retiring.retain(|leaving| leaving.generation != generation);
        if let Some(incoming) = self.incoming.take_if(|incoming| incoming.generation == generation) {
            let words = self.last_words.take().unwrap_or_else(|| exit.to_string());
            if !incoming.is_swap && !incoming.hopeless {
                self.crashed(&words, now, patience);
            } else if !incoming.is_swap || self.heard.is_none() {
                self.set(State::Held, Some(words.clone()));
            }
            return Ended::Incoming(words);
        }
        if self.heard.take_if(|heard| heard.generation == generation).is_none() {
            return Ended::Retired;
        }
        let words = self.last_words.take().unwrap_or_else(|| exit.to_string());
        // An incoming child replaces it anyway.
        if self.incoming.is_some() {
            self.set(State::Crashed, Some(words));
        } else {
            self.crashed(&words, now, patience);
        }
        Ended::Heard
    }

    fn crashed(&mut self, words: &str, now: Instant, patience: &Patience) {
        match self.crashes.add(now, patience) {
            Verdict::After(pause) => {
                self.restart_at = Some(now + pause);
                self.set(State::Crashed, Some(reasons::starts_again(words, pause)));
            }
            Verdict::Hold => {
                self.set(State::Held, Some(reasons::paused(words, patience)));
            }
        }
    }

    /// Forgets earlier crashes, for a newer build or the user's "Restart".
    pub(crate) fn forget_crashes(&mut self) {
        self.crashes.forget();
    }

    /// Starts no child until a build or the user asks for it, for this reason.
    pub(crate) fn hold(&mut self, reason: String) {
        self.set(State::Held, Some(reason));
    }

    /// The live child was told to end, and gets some time for it.
    pub(crate) fn retire_heard(&mut self, now: Instant) {
        let heard = self.heard.take();
        self.retiring.extend(heard.map(|heard| Leaving::told(heard.generation, now)));
    }

    /// The live child stays alive beside the one that replaces it, and is nothing to decide about any more.
    pub(crate) fn keep_heard(&mut self) {
        self.heard = None;
    }

    /// A child that wasn't decided about here was told to end, and gets some time for it.
    pub(crate) fn retire_other(&mut self, generation: u32, now: Instant) {
        self.retiring.push(Leaving::told(generation, now));
    }

    /// The incoming child was told to end, because something newer replaces it.
    pub(crate) fn retire_incoming(&mut self, now: Instant) {
        let incoming = self.incoming.take();
        self.retiring.extend(incoming.map(|incoming| Leaving::told(incoming.generation, now)));
    }

    /// The engine was replaced: the live child was told to end, and the project starts again.
    pub(crate) fn begin_anew(&mut self, reason: String) {
        self.set(State::Starting, Some(reason));
    }

    /// The project is being detached: nothing new begins.
    pub(crate) fn end(&mut self) {
        (self.ending, self.restart_at) = (true, None);
    }

    /// Nothing of the project is left.
    pub(crate) fn ended(&mut self) {
        self.set(State::Ended, None);
    }

    /// The incoming child replaced the previous one, which was told to end.
    pub(crate) fn promoted(&mut self, now: Instant) {
        let Some(incoming) = self.incoming.take() else { return };
        let Incoming { generation, end_by, .. } = incoming;
        self.heard = Some(Heard { generation, heartbeat: (0, now), end_by });
        self.was_heard = true;
        self.set(State::Live, None);
    }

    /// The engine's view of the children. `silent`: the output makes no callbacks at the moment, so nobody reads
    /// heartbeats, and no child is to blame. `traced`: a debugger holds the live child.
    pub(crate) fn seen(
        &mut self,
        snapshot: &ProjectSnapshot,
        silent: bool,
        traced: impl FnOnce() -> bool,
        now: Instant,
        patience: &Patience,
    ) -> Option<Order> {
        if let Some(incoming) = &self.incoming
            && snapshot.live_generation == Some(incoming.generation)
        {
            return Some(Order::Promote);
        }
        // Without a child the state remains what its end, or its start, made it.
        let heard = self.heard.as_mut()?;
        if silent {
            heard.heartbeat.1 = now;
        }
        if self.incoming.is_some() || self.ending {
            return None;
        }
        if snapshot.heartbeat != heard.heartbeat.0 {
            heard.heartbeat = (snapshot.heartbeat, now);
        }
        let still = now.saturating_duration_since(heard.heartbeat.1);
        let generation = heard.generation;
        if still < Duration::from_millis(patience.not_responding_ms) {
            match snapshot.link {
                // Reported once: the times of each further late block aren't news.
                LinkState::Bypassed if self.state != State::Bypassed => {
                    self.set(State::Bypassed, Some(reasons::lateness(&snapshot.last_late)));
                }
                LinkState::Live => self.set(State::Live, None),
                _ => {}
            }
            return None;
        }
        let traced = traced();
        let limit_ms = patience.end_after_ms;
        if still >= Duration::from_millis(limit_ms) && !traced {
            self.last_words = Some(reasons::ended_without_answer(limit_ms));
            return Some(Order::Kill(generation));
        }
        let reason = if traced {
            "The processor stands still in a debugger, and is left alone.".into()
        } else {
            reasons::no_answer(patience.not_responding_ms, limit_ms)
        };
        self.set(State::NotResponding, Some(reason));
        None
    }

    /// Returns what is due at this time.
    pub(crate) fn poll(&mut self, now: Instant, patience: &Patience) -> Vec<Order> {
        let mut orders = Vec::new();
        let is_due = |time: &mut Option<Instant>| time.take_if(|time| *time <= now).is_some();
        for leaving in &mut self.retiring {
            orders.extend(is_due(&mut leaving.end_by).then_some(Order::Kill(leaving.generation)));
        }
        if let Some(heard) = &mut self.heard {
            orders.extend(is_due(&mut heard.end_by).then_some(Order::Kill(heard.generation)));
        }
        if let Some(incoming) = &mut self.incoming {
            orders.extend(is_due(&mut incoming.end_by).then_some(Order::Kill(incoming.generation)));
            if incoming.due(patience).is_some_and(|due| due <= now) {
                match incoming.late(patience) {
                    Ok(line) => orders.push(Order::Tell(line)),
                    Err(words) => {
                        incoming.stage = Stage::GivenUp;
                        orders.push(Order::Kill(incoming.generation));
                        self.last_words.get_or_insert(words);
                    }
                }
            }
        }
        if is_due(&mut self.restart_at) && self.heard.is_none() && self.incoming.is_none() && !self.ending {
            orders.push(Order::Launch);
        }
        orders
    }

    /// When [`poll`](Self::poll) has something to do next.
    pub(crate) fn due(&self, patience: &Patience) -> Option<Instant> {
        let ends = self.retiring.iter().filter_map(|leaving| leaving.end_by);
        let heard = self.heard.as_ref().and_then(|heard| heard.end_by);
        let incoming = self.incoming.iter().flat_map(|incoming| [incoming.due(patience), incoming.end_by]);
        ends.chain(heard).chain(incoming.flatten()).chain(self.restart_at).min()
    }

    fn incoming(&mut self, generation: u32) -> Option<&mut Incoming> {
        self.incoming.as_mut().filter(|incoming| incoming.generation == generation)
    }

    fn set(&mut self, state: State, reason: Option<String>) {
        (self.state, self.reason) = (state, reason);
    }
}

impl Incoming {
    /// When its present stage times out.
    fn due(&self, patience: &Patience) -> Option<Instant> {
        let first_word = Duration::from_millis(patience.first_word_ms);
        match self.stage {
            Stage::Launched(at) => Some(at + START_LIMIT),
            Stage::Started { at, told: false } => Some(at + first_word / 3),
            Stage::Started { at, told: true } => Some(at + first_word),
            Stage::Preparing(at) | Stage::Shadow(at) => Some(at + READY_LIMIT),
            Stage::GivenUp => None,
        }
    }

    /// Returns what the user is told about the timeout.
    ///
    /// # Errors
    /// Why the child is given up.
    fn late(&mut self, patience: &Patience) -> Result<String, String> {
        let limit_ms = patience.first_word_ms;
        match &mut self.stage {
            Stage::Launched(_) => {
                Err(format!("the system has not started the program in {} s", START_LIMIT.as_secs()))
            }
            Stage::Started { told, .. } if !*told => {
                *told = true;
                Ok(reasons::waits_for_first_word(limit_ms))
            }
            Stage::Started { .. } => Err(reasons::no_first_word(limit_ms)),
            Stage::Preparing(_) => {
                Err(format!("the processor was not prepared within {} s", READY_LIMIT.as_secs()))
            }
            Stage::Shadow(_) | Stage::GivenUp => {
                Err("the processor is too slow: it didn't answer 8 blocks in a row in time".into())
            }
        }
    }
}

impl Leaving {
    fn told(generation: u32, now: Instant) -> Self {
        Self { generation, end_by: Some(now + END_LIMIT) }
    }
}

#[cfg(test)]
mod tests;
