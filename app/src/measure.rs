//! Measures a project's processor: `wavecraft-companion --measure JOB`.
//!
//! As for a rendering, one child without an engine, a lock, a socket or a device; signals and figures are the analysis'. A second
//! one runs the build before, if the job names it. Whatever the children do, there is a document: it tells what was measured before
//! they stopped, and why they did.

mod bench;

use crate::{
    executable,
    offline::{BadJob, Facts, Processor, answer_job, note_preset, taken_over, tell, values_of},
};
use anyhow::Context;
pub(crate) use bench::{Bench, is_end};
use std::{process::ExitCode, time::Duration};
use wavecraft_audio_core::{MAX_FRAMES, Offline};
use wavecraft_companion_analysis::{
    LEVELS_DBFS, RATES_HZ,
    survey::{self, Document, Older, Plan, Setting, Subject},
};
use wavecraft_companion_protocol::{
    control::ProjectProgram, event::Event, parameter::ParameterSpec, rpc::to_value, take::MeasureJob,
};

/// The timeout for one block. A processor may be slow; this is for one that hangs.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most sines that a plan may have.
const MOST_SINES: usize = 16;
/// The most channels that a processor is measured with.
const MOST_CHANNELS: usize = 2;

/// Measures, until done or interrupted by a signal. Must run within a tokio runtime.
///
/// # Errors
/// The signals can't be watched.
pub(crate) async fn run(job: String) -> anyhow::Result<ExitCode> {
    answer_job(measure(&job)).await
}

async fn measure(job: &str) -> anyhow::Result<()> {
    let job: MeasureJob =
        serde_json::from_str(job).map_err(|error| BadJob(format!("the job can't be read: {error}")))?;
    let plan = checked(&job.plan)?;
    executable::check(&job.program)?;
    let document = match Side::start(facts(&job, &job.program), &plan).await {
        Ok((side, specs, writer)) => measure_it(&job, plan, side, specs, writer).await?,
        Err(error) => {
            let subject = Subject { name: job.name, ..Subject::default() };
            Document::stopped(plan, subject, format!("{error:#}"))
        }
    };
    tell(&Event::Measured { document: Box::new(to_value(&document)) });
    Ok(())
}

async fn measure_it(
    job: &MeasureJob,
    plan: Plan,
    Side { mut processor, mut bench, latency_frames }: Side,
    specs: Vec<ParameterSpec>,
    writer: wavecraft_ring::ParameterWriter,
) -> anyhow::Result<Document> {
    note_preset(&specs, job.preset.as_ref());
    let mut values = values_of(&specs, job.preset.as_ref(), &job.parameters).map_err(BadJob)?;
    for (spec, value) in specs.iter().zip(&mut values) {
        *value = job.values.get(&spec.id).map_or(*value, |wanted| spec.nearest(*wanted));
    }
    writer.set_all(&values)?;
    let settings = settings(&specs, &values);
    let mut older = match &job.before {
        // One that can't be run any more is no reason not to measure.
        Some(before) => older(job, before, &plan, &settings).await.ok(),
        None => None,
    };
    let subject = Subject {
        name: job.name.clone(),
        preset: job.preset.as_ref().map(|preset| preset.name.clone()),
        settings,
        reported_latency_frames: Some(latency_frames),
    };
    let (before, older_processor) = match older.take() {
        Some(side) => (Some((side.bench, side.latency_frames)), Some(side.processor)),
        None => (None, None),
    };
    let work = move || {
        let mut before = before;
        let older = before.as_mut().map(|(bench, latency_frames)| Older {
            device: bench,
            reported_latency_frames: Some(*latency_frames),
        });
        survey::run(&mut bench, older, plan, subject)
    };
    let mut document = processor.while_it_works(work).await?;
    document.realtime = Some(processor.realtime().await);
    match &mut document.trouble {
        Some(trouble) => {
            // A child that crashed has said more of it.
            *trouble = match is_end(trouble) {
                true => processor.last_words().await,
                false => std::mem::take(trouble),
            };
            processor.kill();
        }
        None => processor.end().await,
    }
    if let Some(older) = older_processor {
        older.kill();
    }
    Ok(document)
}

fn facts<'a>(job: &'a MeasureJob, program: &'a ProjectProgram) -> Facts<'a> {
    Facts { program, cwd: &job.cwd, env: &job.env }
}

/// The parameters as a document tells them.
pub(crate) fn settings(specs: &[ParameterSpec], values: &[f32]) -> Vec<Setting> {
    let setting = |(spec, value): (&ParameterSpec, &f32)| Setting {
        id: spec.id.clone(),
        name: spec.name.clone(),
        value: *value,
        text: spec.text_of(*value),
    };
    specs.iter().zip(values).map(setting).collect()
}

/// A child that is prepared.
pub(crate) struct Side {
    pub(crate) processor: Processor,
    pub(crate) bench: Bench,
    pub(crate) latency_frames: usize,
}

impl Side {
    /// Starts it for a plan.
    ///
    /// # Errors
    /// It can't be started, stays silent, or says that it can't work.
    pub(crate) async fn start(
        facts: Facts<'_>,
        plan: &Plan,
    ) -> anyhow::Result<(Self, Vec<ParameterSpec>, wavecraft_ring::ParameterWriter)> {
        let (processor, ready) =
            Processor::start(&facts.watched_program(), plan.rate_hz, plan.channels).await?;
        let latency_frames = usize::try_from(ready.latency_frames)?;
        let offline = Offline::new(ready.ring, plan.channels, processor.begin(), plan.rate_hz, PATIENCE);
        let bench = Bench::new(offline, plan.block_frames);
        Ok((Self { processor, bench, latency_frames }, ready.specs, ready.writer))
    }
}

/// The build before, with the values of the parameters that it has too.
async fn older(
    job: &MeasureJob,
    program: &ProjectProgram,
    plan: &Plan,
    settings: &[Setting],
) -> anyhow::Result<Side> {
    executable::check(program)?;
    let (side, specs, writer) = Side::start(facts(job, program), plan).await?;
    let value = |id: &str| {
        let same = settings.iter().find(|setting| setting.id == id).map(|setting| setting.value);
        // One that the newer build doesn't have any more.
        same.or_else(|| job.values.get(id).copied())
    };
    writer.set_all(&taken_over(&specs, value))?;
    Ok(side)
}

/// Checks a job's plan.
///
/// # Errors
/// It can't be read, or is outside of what can be measured.
pub(crate) fn checked(plan: &serde_json::Value) -> anyhow::Result<Plan> {
    let plan: Plan = serde_json::from_value(plan.clone())
        .map_err(|error| BadJob(format!("the plan can't be read: {error}")))?;
    let most_frames = usize::try_from(MAX_FRAMES).context("frames")?;
    let wrong = if !RATES_HZ.contains(&plan.rate_hz) {
        let (least, most) = (RATES_HZ.start(), RATES_HZ.end());
        Some(format!("a rate of {} Hz: {least} to {most} are possible", plan.rate_hz))
    } else if !LEVELS_DBFS.contains(&plan.level_dbfs) {
        let (least, most) = (LEVELS_DBFS.start(), LEVELS_DBFS.end());
        Some(format!("a level of {} dBFS: {least} to {most} are possible", plan.level_dbfs))
    } else if !(1..=most_frames).contains(&plan.block_frames) {
        Some(format!("a block of {} frames: 1 to {MAX_FRAMES} are possible", plan.block_frames))
    } else if !(1..=MOST_CHANNELS).contains(&plan.channels) {
        Some(format!("{} channels: 1 and {MOST_CHANNELS} are possible", plan.channels))
    } else if plan.sines_hz.len() > MOST_SINES {
        Some(format!("{} sines: {MOST_SINES} are possible", plan.sines_hz.len()))
    } else {
        None
    };
    wrong.map_or(Ok(plan), |wrong| Err(BadJob(wrong).into()))
}
