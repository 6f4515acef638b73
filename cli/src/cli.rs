//! The command line's shape. What each command does is in the file of its name.

use crate::{
    create::CreateArgs, devices::DevicesArgs, guard, record::RecordArgs, render::RenderArgs,
    start::StartArgs, stop::StopArgs,
};
use clap::{Parser, Subcommand};

/// Make, edit and hear Wavecraft plugins: your DSP processes real audio while you change it
#[derive(Debug, Parser)]
#[command(name = "wavecraft", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a new project
    Create(CreateArgs),
    /// Build this project, serve its page, and with `--with-audio` play audio through its DSP
    Start(StartArgs),
    /// Show what the companion runs
    Status(JsonArgs),
    /// End a project that another terminal started
    Stop(StopArgs),
    /// Record what a running project's processor makes
    Record(RecordArgs),
    /// Process a file with this project's processor, as fast as it goes
    Render(RenderArgs),
    /// List the audio devices, and choose among them
    Devices(DevicesArgs),
    /// Measure how long sound takes from the output back to the input: connect the two by a cable first
    ///
    /// Three chirps are played at -12 dBFS, so turn loudspeakers and headphones down. Projects that run are silent
    /// meanwhile.
    MeasureLatency(JsonArgs),
    /// Run a program for `start`, and end its process group when `start` is gone
    #[command(name = guard::GUARD_COMMAND, hide = true)]
    Guard(guard::GuardArgs),
    /// Become a program in a session of its own
    #[command(name = guard::DETACHED_COMMAND, hide = true)]
    Detached(guard::DetachedArgs),
}

/// For commands that only show something.
#[derive(Debug, clap::Args)]
pub(crate) struct JsonArgs {
    /// Print JSON, for programs
    #[arg(long)]
    pub(crate) json: bool,
}
