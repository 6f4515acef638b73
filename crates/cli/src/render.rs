//! `wavecraft render`: sends a file through the project's processor, as fast as possible.
//!
//! The project is built as `start` builds it; the companion's program does the rest, in a separate process that is
//! independent of a running companion.

use crate::{
    builds::Builds,
    cargo, companion,
    failure::{INTERRUPTED, SUCCESS, Usage},
    lines::LastLines,
    numbers::{self, absolute_text},
    processes::{Line, Processes, guarded},
    project::Project,
    report::{self, From, Report, clock},
    signals::Signals,
    terminal::{Progress, bar},
};
use anyhow::{Context, anyhow, bail};
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};
use wavecraft_companion_protocol::{
    event::Event,
    take::{BAD_JOB, RenderJob, check_name, check_place},
};

/// What `wavecraft render` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct RenderArgs {
    /// The sound to process: WAV, FLAC, MP3 or Ogg Vorbis
    #[arg(short, long, value_name = "FILE")]
    input: PathBuf,
    /// The file to make: WAV, 32-bit float, stereo, at the input's rate
    #[arg(short, long, value_name = "FILE.wav")]
    output: PathBuf,
    /// Set a parameter for the whole of it: a number, `on`, `off`, or a choice's name
    #[arg(long, value_name = "ID=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// Frames that the processor gets at once, 1 to 4096
    #[arg(long, value_name = "FRAMES", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=4096))]
    block_size: u32,
    /// Go on so long after the input's end, for what rings on
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0, value_parser = numbers::tail_seconds)]
    tail: f64,
    /// The cargo profile to build with [default: an optimised development profile]
    #[arg(long, env = "WAVECRAFT_PROFILE", value_name = "NAME")]
    profile: Option<String>,
    /// Replace the output if it is there
    #[arg(long)]
    force: bool,
    /// Print events as JSON, one a line, on standard output
    #[arg(long)]
    json: bool,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (id, value) = text.split_once('=').ok_or("write it as ID=VALUE")?;
    Ok((id.trim().to_owned(), value.trim().to_owned()))
}

/// Builds and renders; returns the exit code.
pub(crate) async fn run(args: RenderArgs) -> anyhow::Result<i32> {
    let mut signals = Signals::take().context("the system's signals can't be watched")?;
    let report = Report::new(args.json, false);
    let mut processes = Processes::new();
    let outcome = tokio::select! {
        outcome = render(&args, &report, &mut processes) => outcome.map(|()| SUCCESS),
        () = signals.next() => Ok(INTERRUPTED),
    };
    let hurry = processes.hurry();
    let mut ending = std::pin::pin!(processes.end());
    let orphans = loop {
        tokio::select! {
            left = &mut ending => break left,
            // On a second signal the grace ends.
            () = signals.next() => drop(hurry.send_replace(true)),
        }
    };
    if let Err(error) = &outcome {
        report.failure(&format!("{error:#}"));
    }
    report.event(&Event::Stopped { orphans });
    outcome
}

async fn render(args: &RenderArgs, report: &Report, processes: &mut Processes) -> anyhow::Result<()> {
    let input = absolute_text(&input(&args.input)?)?;
    let output = output(args)?;
    let project = Project::find(&std::env::current_dir().context("the current folder is gone")?)?;
    let cargo = cargo::program()?;
    let target = cargo::find_target(&cargo, &project, processes).await?;
    let profile = args.profile.as_deref().or(project.defaults.profile.as_deref());
    let (built, _) = cargo::build(&cargo, &target, profile, processes, report).await?;
    let mut builds = Builds::create(&companion::paths()?.builds_dir)?;
    let job = RenderJob {
        program: builds.keep(&built)?,
        cwd: project.engine(),
        env: companion::environment(),
        input,
        output,
        force: args.force,
        parameters: args.set.iter().cloned().collect(),
        block_frames: args.block_size,
        tail_seconds: args.tail,
    };
    let job =
        serde_json::to_string(&job).context("the project's path isn't text: give its folders other names")?;
    let program = companion::program()?;
    let mut command = guarded(&program);
    command.arg("--render").arg(job);
    let running = processes.spawn(&mut command);
    follow(running.with_context(|| format!("{} can't be run", program.display()))?, report).await
}

/// The file to process. It may be written as an input of `start`.
fn input(given: &Path) -> anyhow::Result<PathBuf> {
    let found = given.canonicalize().or_else(|error| {
        match given.to_str().and_then(|text| text.strip_prefix("file:")) {
            Some(path) => Path::new(path).canonicalize(),
            None => Err(error),
        }
    });
    match found {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == ErrorKind::NotFound => bail!(
            "there is no file {}: --input is the sound to process, a WAV, FLAC, MP3 or Ogg Vorbis file",
            given.display()
        ),
        Err(error) => Err(error).with_context(|| given.display().to_string()),
    }
}

/// An absolute path in an existing folder. Checked now rather than after the build.
fn output(args: &RenderArgs) -> anyhow::Result<PathBuf> {
    let output = absolute_text(&args.output)?;
    check_name(&output).map_err(Usage)?;
    if let Ok(there) = output.metadata() {
        check_place(&output, there.file_type()).map_err(Usage)?;
    }
    if !args.force && output.symlink_metadata().is_ok() {
        let message = "is there already: choose another name, or replace it with --force";
        bail!(Usage(format!("{} {message}", output.display())));
    }
    match output.parent() {
        Some(folder) if folder.is_dir() => Ok(output),
        Some(folder) => bail!("there is no folder {}: make it first, or choose another", folder.display()),
        None => bail!(Usage(format!("{} is no file", output.display()))),
    }
}

/// Reports the messages of the companion's program until it ends.
async fn follow(mut running: crate::processes::Running, report: &Report) -> anyhow::Result<()> {
    let progress = report.progress();
    let (mut failure, mut rendered) = (None, None);
    let mut said = LastLines::default();
    while let Some(line) = running.next_line().await? {
        let event = match &line {
            Line::Out(text) => serde_json::from_str(text).ok(),
            Line::Err(_) => None,
        };
        match (event, line) {
            (Some(Event::Error { message }), _) => failure = Some(message),
            (Some(Event::Log { from, line }), _) if from == "child" => report.log(From::Child, &line),
            (Some(Event::Log { line, .. }), _) => report.log(From::Companion, &line),
            (Some(event @ Event::Rendered { .. }), _) => rendered = Some(event),
            (Some(event), _) => {
                show(&progress, &event);
                report.event(&event);
            }
            (None, Line::Out(text) | Line::Err(text)) => said.push(text),
        }
    }
    drop(progress);
    // Reported once the bar is off the screen.
    rendered.iter().for_each(|event| report.event(event));
    let status = running.wait().await?;
    match (status.success(), failure) {
        (true, _) => Ok(()),
        (false, Some(message)) if status.code() == Some(BAD_JOB.into()) => bail!(Usage(message)),
        (false, Some(message)) => Err(anyhow!(message)),
        (false, None) => bail!("the companion's program failed ({status}). It said:{said}"),
    }
}

fn show(progress: &Progress, event: &Event) {
    let Event::Rendering { frames, total_frames, sample_rate } = event else { return };
    let at = |frames: u64| clock(report::seconds_of(frames, *sample_rate));
    match total_frames {
        Some(total) => progress.say(&format!("{} {} of {}", bar(*frames, *total), at(*frames), at(*total))),
        None => progress.say(&at(*frames)),
    }
}
