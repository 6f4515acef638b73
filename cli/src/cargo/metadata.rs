//! Which package has the binary target `dev-audio`. cargo itself is asked: a manifest's text can't tell, since targets
//! may also be found by their place.

use super::DEV_AUDIO;
use crate::{
    processes::{Line, Processes, guarded},
    project::Project,
};
use anyhow::{Context, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The project's binary.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DevAudio {
    /// Its package's name.
    pub(crate) package: String,
    /// Its package's manifest.
    pub(crate) manifest: PathBuf,
}

/// Asks cargo for the project's binary.
///
/// # Errors
/// If the manifest can't be read (in cargo's words), or has no such binary (with what to add).
pub(crate) async fn find_dev_audio(
    cargo: &Path,
    project: &Project,
    processes: &mut Processes,
) -> anyhow::Result<DevAudio> {
    let engine = project.engine();
    let mut command = guarded(cargo);
    command.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(&engine);
    let mut running = processes.spawn(&mut command).context("cargo could not be started")?;
    let (mut output, mut errors) = (String::new(), String::new());
    while let Some(line) = running.next_line().await? {
        match line {
            Line::Out(text) => output += &text,
            Line::Err(text) => errors += &format!("\n{text}"),
        }
    }
    if !running.wait().await?.success() {
        bail!("cargo can't read {}:{errors}", engine.join("Cargo.toml").display());
    }
    let metadata: Value =
        serde_json::from_str(&output).context("`cargo metadata` answered with something else than JSON")?;
    choose(&metadata, &engine.join("Cargo.toml")).with_context(|| missing(&engine))
}

/// The engine's own package, or where its manifest is only a workspace's, the one member that has the binary.
fn choose(metadata: &Value, manifest: &Path) -> Option<DevAudio> {
    let packages = metadata["packages"].as_array()?;
    let path = |package: &Value| package["manifest_path"].as_str().map(PathBuf::from);
    let own = packages.iter().find(|package| path(package).as_deref() == Some(manifest));
    let candidates: Vec<_> = match own {
        Some(own) => vec![own],
        None => packages.iter().collect(),
    };
    let mut found = candidates.into_iter().filter(|package| has_binary(package));
    let package = found.next().filter(|_| found.next().is_none())?;
    Some(DevAudio { package: package["name"].as_str()?.into(), manifest: path(package)? })
}

fn has_binary(package: &Value) -> bool {
    package["targets"].as_array().is_some_and(|targets| {
        targets.iter().any(|target| {
            target["name"] == DEV_AUDIO
                && target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "bin"))
        })
    })
}

fn missing(engine: &Path) -> String {
    format!(
        r#"this project has no `{DEV_AUDIO}` binary yet, the program that runs your DSP with real audio

Add this to {manifest}:

  [lib]
  crate-type = ["cdylib", "rlib"]

  [[bin]]
  name = "{DEV_AUDIO}"
  path = "src/bin/dev-audio.rs"

and make {source} with one line, where `my_plugin` is your library and `MyProcessor` your processor:

  wavecraft_dev_audio::run!(my_plugin::MyProcessor);

(`rlib` lets the binary link your library; a new project from `wavecraft create` has all of this.)"#,
        manifest = engine.join("Cargo.toml").display(),
        source = engine.join("src/bin/dev-audio.rs").display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn package(name: &str, target: &str, kind: &str) -> Value {
        json!({"name": name, "manifest_path": format!("/{name}/Cargo.toml"), "targets": [{"name": target, "kind": [kind]}]})
    }

    fn chosen(packages: &[Value], manifest: &str) -> Option<String> {
        choose(&json!({"packages": packages}), Path::new(manifest)).map(|found| found.package)
    }

    #[test]
    fn the_engines_own_binary_is_taken_and_no_other_kind_of_target() {
        let (a, b) = (package("a", "dev-audio", "bin"), package("b", "dev-audio", "bin"));
        let example = package("a", "dev-audio", "example");
        assert_eq!(chosen(&[a.clone(), b.clone()], "/a/Cargo.toml").as_deref(), Some("a"));
        assert_eq!(chosen(std::slice::from_ref(&example), "/a/Cargo.toml"), None);
        assert_eq!(chosen(&[example, b.clone()], "/a/Cargo.toml"), None);
        assert_eq!(
            chosen(std::slice::from_ref(&b), "/engine/Cargo.toml").as_deref(),
            Some("b"),
            "a workspace's member"
        );
        assert_eq!(chosen(&[a, b], "/engine/Cargo.toml"), None, "two of them");
    }
}
