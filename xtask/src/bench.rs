//! The benchmarks, each value with an anchor measured in the same run. docs/performance.md says what each is, and how
//! to get figures worth quoting. Linux only.

use crate::{
    needs,
    shell::{cmd, program, say, target},
};

/// # Errors
/// A build or a benchmark fails.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    needs::build()?;
    needs::packages("dbus jackd2")?;
    say("building the programs and the benchmarks");
    cmd("cargo build --quiet --release --locked --bins -p wavecraft-companion -p wavecraft-cli").run()?;
    cmd("cargo build --quiet --release --locked --examples -p wavecraft-dev-audio").run()?;
    let own = target().join("benchmarks");
    // The benchmarks look for the published dev server in their own folder. It is built separately: the two need
    // different versions of alsa-sys.
    for manifest in ["benchmarks/Cargo.toml", "benchmarks/published-server/Cargo.toml"] {
        cmd("cargo build --quiet --release --locked --manifest-path")
            .arg(manifest)
            .arg("--target-dir")
            .arg(&own)
            .run()?;
    }
    program(own.join("release/wavecraft-benchmarks"))
        .arg("--programs")
        .arg(target().join("release"))
        .args(args)
        .run()
}
