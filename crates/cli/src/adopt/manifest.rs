//! The manifest changes of a plugin that gets a `dev-audio`.

use crate::{
    cargo::{Parts, Source},
    paths::way,
    write,
};
use anyhow::Context;
use std::path::Path;
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

/// The SDK crates that `dev-audio` links, and the one that it and the plugin must share.
const LINKED: &str = "wavecraft-dev-audio";
const SHARED: &str = "wavecraft-dsp";

/// Changes the package's manifest: makes the library linkable by a program, and adds what the program needs.
///
/// # Errors
/// If a part of it has a form that cargo doesn't allow.
pub(super) fn package(text: &str, parts: &Parts, sdk: &Path) -> anyhow::Result<DocumentMut> {
    let mut manifest: DocumentMut = text.parse()?;
    if let Some(library) = manifest.get_mut("lib").and_then(Item::as_table_like_mut) {
        let name = if library.contains_key("crate_type") { "crate_type" } else { "crate-type" };
        if let Some(kinds) = library.get_mut(name).and_then(Item::as_array_mut)
            && !kinds.iter().any(|kind| matches!(kind.as_str(), Some("rlib" | "lib")))
        {
            write::append(kinds, "rlib");
        }
    }
    let folder = parts.manifest.parent().context("a manifest is in a folder")?;
    let dependencies = manifest.entry("dependencies").or_insert(Item::Table(Table::new()));
    let dependencies = dependencies.as_table_like_mut().context("[dependencies] is no table")?;
    if !dependencies.contains_key(LINKED) {
        let path = Value::from(way(folder, &sdk.join("dev-audio"))?);
        add(
            dependencies,
            LINKED,
            InlineTable::from_iter([("path", path)]),
            "Runs the processors under Wavecraft Companion.",
        );
    }
    let finds_none =
        manifest.get("package").and_then(|package| package.get("autobins")?.as_bool()) == Some(false);
    if finds_none {
        let mut binary = Table::new();
        binary.insert("name", value("dev-audio"));
        binary.insert("path", value("src/bin/dev-audio.rs"));
        let binaries = manifest.entry("bin").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        binaries.as_array_of_tables_mut().context("[[bin]] is no list of tables")?.push(binary);
    }
    Ok(manifest)
}

/// Changes the workspace's manifest: excludes `sdk/`, whose crates are no members, and makes those and the plugin use
/// one `wavecraft-dsp`.
///
/// # Errors
/// If a part of it has a form that cargo doesn't allow.
pub(super) fn workspace(mut manifest: DocumentMut, parts: &Parts, sdk: &Path) -> anyhow::Result<DocumentMut> {
    let folder = parts.workspace.parent().context("a manifest is in a folder")?;
    if let (Some(workspace), Ok(inside)) = (manifest.get("workspace"), sdk.strip_prefix(folder)) {
        let list = workspace.get("exclude").and_then(Item::as_array);
        let left_out = |path: &str| inside.starts_with(path.trim_start_matches("./"));
        if !list.into_iter().flatten().filter_map(Value::as_str).any(left_out) {
            write::exclude(&mut manifest, inside.to_str().context("a folder that is not UTF-8")?)?;
        }
    }
    let Some(source) =
        parts.published.as_ref().and_then(|sdk| shared(&sdk.source, folder).transpose()).transpose()?
    else {
        return Ok(manifest);
    };
    let patch = manifest.entry("patch").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let patch = patch.as_table_like_mut().context("[patch] is no table")?;
    let registry = patch.entry("crates-io").or_insert(Item::Table(Table::new()));
    let registry = registry.as_table_like_mut().context("[patch.crates-io] is no table")?;
    if !registry.contains_key(SHARED) {
        add(
            registry,
            SHARED,
            source,
            "One for the plugin and for sdk/: the tag is that of `wavecraft` in the plugin's manifest.",
        );
    }
    Ok(manifest)
}

/// Where the plugin's own `wavecraft-dsp` comes from; `None` if from crates.io, as in `sdk/`.
fn shared(source: &Source, folder: &Path) -> anyhow::Result<Option<InlineTable>> {
    Ok(match source {
        Source::Git { url, reference } => {
            let mut table = InlineTable::from_iter([("git", Value::from(url))]);
            table.extend(reference.iter().map(|(kind, value)| (kind.as_str(), Value::from(value))));
            Some(table)
        }
        Source::Path(path) => {
            let path = path.with_file_name(SHARED);
            let path = path
                .canonicalize()
                .with_context(|| format!("the SDK's {SHARED} is not at {}", path.display()))?;
            Some(InlineTable::from_iter([("path", Value::from(way(folder, &path)?))]))
        }
        Source::Registry => None,
    })
}

fn add(table: &mut dyn TableLike, name: &str, item: InlineTable, why: &str) {
    table.insert(name, value(item));
    if let Some(mut key) = table.key_mut(name) {
        key.leaf_decor_mut().set_prefix(format!("# {why}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::PublishedSdk;

    fn parts(source: Source) -> Parts {
        Parts {
            package: "mine".into(),
            manifest: "/p/engine/Cargo.toml".into(),
            workspace: "/p/Cargo.toml".into(),
            library: "mine".into(),
            source: "/p/engine/src/lib.rs".into(),
            dependencies: Vec::new(),
            published: Some(PublishedSdk { source }),
            has_dev_audio: false,
        }
    }

    fn tagged() -> Parts {
        let reference = Some(("tag".into(), "wavecraft-cli-v0.9.39".into()));
        parts(Source::Git { url: "https://example.org/wavecraft".into(), reference })
    }

    #[test]
    fn a_package_keeps_its_words_and_its_form() {
        let before = "[package]\nname = \"mine\" # me\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\n# The SDK.\n\
                      wavecraft = \"1\"\n\n[features]\ndefault = []   # none\n";
        let after = package(before, &tagged(), Path::new("/p/sdk")).unwrap().to_string();
        let wanted = before.replace("[\"cdylib\"]", "[\"cdylib\", \"rlib\"]").replace(
            "wavecraft = \"1\"\n",
            "wavecraft = \"1\"\n# Runs the processors under Wavecraft Companion.\n\
                wavecraft-dev-audio = { path = \"../sdk/dev-audio\" }\n",
        );
        assert_eq!(after, wanted);
        assert_eq!(
            package(&after, &tagged(), Path::new("/p/sdk")).unwrap().to_string(),
            after,
            "once is enough"
        );
        let by_name =
            package("[package]\nautobins = false\n", &tagged(), Path::new("/p/sdk")).unwrap().to_string();
        assert!(
            by_name.contains("[[bin]]\nname = \"dev-audio\"\npath = \"src/bin/dev-audio.rs\"\n"),
            "{by_name}"
        );
    }

    #[test]
    fn a_workspace_leaves_the_sdk_out_and_has_one_dsp() {
        let before = "[workspace]\nmembers = [\"engine\"]\n\n[profile.release]\nlto = true\n";
        let changed = |text: &str, parts: &Parts| {
            workspace(text.parse().unwrap(), parts, Path::new("/p/sdk")).unwrap().to_string()
        };
        let after = changed(before, &tagged());
        assert!(
            after.starts_with("[workspace]\nmembers = [\"engine\"]\nexclude = [\"sdk\"]\n\n[profile"),
            "{after}"
        );
        let git =
            "wavecraft-dsp = { git = \"https://example.org/wavecraft\", tag = \"wavecraft-cli-v0.9.39\" }\n";
        assert!(after.contains("[patch.crates-io]\n# ") && after.ends_with(git), "{after}");
        assert_eq!(changed(&after, &tagged()), after, "once is enough");
        let branch = Source::Git { url: "u".into(), reference: None };
        assert!(changed(before, &parts(branch)).ends_with("wavecraft-dsp = { git = \"u\" }\n"));
        assert!(!changed(before, &parts(Source::Registry)).contains("patch"));
        // If the package is its own workspace, the SDK lies outside of it.
        let alone = Parts { workspace: "/p/engine/Cargo.toml".into(), ..tagged() };
        assert!(!changed("[workspace]\n", &alone).contains("exclude"));
    }
}
