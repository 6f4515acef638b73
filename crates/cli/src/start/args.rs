//! The arguments of `wavecraft start`, and the defaults from `wavecraft.toml`.

use crate::{
    numbers::MOST_SECONDS,
    page::InstallPolicy,
    ports,
    project::{DEFAULTS_FILE, Defaults, TransportDefaults},
};
use anyhow::anyhow;
use clap::{ArgMatches, parser::ValueSource};
use std::{io::ErrorKind, path::Path, time::Duration};
use wavecraft_companion_protocol::{
    session::{BadSource, Mode, Source},
    transport::{ChangeTransport, ProjectTransport, read_tempo},
};

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
    #[arg(short, long, env = "WAVECRAFT_PORT", value_parser = ports::parse)]
    pub(super) port: Option<u16>,
    /// The page's port, or the next free one [default: 5173]
    #[arg(long, env = "WAVECRAFT_UI_PORT", value_parser = ports::parse)]
    ui_port: Option<u16>,
    /// Fail where a port is taken instead of using the next
    #[arg(long)]
    pub(super) strict_port: bool,
    /// Where the sound comes from: mic, a file, or a signal: tone, noise, sweep, impulse, step, twotone, silence, also
    /// with numbers, such as tone:440@-20 or noise:pink; implies --with-audio [default: the last used, else mic]
    #[arg(long, env = "WAVECRAFT_INPUT", value_parser = source)]
    pub(super) input: Option<Source>,
    /// When the processor's answers are taken: pipelined (a constant delay) or direct (none); implies --with-audio
    /// [default: the last used, else pipelined]
    #[arg(long, env = "WAVECRAFT_MODE")]
    pub(super) mode: Option<Mode>,
    /// The tempo of the time that plays, which all projects share: 20 to 999 beats per minute [key t taps it]
    #[arg(long, value_name = "BPM", value_parser = read_tempo)]
    pub(super) tempo: Option<f64>,
    /// What of the time reaches the processor: all, or none, as in a plugin of Wavecraft 0.12 [default: all]
    #[arg(long, value_name = "all|none")]
    pub(super) transport: Option<TransportChoice>,
    /// Show a probe of the processor in the terminal's line: the name in its `probe!` [key p: the next one]
    #[arg(long, value_name = "NAME", value_parser = probe_name)]
    pub(super) probe: Option<String>,
    /// The cargo profile to build with [default: an optimised development profile]
    #[arg(long, env = "WAVECRAFT_PROFILE", value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// Don't rebuild when a source changes
    #[arg(long)]
    pub(super) no_watch: bool,
    /// Don't measure what a change did; key w begins and ends it too
    #[arg(long)]
    pub(super) no_measure: bool,
    /// Don't watch what the processor does in process that an audio thread must not
    #[arg(long)]
    pub(super) no_realtime_watch: bool,
    /// Serve no page
    #[arg(long)]
    pub(super) no_ui: bool,
    /// Open the page in the browser
    #[arg(long, conflicts_with = "no_ui")]
    pub(super) open: bool,
    /// End another start of this folder first, if there is one
    #[arg(long, conflicts_with = "again")]
    pub(super) replace: bool,
    /// Start even if this folder runs already: it is then heard twice
    #[arg(long)]
    pub(super) again: bool,
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
    /// The first flag that is of use only with sound.
    #[arg(skip)]
    of_sound: Option<&'static str>,
    /// What the command line or a variable says, whatever wavecraft.toml does.
    #[arg(skip)]
    pub(super) given: Given,
}

/// `--transport`: what of the time reaches the processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum TransportChoice {
    /// Tempo, position and whether it plays
    All,
    /// Nothing, as in a plugin of Wavecraft 0.12
    None,
}

/// What goes before `wavecraft.toml`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Given {
    pub(super) input: bool,
    pub(super) mode: bool,
    pub(super) profile: bool,
    pub(super) tempo: bool,
    pub(super) transport: bool,
}

/// The flags that are of use only with sound.
const OF_SOUND: [&str; 5] = ["input", "mode", "tempo", "transport", "probe"];

/// What an input may be.
const INPUTS: &str =
    "an input is mic, tone, noise, sweep, impulse, step, twotone, silence or a sound file (loop.wav)";

/// A file's path is relative to the current folder, which the companion doesn't know.
fn source(text: &str) -> Result<Source, String> {
    let named = |error: BadSource| match Path::new(text).is_file() {
        true => Ok(Source::File { path: text.into() }),
        false => Err(error.to_string()),
    };
    let source = text.parse::<Source>().or_else(named)?;
    existing(source).map_err(|error| format!("{error}: {INPUTS}"))
}

/// A name that a probe can have.
fn probe_name(text: &str) -> Result<String, String> {
    let is_name = (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_name
        .then(|| text.to_owned())
        .ok_or_else(|| "a probe's name has 1 to 32 printable characters, and no spaces".into())
}

/// The source, if its file exists.
pub(super) fn existing(source: Source) -> Result<Source, String> {
    match source {
        Source::File { path } => match path.canonicalize() {
            Ok(path) if path.is_file() => Ok(Source::File { path }),
            Ok(path) => Err(format!("{} is not a file", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(format!("there is no file {}", path.display()))
            }
            Err(error) => Err(format!("{}: {error}", path.display())),
        },
        other => Ok(other),
    }
}

impl StartArgs {
    /// Notes from the command line itself which flag asks for sound: a variable of the environment may be set for good.
    pub(crate) fn note_flags(&mut self, start: &ArgMatches) {
        let by_flag = |id: &&str| start.value_source(id) == Some(ValueSource::CommandLine);
        self.of_sound = OF_SOUND.into_iter().find(by_flag);
    }

    /// Fills in from `wavecraft.toml` what neither a flag nor a variable set. Returns what to tell the user of that.
    ///
    /// # Errors
    /// If that is a file that doesn't exist.
    pub(super) fn fill(&mut self, defaults: &Defaults) -> anyhow::Result<Option<String>> {
        self.given = Given {
            input: self.input.is_some(),
            mode: self.mode.is_some(),
            profile: self.profile.is_some(),
            tempo: self.tempo.is_some(),
            transport: self.transport.is_some(),
        };
        if self.input.is_none() {
            let source = defaults.source.clone().map(existing).transpose();
            self.input = source.map_err(|error| anyhow!("the source of {DEFAULTS_FILE}: {error}"))?;
        }
        self.with_audio |= !self.no_audio && defaults.audio == Some(true);
        let told = match self.of_sound.filter(|_| !self.with_audio) {
            Some(flag) if self.no_audio => {
                Some(format!("--{flag} does nothing here: --no-audio is the page alone."))
            }
            Some(flag) => {
                self.with_audio = true;
                Some(format!(
                    "With sound, since --{flag} asks for it. `audio = true` in {DEFAULTS_FILE} plays without a flag."
                ))
            }
            None => None,
        };
        self.mode = self.mode.or(defaults.mode);
        self.port = self.port.or(defaults.port.map(u16::from));
        self.ui_port = self.ui_port.or(defaults.ui_port.map(u16::from));
        if self.profile.is_none() {
            self.profile.clone_from(&defaults.profile);
        }
        Ok(told)
    }

    /// What the project wants of the time; `None` if nothing.
    pub(super) fn project_transport(&self, defaults: &TransportDefaults) -> Option<ProjectTransport> {
        let change = ChangeTransport { tempo: self.tempo.or(defaults.tempo), ..defaults.change() };
        let none =
            self.transport.map_or(defaults.none == Some(true), |chosen| chosen == TransportChoice::None);
        let wanted = ProjectTransport { change, none };
        (wanted != ProjectTransport::default()).then_some(wanted)
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
