//! The program started in a terminal, without the companion: it prints its usage or describes its parameters.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::chain::ChainDefinition;
use crate::describe::as_json;

/// The exit code where the arguments or the environment are wrong.
pub(crate) const USAGE: u8 = 2;

/// Prints the usage or describes the parameters, depending on the arguments.
pub(crate) fn run(definition: ChainDefinition, arguments: impl Iterator<Item = String>) -> ExitCode {
    let arguments: Vec<_> = arguments.collect();
    let help = help(&definition.name);
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            eprintln!("{help}");
            ExitCode::from(USAGE)
        }
        ["-h" | "--help"] => print(&help),
        ["--describe"] => describe(definition),
        ["-h" | "--help" | "--describe", other, ..] | [other, ..] => {
            eprintln!("Unknown argument `{other}`.\n\n{help}");
            ExitCode::from(USAGE)
        }
    }
}

fn describe(definition: ChainDefinition) -> ExitCode {
    match as_json(definition) {
        Ok(json) => print(&json),
        Err(error) => {
            eprintln!("This processor can't be used: {error}.");
            ExitCode::FAILURE
        }
    }
}

/// Prints to stdout; a reader that closed it early is no reason to panic.
fn print(text: &str) -> ExitCode {
    match writeln!(io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn help(name: &str) -> String {
    format!(
        "This is the audio processor of the Wavecraft project `{name}`. It opens no audio device itself: the Wavecraft\n\
         Companion runs it and plays audio through it. To start both, run this in the project's folder:\n\
         \n    wavecraft start --with-audio\n\n\
         Options:\n    \
         --describe    print the name, the latency and the parameters as JSON\n    \
         --help        print this"
    )
}
