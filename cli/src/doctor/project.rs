//! The project that the command is given in.

use super::{attention, failed, fine};
use crate::{cargo, processes::Processes, project::Project};
use std::path::Path;
use toml_edit::DocumentMut;
use wavecraft_companion_protocol::doctor::Check;

pub(super) async fn checks(folder: &Path) -> Vec<Check> {
    let project = match Project::find(folder) {
        Ok(project) => project,
        Err(_) => {
            return vec![attention(
                "project",
                format!("{} is in none: its own checks are left out", folder.display()),
                "run this in your project's folder, or make one: wavecraft create my-gain",
            )];
        }
    };
    let mut checks = vec![kind(&project).await];
    checks.extend(sdk(&project));
    checks.push(page(&project));
    checks
}

/// Can cargo read it, and is there something to run?
async fn kind(project: &Project) -> Check {
    let name = "project";
    let Ok(cargo) = cargo::program() else {
        return attention(
            name,
            format!("{}, unread without cargo", project.folder.display()),
            "see cargo above",
        );
    };
    let mut processes = Processes::new();
    let found = cargo::find_target(&cargo, project, &mut processes).await;
    processes.end().await;
    match found {
        Ok(found) => {
            fine(name, format!("{} in {}: {}", found.package, project.folder.display(), found.name()))
        }
        Err(error) => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default().to_owned();
            failed(name, first, "wavecraft start --with-audio says it at length")
        }
    }
}

/// The SDK's sources that the project carries; none where it takes the SDK from elsewhere.
fn sdk(project: &Project) -> Option<Check> {
    let (name, ours) = ("sdk", env!("CARGO_PKG_VERSION"));
    let manifest = project.folder.join("sdk/Cargo.toml");
    if !manifest.is_file() {
        return None;
    }
    let replace = "replace sdk/ by the one of a new project: wavecraft create fresh";
    let text = std::fs::read_to_string(&manifest).ok();
    let document = text.and_then(|text| text.parse::<DocumentMut>().ok());
    let version = document.as_ref().and_then(|document| {
        document.get("workspace")?.get("package")?.get("version")?.as_str().map(str::to_owned)
    });
    Some(match version {
        Some(version) if version == ours => fine(name, format!("{version}, as this command's")),
        Some(version) => attention(name, format!("{version}; this command's is {ours}"), replace),
        None => failed(name, format!("{} names no version", manifest.display()), replace),
    })
}

fn page(project: &Project) -> Check {
    let name = "page";
    match project.page() {
        Ok(None) => fine(name, "none: the project has no ui/package.json"),
        Ok(Some(source)) if source.needs_install() => attention(
            name,
            "its packages aren't installed; a start does that first",
            format!("cd '{}' && npm install", source.folder.display()),
        ),
        Ok(Some(source)) => fine(name, format!("{}, installed", source.folder.display())),
        Err(error) => failed(name, format!("{error:#}"), "correct that file, or start with --no-ui"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use wavecraft_companion_protocol::doctor::Verdict;

    #[test]
    fn an_sdk_of_another_version_is_told() {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["engine", "sdk"] {
            fs::create_dir(dir.path().join(folder)).unwrap();
        }
        fs::write(dir.path().join("engine/Cargo.toml"), "").unwrap();
        let project = Project::find(dir.path()).unwrap();
        assert_eq!(sdk(&project), None);
        let with = |text: String| {
            fs::write(dir.path().join("sdk/Cargo.toml"), text).unwrap();
            sdk(&project).unwrap()
        };
        let version = |version: &str| format!("[workspace.package]\nversion = \"{version}\"\n");
        assert_eq!(with(version(env!("CARGO_PKG_VERSION"))).verdict, Verdict::Fine);
        assert_eq!(with(version("0.0.1")).verdict, Verdict::Attention);
        assert_eq!(with("[".into()).verdict, Verdict::Failed);
    }
}
