//! Measures the builds of a session: one at a time, in a process of its own that takes only the time that nobody else wants, and the
//! newest wish counts.

use super::{
    event::{Outcome, SessionEvent},
    history::History,
};
use crate::outlet::Outlet;
use serde_json::Value;
use std::{
    collections::{BTreeMap, VecDeque},
    path::PathBuf,
    process::Stdio,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::Command,
    task::JoinHandle,
    time::timeout,
};
use wavecraft_companion_analysis::{
    Level,
    survey::{Changes, DOCUMENT_VERSION, Depth, Document, Plan},
};
use wavecraft_companion_protocol::{
    control::ProjectProgram,
    event::Event,
    lab::{Lab, LabBuild},
    rpc::to_value,
    take::MeasureJob,
};

/// How long a measurement may take, before it is ended.
const LIMIT: Duration = Duration::from_secs(120);
/// The most bytes that a measurement may write; a full document has a tenth of it.
const MOST_BYTES: u64 = 16 << 20;

/// How the builds of a session are measured, and what is known of them.
pub(crate) struct Measuring {
    /// What is the same for all measurements of the project.
    facts: Facts,
    /// Whether each build is measured by itself.
    on: bool,
    waiting: VecDeque<Wish>,
    running: Option<Running>,
    /// Counts the measurements that were begun, so that a late result is known as such.
    begun: u64,
    measured: BTreeMap<u32, Measured>,
    events: Outlet<SessionEvent>,
}

/// What is the same for all measurements of a project.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub name: String,
    pub cwd: PathBuf,
    pub env: BTreeMap<String, String>,
}

/// A measurement that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wish {
    number: u32,
    depth: Depth,
}

struct Running {
    wish: Wish,
    ticket: u64,
    task: JoinHandle<()>,
}

/// Dropping a measurement ends its process, and with it the child.
impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What is known of one build.
#[derive(Debug, Default)]
struct Measured {
    revision: u32,
    document: Option<Arc<Document>>,
    trouble: Option<String>,
    changes: Option<Changes>,
}

/// Under which conditions a build is measured.
pub(super) struct Conditions<'a> {
    pub history: &'a History,
    /// The values of the parameters.
    pub values: &'a BTreeMap<String, f32>,
    /// The rate of the audio side, in Hz.
    pub rate_hz: u32,
}

impl Measuring {
    /// Nothing measured yet.
    pub(super) fn new(facts: Facts, on: bool, events: Outlet<SessionEvent>) -> Self {
        Self {
            facts,
            on,
            waiting: VecDeque::new(),
            running: None,
            begun: 0,
            measured: BTreeMap::new(),
            events,
        }
    }

    /// Whether each build is measured by itself.
    pub(super) fn set_on(&mut self, on: bool) {
        self.on = on;
        if !on {
            self.stop();
        }
    }

    /// Ends what is being measured, and forgets what was asked for.
    pub(super) fn stop(&mut self) {
        self.waiting.clear();
        self.running = None;
    }

    /// A newer build is heard: what was being measured is of no more interest.
    pub(super) fn build_heard(&mut self, number: u32, now: &Conditions<'_>) {
        self.stop();
        self.measured.retain(|number, _| now.history.entry(*number).is_some());
        if self.on {
            self.measure(number, Depth::Standard, now);
        }
    }

    /// Measures a build with the present values, in place of what is being measured. The one before it is measured first where its
    /// figures are of other values.
    pub(super) fn measure(&mut self, number: u32, depth: Depth, now: &Conditions<'_>) {
        self.stop();
        let before = now.history.before(number);
        if let Some(before) = before.filter(|before| !self.is_of(*before, now)) {
            self.waiting.push_back(Wish { number: before, depth: Depth::Standard });
        }
        self.waiting.push_back(Wish { number, depth });
        self.begin(now);
    }

    /// Whether what is known of a build is of the present values and rate.
    fn is_of(&self, number: u32, now: &Conditions<'_>) -> bool {
        let Some(measured) = self.measured.get(&number) else { return false };
        match &measured.document {
            Some(document) => {
                let same = |id: &String, value: f32| now.values.get(id).is_none_or(|now| *now == value);
                document.plan.rate_hz == now.rate_hz
                    && document.subject.settings.iter().all(|setting| same(&setting.id, setting.value))
            }
            // It couldn't be measured, and won't be.
            None => measured.trouble.is_some(),
        }
    }

    /// Are the figures of this build older than the values that are set, and is nobody measuring?
    pub(super) fn is_outdated(&self, number: u32, now: &Conditions<'_>) -> bool {
        self.on && self.running.is_none() && !self.is_of(number, now)
    }

    /// Begins the next measurement that can be made.
    fn begin(&mut self, now: &Conditions<'_>) {
        while let Some(wish) = self.waiting.pop_front() {
            let Some(program) = now.history.program(wish.number) else { continue };
            let before = now.history.before(wish.number).and_then(|before| now.history.program(before));
            self.begun += 1;
            let (ticket, number, events) = (self.begun, wish.number, self.events.clone());
            let job = self.job(program, before, wish.depth, now);
            let task = tokio::spawn(async move {
                let outcome = measured(job).await;
                events.send(SessionEvent::Measured { number, ticket, outcome });
            });
            self.running = Some(Running { wish, ticket, task });
            return;
        }
    }

    fn job(
        &self,
        program: &ProjectProgram,
        before: Option<&ProjectProgram>,
        depth: Depth,
        now: &Conditions<'_>,
    ) -> MeasureJob {
        MeasureJob {
            program: program.clone(),
            cwd: self.facts.cwd.clone(),
            env: self.facts.env.clone(),
            name: self.facts.name.clone(),
            parameters: BTreeMap::new(),
            preset: None,
            values: now.values.clone(),
            plan: to_value(&Plan { depth, ..Plan::usual(now.rate_hz) }),
            before: before.cloned(),
        }
    }

    /// A measurement has ended. Returns whether it was the present one, so that there is news of its build.
    pub(super) fn ended(&mut self, number: u32, ticket: u64, outcome: Outcome, now: &Conditions<'_>) -> bool {
        if self.running.as_ref().is_none_or(|running| running.ticket != ticket) {
            return false;
        }
        self.running = None;
        let before =
            now.history.before(number).and_then(|before| self.measured.get(&before)?.document.clone());
        let entry = self.measured.entry(number).or_default();
        entry.revision += 1;
        match outcome {
            Ok(document) => {
                entry.changes = before.map(|before| Changes::between(&before, &document));
                entry.trouble.clone_from(&document.trouble);
                entry.document = Some(Arc::new(*document));
            }
            Err(trouble) => (entry.trouble, entry.changes) = (Some(trouble), None),
        }
        self.begin(now);
        true
    }

    /// The document of a build.
    pub(super) fn document(&self, number: u32) -> Option<Arc<Document>> {
        self.measured.get(&number)?.document.clone()
    }

    /// What two runs of a build differ by, if that was measured.
    pub(super) fn floor(&self, number: u32) -> Option<Level> {
        let document = self.measured.get(&number)?.document.as_ref()?;
        document.against.as_ref()?.value()?.floor.as_ref()?.rms_db.value().copied()
    }

    /// All builds, as pages see them.
    pub(super) fn lab(&self, history: &History) -> Lab {
        Lab {
            measures: self.on,
            measuring: self.running.as_ref().map(|running| running.wish.number),
            builds: history.entries().map(|entry| self.build(entry.number, history)).collect(),
        }
    }

    /// One build, as pages see it.
    pub(super) fn build(&self, number: u32, history: &History) -> LabBuild {
        let Some(entry) = history.entry(number) else { return LabBuild { number, ..LabBuild::default() } };
        let measured = self.measured.get(&number);
        let changes = measured.and_then(|measured| measured.changes.as_ref());
        LabBuild {
            number,
            made_ms: unix_ms(entry.heard_at),
            files: entry.files.clone(),
            more_files: entry.more_files,
            heard: history.newest() == Some(number),
            kept: entry.program.is_some(),
            revision: measured.map(|measured| measured.revision).filter(|revision| *revision > 0),
            trouble: measured.and_then(|measured| measured.trouble.clone()),
            changes: changes.map(ToString::to_string),
            same: changes.and_then(Changes::same_sound),
        }
    }
}

fn unix_ms(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Has this program's own file measure, and reads the document.
async fn measured(job: MeasureJob) -> Outcome {
    match timeout(LIMIT, measure(&job)).await {
        Ok(outcome) => outcome.map_err(|error| format!("{error:#}")),
        Err(_) => Err(format!("it was not measured within {} s", LIMIT.as_secs())),
    }
}

async fn measure(job: &MeasureJob) -> anyhow::Result<Box<Document>> {
    use anyhow::Context;
    let own = std::env::current_exe().context("the companion's program isn't found")?;
    let mut process = Command::new(own)
        .arg("--measure")
        .arg(serde_json::to_string(job)?)
        .arg("--in-background")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("the measuring process can't be started")?;
    let output = process.stdout.take().context("the measuring process has no output")?;
    let mut lines = BufReader::new(output.take(MOST_BYTES)).lines();
    let (mut document, mut error) = (None, None);
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line) {
            Ok(Event::Measured { document: measured }) => document = Some(measured),
            Ok(Event::Error { message }) => error = Some(message),
            _ => {}
        }
    }
    match (document, error) {
        (Some(document), _) => read(*document),
        (None, Some(error)) => anyhow::bail!(error),
        (None, None) => anyhow::bail!("the measuring process ended without a word"),
    }
}

fn read(document: Value) -> anyhow::Result<Box<Document>> {
    let document: Box<Document> = serde_json::from_value(document)?;
    anyhow::ensure!(document.version == DOCUMENT_VERSION, "the document is of version {}", document.version);
    Ok(document)
}
