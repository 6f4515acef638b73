//! What cargo says of a project.

use super::{
    inputs::settled_folder,
    parts::Parts,
    published::PublishedSdk,
    target::{self, Kind, Target},
};
use crate::{
    plugin_host,
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

/// Asks cargo what of the project is to be played.
///
/// # Errors
/// If the manifest can't be read (in cargo's words), or has nothing to be played (with what to add), or there is nothing
/// to play it with.
pub(crate) async fn find_target(
    cargo: &Path,
    project: &Project,
    processes: &mut Processes,
) -> anyhow::Result<Target> {
    let engine = project.engine();
    let metadata = ask(cargo, &["--no-deps"], &engine, processes).await?;
    // A list of folders can't have the first in a name, and a linker's list of files not the others.
    let unfit = |outputs: &&str| outputs.contains(|char: char| char == ':' || char.is_control());
    if let Some(outputs) = metadata["target_directory"].as_str().filter(unfit) {
        bail!(
            "cargo can't build in {outputs:?}: a folder's name there has a colon or the end of a line. Give it another \
             name, or set CARGO_TARGET_DIR to a folder without"
        );
    }
    let target = target::choose(&metadata, &engine.join("Cargo.toml"))?;
    if let Kind::Plugin { .. } = target.kind {
        // Known at once rather than after the build.
        plugin_host::find()?;
    }
    Ok(target)
}

/// Where the parts of the project's plugin are.
///
/// # Errors
/// If the manifest can't be read, in cargo's words, or the plugin has no library.
pub(crate) async fn parts(cargo: &Path, engine: &Path, processes: &mut Processes) -> anyhow::Result<Parts> {
    let metadata = ask(cargo, &["--no-deps"], engine, processes).await?;
    Parts::of(&metadata, &engine.join("Cargo.toml"))
}

/// The published SDK that the project's plugin is made with; `None` where it is another project.
///
/// # Errors
/// If the manifest can't be read, in cargo's words.
pub(crate) async fn published_sdk(
    cargo: &Path,
    engine: &Path,
    processes: &mut Processes,
) -> anyhow::Result<Option<PublishedSdk>> {
    let metadata = ask(cargo, &["--no-deps"], engine, processes).await?;
    Ok(target::candidates(&metadata, &engine.join("Cargo.toml")).into_iter().find_map(PublishedSdk::of))
}

/// A package on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    /// What cargo calls it; it knows it by that on its command line too.
    pub(crate) id: String,
    /// Where it is.
    pub(crate) folder: PathBuf,
}

/// Where the parts of a project are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The folder of the target's package, where cargo is run.
    pub(crate) folder: PathBuf,
    /// All packages on this machine that the target is built from: its own, and those that it depends on by a path,
    /// directly or not.
    pub(crate) packages: Vec<Package>,
    /// The workspace's folder.
    pub(crate) workspace: PathBuf,
    /// Where cargo builds.
    pub(crate) outputs: Vec<PathBuf>,
}

impl Layout {
    /// The packages that a file can be a part of, as cargo calls them: the innermost around it, or where there is none, all.
    pub(crate) fn packages_of(&self, file: &Path) -> Vec<String> {
        let around = self.packages.iter().filter(|package| file.starts_with(settled_folder(&package.folder)));
        match around.max_by_key(|package| package.folder.as_os_str().len()) {
            Some(package) => vec![package.id.clone()],
            None => self.packages.iter().map(|package| package.id.clone()).collect(),
        }
    }
}

/// Where everything is that the target is built from. To be asked after a build, which has fetched the crates from
/// elsewhere: cargo can't tell without them, and fetches what only the project's own tests need.
///
/// # Errors
/// If a manifest can't be read or a crate can't be fetched, in cargo's words.
pub(crate) async fn layout(
    cargo: &Path,
    target: &Target,
    processes: &mut Processes,
) -> anyhow::Result<Layout> {
    let folder = target.manifest.parent().context("a manifest is in a folder")?;
    let metadata = ask(cargo, &["--filter-platform", THIS_SYSTEM], folder, processes).await?;
    layout_in(&metadata, &target.manifest, folder)
}

fn layout_in(metadata: &Value, manifest: &Path, folder: &Path) -> anyhow::Result<Layout> {
    let path = |name: &str| metadata[name].as_str().map(PathBuf::from);
    Ok(Layout {
        folder: folder.into(),
        packages: local_in(metadata, manifest),
        workspace: path("workspace_root").context("`cargo metadata` names no workspace")?,
        // The second is new in cargo 1.91.
        outputs: ["target_directory", "build_directory"].iter().filter_map(|name| path(name)).collect(),
    })
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

/// The packages without a source that `manifest`'s package needs. A package from a registry can't depend on one by a path.
fn local_in(metadata: &Value, manifest: &Path) -> Vec<Package> {
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
    let package = |id: &&str| Some(Package { id: (*id).into(), folder: local[id].parent()?.into() });
    found.iter().filter_map(package).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
        let local: Vec<_> = local.iter().map(|package| package.folder.as_path()).collect();
        assert_eq!(local, ["/p/deep", "/p/engine", "/p/shared"].map(Path::new));
    }
}
