//! The tools that projects are built with: Rust for the DSP, Node.js for the page.

use super::check::{Version, attention, failed, fine, said, version_in};
use crate::{programs, project::Project};
use std::path::Path;
use wavecraft_companion_protocol::doctor::Check;

/// The versions of Node.js that a created project requires.
const NODE: &str = "20.19 or newer of 20, or 22.12 or newer";

/// Run in the project, so that its own toolchain applies.
pub(super) async fn checks(folder: &Path) -> Vec<Check> {
    let project = Project::find(folder).ok();
    let engine = project.as_ref().map(Project::engine);
    let has_page = project.as_ref().is_none_or(|project| !matches!(project.page(), Ok(None)));
    vec![
        rust("rustc", engine.as_deref().unwrap_or(folder)).await,
        rust("cargo", engine.as_deref().unwrap_or(folder)).await,
        node("node", folder, has_page, node_fits, NODE).await,
        node("npm", folder, has_page, |_| true, "").await,
    ]
}

async fn rust(name: &str, folder: &Path) -> Check {
    let needed = env!("CARGO_PKG_RUST_VERSION");
    let Some(program) = programs::find(name) else {
        return failed(
            name,
            format!("{name} is not on the PATH"),
            "install Rust from https://rustup.rs and open a new terminal",
        );
    };
    let Some(text) = said(&program, &["--version"], folder).await else {
        return failed(
            name,
            format!("{} doesn't tell its version here", program.display()),
            format!("run `{name} --version` in {}: it says why", folder.display()),
        );
    };
    if version_in(&text) < version_in(needed) {
        let update = if programs::find("rustup").is_some() {
            "rustup update stable"
        } else {
            "update Rust: it isn't managed by rustup"
        };
        return failed(name, format!("{text}: {needed} or newer is needed"), update);
    }
    fine(name, text)
}

async fn node(name: &str, folder: &Path, has_page: bool, fits: fn(Version) -> bool, needed: &str) -> Check {
    let install = "install Node.js from https://nodejs.org, or start with --no-ui";
    let Some(program) = programs::find(name) else {
        let found = format!("{name} is not on the PATH, and pages are served with it");
        return if has_page { failed(name, found, install) } else { attention(name, found, install) };
    };
    match said(&program, &["--version"], folder).await {
        Some(text) if version_in(&text).is_some_and(fits) => fine(name, text),
        Some(text) => {
            attention(name, format!("{text}: the pages of created projects need {needed}"), install)
        }
        None => failed(
            name,
            format!("{} doesn't tell its version", program.display()),
            format!("run `{name} --version`: it says why"),
        ),
    }
}

fn node_fits(version: Version) -> bool {
    version >= (22, 12, 0) || ((20, 19, 0)..(21, 0, 0)).contains(&version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_is_what_the_template_asks_for() {
        for (version, fits) in [
            ((20, 18, 9), false),
            ((20, 19, 0), true),
            ((21, 7, 0), false),
            ((22, 11, 0), false),
            ((22, 12, 0), true),
            ((24, 0, 0), true),
        ] {
            assert_eq!(node_fits(version), fits, "{version:?}");
        }
        let package = include_str!("../../../../templates/react/ui/package.json");
        assert!(package.contains("\"^20.19.0 || >=22.12.0\""), "the template asks for another: {package}");
    }
}
