//! `wavecraft-bundle-check`: says what is wrong with the app that `scripts/bundle` made.

use anyhow::Context;
use clap::Parser;
use std::{fs, path::PathBuf, process::ExitCode};
use wavecraft_bundle_check::{Expected, SystemSymbols, check};

/// Checks the app that scripts/bundle made, and says what is wrong with it.
#[derive(Parser)]
struct Args {
    /// The app.
    app: PathBuf,
    /// The commit that it was built from.
    #[arg(long)]
    commit: String,
    /// A list of libSystem's symbols (.tbd).
    #[arg(long, value_name = "FILE")]
    system: PathBuf,
    /// Text that no program may hold, such as this computer's folders.
    #[arg(long, value_name = "TEXT")]
    forbid: Vec<String>,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let list = args.system.display();
    let symbols = fs::read_to_string(&args.system).with_context(|| format!("{list} can't be read"))?;
    let expected = Expected {
        // All packages of the workspace have one version.
        version: env!("CARGO_PKG_VERSION").into(),
        commit: args.commit,
        system: SystemSymbols::parse(&symbols).with_context(|| list.to_string())?,
        forbidden: args.forbid,
    };
    let findings = check(&args.app, &expected);
    for finding in &findings {
        println!("{finding}");
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
