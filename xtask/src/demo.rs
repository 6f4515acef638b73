//! From a fresh clone to an audible demo: builds the programs, creates a project in `target/demo` and plays it.

use crate::{
    bundle::{self, Build},
    needs,
    shell::{cmd, on_linux, program, root, say, target},
};
use anyhow::{Context, bail};

/// Returns only if it fails: it becomes `wavecraft start`.
///
/// # Errors
/// An unknown flag, or a build that fails.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let mut flags = Vec::new();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seconds" => {
                flags.extend(["--seconds".into(), words.next().context("--seconds wants a number")?.clone()]);
            }
            "--json" => flags.push(word.clone()),
            "--" => flags.extend(words.by_ref().cloned()),
            _ => bail!("unknown flag {word}: flags of `wavecraft start` go behind --"),
        }
    }
    if !flags.iter().any(|flag| flag.starts_with("--input")) {
        // The demo's own music needs no microphone and can't feed back.
        flags.extend(["--input".into(), format!("file:{}", root().join("templates/loop.flac").display())]);
    }
    needs::build()?;
    needs::node()?;
    let wavecraft = if on_linux() {
        say("building the companion and the command");
        cmd("cargo build --quiet --release --locked --bins -p wavecraft-companion -p wavecraft-cli -p wavecraft-plugin-host")
            .run()?;
        target().join("release/wavecraft")
    } else {
        // A Mac allows a menu and the microphone only for an app; the command inside it opens that app.
        bundle::make(Build::Here)?.join("Contents/Helpers/wavecraft")
    };
    let demo = root().join("target/demo");
    if !demo.is_dir() {
        say("making the demo project");
        program(&wavecraft).args(["create", "demo", "--no-git", "--output"]).arg(&demo).aside().run()?;
    }
    Err(program(&wavecraft).args(["start", "--with-audio", "--install"]).args(flags).folder(&demo).exec())
}
