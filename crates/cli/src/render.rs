//! `wavecraft render`: sends a file or a signal through the project's processor, as fast as possible.

use crate::{
    companion,
    failure::Usage,
    numbers::{self, absolute_text},
    offline::{self, BuiltProject, assignment},
    processes::Processes,
    report::{self, Report, clock},
    start::TransportChoice,
    terminal::{Progress, bar},
};
use anyhow::{Context, bail};
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};
use wavecraft_companion_protocol::{
    event::Event,
    session::{BadSource, SignalKind, Source},
    take::{RenderJob, check_input},
    transport::read_tempo,
};

/// What `wavecraft render` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct RenderArgs {
    /// The sound to process: WAV, FLAC, MP3 or Ogg Vorbis; or a signal, such as tone:440@-20, sweep or impulse
    #[arg(short, long, value_name = "FILE|SIGNAL")]
    input: PathBuf,
    /// The file to make: WAV, 32-bit float, stereo, at the input's rate
    #[arg(short, long, value_name = "FILE.wav")]
    output: PathBuf,
    /// Set a parameter for the whole of it: a number, `on`, `off`, or a choice's name
    #[arg(long, value_name = "ID=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// Begin with the values of this preset, which lies in the project's folder presets; `--set` goes over it
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// How much of the input: a signal has no end of its own, and of a file that is longer, this is its beginning
    #[arg(long, value_name = "N", value_parser = numbers::record_seconds)]
    seconds: Option<f64>,
    /// The rate at which a signal is made [default: 48000]
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u32).range(8_000..=384_000))]
    rate: Option<u32>,
    /// Frames that the processor gets at once, 1 to 4096
    #[arg(long, value_name = "FRAMES", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=4096))]
    block_size: u32,
    /// The tempo of the time that the processor is told, 20 to 999 beats per minute; it plays from 0 on [default: 120]
    #[arg(long, value_name = "BPM", value_parser = read_tempo, conflicts_with = "transport")]
    tempo: Option<f64>,
    /// What of the time reaches the processor: all, or none, as in a plugin of Wavecraft 0.12 [default: all]
    #[arg(long, value_name = "all|none")]
    transport: Option<TransportChoice>,
    /// Go on so long after the input's end, for what rings on
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0, value_parser = numbers::tail_seconds)]
    tail: f64,
    /// The plugin that `wavecraft bundle` makes, run as a DAW runs it, in place of what the companion plays
    #[arg(long)]
    plugin: bool,
    /// The cargo profile to build with [default: an optimised development profile; of the plugin, release]
    #[arg(long, env = "WAVECRAFT_PROFILE", value_name = "NAME")]
    profile: Option<String>,
    /// Replace the output if it is there
    #[arg(long)]
    force: bool,
    /// Print events as JSON, one a line, on standard output
    #[arg(long)]
    json: bool,
}

/// Builds and renders; returns the exit code.
pub(crate) async fn run(args: RenderArgs) -> anyhow::Result<i32> {
    let (report, mut processes) = (Report::new(args.json, false), Processes::new());
    offline::run(&report, &mut processes, async |report, processes| render(&args, report, processes).await)
        .await
}

async fn render(args: &RenderArgs, report: &Report, processes: &mut Processes) -> anyhow::Result<()> {
    let input = input(&args.input)?;
    check_input(&input, args.seconds, args.rate).map_err(Usage)?;
    let output = offline::new_file(&args.output, args.force)?;
    let preset = offline::preset(args.preset.as_deref())?;
    let project = offline::build_either(args.plugin, args.profile.as_deref(), report, processes).await?;
    let BuiltProject { program, cwd, .. } = &project;
    let job = RenderJob {
        program: program.clone(),
        cwd: cwd.clone(),
        env: companion::environment(),
        input,
        seconds: args.seconds,
        sample_rate: args.rate,
        output,
        force: args.force,
        parameters: args.set.iter().cloned().collect(),
        preset,
        block_frames: args.block_size,
        tempo: args.tempo,
        no_transport: args.transport == Some(TransportChoice::None),
        tail_seconds: args.tail,
    };
    let progress = report.progress();
    let mut rendered = None;
    let outcome = offline::companion_does("--render", &job, report, processes, |event| match event {
        Event::Rendered { .. } => rendered = Some(event),
        event => {
            show(&progress, &event);
            report.event(&event);
        }
    });
    let outcome = outcome.await;
    drop(progress);
    // Reported once the bar is off the screen.
    rendered.iter().for_each(|event| report.event(event));
    outcome
}

/// What to process, written as an input of `start`. A signal's name goes before a file's; `./tone` is a file.
pub(crate) fn input(given: &Path) -> anyhow::Result<Source> {
    if let Some(text) = given.to_str().filter(|text| *text == "mic" || SignalKind::of(text).is_some()) {
        match text.parse() {
            Err(error) if !given.is_file() => bail!(Usage(BadSource::to_string(&error))),
            Err(_) => {}
            Ok(signal) => return Ok(signal),
        }
    }
    let found = given.canonicalize().or_else(|error| {
        match given.to_str().and_then(|text| text.strip_prefix("file:")) {
            Some(path) => Path::new(path).canonicalize(),
            None => Err(error),
        }
    });
    match found {
        Ok(file) => Ok(Source::File { path: absolute_text(&file)? }),
        Err(error) if error.kind() == ErrorKind::NotFound => bail!(
            "there is no file {}: --input is the sound to process, a WAV, FLAC, MP3 or Ogg Vorbis file, or a signal such as \
             tone:440@-20 (tone, noise, sweep, impulse, step, twotone, silence)",
            given.display()
        ),
        Err(error) => Err(error).with_context(|| given.display().to_string()),
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
