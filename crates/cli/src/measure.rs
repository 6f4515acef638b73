//! `wavecraft measure`: what the project's processor does, in figures.

mod curve;
pub(crate) mod report;
mod screen;

pub(crate) use screen::items;

use crate::{
    companion,
    failure::Usage,
    numbers::{self, absolute_text},
    offline::{self, BuiltProject, assignment},
    output::out,
    processes::Processes,
    report::{Report, json_line},
};
use anyhow::{Context, anyhow};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use wavecraft_companion_analysis::{
    DEFAULT_LEVEL_DBFS,
    survey::{DOCUMENT_VERSION, Depth, Document, Plan},
};
use wavecraft_companion_protocol::{event::Event, take::MeasureJob};

/// What `wavecraft measure` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct MeasureArgs {
    /// Measure everything: also dynamics, intermodulation, impulse, step, stereo, and cost by the size of blocks
    #[arg(long)]
    full: bool,
    /// Sample rate of the measurement, 8000 to 384000
    #[arg(long, value_name = "HZ", default_value_t = 48_000, value_parser = clap::value_parser!(u32).range(8_000..=384_000))]
    rate: u32,
    /// Peak level of the test signals, −120 to 0
    #[arg(long, value_name = "DBFS", default_value_t = DEFAULT_LEVEL_DBFS, allow_negative_numbers = true, value_parser = numbers::level_dbfs)]
    level: f64,
    /// Measure distortion at this frequency, in place of 100 Hz, 1 kHz and 10 kHz; may be repeated
    #[arg(long, value_name = "HZ", value_parser = numbers::frequency_hz)]
    frequency: Vec<f64>,
    /// Set a parameter: a number, `on`, `off`, or a choice's name
    #[arg(long, value_name = "ID=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// Begin with the values of this preset, which lies in the project's folder presets; `--set` goes over it
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Frames that the processor gets at once, 1 to 4096
    #[arg(long, value_name = "FRAMES", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=4096))]
    block_size: u32,
    /// Measure one channel instead of two
    #[arg(long)]
    mono: bool,
    /// The plugin that `wavecraft bundle` makes, run as a DAW runs it, in place of what the companion plays
    #[arg(long)]
    plugin: bool,
    /// The cargo profile to build with [default: an optimised development profile; of the plugin, release]
    #[arg(long, env = "WAVECRAFT_PROFILE", value_name = "NAME")]
    profile: Option<String>,
    /// Write the figures and curves into a page that needs nothing else
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Replace the report if it is there
    #[arg(long, requires = "report")]
    force: bool,
    /// Print the document as JSON, for programs
    #[arg(long)]
    json: bool,
}

impl MeasureArgs {
    fn plan(&self) -> anyhow::Result<Plan> {
        let usual = Plan::usual(self.rate);
        let sines_hz = if self.frequency.is_empty() { usual.sines_hz } else { self.frequency.clone() };
        Ok(Plan {
            channels: if self.mono { 1 } else { 2 },
            rate_hz: self.rate,
            level_dbfs: self.level,
            sines_hz,
            block_frames: usize::try_from(self.block_size)?,
            depth: if self.full { Depth::Full } else { Depth::Standard },
        })
    }
}

/// Builds and measures; returns the exit code.
pub(crate) async fn run(args: MeasureArgs) -> anyhow::Result<i32> {
    let plan = args.plan()?;
    if let Some(hz) = plan.sines_hz.iter().find(|hz| **hz >= f64::from(plan.rate_hz) / 2.0) {
        let message =
            format!("{hz} Hz isn't below half of {} Hz: choose another --frequency or --rate", plan.rate_hz);
        return Err(Usage(message).into());
    }
    let place = args.report.as_deref().map(|path| report_place(path, args.force)).transpose()?;
    // A document on standard output is alone there.
    let report = if args.json { Report::beside_a_document() } else { Report::new(false, false) };
    let mut processes = Processes::new();
    offline::run(&report, &mut processes, async |report, processes| {
        let document = measured(&args, &plan, report, processes).await?;
        if args.json {
            out!("{}", json_line(&document));
        } else {
            screen::lines(&document).iter().for_each(|line| report.say(line));
        }
        if let Some(path) = &place {
            report::write(&document, path)?;
            report.say(&format!("The report is {}.", path.display()));
        }
        document.trouble.map_or(Ok(()), |trouble| {
            Err(anyhow!("the processor could not be measured to the end: {trouble}"))
        })
    })
    .await
}

/// Where the report goes. Asked now rather than after the build.
fn report_place(path: &Path, force: bool) -> anyhow::Result<PathBuf> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if !["html", "htm"].iter().any(|html| ending.eq_ignore_ascii_case(html)) {
        return Err(Usage(format!(
            "the report is a web page: call it {}",
            path.with_extension("html").display()
        ))
        .into());
    }
    if path.is_dir() {
        return Err(Usage(format!("{} is a folder: name a file in it", path.display())).into());
    }
    offline::free_place(absolute_text(path)?, force)
}

async fn measured(
    args: &MeasureArgs,
    plan: &Plan,
    report: &Report,
    processes: &mut Processes,
) -> anyhow::Result<Document> {
    let preset = offline::preset(args.preset.as_deref())?;
    let project = offline::build_either(args.plugin, args.profile.as_deref(), report, processes).await?;
    let BuiltProject { name, program, cwd, .. } = &project;
    let job = MeasureJob {
        program: program.clone(),
        cwd: cwd.clone(),
        env: companion::environment(),
        name: name.clone(),
        parameters: args.set.iter().cloned().collect(),
        preset,
        values: BTreeMap::new(),
        plan: serde_json::to_value(plan).context("the plan")?,
        before: None,
    };
    let answer =
        offline::companion_answers("--measure", "Measuring …", &job, report, processes, |event, _| {
            match event {
                Event::Measured { document } => Some(document),
                _ => None,
            }
        });
    let document = answer.await?;
    let document: Document = serde_json::from_value(*document).context("its document can't be read")?;
    anyhow::ensure!(document.version == DOCUMENT_VERSION, "its document is of version {}", document.version);
    Ok(document)
}
