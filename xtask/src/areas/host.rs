//! The areas that run this system's programs.

use super::tally::Tally;
use crate::shell::{Cmd, cmd, on_linux, say};
use std::num::NonZero;

/// Builds the programs and examples that tests start. The whole workspace at once, here and in nextest: for a part of
/// it cargo would build many dependencies again, with only the features that part requests.
fn programs() -> anyhow::Result<()> {
    cmd("cargo build --quiet --workspace --bins --examples").run()
}

/// Builds programs, examples and tests.
pub(crate) fn build() -> anyhow::Result<()> {
    say("building programs and tests");
    programs()?;
    cmd("cargo nextest run --cargo-quiet --workspace --no-run").run()
}

fn nextest(filter: &str) -> Cmd {
    // Many of the tests wait for processes they started: two threads for each processor.
    let threads = 2 * std::thread::available_parallelism().map_or(1, NonZero::get);
    cmd("cargo nextest run --workspace --test-threads").arg(threads.to_string()).arg("-E").arg(filter)
}

/// Tests that need something from the system, and are left out if it doesn't exist.
fn ignored(filter: &str) -> Cmd {
    cmd("cargo nextest run --workspace --run-ignored only -E").arg(filter)
}

pub(crate) fn docs(tally: &mut Tally) -> anyhow::Result<()> {
    // The command lines in the documents are checked against the programs' `--help`.
    programs()?;
    tally.step("docs: what the documents say", nextest("package(wavecraft-cli) & binary(docs)"))?;
    tally.step("docs: examples in the crates' documentation", cmd("cargo test --quiet --workspace --doc"))
}

pub(crate) fn rust(tally: &mut Tally) -> anyhow::Result<()> {
    // The tests start the real programs and the example children, which must exist and be up to date.
    programs()?;
    tally.step("rust: tests", nextest("not binary(docs)"))
}

pub(crate) fn template(tally: &mut Tally) -> anyhow::Result<()> {
    tally.step(
        "template: DSP",
        cmd("cargo test --manifest-path templates/react/engine/Cargo.toml --target-dir target/template"),
    )?;
    let ui = "templates/react/ui";
    npm_ci(ui)?;
    cmd("npm run build").folder(ui).run()?;
    tally.step("template: UI", cmd("npm test").folder(ui))
}

/// Uses npm's own cache and registry; `ci` installs exactly what the lock file says.
fn npm_ci(folder: &str) -> anyhow::Result<()> {
    cmd("npm ci --no-audit --no-fund --loglevel=error").folder(folder).run()
}

fn in_chromium(tally: &mut Tally, name: &str, tests: &str) -> anyhow::Result<()> {
    // The command looks for the companion and the plugin host in its own folder.
    programs()?;
    npm_ci("tests/browser")?;
    tally.step(name, cmd(tests).folder("tests/browser"))
}

pub(crate) fn browser(tally: &mut Tally) -> anyhow::Result<()> {
    in_chromium(tally, "browser: a created project in Chromium", "npm test")
}

pub(crate) fn published(tally: &mut Tally) -> anyhow::Result<()> {
    in_chromium(tally, "published: a packed client's page in Chromium", "npm run published")
}

pub(crate) fn terminal(tally: &mut Tally) -> anyhow::Result<()> {
    programs()?;
    tally.step("terminal: keys and the live line", ignored("package(wavecraft-cli) & test(on_a_terminal)"))
}

pub(crate) fn newcomer(tally: &mut Tally) -> anyhow::Result<()> {
    // The command looks for the companion in its own folder.
    programs()?;
    tally.step("newcomer: from nothing to sound", ignored("package(wavecraft-cli) & test(newcomer)"))
}

pub(crate) fn agents(tally: &mut Tally) -> anyhow::Result<()> {
    // The command looks for the companion and the plugin host in its own folder.
    programs()?;
    tally.step("agents: an independent client", ignored("package(wavecraft-cli) & test(agents)"))
}

pub(crate) fn plugins(tally: &mut Tally) -> anyhow::Result<()> {
    // The command looks for the companion in its own folder, and the tests for a host among the examples.
    programs()?;
    tally.step(
        "plugins: in other people's hosts",
        ignored("package(wavecraft-cli) & test(what_is_heard_is_what_hosts_hear)"),
    )
}

pub(crate) fn sound(tally: &mut Tally) -> anyhow::Result<()> {
    if !on_linux() {
        say("sound: on this system the sound server is the real one; see docs for what to listen to");
        return Ok(());
    }
    // The command looks for the companion in its own folder.
    programs()?;
    tally.step("sound: on PipeWire and JACK", ignored("package(wavecraft-cli) & binary(sound)"))
}

pub(crate) fn tray(tally: &mut Tally) -> anyhow::Result<()> {
    if !on_linux() {
        say("tray: on this system the menu bar is the real one; see docs for what to click");
        return Ok(());
    }
    // The tests start the real companion with its command, and the example children.
    programs()?;
    tally.step("tray: the menu over D-Bus", ignored("package(wavecraft-companion) & binary(tray)"))
}
