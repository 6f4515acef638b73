//! The command line's structure. Each command's code is in the file of its name.

use crate::{
    adopt::AdoptArgs,
    bundle::BundleArgs,
    check::CheckArgs,
    compare::CompareArgs,
    completions::{CompletionsArgs, ManArgs},
    create::CreateArgs,
    devices::DevicesArgs,
    guard,
    mcp::McpArgs,
    measure::MeasureArgs,
    microphone::MicrophoneArgs,
    preset::PresetArgs,
    record::RecordArgs,
    render::RenderArgs,
    start::StartArgs,
    stop::StopArgs,
    update::UpdateArgs,
};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// Make, edit and hear Wavecraft plugins: your DSP processes real audio while you change it
#[derive(Debug, Parser)]
#[command(name = "wavecraft", version = env!("WAVECRAFT_VERSION"), arg_required_else_help = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Reads the command line.
    ///
    /// # Errors
    /// As [`Parser::try_parse`].
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let matches = Self::command().try_get_matches()?;
        let cli = Self::from_arg_matches(&matches);
        let mut cli = cli.map_err(|error| error.format(&mut Self::command()))?;
        if let (Command::Start(args), Some((_, start))) = (&mut cli.command, matches.subcommand()) {
            args.note_flags(start);
        }
        Ok(cli)
    }
}

const START_EXAMPLES: &str = "\
Examples:
  wavecraft start --with-audio                        through the microphone, or what was used last
  wavecraft start --input tone                        without a microphone
  wavecraft start --input loop.wav                    a file, again and again
  wavecraft start                                     the page alone, without sound
  wavecraft start --with-audio --replace              in place of the one that runs in this folder";
const UPDATE_EXAMPLES: &str = "\
Examples:
  wavecraft update             shows what is older, asks, writes it
  wavecraft update --dry-run   each line that would change
  wavecraft update --check     for CI: exit code 1 if something is older";
const PRESET_EXAMPLES: &str = "\
Examples:
  wavecraft preset save \"Warm\" --note \"For pads\"   what plays now, into presets/Warm.json
  wavecraft preset load Warm                       while the project plays
  wavecraft preset next                            the next one by name
  wavecraft preset list                            also while nothing plays";
const STOP_EXAMPLES: &str = "\
Examples:
  wavecraft stop          this folder's project, or the only one
  wavecraft stop my-gain  by its name
  wavecraft stop --all";
const RECORD_EXAMPLES: &str = "\
Examples:
  wavecraft record -o take.wav               until Ctrl+C
  wavecraft record my-gain -o take.wav --seconds 10";
const RENDER_EXAMPLES: &str = "\
Examples:
  wavecraft render -i dry.wav -o wet.wav
  wavecraft render -i dry.wav -o wet.wav --set gain_level=-6 --tail 2";
const MEASURE_EXAMPLES: &str = "\
Examples:
  wavecraft measure
  wavecraft measure --full --level -6 --set gain_level=3
  wavecraft measure --frequency 440 --rate 96000 --json";
const COMPARE_EXAMPLES: &str = "\
Examples:
  wavecraft compare HEAD                  what the changes since the last commit did
  wavecraft compare HEAD~1 HEAD           what the last commit did
  wavecraft compare v1.0 --input drums.wav --difference where.wav
  wavecraft compare released.json         with what was measured then
  wavecraft compare old.wav new.wav --tolerance -80

Exit codes: 0 the same, 1 different, 2 can't be compared.";
const CHECK_EXAMPLES: &str = "\
Examples:
  wavecraft check
  wavecraft check --only latency
  wavecraft check --against v1.0          also compares parameters with a released revision
  wavecraft check --junit check.xml       for CI
  wavecraft check --plugin                the plugin that a DAW loads

Exit codes: 0 nothing fails, 1 something does, 2 can't be checked.";
const BUNDLE_EXAMPLES: &str = "\
Examples:
  wavecraft bundle
  wavecraft bundle --install         and put them where hosts look
  wavecraft bundle --format clap --universal";
const DEVICES_EXAMPLES: &str = "\
Examples:
  wavecraft devices                                 what there is, and what is chosen
  wavecraft devices --output headphones --buffer 128
  wavecraft devices --output default --buffer default";
const MICROPHONE_EXAMPLES: &str = "\
Examples:
  wavecraft microphone               who may, and who said so, when and where
  wavecraft microphone allow         this folder's project, or the only one that asks
  wavecraft microphone deny my-gain
  wavecraft microphone forget ~/old  asked again at the next start";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a new project
    Create(CreateArgs),
    /// Give this project's plugin a `dev-audio` program, which tells more of its faults than the library alone
    ///
    /// For plugins made with the published Wavecraft. What would be written is shown first, and git can undo it.
    Adopt(AdoptArgs),
    /// Bring this project's `sdk/` and the client of its page up to this command's version
    ///
    /// Shows what is older and what was changed by hand, asks, and writes it; git can undo it. In a project of the published
    /// Wavecraft without `sdk/`, its own `wavecraft update` is run.
    #[command(after_help = UPDATE_EXAMPLES)]
    Update(UpdateArgs),
    /// Build this project, serve its page, and with `--with-audio` play audio through its DSP
    #[command(after_help = START_EXAMPLES)]
    Start(StartArgs),
    /// Show what the companion runs: state, source, latency, load and addresses of each project
    ///
    /// With `--json` also what a program with its own audio needs to register: `ws_url` and `audio_token` of its project.
    Status(JsonArgs),
    /// End a project that another terminal started
    #[command(after_help = STOP_EXAMPLES)]
    Stop(StopArgs),
    /// Record what a running project's processor makes
    #[command(after_help = RECORD_EXAMPLES)]
    Record(RecordArgs),
    /// Save, load and list this project's presets: named values of its parameters, as files in its folder presets
    #[command(after_help = PRESET_EXAMPLES)]
    Preset(PresetArgs),
    /// Process a file with this project's processor, as fast as it goes
    #[command(after_help = RENDER_EXAMPLES)]
    Render(RenderArgs),
    /// Measure this project's processor: response, distortion, latency, noise, cost
    #[command(after_help = MEASURE_EXAMPLES)]
    Measure(MeasureArgs),
    /// Tell what this project's changes did to its sound: against a git revision, a document, or another sound
    ///
    /// Both get the same input. What is left when one is subtracted from the other is told, with where and in which frequencies.
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(CompareArgs),
    /// Build this project, and list its parameters: ids, ranges, and what they start with
    Parameters(JsonArgs),
    /// Let a coding agent measure, compare, check and hear this project, by the Model Context Protocol
    ///
    /// An editor starts it with its standard input and output. See docs/guides/agents.md.
    Mcp(McpArgs),
    /// Check this project's processor for what breaks in the field: block sizes, sample rates, NaN, clicks, latency, memory, …
    ///
    /// Each test has a name and says why it matters: `--list`. A crash or a hang is a result like any other. Limits and exceptions are
    /// in `wavecraft.toml`, `[check]`.
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Make a plugin of this project that a DAW loads: CLAP and VST3
    ///
    /// Builds `plugin/` and puts the plugins into `target/bundled`. In a project of the published Wavecraft, its own
    /// `wavecraft bundle` is run.
    #[command(after_help = BUNDLE_EXAMPLES)]
    Bundle(BundleArgs),
    /// List the audio devices, and choose among them
    #[command(after_help = DEVICES_EXAMPLES)]
    Devices(DevicesArgs),
    /// Show which projects may hear the microphone, and allow it or take it back
    ///
    /// A folder is asked about once, when its project first listens to the microphone: here, by `y` in its `wavecraft start`,
    /// or in the companion's menu. Each yes of a terminal is told by a notification of the desktop.
    #[command(after_help = MICROPHONE_EXAMPLES)]
    Microphone(MicrophoneArgs),
    /// Measure how long sound takes from the output back to the input: connect the two by a cable first
    ///
    /// Three chirps are played at -12 dBFS, so turn loudspeakers and headphones down. Projects that run are silent
    /// meanwhile.
    MeasureLatency(JsonArgs),
    /// Check everything that a start needs, and say what mends what is missing
    ///
    /// Looks at Rust and Node.js, the companion, devices and permissions, ports, and the project of this folder. Nothing
    /// is changed. The exit code is 1 where something won't work.
    Doctor(JsonArgs),
    /// Print what a shell reads to complete this command
    ///
    /// For bash: wavecraft completions bash > ~/.local/share/bash-completion/completions/wavecraft
    Completions(CompletionsArgs),
    /// Write the man pages into a folder
    #[command(hide = true)]
    Man(ManArgs),
    /// Run a program for `start`, and end its process group when `start` is gone
    #[command(name = guard::GUARD_COMMAND, hide = true)]
    Guard(guard::GuardArgs),
    /// Become a program in a session of its own
    #[command(name = guard::DETACHED_COMMAND, hide = true)]
    Detached(guard::DetachedArgs),
    /// Becomes a program that ends with its guard: what a guard does
    #[command(name = guard::BOUND_COMMAND, hide = true)]
    Bound(guard::BoundArgs),
}

/// For commands that only show something.
#[derive(Debug, clap::Args)]
pub(crate) struct JsonArgs {
    /// Print JSON, for programs
    #[arg(long)]
    pub(crate) json: bool,
}
