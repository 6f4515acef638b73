//! The command itself: which one a terminal runs, and what belongs beside it.

use super::{ask::said, attention, fine};
use crate::{platform, programs};
use std::path::Path;
use wavecraft_companion_protocol::doctor::Check;

/// Runs plugin libraries that have no `dev-audio`.
const PLUGIN_HOST: &str = "wavecraft-plugin-host";

pub(super) async fn checks() -> Vec<Check> {
    let own = std::env::current_exe().unwrap_or_else(|_| platform::own_program());
    vec![on_the_path(&own).await, plugin_host(&own)]
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
