//! The `wavecraft` command: makes a project, starts it with audio, shows what is running.
//!
//! It processes no audio itself: it builds the project's `dev-audio`, asks the Wavecraft Companion to run it, and
//! serves the project's page. Everything it starts ends with it, however it ends.

mod adopt;
mod ansi;
mod builds;
mod bundle;
mod cargo;
mod changes;
mod check;
mod cli;
mod companion;
mod compare;
mod completions;
mod counted;
mod create;
mod devices;
mod doctor;
mod failure;
mod formats;
mod generated;
mod guard;
mod lines;
mod mcp;
mod measure;
mod measure_latency;
mod microphone;
mod numbers;
mod offline;
mod other;
mod output;
mod page;
mod parameters;
mod paths;
mod places;
mod platform;
mod plugin_host;
mod ports;
mod preset;
mod preview;
mod process;
mod processes;
mod programs;
mod project;
mod record;
mod remembered;
mod render;
mod report;
mod running;
mod secret;
mod signals;
mod start;
mod starts;
mod status;
mod stop;
mod terminal;
mod update;
mod watch;
mod write;
mod writer;
mod written;

use clap::CommandFactory;
use cli::{Cli, Command};

fn main() {
    let outcome = match Cli::read() {
        Ok(cli) => run(cli.command),
        Err(refused) => on_a_runtime(other::pass_on(&refused)),
    };
    let code = outcome.unwrap_or_else(|error| failure::print(&error));
    // Not a return: a thread that still waits for terminal input must not keep the process alive.
    std::process::exit(code)
}

/// Runs the command and returns the exit code.
fn run(command: Command) -> anyhow::Result<i32> {
    match command {
        Command::Create(args) => create::run(&args).map(|()| failure::SUCCESS),
        Command::Adopt(args) => on_a_runtime(adopt::run(args)).map(|()| failure::SUCCESS),
        Command::Update(args) => on_a_runtime(update::run(args)),
        Command::Start(args) => on_a_runtime(start::run(args)),
        Command::Status(args) => on_a_runtime(status::run(args)).map(|()| failure::SUCCESS),
        Command::Stop(args) => on_a_runtime(stop::run(args)).map(|()| failure::SUCCESS),
        Command::Record(args) => on_a_runtime(record::run(args)).map(|()| failure::SUCCESS),
        Command::Preset(args) => on_a_runtime(preset::run(args)).map(|()| failure::SUCCESS),
        Command::Render(args) => on_a_runtime(render::run(args)),
        Command::Measure(args) => on_a_runtime(measure::run(args)),
        Command::Compare(args) => on_a_runtime(compare::run(args)),
        Command::Parameters(args) => on_a_runtime(parameters::run(args)),
        Command::Mcp(args) => on_a_runtime(mcp::run(args)),
        Command::Check(args) => on_a_runtime(check::run(args)),
        Command::Bundle(args) => on_a_runtime(bundle::run(args)),
        Command::Devices(args) => on_a_runtime(devices::run(args)).map(|()| failure::SUCCESS),
        Command::Microphone(args) => on_a_runtime(microphone::run(args)).map(|()| failure::SUCCESS),
        Command::MeasureLatency(args) => on_a_runtime(measure_latency::run(args)).map(|()| failure::SUCCESS),
        Command::Doctor(args) => on_a_runtime(doctor::run(args)),
        Command::Completions(args) => {
            completions::run(&args, Cli::command());
            Ok(failure::SUCCESS)
        }
        Command::Man(args) => completions::write_pages(&args, Cli::command()).map(|()| failure::SUCCESS),
        Command::Guard(args) => on_a_runtime(guard::run(args)),
        Command::Detached(args) => guard::run_detached(args).map(|()| failure::SUCCESS),
        Command::Bound(args) => guard::run_bound(args).map(|()| failure::SUCCESS),
    }
}

/// Runs a command on one thread: nothing here is busy enough for two.
fn on_a_runtime<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
