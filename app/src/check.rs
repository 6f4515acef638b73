//! Checks a project's processor: `wavecraft-companion --check JOB`.
//!
//! As for a measurement, children without an engine, a lock, a socket or a device: a new one for whatever a test does anew, several tests
//! at a time. What they are asked and how it is judged is the tests' (`wavecraft-companion-check`). Whatever a child does, there is a
//! verdict.

mod rig;
mod unit;

use crate::{
    executable,
    offline::{BadJob, Facts, Processor, answer_job, note_preset, tell},
    platform::Program,
};
use anyhow::{Context, bail};
use rig::Children;
use std::{process::ExitCode, sync::Arc, time::Instant};
use tokio::{runtime::Handle, sync::Semaphore, task::JoinSet};
use wavecraft_companion_check::{
    Bench, COMPATIBLE, DOCUMENT_VERSION, Document, Found, Plan, REALTIME, Row, STARTS, Test, Verdict,
    compatible, run as run_test, test,
};
use wavecraft_companion_protocol::{
    event::Event,
    parameter::ParameterSpec,
    rpc::to_value,
    take::{CheckJob, Compared, ComparedSide, JobPreset},
};

/// The most tests at a time.
const MOST_JOBS: usize = 64;
/// The rate at which a released build is asked for its parameters, in Hz.
const RATE_HZ: u32 = 48_000;

/// Checks, until done or interrupted by a signal. Must run within a tokio runtime.
///
/// # Errors
/// The signals can't be watched.
pub(crate) async fn run(job: String) -> anyhow::Result<ExitCode> {
    answer_job(check(&job)).await
}

async fn check(job: &str) -> anyhow::Result<()> {
    let job: CheckJob =
        serde_json::from_str(job).map_err(|error| BadJob(format!("the job can't be read: {error}")))?;
    let plan: Plan = serde_json::from_value(job.plan.clone())
        .map_err(|error| BadJob(format!("the plan can't be read: {error}")))?;
    plan.limits.check().map_err(BadJob)?;
    let tests =
        plan.tests.iter().map(|name| test(name).ok_or_else(|| BadJob(format!("there is no test `{name}`"))));
    let tests = tests.collect::<Result<Vec<_>, _>>()?;
    executable::check(&job.program)?;
    let facts = Facts { program: &job.program, cwd: &job.cwd, env: &job.env };
    let (program, watched) = (facts.program(), facts.watched_program());
    let released = match &job.released {
        Some(side) => {
            Some((specs_of(side, &job).await.with_context(|| side.name.clone())?, side.name.clone()))
        }
        None => None,
    };
    if let Some(preset) = &job.preset {
        note_preset(&specs(&facts.program()).await?, Some(preset));
    }
    let (preset, preset_name) = (job.preset.clone(), job.preset.map(|preset| preset.name));
    let (plan, plugin, total) = (Arc::new(plan), job.plugin, tests.len());
    let run = Run { program, watched, plugin, plan: Arc::clone(&plan), released, preset, total };
    let rows = run.all(&tests).await?;
    let document = Document {
        version: DOCUMENT_VERSION,
        name: job.name,
        plugin,
        preset: preset_name,
        seed: plan.seed,
        depth: plan.depth,
        limits: plan.limits.clone(),
        tests: rows,
    };
    tell(&Event::Checked { document: Box::new(to_value(&document)) });
    Ok(())
}

/// The parameters of a released build.
async fn specs_of(side: &ComparedSide, job: &CheckJob) -> anyhow::Result<Vec<ParameterSpec>> {
    let Compared::Build { program, cwd } = &side.what else { bail!(BadJob("it is no build".into())) };
    executable::check(program)?;
    let facts = Facts { program, cwd, env: &job.env };
    specs(&facts.program()).await
}

/// The parameters of a build.
async fn specs(program: &Program) -> anyhow::Result<Vec<ParameterSpec>> {
    let (processor, agreed) = Processor::start(program, RATE_HZ, 2).await?;
    processor.end().await;
    Ok(agreed.specs)
}

/// One run of tests.
struct Run {
    program: Program,
    /// The same, which watches what it does in `process`.
    watched: Program,
    /// Whether it is the plugin that DAWs load.
    plugin: bool,
    plan: Arc<Plan>,
    /// The parameters of a released build, and its name.
    released: Option<(Vec<ParameterSpec>, String)>,
    /// What each test begins with, in place of the defaults.
    preset: Option<JobPreset>,
    total: usize,
}

impl Run {
    /// Runs all: first what must work for the others, then several at a time, then those that take times.
    async fn all(&self, tests: &[&'static Test]) -> anyhow::Result<Vec<Row>> {
        let mut rows: Vec<Option<Row>> = tests.iter().map(|_| None).collect();
        let mut done = 0;
        let mut ended = |index: usize, row: Row, rows: &mut Vec<Option<Row>>| {
            rows[index] = Some(row);
            done += 1;
            tell(&Event::Checking { done, tests: self.total });
        };
        tell(&Event::Checking { done: 0, tests: self.total });
        let mut broken = None;
        if let Some(index) = tests.iter().position(|test| test.name == STARTS) {
            let row = self.one(tests[index]).await?;
            if row.found.verdict == Verdict::Fail {
                broken = Some(Found::skipped(format!("it doesn't start: see `{STARTS}`")));
            }
            ended(index, row, &mut rows);
        }
        let jobs = Arc::new(Semaphore::new(self.plan.jobs.clamp(1, MOST_JOBS)));
        let mut running = JoinSet::new();
        let (alone, together): (Vec<usize>, Vec<usize>) = (0..tests.len())
            .filter(|index| tests[*index].name != STARTS)
            .partition(|index| tests[*index].alone);
        for index in together {
            let (test, broken) = (tests[index], broken.clone());
            let (work, jobs) = (self.work(test), Arc::clone(&jobs));
            running.spawn(async move {
                let _permit = jobs.acquire_owned().await;
                (index, work.or(broken).await)
            });
        }
        while let Some(row) = running.join_next().await {
            let (index, row) = row?;
            ended(index, row?, &mut rows);
        }
        for index in alone {
            let row = self.work(tests[index]).or(broken.clone()).await?;
            ended(index, row, &mut rows);
        }
        Ok(rows.into_iter().flatten().collect())
    }

    async fn one(&self, test: &'static Test) -> anyhow::Result<Row> {
        self.work(test).or(None).await
    }

    fn work(&self, test: &'static Test) -> Work {
        Work {
            test,
            program: if test.name == REALTIME { &self.watched } else { &self.program }.clone(),
            plugin: self.plugin,
            plan: Arc::clone(&self.plan),
            released: self.released.clone().filter(|_| test.name == COMPATIBLE),
            // Defaults are what is compared there.
            preset: self.preset.clone().filter(|_| test.name != COMPATIBLE),
        }
    }
}

/// One test, and what it needs.
struct Work {
    test: &'static Test,
    program: Program,
    plugin: bool,
    plan: Arc<Plan>,
    released: Option<(Vec<ParameterSpec>, String)>,
    preset: Option<JobPreset>,
}

impl Work {
    /// Runs it, unless it is skipped, or this was found already.
    async fn or(self, found: Option<Found>) -> anyhow::Result<Row> {
        let Self { test, program, plugin, plan, released, preset } = self;
        let began = Instant::now();
        let found = match (plan.skip.get(test.name), found) {
            (Some(why), _) => Found::skipped(format!("left out: {why}")),
            (None, Some(found)) => found,
            (None, None) => {
                let (handle, plan) = (Handle::current(), Arc::clone(&plan));
                let work =
                    move || judged(test, Children::new(program, plugin, preset, handle), &plan, released);
                tokio::task::spawn_blocking(work).await.with_context(|| format!("`{}`", test.name))?
            }
        };
        Ok(Row {
            name: test.name.into(),
            why: test.why.into(),
            found,
            again: format!(
                "wavecraft check{} --only {} --seed {}",
                if plugin { " --plugin" } else { "" },
                test.name,
                plan.seed
            ),
            seconds: began.elapsed().as_secs_f64(),
        })
    }
}

fn judged(
    test: &'static Test,
    mut children: Children,
    plan: &Plan,
    released: Option<(Vec<ParameterSpec>, String)>,
) -> Found {
    match released {
        Some((released, label)) => match children.specs() {
            Ok(now) => compatible(&now, &released, &label),
            Err(trouble) => Found::skipped(format!("its parameters can't be read: {}", trouble.told())),
        },
        None => run_test(test, &mut Bench::new(&mut children, &plan.limits, plan.depth, plan.seed)),
    }
}
