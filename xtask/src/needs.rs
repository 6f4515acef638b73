//! The dependencies of the commands. `scripts/lib.sh` installs them, since its own callers have no compiler yet.

use crate::shell::{Cmd, cmd, on_linux, root, say};
use anyhow::bail;
use std::path::PathBuf;

fn lib(call: &str) -> anyhow::Result<()> {
    cmd("bash -c").arg(format!("source scripts/lib.sh; {call}")).run()
}

/// The libraries that the companion links on Linux.
pub(crate) fn build() -> anyhow::Result<()> {
    lib("need_build")
}

/// Installs Debian packages; on other systems, prints what is needed.
pub(crate) fn packages(names: &str) -> anyhow::Result<()> {
    lib(&format!("need_packages {names}"))
}

/// The standard libraries to compile for other systems.
pub(crate) fn targets(triples: &[&str]) -> anyhow::Result<()> {
    lib(&format!("need_target {}", triples.join(" ")))
}

pub(crate) fn node() -> anyhow::Result<()> {
    lib("need_node")
}

/// Installs packages from PyPI, by a list in `scripts/python/`.
pub(crate) fn python(list: &str) -> anyhow::Result<()> {
    lib(&format!("need_python {list}"))
}

/// The replacements for Apple's codesign and lipo on Linux. A Mac has the originals.
pub(crate) fn mac_tools() -> anyhow::Result<()> {
    lib("need_mac_tools")
}

/// A program from the packages that [`python`] installed.
pub(crate) fn tool(name: &str) -> Cmd {
    cmd(&format!("target/tools/bin/{name}"))
}

pub(crate) fn nextest() -> anyhow::Result<()> {
    if cmd("cargo nextest --version").succeeds() {
        return Ok(());
    }
    say("installing cargo-nextest");
    cmd("cargo install --quiet --locked cargo-nextest").run()
}

/// A nightly compiler: Miri and the sanitizers exist only there. Any installed one will do, as no program is shipped
/// from it.
pub(crate) fn nightly() -> anyhow::Result<()> {
    let there = cmd("rustup +nightly component list --installed").text().unwrap_or_default();
    if ["miri", "rust-src"].iter().all(|part| there.lines().any(|line| line.starts_with(part))) {
        return Ok(());
    }
    say("installing the nightly toolchain with Miri and the standard library's sources");
    cmd("rustup toolchain install nightly --profile minimal --component miri,rust-src").run()
}

pub(crate) fn tmux() -> anyhow::Result<()> {
    if cmd("tmux -V").succeeds() {
        return Ok(());
    }
    if !on_linux() {
        bail!("tmux is missing: brew install tmux");
    }
    packages("tmux")
}

pub(crate) fn chromium() -> anyhow::Result<()> {
    node()?;
    packages("chromium lsof")
}

pub(crate) fn sound_servers() -> anyhow::Result<()> {
    packages(
        "dbus jackd2 libspa-0.2-modules pipewire pipewire-bin pipewire-pulse pulseaudio-utils sox wireplumber",
    )
}

/// A desktop panel, with the sound server whose devices are in the menu.
pub(crate) fn panel() -> anyhow::Result<()> {
    packages("adwaita-icon-theme fonts-dejavu-core scrot xdotool xfce4-panel xfconf xvfb")?;
    sound_servers()
}

/// The folder where cargo keeps its downloads.
pub(crate) fn cargo_home() -> PathBuf {
    let default = || std::env::home_dir().unwrap_or_else(root).join(".cargo");
    std::env::var_os("CARGO_HOME").map_or_else(default, PathBuf::from)
}
