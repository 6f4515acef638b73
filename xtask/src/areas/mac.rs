//! The area `mac`: what can be shown of a Mac's files without one, and of its app.

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
        // Nothing of it runs, so nothing is optimised.
        let test = "test --quiet --no-run --workspace --config profile.dev.opt-level=0 --config profile.dev.debug=false";
        bundle::for_macs(&format!("{test} --target {}", bundle::ARM))?.run()?;
    }
    // As people get it: what a program asks of a Mac's libraries depends on what the optimiser leaves of it.
    bundle::make(Build::Shipped)?;
    tally.step(
        "mac: the app, and faults planted in it",
        cmd("cargo nextest run --workspace --run-ignored only -E")
            .arg("package(wavecraft-bundle-check) & binary(bundle)"),
    )
}

/// What a Mac's files call, over `crates/mac-shim/`, with the suites that run over Linux's files too.
fn over_the_shim(tally: &mut Tally) -> anyhow::Result<()> {
    // The wrapper compiles our crates alone with `--cfg mac_shim`: all that they depend on is there already.
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
