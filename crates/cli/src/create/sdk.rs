//! The SDK inside a project: `sdk/` holds the sources of the crates that `dev-audio` links, which inherit nothing from
//! any workspace. Why they are there and not on crates.io or behind a path:
//! `docs/decisions/0002-sdk-in-the-project.md`.

mod lockfile;
mod manifest;

use super::{
    name::ProjectName,
    template::{File, sdk_sources},
};
use anyhow::Context;
use toml_edit::DocumentMut;

const ROOT_MANIFEST: &str = include_str!("../../../../Cargo.toml");
const ROOT_LOCKFILE: &str = include_str!("../../../../Cargo.lock");

const README: &str = "\
# The Wavecraft SDK of this project

Sources of the crates behind `engine/src/bin/dev-audio.rs`, written by `wavecraft`. Your processor needs none of them
but `probe`, where it shows a value: it uses the published `wavecraft-dsp`. They are here so that this project builds anywhere, for anyone who
has it. Commit them, don't edit them: `wavecraft update` replaces them by newer ones, and tells which were edited. It
knows them by `written.toml`.
";

/// Every file under `sdk/`.
///
/// # Errors
/// None with this repository's manifests: a test reads them all.
pub(crate) fn files() -> anyhow::Result<Vec<File>> {
    let mut files: Vec<File> = vec![("sdk/README.md".into(), README.as_bytes().into())];
    for (path, content) in sdk_sources() {
        let path_in_project = format!("sdk/{path}");
        if !path.ends_with("/Cargo.toml") {
            files.push((path_in_project, (*content).into()));
        }
    }
    let root = parse(ROOT_MANIFEST, "Cargo.toml")?;
    for (folder, mut document) in manifests()? {
        manifest::strip(&mut document);
        manifest::disinherit(&mut document, &root, folder)?;
        files.push((format!("sdk/{folder}/Cargo.toml"), document.to_string().into_bytes().into()));
    }
    Ok(files)
}

/// The lock files of `engine/` and of `plugin/`: the versions that this SDK was tested with, so that a project built next
/// year gets the same.
///
/// # Errors
/// None with this repository's lock file: a test reads it.
pub(super) fn lockfiles(name: &ProjectName) -> anyhow::Result<Vec<File>> {
    let (root, crates) = (parse(ROOT_MANIFEST, "Cargo.toml")?, manifests()?);
    let sdk = crates
        .iter()
        .filter_map(|(_, manifest)| {
            Some((manifest["package"]["name"].as_str()?, manifest::packages(manifest, &root)))
        })
        .collect();
    let root = parse(ROOT_LOCKFILE, "Cargo.lock")?;
    let engine = (name.package(), lockfile::ENGINES_DEPENDENCIES.to_vec());
    let plugin_name = format!("{}-plugin", name.package());
    let needed = lockfile::PLUGINS_DEPENDENCIES.into_iter().chain([name.package()]).collect();
    let plugin = (plugin_name.as_str(), needed);
    let files = [("engine/Cargo.lock", vec![engine.clone()]), ("plugin/Cargo.lock", vec![engine, plugin])];
    let locked = files.map(|(path, packages)| {
        Ok((path.into(), lockfile::for_project(&root, &sdk, &packages)?.into_bytes().into()))
    });
    locked.into_iter().collect()
}

/// The SDK's crates: folder and manifest.
fn manifests() -> anyhow::Result<Vec<(&'static str, DocumentMut)>> {
    let manifests = sdk_sources().iter().filter_map(|(path, content)| {
        let folder = path.strip_suffix("/Cargo.toml")?;
        Some((folder, *content))
    });
    manifests.map(|(folder, content)| Ok((folder, parse(std::str::from_utf8(content)?, folder)?))).collect()
}

fn parse(text: &str, what: &str) -> anyhow::Result<DocumentMut> {
    text.parse().with_context(|| format!("{what} as embedded in this program"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_is_complete_and_has_nothing_of_our_own_tests() {
        let files = files().unwrap();
        let has = |path: &str| files.iter().any(|(name, _)| name == path);
        for path in [
            "README.md",
            "dev-audio/src/lib.rs",
            "probe/src/lib.rs",
            "protocol/Cargo.toml",
            "ring/src/region.rs",
        ] {
            assert!(has(&format!("sdk/{path}")), "no {path}");
        }
        for (path, content) in files.iter().filter(|(path, _)| path.ends_with("Cargo.toml")) {
            let text = std::str::from_utf8(content).unwrap();
            assert!(!text.contains("workspace"), "{path} needs a workspace, or is one: {text}");
        }
        let ours = ["tests", "examples", "benches", "target"];
        let folder_in_crate = |path: &str| path.split('/').nth(2).unwrap_or_default().to_owned();
        assert!(!files.iter().any(|(path, _)| ours.contains(&folder_in_crate(path).as_str())));
    }
}
