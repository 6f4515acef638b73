//! `cargo metadata`: what to play of a project, and where its parts are.

use super::{
    parts::Parts,
    published::PublishedSdk,
    target::{self, Kind, Target},
};
use crate::{
    places::Places,
    plugin_host,
    processes::{Processes, guarded},
    project::Project,
    watch,
};
use anyhow::{Context, bail};
use cargo_metadata::{Metadata, MetadataCommand, PackageId};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// The target that this program was compiled for, and so builds for. Crates for other systems only are never fetched.
const THIS_SYSTEM: &str = env!("WAVECRAFT_TARGET");

/// Asks cargo which target of the project to play.
///
/// # Errors
/// If the manifest can't be read (in cargo's words), or has no target to play (with what to add), or there is no
/// program to play it with.
pub(crate) async fn find_target(
    cargo: &Path,
    project: &Project,
    processes: &mut Processes,
) -> anyhow::Result<Target> {
    let engine = project.engine();
    let metadata = ask(cargo, &["--no-deps"], &engine, processes).await?;
    // A list of folders can't hold a name with a colon, nor a linker's list of files one with control characters.
    let unfit = |char: char| char == ':' || char.is_control();
    if metadata.target_directory.as_str().contains(unfit) {
        let outputs = metadata.target_directory.as_str();
        bail!(
            "cargo can't build in {outputs:?}: a folder's name there has a colon or the end of a line. Give it another \
             name, or set CARGO_TARGET_DIR to a folder without"
        );
    }
    let mut target = target::choose(&metadata, &engine.join("Cargo.toml"))?;
    target.places = Places::new(&project.folder, metadata.workspace_root.as_std_path(), &engine);
    if let Kind::Plugin { .. } = target.kind {
        // Checked now rather than after the build.
        plugin_host::find()?;
    }
    Ok(target)
}

/// The folder in which cargo builds the project, and the folder of its workspace.
///
/// # Errors
/// If the manifest can't be read, in cargo's words.
pub(crate) async fn folders(
    cargo: &Path,
    engine: &Path,
    processes: &mut Processes,
) -> anyhow::Result<(PathBuf, PathBuf)> {
    let metadata = ask(cargo, &["--no-deps"], engine, processes).await?;
    Ok((metadata.target_directory.into(), metadata.workspace_root.into()))
}

/// Where the parts of the project's plugin are.
///
/// # Errors
/// If the manifest can't be read, in cargo's words, or the plugin has no library.
pub(crate) async fn parts(cargo: &Path, engine: &Path, processes: &mut Processes) -> anyhow::Result<Parts> {
    let metadata = ask(cargo, &["--no-deps"], engine, processes).await?;
    Parts::of(&metadata, &engine.join("Cargo.toml"))
}

/// The published SDK that the project's plugin uses; `None` if it uses none.
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
    /// Its id, by which cargo's command line knows it too.
    pub(crate) id: String,
    /// Its folder.
    pub(crate) folder: PathBuf,
}

/// Where the parts of a project are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The folder of the target's package, in which cargo runs.
    pub(crate) folder: PathBuf,
    /// All local packages that the target is built from: its own, and its path dependencies, direct or not.
    pub(crate) packages: Vec<Package>,
    /// The workspace's folder.
    pub(crate) workspace: PathBuf,
    /// The folders in which cargo builds.
    pub(crate) outputs: Vec<PathBuf>,
}

impl Layout {
    /// The packages, by cargo's ids, that a file may belong to: the innermost one around it, or if there is none, all.
    pub(crate) fn packages_of(&self, file: &Path) -> Vec<String> {
        let around =
            self.packages.iter().filter(|package| file.starts_with(watch::settled_folder(&package.folder)));
        match around.max_by_key(|package| package.folder.as_os_str().len()) {
            Some(package) => vec![package.id.clone()],
            None => self.packages.iter().map(|package| package.id.clone()).collect(),
        }
    }
}

/// Finds everything that the target is built from. Call it after a build, which has fetched the crates from elsewhere:
/// cargo can't answer without them, and would fetch what only the project's own tests need.
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
    Ok(Layout {
        folder: folder.into(),
        packages: local_in(&metadata, &target.manifest),
        workspace: metadata.workspace_root.into(),
        // The second is new in cargo 1.91.
        outputs: [Some(metadata.target_directory), metadata.build_directory]
            .into_iter()
            .flatten()
            .map(PathBuf::from)
            .collect(),
    })
}

/// Runs `cargo metadata` in `folder`.
async fn ask(
    cargo: &Path,
    args: &[&str],
    folder: &Path,
    processes: &mut Processes,
) -> anyhow::Result<Metadata> {
    let mut command = guarded(cargo);
    command.args(["metadata", "--format-version", "1"]).args(args).current_dir(folder);
    let running = processes.spawn(&mut command).context("cargo could not be started")?;
    let (status, output, errors) = running.run_to_end().await?;
    if !status.success() {
        bail!("cargo can't read {}:\n{}", folder.join("Cargo.toml").display(), errors.join("\n"));
    }
    MetadataCommand::parse(output.concat()).context("`cargo metadata` answered with something else than JSON")
}

/// The packages without a source that `manifest`'s package needs. A registry package can't have path dependencies.
fn local_in(metadata: &Metadata, manifest: &Path) -> Vec<Package> {
    let local = metadata.packages.iter().filter(|package| package.source.is_none());
    let local: BTreeMap<&PackageId, &cargo_metadata::Package> =
        local.map(|package| (&package.id, package)).collect();
    let nodes = || metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let needs = |id: &PackageId| {
        nodes().find(|node| node.id == *id).map(|node| node.dependencies.as_slice()).unwrap_or_default()
    };
    let mut found = BTreeSet::new();
    let own = local.values().filter(|package| package.manifest_path.as_std_path() == manifest);
    let mut next: Vec<&PackageId> = own.map(|package| &package.id).collect();
    while let Some(id) = next.pop() {
        if found.insert(id) {
            next.extend(needs(id).iter().filter(|id| local.contains_key(id)));
        }
    }
    let package = |id: &&PackageId| {
        Some(Package { id: id.repr.clone(), folder: local[id].manifest_path.parent()?.into() })
    };
    found.iter().filter_map(package).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::samples;
    use serde_json::{Value, json};

    #[test]
    fn what_it_is_built_from_are_the_packages_on_this_machine_that_it_needs() {
        let package = |name: &str, source: Value| {
            let mut package = samples::package(name, &[]);
            package["source"] = source;
            package
        };
        let packages = [
            package("engine", Value::Null),
            package("shared", Value::Null),
            package("deep", Value::Null),
            package("unrelated", Value::Null),
            package("serde", json!("registry")),
        ];
        let nodes = json!([
            {"id": "engine", "dependencies": ["shared", "serde"]},
                {"id": "shared", "dependencies": ["deep", "engine"]},
                {"id": "deep", "dependencies": []},
                {"id": "unrelated", "dependencies": ["engine"]},
                {"id": "serde", "dependencies": []},
        ]);
        let metadata = samples::metadata(&packages, &nodes);
        let local = local_in(&metadata, Path::new("/engine/Cargo.toml"));
        let local: Vec<_> = local.iter().map(|package| package.folder.as_path()).collect();
        assert_eq!(local, ["/deep", "/engine", "/shared"].map(Path::new));
    }
}
