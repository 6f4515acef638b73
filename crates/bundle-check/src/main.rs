//! `wavecraft-bundle-check`: reports what is wrong with the app that `cargo xtask bundle` made.

use clap::Parser;
use std::{path::PathBuf, process::ExitCode};
use wavecraft_bundle_check::{Expected, Tables, asked_of_the_loader, check};

/// Checks the app that cargo xtask bundle made, and says what is wrong with it.
#[derive(Parser)]
struct Args {
    /// The app.
    app: PathBuf,
    /// The commit that it was built from.
    #[arg(long, required_unless_present = "list")]
    commit: Option<String>,
    /// Only list what its programs ask the loader for, with tabs: `library NAME`, `symbol PROCESSOR LIBRARY NAME`, `word TEXT`.
    #[arg(long)]
    list: bool,
    /// It is signed for others, so no debugger may attach to a program of it.
    #[arg(long)]
    for_others: bool,
    /// Text that no program may hold, such as this computer's folders.
    #[arg(long, value_name = "TEXT")]
    forbid: Vec<String>,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    if args.list {
        for line in asked_of_the_loader(&args.app)? {
            println!("{line}");
        }
        return Ok(ExitCode::SUCCESS);
    }
    let expected = Expected {
        // All packages of the workspace have the same version.
        version: env!("CARGO_PKG_VERSION").into(),
        commit: args.commit.unwrap_or_default(),
        tables: Tables::ours()?,
        for_others: args.for_others,
        forbidden: args.forbid,
    };
    let findings = check(&args.app, &expected);
    for finding in &findings {
        println!("{finding}");
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
