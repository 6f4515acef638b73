//! The parts of checks: asking a program for its version, reading the answer, and a verdict.

use std::{path::Path, process::Stdio, time::Duration};
use tokio::{process::Command, time::timeout};
use wavecraft_companion_protocol::doctor::{Check, Verdict};

/// A check that found everything in order.
pub(super) fn fine(name: &str, found: impl Into<String>) -> Check {
    Check { name: name.into(), verdict: Verdict::Fine, found: found.into(), mend: None }
}

/// A check of something that still works, or that not everybody needs.
pub(super) fn attention(name: &str, found: impl Into<String>, mend: impl Into<String>) -> Check {
    Check { name: name.into(), verdict: Verdict::Attention, found: found.into(), mend: Some(mend.into()) }
}

/// A check of something that doesn't work.
pub(super) fn failed(name: &str, found: impl Into<String>, mend: impl Into<String>) -> Check {
    Check { name: name.into(), verdict: Verdict::Failed, found: found.into(), mend: Some(mend.into()) }
}

/// Timeout for a program to print its version. npm is the slowest.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// What `program` prints, run in `folder`. `None` if it can't be run, fails, or times out.
pub(super) async fn said(program: &Path, args: &[&str], folder: &Path) -> Option<String> {
    let mut command = Command::new(program);
    command
        .args(args)
        .current_dir(folder)
        // rustup would install the toolchain that a project names, and keep it.
        .env("RUSTUP_AUTO_INSTALL", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(LIMIT, command.output()).await.ok()?.ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// Major, minor, patch.
pub(super) type Version = (u64, u64, u64);

/// The first version in a text: `rustc 1.95.0 (59807616e 2026-04-14)`, `v22.12.0`, `0.1.0-dev`, `1.95`.
pub(super) fn version_in(text: &str) -> Option<Version> {
    text.split_whitespace().find_map(|word| {
        let core = word.trim_start_matches('v').split(['-', '+']).next()?;
        let mut parts = core.split('.').map(|part| part.parse().ok());
        let (major, minor) = (parts.next()??, parts.next()??);
        Some((major, minor, parts.next().map_or(Some(0), |patch| patch)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_found_in_what_programs_say() {
        assert_eq!(version_in("rustc 1.95.0 (59807616e 2026-04-14)"), Some((1, 95, 0)));
        assert_eq!(version_in("v22.12.1"), Some((22, 12, 1)));
        assert_eq!(version_in("wavecraft 0.10.0-rc.1"), Some((0, 10, 0)));
        assert_eq!(version_in("1.95"), Some((1, 95, 0)));
        assert_eq!(version_in("no version at all. None"), None);
    }
}
