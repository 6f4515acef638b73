//! Which package has the binary target `dev-audio`. cargo itself is asked: a manifest's text can't tell, since targets
//! may also be found by their place.

use super::DEV_AUDIO;
use crate::{
    processes::{Line, Processes, guarded},
    project::Project,
};
use anyhow::{Context, bail};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// What this program was compiled for, and so what it builds for. Crates for other systems only are never fetched.
const THIS_SYSTEM: &str = env!("WAVECRAFT_TARGET");

/// The project's binary.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    let metadata = ask(cargo, &["--no-deps"], &engine, processes).await?;
    choose(&metadata, &engine.join("Cargo.toml")).with_context(|| missing(&engine))
}

/// The folders of all packages on this machine that the binary is built from: its own, and those that it depends on by
/// a path, directly or not. To be asked after a build, which has fetched the crates from elsewhere: cargo can't tell without
/// them, and fetches what only the project's own tests need.
///
/// # Errors
/// If a manifest can't be read or a crate can't be fetched, in cargo's words.
pub(crate) async fn local_packages(
    cargo: &Path,
    dev_audio: &DevAudio,
    processes: &mut Processes,
) -> anyhow::Result<Vec<PathBuf>> {
    let folder = dev_audio.manifest.parent().context("a manifest is in a folder")?;
    let metadata = ask(cargo, &["--filter-platform", THIS_SYSTEM], folder, processes).await?;
    Ok(local_in(&metadata, &dev_audio.manifest))
}

/// `cargo metadata`, asked in `folder`.
async fn ask(cargo: &Path, args: &[&str], folder: &Path, processes: &mut Processes) -> anyhow::Result<Value> {
    let mut command = guarded(cargo);
    command.args(["metadata", "--format-version", "1"]).args(args).current_dir(folder);
    let mut running = processes.spawn(&mut command).context("cargo could not be started")?;
    let (mut output, mut errors) = (String::new(), String::new());
    while let Some(line) = running.next_line().await? {
        match line {
            Line::Out(text) => output += &text,
            Line::Err(text) => errors += &format!("\n{text}"),
        }
    }
    if !running.wait().await?.success() {
        bail!("cargo can't read {}:{errors}", folder.join("Cargo.toml").display());
    }
    serde_json::from_str(&output).context("`cargo metadata` answered with something else than JSON")
}

/// The folders of the packages without a source that `manifest`'s package needs. A package from a registry can't depend
/// on one by a path.
fn local_in(metadata: &Value, manifest: &Path) -> Vec<PathBuf> {
    let path = |package: &Value| package["manifest_path"].as_str().map(PathBuf::from);
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let local: BTreeMap<&str, PathBuf> = packages
        .iter()
        .filter(|package| package["source"].is_null())
        .filter_map(|package| Some((package["id"].as_str()?, path(package)?)))
        .collect();
    let nodes = metadata["resolve"]["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let needs = |id: &str| {
        let node = nodes.iter().find(|node| node["id"] == id);
        node.and_then(|node| node["dependencies"].as_array()).map(Vec::as_slice).unwrap_or_default()
    };
    let mut found = BTreeSet::new();
    let mut next: Vec<_> = local.iter().filter(|(_, path)| *path == manifest).map(|(id, _)| *id).collect();
    while let Some(id) = next.pop() {
        if found.insert(id) {
            next.extend(needs(id).iter().filter_map(Value::as_str).filter(|id| local.contains_key(id)));
        }
    }
    found.iter().filter_map(|id| local[id].parent().map(Path::to_path_buf)).collect()
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
    fn what_it_is_built_from_are_the_packages_on_this_machine_that_it_needs() {
        let package = |name: &str, source: Value| json!({"id": name, "manifest_path": format!("/p/{name}/Cargo.toml"), "source": source});
        let metadata = json!({
            "packages": [
                package("engine", Value::Null),
                package("shared", Value::Null),
                package("deep", Value::Null),
                package("unrelated", Value::Null),
                package("serde", json!("registry")),
            ],
            "resolve": {"nodes": [
                {"id": "engine", "dependencies": ["shared", "serde"]},
                {"id": "shared", "dependencies": ["deep", "engine"]},
                {"id": "deep", "dependencies": []},
                {"id": "unrelated", "dependencies": ["engine"]},
                {"id": "serde", "dependencies": []},
            ]},
        });
        let local = local_in(&metadata, Path::new("/p/engine/Cargo.toml"));
        assert_eq!(local, ["/p/deep", "/p/engine", "/p/shared"].map(PathBuf::from));
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
