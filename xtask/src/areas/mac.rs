//! The area `mac`: what can be tested of a Mac's files and its app without a Mac.

use super::tally::Tally;
use crate::{
    bundle::{self, Build},
    shell::{cmd, on_linux, root, say},
};

pub(crate) fn needs() -> anyhow::Result<()> {
    bundle::needs(&[bundle::ARM, bundle::INTEL])
}

pub(crate) fn run(tally: &mut Tally) -> anyhow::Result<()> {
    if on_linux() {
        over_the_shim(tally)?;
        say("mac: linking every test");
        // None of it is run, so nothing is optimised.
        let test = "test --quiet --no-run --workspace --config profile.dev.opt-level=0 --config profile.dev.debug=false";
        bundle::for_macs(&format!("{test} --target {}", bundle::ARM))?.run()?;
    }
    // The shipped build: a program's imports from a Mac's libraries depend on what the optimiser keeps.
    bundle::make(Build::Shipped)?;
    tally.step(
        "mac: the app, and faults planted in it",
        cmd("cargo nextest run --workspace --run-ignored only -E")
            .arg("package(wavecraft-bundle-check) & binary(bundle)"),
    )
}

/// Runs the Mac's files over `crates/mac-shim/`, with the test suites that run over Linux's files too.
fn over_the_shim(tally: &mut Tally) -> anyhow::Result<()> {
    // The wrapper compiles only our crates with `--cfg mac_shim`: all their dependencies are built already.
    let nextest = |tests: &str, filter: &str| {
        cmd("cargo nextest run")
            .args(tests.split_whitespace())
            .args(["-E", filter])
            .env("RUSTC_WORKSPACE_WRAPPER", root().join("scripts/rustc-mac-shim"))
    };
    tally.step(
        "mac: its plain C calls, its sound and its children, over a shim",
        nextest(
            "--workspace --lib --bin wavecraft-companion",
            "package(wavecraft-ring) \
             | package(wavecraft-audio-device) & kind(lib) & test(mac_shim) \
             | package(wavecraft-companion) & (test(child) | test(platform))",
        ),
    )?;
    tally
        .step("mac: the ring between processes, over a shim", nextest("-p wavecraft-ring --test it", "all()"))
}
