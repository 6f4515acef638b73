//! `wavecraft check`: what of the project's processor breaks in the field, before it does.

mod junit;
mod screen;

use crate::{
    companion,
    compare::Against,
    failure::{FAILED, SUCCESS, Usage},
    offline::{self, BuiltProject},
    output::out,
    processes::Processes,
    project::Project,
    report::{Report, json_line},
};
use anyhow::{Context, ensure};
use serde::Serialize;
use std::{collections::BTreeMap, num::NonZeroUsize, path::PathBuf, thread};
use wavecraft_companion_check::{DOCUMENT_VERSION, Depth, Document, Limits, Plan, TESTS, test};
use wavecraft_companion_protocol::{
    event::Event,
    take::{CheckJob, ComparedSide, JobPreset},
};

/// The seed unless another is given: the same every time, so that a check that passed passes again.
const SEED: u64 = 1;

/// What `wavecraft check` is asked for.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct CheckArgs {
    /// Explain all tests, and run none
    #[arg(long, conflicts_with_all = ["only", "skip", "against", "junit", "quick", "full", "preset"])]
    list: bool,
    /// Run only this test; may be repeated
    #[arg(long, value_name = "NAME", value_parser = test_name)]
    only: Vec<String>,
    /// Leave this test out; may be repeated
    #[arg(long, value_name = "NAME", value_parser = test_name)]
    skip: Vec<String>,
    /// Repeat what another run did at random
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
    /// Begin with the values of this preset, which lies in the project's folder presets, in place of the defaults
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Check the plugin that `wavecraft bundle` makes, run as a DAW runs it, in place of what the companion plays
    #[arg(long, conflicts_with_all = ["list", "against"])]
    plugin: bool,
    /// Compare the parameters with those of this git revision: the last one that was released
    #[arg(long, value_name = "REVISION")]
    against: Option<String>,
    /// Try less: a minute of audio in the long run
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Try more: an hour of audio in the long run, and more random values
    #[arg(long)]
    full: bool,
    /// How many tests run at a time, 1 to 64 [default: as many as the computer has cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
    /// The cargo profile to build with [default: an optimised development profile; of the plugin, release]
    #[arg(long, env = "WAVECRAFT_PROFILE", value_name = "NAME")]
    profile: Option<String>,
    /// Write the results as JUnit XML, which CI systems read. An older file is replaced
    #[arg(long, value_name = "FILE.xml")]
    junit: Option<PathBuf>,
    /// Print the results as JSON, for programs
    #[arg(long)]
    json: bool,
}

fn test_name(name: &str) -> Result<String, String> {
    match test(name) {
        Some(test) => Ok(test.name.into()),
        None => Err("there is no such test: `wavecraft check --list` lists them".into()),
    }
}

impl CheckArgs {
    fn plan(&self, skip: BTreeMap<String, String>, limits: Limits) -> Plan {
        let mut skip = skip;
        skip.extend(self.skip.iter().map(|name| (name.clone(), "--skip".into())));
        // A test that is asked for by name is run.
        skip.retain(|name, why| why == "--skip" || !self.only.contains(name));
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(64);
        let is_wanted = |name: &str| self.only.is_empty() || self.only.iter().any(|only| only == name);
        Plan {
            seed: self.seed,
            depth: match (self.quick, self.full) {
                (true, _) => Depth::Quick,
                (_, true) => Depth::Full,
                _ => Depth::Standard,
            },
            limits,
            tests: TESTS.iter().map(|test| test.name.to_owned()).filter(|name| is_wanted(name)).collect(),
            skip,
            jobs: self.jobs.map_or(cores, usize::from),
        }
    }
}

/// Builds and checks; returns the exit code. Whatever can't be checked is 2.
pub(crate) async fn run(args: CheckArgs) -> anyhow::Result<i32> {
    if args.list {
        list(args.json);
        return Ok(SUCCESS);
    }
    let report = if args.json { Report::beside_a_document() } else { Report::new(false, false) };
    let mut processes = Processes::new();
    let mut failed = false;
    let outcome = offline::run(&report, &mut processes, async |report, processes| {
        let junit = args.junit.as_deref().map(junit::place).transpose()?;
        let document = checked(&args, report, processes).await?;
        failed = document.has_failed();
        if args.json {
            out!("{}", json_line(&document));
        } else {
            screen::lines(&document).iter().for_each(|line| report.say(line));
        }
        if let Some(path) = &junit {
            junit::write(&document, path)?;
            report.say(&format!("The results are in {}, too.", path.display()));
        }
        Ok(())
    });
    match outcome.await {
        Ok(SUCCESS) if failed => Ok(FAILED),
        Ok(code) => Ok(code),
        Err(error) => Err(Usage(format!("{error:#}")).into()),
    }
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    why: &'static str,
}

fn list(json: bool) {
    if json {
        let all: Vec<Listed> = TESTS.iter().map(|test| Listed { name: test.name, why: test.why }).collect();
        out!("{}", json_line(&all));
        return;
    }
    for test in TESTS {
        out!("{:<19}{}", test.name, test.why);
    }
}

async fn checked(args: &CheckArgs, report: &Report, processes: &mut Processes) -> anyhow::Result<Document> {
    let project = Project::find(&std::env::current_dir().context("the current folder is gone")?)?;
    let plan = args.plan(project.defaults.check.skip.clone(), project.defaults.check.limits.clone());
    let profile = args.profile.as_deref();
    let preset = offline::preset(args.preset.as_deref())?;
    match &args.against {
        Some(revision) => {
            let both = Against::build(revision, profile, report, processes).await?;
            let released = Some(both.revision()?);
            ask(job(both.now()?, &plan, released, preset)?, report, processes).await
        }
        None if args.plugin => {
            let built = offline::build_plugin(&project, profile, report)?;
            ask(CheckJob { plugin: true, ..job(&built, &plan, None, preset)? }, report, processes).await
        }
        None => {
            let built = offline::build_project(&project, None, profile, report, processes).await?;
            ask(job(&built, &plan, None, preset)?, report, processes).await
        }
    }
}

fn job(
    built: &BuiltProject,
    plan: &Plan,
    released: Option<ComparedSide>,
    preset: Option<JobPreset>,
) -> anyhow::Result<CheckJob> {
    Ok(CheckJob {
        program: built.program.clone(),
        cwd: built.cwd.clone(),
        env: companion::environment(),
        name: built.name.clone(),
        plugin: false,
        plan: serde_json::to_value(plan).context("the plan")?,
        released,
        preset,
    })
}

async fn ask(job: CheckJob, report: &Report, processes: &mut Processes) -> anyhow::Result<Document> {
    let answer =
        offline::companion_answers("--check", "Checking …", &job, report, processes, |event, progress| {
            match event {
                Event::Checking { done, tests } => {
                    progress.say(&format!("Checking … {done} of {tests} tests"));
                    None
                }
                Event::Checked { document } => Some(document),
                _ => None,
            }
        });
    let document = answer.await?;
    let document: Document = serde_json::from_value(*document).context("its document can't be read")?;
    ensure!(document.version == DOCUMENT_VERSION, "its document is of version {}", document.version);
    Ok(document)
}
