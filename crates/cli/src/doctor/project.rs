//! The project that the command is run in.

use super::check::{attention, failed, fine};
use crate::{cargo, processes::Processes, project::Project, update::Survey};
use std::path::Path;
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
    let survey = match Survey::of(&project.folder) {
        Ok(survey) => survey?,
        Err(error) => return Some(attention(name, format!("{error:#}"), UPDATE)),
    };
    let Some(version) = &survey.version else {
        let manifest = project.folder.join("sdk/dev-audio/Cargo.toml");
        return Some(failed(name, format!("{} names no version", manifest.display()), UPDATE));
    };
    Some(if survey.newer {
        let found = format!("{version}, newer than this command's {ours}");
        attention(name, found, "install the newer Wavecraft Companion")
    } else if survey.is_older() {
        let count = survey.older();
        let files = if count == 1 { "1 file is" } else { &format!("{count} files are") };
        attention(name, format!("{version}; this command's is {ours}: {files} older"), UPDATE)
    } else {
        let by_hand = match survey.changed() {
            0 => String::new(),
            count => format!("; changed by hand: {count}"),
        };
        fine(name, format!("{version}, as this command's{by_hand}"))
    })
}

/// What mends an older one.
const UPDATE: &str = "wavecraft update";

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
            sdk(&project).unwrap()
        };
        let version = |version: &str| format!("[package]\nversion = \"{version}\"\n");
        let older = with(version("0.0.1"));
        assert_eq!((older.verdict, older.mend.as_deref()), (Verdict::Attention, Some("wavecraft update")));
        // Of the same version, and other files.
        assert_eq!(with(version(env!("CARGO_PKG_VERSION"))).verdict, Verdict::Attention);
        let newer = with(version("99.0.0"));
        assert!(newer.verdict == Verdict::Attention && newer.found.contains("99.0.0, newer"), "{newer:?}");
        assert_eq!(with("[".into()).verdict, Verdict::Failed);
        let older = "[package]\nversion.workspace = true\n";
        assert_eq!(with(older.into()).verdict, Verdict::Failed);
        write("Cargo.toml", "[workspace.package]\nversion = \"0.0.1\"\n");
        assert_eq!(with(older.into()).verdict, Verdict::Attention);
        // The one of this command.
        fs::remove_dir_all(dir.path().join("sdk")).unwrap();
        for (path, content) in crate::create::sdk_files().unwrap() {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        assert_eq!(sdk(&project).unwrap().verdict, Verdict::Fine);
    }
}
