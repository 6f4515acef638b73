//! Runs a Wavecraft plugin's library as a processor child of the Companion.
//!
//! A project that has no `dev-audio` binary, but a library made with `wavecraft_plugin!`, is started with this program
//! in its place, and with the library as its first argument. Everything else is as in any `dev-audio`: the link to the
//! Companion, `--describe`, the isolation and the swap all come from `wavecraft-dev-audio`.
//!
//! What such a library can't report stays at its default: there is no latency, the transport doesn't run, and whole
//! numbers are shown as continuous values. It processes the first two channels.
//!
//! A library that `wavecraft bundle` made, which DAWs load, is run as they run it, by way of CLAP: `wavecraft check --plugin`.

mod exported;
mod memory;
mod platform;
mod plugin;
mod probes;
mod processor;
mod trial;
mod version;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use wavecraft_dev_audio::DevAudio;

/// Tests of the audio thread's code forbid allocation.
#[cfg(test)]
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

/// The exit code for incorrect usage.
const USAGE: u8 = 2;

const HELP: &str = "\
Runs a Wavecraft plugin's library under the Wavecraft Companion. `wavecraft start` does this by itself in a project that
has no `dev-audio` binary.

Usage: wavecraft-plugin-host LIBRARY [--describe | --try]

Options:
    --describe    print the parameters as JSON
    --try         of a library that `wavecraft bundle` made: run it as hosts do, and print what they are told
    --help        print this";

/// The library's processors.
fn host(library: PathBuf) -> DevAudio {
    DevAudio::new(plugin::name(&library)).stage(move || plugin::open(&library))
}

/// Prints what hosts are told of the plugin in this library.
fn tried(library: &Path) -> ExitCode {
    let told =
        trial::of(library).and_then(|tried| serde_json::to_string(&tried).map_err(|error| error.to_string()));
    match told {
        Ok(json) => {
            println!("{json}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("This plugin can't be used: {error}.");
            ExitCode::FAILURE
        }
    }
}

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    match arguments.next() {
        None => {
            eprintln!("{HELP}");
            ExitCode::from(USAGE)
        }
        Some(argument) if argument == "-h" || argument == "--help" => {
            println!("{HELP}");
            ExitCode::SUCCESS
        }
        Some(library) => {
            let library = PathBuf::from(library);
            if env::args_os().nth(2).is_some_and(|argument| argument == "--try") {
                return tried(&library);
            }
            let rest = arguments.map(|argument| argument.to_string_lossy().into_owned());
            let again = library.clone();
            host(library).again(move || host(again)).run_with(rest)
        }
    }
}
