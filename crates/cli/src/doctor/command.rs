//! The command itself: which one a terminal runs, and the files that belong beside it.

use super::check::{LIMIT, attention, failed, fine, said};
use crate::{companion, other, platform, plugin_host, programs};
use std::{path::Path, process::Stdio};
use tokio::{process::Command, time::timeout};
use wavecraft_companion_protocol::doctor::Check;

/// `published`: the project uses the published SDK.
pub(super) async fn checks(published: bool) -> Vec<Check> {
    let own = std::env::current_exe().unwrap_or_else(|_| platform::own_program());
    let mut checks = vec![on_the_path(&own).await];
    checks.extend(other(&own, published).await);
    checks.push(plugin_host().await);
    checks
}

/// The published Wavecraft's command, which gets the commands that this one doesn't have.
async fn other(own: &Path, needed: bool) -> Option<Check> {
    let name = "published";
    if let Some(other) = other::next(own, |_| false) {
        let version = said(&other, &["--version"], Path::new("/")).await;
        let version = version.unwrap_or_else(|| "a `wavecraft` that doesn't tell its version".into());
        let found = format!(
            "{version}, at {}: in its own projects it gets what this command doesn't have",
            other.display()
        );
        return Some(fine(name, found));
    }
    let found = "the project is one of the published Wavecraft, whose command isn't on the PATH: no `bundle`, no `update`";
    needed.then(|| attention(name, found, other::INSTALL))
}

/// The published Wavecraft has a command of the same name.
async fn on_the_path(own: &Path) -> Check {
    let (name, version) = ("wavecraft", env!("WAVECRAFT_VERSION"));
    let folder = own.parent().unwrap_or(Path::new("/")).display();
    let Some(first) = programs::find(name) else {
        return attention(
            name,
            format!("{version}, at {}, which is not on the PATH", own.display()),
            format!("export PATH=\"{folder}:$PATH\""),
        );
    };
    if same_file(&first, own) {
        return fine(name, format!("{version}, at {}", first.display()));
    }
    let other = said(&first, &["--version"], Path::new("/")).await;
    attention(
        name,
        format!(
            "a terminal runs {} ({}), not this one ({version}, at {}): the published Wavecraft CLI has the same name",
            first.display(),
            other.as_deref().unwrap_or("of a version it doesn't tell"),
            own.display()
        ),
        format!("put this one first: export PATH=\"{folder}:$PATH\""),
    )
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Only the companion can say whether it would run it, so it is asked.
async fn plugin_host() -> Check {
    let name = "plugin-host";
    let host = match plugin_host::find() {
        Ok(host) => host,
        Err(error) => {
            return attention(
                name,
                format!("{error:#}. Only plugins without a `dev-audio` need it"),
                "install Wavecraft Companion anew, or add a `dev-audio` to the plugin: wavecraft adopt",
            );
        }
    };
    let Ok(companion) = companion::program() else { return fine(name, host.display().to_string()) };
    let mut question = Command::new(companion);
    let asked = question.arg("--may-run").arg(&host).stdin(Stdio::null()).kill_on_drop(true).output();
    match timeout(LIMIT, asked).await {
        // An older companion doesn't know this request, and answers with another error code.
        Ok(Ok(answer)) if answer.status.code() == Some(1) => {
            let text = String::from_utf8_lossy(&answer.stderr);
            let text = text.trim().trim_start_matches("wavecraft-companion: ");
            failed(name, text, "install Wavecraft Companion anew, or change the rights as it says")
        }
        _ => fine(name, host.display().to_string()),
    }
}
