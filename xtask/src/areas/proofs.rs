//! The areas that prove the real-time link (docs/decisions/0010). Each uses its own compiler or flags, and therefore
//! its own target folder.

use super::tally::Tally;
use crate::shell::{Cmd, cmd};

fn model(preemptions: &str) -> Cmd {
    cmd("cargo test --release --target-dir target/loom -p wavecraft-ring --lib model")
        .env("RUSTFLAGS", "--cfg loom")
        .env("LOOM_MAX_PREEMPTIONS", preemptions)
        // Optimising across crates pays off only for programs that run for longer than it takes to build them.
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
}

fn miri(line: &str) -> Cmd {
    cmd("cargo +nightly miri test --target-dir target/nightly -p wavecraft-ring --lib")
        .args(line.split_whitespace())
}

pub(crate) fn loom(tally: &mut Tally) -> anyhow::Result<()> {
    tally.step("loom: command and reply, parameters, wake", model("3"))
}

pub(crate) fn proofs(tally: &mut Tally) -> anyhow::Result<()> {
    let host = cmd("rustc +nightly -vV").text()?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    tally.step("proofs: Miri over layout and ring", miri(""))?;
    // ThreadSanitizer must see the standard library's own atomics, so the standard library is built too.
    tally.step(
        "proofs: ThreadSanitizer over the ring",
        cmd("cargo +nightly test -Zbuild-std --target-dir target/tsan -p wavecraft-ring --lib --tests --target")
            .arg(host)
            .env("RUSTFLAGS", "-Zsanitizer=thread"),
    )?;
    let real_time = |tests: &str| {
        cmd("cargo +nightly test --target-dir target/rtsan --target")
            .arg(host)
            .args(tests.split_whitespace())
            .env("RUSTFLAGS", "-Zsanitizer=realtime --cfg rtsan")
    };
    tally.step(
        "proofs: RealtimeSanitizer over the ring",
        real_time("-p wavecraft-ring --test it real_time"),
    )?;
    tally.step(
        "proofs: RealtimeSanitizer over a child's blocks",
        real_time("-p wavecraft-dev-audio --lib blocks"),
    )
}

pub(crate) fn deep(tally: &mut Tally) -> anyhow::Result<()> {
    let seeds = std::env::var("WAVECRAFT_FUZZ_SEEDS").unwrap_or_else(|_| "500".into());
    tally.step("deep: loom, one preemption more", model("4"))?;
    tally.step(
        &format!("deep: hostile words, {seeds} seeds"),
        cmd("cargo test --release -p wavecraft-ring --lib --tests -- hostile")
            .env("WAVECRAFT_FUZZ_SEEDS", &seeds),
    )?;
    tally.step(
        &format!("deep: hostile messages, {seeds} seeds"),
        cmd("cargo test --release -p wavecraft-companion-protocol --features companion --test it -- hostile")
            .env("WAVECRAFT_FUZZ_SEEDS", &seeds),
    )?;
    tally.step(
        "deep: hostile words under Miri",
        miri("hostile").env("WAVECRAFT_FUZZ_SEEDS", "8").env("MIRIFLAGS", "-Zmiri-disable-isolation"),
    )?;
    tally.step(
        "deep: two threads under Miri, 32 schedules",
        miri("two_threads").env("MIRIFLAGS", "-Zmiri-many-seeds=0..32"),
    )
}
