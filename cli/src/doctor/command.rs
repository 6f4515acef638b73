//! The command itself: which one a terminal runs, and what belongs beside it.

use super::{ask::said, attention, fine};
use crate::{other, platform, programs};
use std::path::Path;
use wavecraft_companion_protocol::doctor::Check;

/// Runs plugin libraries that have no `dev-audio`.
const PLUGIN_HOST: &str = "wavecraft-plugin-host";

/// `published`: the project is one of the published SDK.
pub(super) async fn checks(published: bool) -> Vec<Check> {
    let own = std::env::current_exe().unwrap_or_else(|_| platform::own_program());
    let mut checks = vec![on_the_path(&own).await];
    checks.extend(other(&own, published).await);
    checks.push(plugin_host(&own));
    checks
}

/// The published Wavecraft's command, which gets what this one doesn't have.
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

fn plugin_host(own: &Path) -> Check {
    let (name, host) = ("plugin-host", own.with_file_name(PLUGIN_HOST));
    if programs::is_program(&host) {
        return fine(name, host.display().to_string());
    }
    attention(
        name,
        format!("{} is missing; only plugins without a `dev-audio` need it", host.display()),
        "install Wavecraft Companion anew, or add a `dev-audio` to the plugin",
    )
}
