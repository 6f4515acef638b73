//! The project that the command is run in.

use super::check::{attention, failed, fine};
use crate::{cargo, processes::Processes, project::Project};
use std::path::Path;
use toml_edit::DocumentMut;
use wavecraft_companion_protocol::doctor::Check;

pub(super) async fn checks(folder: &Path) -> Vec<Check> {
    let project = match Project::folder_of(folder) {
        Ok(Some(_)) => match Project::find(folder) {
            Ok(project) => project,
            Err(error) => {
                return vec![failed(
                    "project",
                    format!("{error:#}"),
                    "correct that file, and run this again",
                )];
            }
        },
        Err(error) => return vec![failed("project", format!("{error:#}"), "wavecraft start says the same")],
        Ok(None) => {
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

/// Whether cargo can read it, and whether it has something to run.
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

/// The SDK's sources inside the project; `None` if it takes the SDK from elsewhere.
fn sdk(project: &Project) -> Option<Check> {
    let (name, ours) = ("sdk", env!("CARGO_PKG_VERSION"));
    let folder = project.folder.join("sdk");
    let manifest = folder.join("dev-audio/Cargo.toml");
    if !manifest.is_file() {
        return None;
    }
    let replace = "replace sdk/ by the one of a new project: wavecraft create fresh";
    // An older `create` wrote a workspace, whose crates inherit their version.
    let version = version_in(&manifest, &["package", "version"])
        .or_else(|| version_in(&folder.join("Cargo.toml"), &["workspace", "package", "version"]));
    Some(match version {
        Some(version) if version == ours => fine(name, format!("{version}, as this command's")),
        Some(version) => attention(name, format!("{version}; this command's is {ours}"), replace),
        None => failed(name, format!("{} names no version", manifest.display()), replace),
    })
}

fn version_in(manifest: &Path, way: &[&str]) -> Option<String> {
    let document: DocumentMut = std::fs::read_to_string(manifest).ok()?.parse().ok()?;
    let found = way.iter().try_fold(document.as_item(), |item, key| item.get(key))?;
    found.as_str().map(str::to_owned)
}

fn page(project: &Project) -> Check {
    let name = "page";
    match project.page() {
        Ok(None) => fine(name, "none: the project has no ui/package.json"),
        Ok(Some(source)) if source.needs_install() => attention(
            name,
            "its packages aren't installed; a start does that first",
            match source.manager() {
                Ok(manager) => format!("cd '{}' && {}", source.folder.display(), manager.install_command()),
                Err(error) => format!("{error:#}"),
            },
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
        for folder in ["engine", "sdk/dev-audio"] {
            fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        fs::write(dir.path().join("engine/Cargo.toml"), "").unwrap();
        let project = Project::find(dir.path()).unwrap();
        assert_eq!(sdk(&project), None);
        let write = |file: &str, text: &str| fs::write(dir.path().join("sdk").join(file), text).unwrap();
        let with = |text: String| {
            write("dev-audio/Cargo.toml", &text);
            sdk(&project).unwrap().verdict
        };
        let version = |version: &str| format!("[package]\nversion = \"{version}\"\n");
        assert_eq!(with(version(env!("CARGO_PKG_VERSION"))), Verdict::Fine);
        assert_eq!(with(version("0.0.1")), Verdict::Attention);
        assert_eq!(with("[".into()), Verdict::Failed);
        let older = "[package]\nversion.workspace = true\n";
        assert_eq!(with(older.into()), Verdict::Failed);
        write("Cargo.toml", "[workspace.package]\nversion = \"0.0.1\"\n");
        assert_eq!(with(older.into()), Verdict::Attention);
    }
}
