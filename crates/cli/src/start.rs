//! `wavecraft start`: from a project's sources to its sound and its page, and back to nothing.

mod attach;
mod devices;
mod end;
mod keys;
mod page;
mod places;
mod prepare;
mod question;
mod rebuilds;
mod session;
mod swap;

use crate::{
    builds::Builds,
    companion::{self, Companion, Launched},
    failure::{INTERRUPTED, SUCCESS},
    generated::Generated,
    numbers::MOST_SECONDS,
    page::{InstallPolicy, Page},
    preview::Preview,
    processes::Processes,
    project::{DEFAULTS_FILE, Defaults},
    report::Report,
    signals::Signals,
    terminal::Keyboard,
};
use anyhow::{Context, anyhow};
use std::{collections::BTreeSet, path::PathBuf, time::Duration};
use wavecraft_companion_protocol::{
    event::Event,
    paths::Paths,
    session::{Mode, Source},
    token::Token,
};

/// Vite's own.
const UI_PORT: u16 = 5173;

/// What `wavecraft start` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct StartArgs {
    /// Play real audio through the project's DSP; without it, the page has synthetic levels
    #[arg(long, overrides_with = "no_audio")]
    with_audio: bool,
    /// The page alone, where wavecraft.toml says `audio = true`
    #[arg(long)]
    no_audio: bool,
    /// The WebSocket's port, or the next free one [default: 9000]
    #[arg(short, long, env = "WAVECRAFT_PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// The page's port, or the next free one [default: 5173]
    #[arg(long, env = "WAVECRAFT_UI_PORT", value_parser = clap::value_parser!(u16).range(1..))]
    ui_port: Option<u16>,
    /// Fail where a port is taken instead of using the next
    #[arg(long)]
    strict_port: bool,
    /// Where the sound comes from: mic, tone, noise, sweep, silence or file:PATH [default: the last used, else mic]
    #[arg(long, env = "WAVECRAFT_INPUT", value_parser = source)]
    input: Option<Source>,
    /// When the processor's answers are taken: pipelined (a constant delay) or direct (none) [default: the last used,
    /// else pipelined]
    #[arg(long, env = "WAVECRAFT_MODE")]
    mode: Option<Mode>,
    /// The cargo profile to build with [default: an optimised development profile]
    #[arg(long, env = "WAVECRAFT_PROFILE", value_name = "NAME")]
    profile: Option<String>,
    /// Don't rebuild when a source changes
    #[arg(long)]
    no_watch: bool,
    /// Serve no page
    #[arg(long)]
    no_ui: bool,
    /// Open the page in the browser
    #[arg(long, conflicts_with = "no_ui")]
    open: bool,
    /// Install the page's packages without asking
    #[arg(long, overrides_with = "no_install")]
    install: bool,
    /// Never install the page's packages
    #[arg(long)]
    no_install: bool,
    /// Stop after so many seconds from when it is ready
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_SECONDS))]
    seconds: Option<u64>,
    /// Print events as JSON, one a line, on standard output
    #[arg(long)]
    json: bool,
    /// Tell more
    #[arg(short, long)]
    verbose: bool,
}

/// A file is named from the folder where the command is given, which the companion doesn't know.
fn source(text: &str) -> Result<Source, String> {
    text.parse::<Source>().map_err(|error| error.to_string()).and_then(existing)
}

/// The source, where its file is there.
fn existing(source: Source) -> Result<Source, String> {
    match source {
        Source::File { path } => match path.canonicalize() {
            Ok(path) if path.is_file() => Ok(Source::File { path }),
            Ok(path) => Err(format!("{} is not a file", path.display())),
            Err(error) => Err(format!("{}: {error}", path.display())),
        },
        other => Ok(other),
    }
}

impl StartArgs {
    /// Takes from `wavecraft.toml` what neither a flag nor a variable gave.
    ///
    /// # Errors
    /// If that is a file that isn't there.
    fn fill(&mut self, defaults: &Defaults) -> anyhow::Result<()> {
        if self.input.is_none() {
            let source = defaults.source.clone().map(existing).transpose();
            self.input = source.map_err(|error| anyhow!("the source of {DEFAULTS_FILE}: {error}"))?;
        }
        self.with_audio |= !self.no_audio && defaults.audio == Some(true);
        self.mode = self.mode.or(defaults.mode);
        self.port = self.port.or(defaults.port.map(u16::from));
        self.ui_port = self.ui_port.or(defaults.ui_port.map(u16::from));
        if self.profile.is_none() {
            self.profile.clone_from(&defaults.profile);
        }
        Ok(())
    }

    /// The first port to try for the page.
    fn ui_port(&self) -> u16 {
        self.ui_port.unwrap_or(UI_PORT)
    }

    fn install_policy(&self) -> InstallPolicy {
        match (self.install, self.no_install) {
            (true, _) => InstallPolicy::Yes,
            (false, true) => InstallPolicy::No,
            (false, false) => InstallPolicy::Ask,
        }
    }

    fn run_time(&self) -> Option<Duration> {
        self.seconds.map(Duration::from_secs)
    }
}

/// Everything that a start has made so far, and that has to go in the end. Each part is put here the moment it exists,
/// so that the work can be given up at any point.
struct Start {
    args: StartArgs,
    report: Report,
    keyboard: Option<Keyboard>,
    paths: Paths,
    token: Token,
    audio_token: Token,
    processes: Processes,
    builds: Option<Builds>,
    companion: Option<Companion>,
    launched: Option<Launched>,
    preview: Option<Preview>,
    page: Option<Page>,
    generated: Option<Generated>,
    children: BTreeSet<end::Process>,
}

/// How the work ended, where it didn't fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// As asked: the time is over, or another terminal stopped it.
    Done,
    /// By a signal.
    Interrupted,
}

/// Runs the project until it is stopped; returns the exit code.
pub(crate) async fn run(args: StartArgs) -> anyhow::Result<i32> {
    let mut signals = Signals::take().context("the system's signals can't be watched")?;
    let mut start = Start {
        report: Report::new(args.json, args.verbose),
        keyboard: None,
        paths: companion::paths()?,
        token: crate::secret::token()?,
        audio_token: crate::secret::token()?,
        processes: Processes::new(),
        builds: None,
        companion: None,
        launched: None,
        preview: None,
        page: None,
        generated: None,
        children: BTreeSet::new(),
        args,
    };
    let outcome = tokio::select! {
        outcome = start.work() => outcome,
        () = signals.next() => Ok(End::Interrupted),
    };
    if let Err(error) = &outcome {
        start.report.failure(&format!("{error:#}"));
    }
    let orphans = start.end(&mut signals).await;
    start.report.event(&Event::Stopped { orphans });
    let end = outcome?;
    start.report.say("Stopped.");
    Ok(match end {
        End::Done => SUCCESS,
        End::Interrupted => INTERRUPTED,
    })
}

/// The folder that the command is given in.
fn current_folder() -> anyhow::Result<PathBuf> {
    std::env::current_dir().context("the current folder is gone: change to your project's folder")
}
