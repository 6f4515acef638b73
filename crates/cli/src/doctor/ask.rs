//! Asking a program what it is.

use std::{path::Path, process::Stdio, time::Duration};
use tokio::{process::Command, time::timeout};

/// So long a program may take to say its version. npm is the slowest.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// What `program` prints, run in `folder`. `None` where it can't be run, fails, or says nothing in time.
pub(super) async fn said(program: &Path, args: &[&str], folder: &Path) -> Option<String> {
    let mut command = Command::new(program);
    command
        .args(args)
        .current_dir(folder)
        // rustup would install the toolchain that a project names, and leave it.
        .env("RUSTUP_AUTO_INSTALL", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(LIMIT, command.output()).await.ok()?.ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
