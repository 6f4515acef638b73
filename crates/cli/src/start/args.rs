//! The arguments of `wavecraft start`, and the defaults from `wavecraft.toml`.

use crate::{
    numbers::MOST_SECONDS,
    page::InstallPolicy,
    project::{DEFAULTS_FILE, Defaults},
};
use anyhow::{anyhow, bail};
use std::time::Duration;
use wavecraft_companion_protocol::session::{Mode, Source};

/// Vite's default.
const UI_PORT: u16 = 5173;

/// What `wavecraft start` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct StartArgs {
    /// Play real audio through the project's DSP; without it, the page has synthetic levels
    #[arg(long, overrides_with = "no_audio")]
    pub(super) with_audio: bool,
    /// The page alone, where wavecraft.toml says `audio = true`
    #[arg(long)]
    no_audio: bool,
    /// The WebSocket's port, or the next free one [default: 9000]
    #[arg(short, long, env = "WAVECRAFT_PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) port: Option<u16>,
    /// The page's port, or the next free one [default: 5173]
    #[arg(long, env = "WAVECRAFT_UI_PORT", value_parser = clap::value_parser!(u16).range(1..))]
    ui_port: Option<u16>,
    /// Fail where a port is taken instead of using the next
    #[arg(long)]
    pub(super) strict_port: bool,
    /// Where the sound comes from: mic, tone, noise, sweep, silence or file:PATH [default: the last used, else mic]
    #[arg(long, env = "WAVECRAFT_INPUT", value_parser = source)]
    pub(super) input: Option<Source>,
    /// When the processor's answers are taken: pipelined (a constant delay) or direct (none) [default: the last used,
    /// else pipelined]
    #[arg(long, env = "WAVECRAFT_MODE")]
    pub(super) mode: Option<Mode>,
    /// Show a probe of the processor in the terminal's line: the name in its `probe!` [key p: the next one]
    #[arg(long, value_name = "NAME", value_parser = probe_name)]
    pub(super) probe: Option<String>,
    /// The cargo profile to build with [default: an optimised development profile]
    #[arg(long, env = "WAVECRAFT_PROFILE", value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// Don't rebuild when a source changes
    #[arg(long)]
    pub(super) no_watch: bool,
    /// Serve no page
    #[arg(long)]
    pub(super) no_ui: bool,
    /// Open the page in the browser
    #[arg(long, conflicts_with = "no_ui")]
    pub(super) open: bool,
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
    pub(super) json: bool,
    /// Tell more
    #[arg(short, long)]
    pub(super) verbose: bool,
}

/// A file's path is relative to the current folder, which the companion doesn't know.
pub(super) fn source(text: &str) -> Result<Source, String> {
    text.parse::<Source>().map_err(|error| error.to_string()).and_then(existing)
}

/// A name that a probe can have.
fn probe_name(text: &str) -> Result<String, String> {
    let is_name = (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_name
        .then(|| text.to_owned())
        .ok_or_else(|| "a probe's name has 1 to 32 printable characters, and no spaces".into())
}

/// The source, if its file exists.
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
    /// Fills in from `wavecraft.toml` what neither a flag nor a variable set.
    ///
    /// # Errors
    /// If that is a file that doesn't exist, or a probe is to be shown without sound.
    pub(super) fn fill(&mut self, defaults: &Defaults) -> anyhow::Result<()> {
        if self.input.is_none() {
            let source = defaults.source.clone().map(existing).transpose();
            self.input = source.map_err(|error| anyhow!("the source of {DEFAULTS_FILE}: {error}"))?;
        }
        self.with_audio |= !self.no_audio && defaults.audio == Some(true);
        if self.probe.is_some() && !self.with_audio {
            bail!("--probe shows what a processor says while it plays: add --with-audio");
        }
        self.mode = self.mode.or(defaults.mode);
        self.port = self.port.or(defaults.port.map(u16::from));
        self.ui_port = self.ui_port.or(defaults.ui_port.map(u16::from));
        if self.profile.is_none() {
            self.profile.clone_from(&defaults.profile);
        }
        Ok(())
    }

    /// The first port to try for the page.
    pub(super) fn ui_port(&self) -> u16 {
        self.ui_port.unwrap_or(UI_PORT)
    }

    pub(super) fn install_policy(&self) -> InstallPolicy {
        match (self.install, self.no_install) {
            (true, _) => InstallPolicy::Yes,
            (false, true) => InstallPolicy::No,
            (false, false) => InstallPolicy::Ask,
        }
    }

    pub(super) fn run_time(&self) -> Option<Duration> {
        self.seconds.map(Duration::from_secs)
    }
}
