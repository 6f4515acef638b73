//! The manifests of `sdk/`, made from this repository's.

use anyhow::Context;
use std::{collections::BTreeSet, ffi::OsStr, path::Path};
use toml_edit::{DocumentMut, Formatted, InlineTable, Item, TableLike, Value, value};

/// Manifest tables with dependencies that are built for the crate's users too.
const DEPENDENCY_TABLES: [&str; 2] = ["dependencies", "build-dependencies"];

/// Manifest tables that only the crate's own tests and benchmarks need.
const OWN_TABLES: [&str; 4] = ["dev-dependencies", "test", "bench", "example"];

/// Removes what only the crate's own tests and benchmarks need.
pub(super) fn strip(manifest: &mut DocumentMut) {
    for table in OWN_TABLES {
        manifest.remove(table);
    }
    let targets = manifest.get_mut("target").and_then(Item::as_table_like_mut);
    for (_, target) in targets.into_iter().flat_map(TableLike::iter_mut) {
        if let Some(target) = target.as_table_like_mut() {
            target.remove("dev-dependencies");
        }
    }
}

/// The names of the dependencies in a stripped or whole manifest, without those for its own tests.
pub(super) fn dependencies(manifest: &DocumentMut) -> Vec<(&str, &Item)> {
    let targets = manifest.get("target").and_then(Item::as_table_like);
    let tables =
        targets.into_iter().flat_map(|targets| targets.iter().filter_map(|(_, t)| t.as_table_like()));
    let all: Vec<&dyn TableLike> =
        std::iter::once(manifest.as_table() as &dyn TableLike).chain(tables).collect();
    all.into_iter()
        .flat_map(|table| DEPENDENCY_TABLES.iter().filter_map(|name| table.get(name)?.as_table_like()))
        .flat_map(TableLike::iter)
        .collect()
}

/// The packages behind [`dependencies`]: a dependency's name may differ from its package's, here or in `root`.
pub(super) fn packages<'a>(manifest: &'a DocumentMut, root: &'a DocumentMut) -> BTreeSet<&'a str> {
    let package = |item: Option<&'a Item>| item?.get("package")?.as_str();
    let inherited = |name: &str| root.get("workspace")?.get("dependencies")?.get(name);
    dependencies(manifest)
        .into_iter()
        .map(|(name, item)| package(Some(item)).or_else(|| package(inherited(name))).unwrap_or(name))
        .collect()
}

/// Replaces what `manifest` inherits from the workspace of `root` by its value, so that it means the same in any
/// workspace: cargo searches all parent folders, and takes the first workspace that it finds. `folder` is the crate's.
///
/// # Errors
/// If it inherits something that `root` doesn't have.
pub(super) fn disinherit(manifest: &mut DocumentMut, root: &DocumentMut, folder: &str) -> anyhow::Result<()> {
    let workspace = root.get("workspace").context("[workspace]")?;
    let given = |table: &str, name: &str| workspace.get(table).and_then(|table| table.get(name)).cloned();
    let package = manifest.get_mut("package").and_then(Item::as_table_like_mut).context("[package]")?;
    for (name, item) in package.iter_mut() {
        if inherits(item) {
            let name = name.get();
            *item = given("package", name).with_context(|| format!("no `{name}` of packages"))?;
        }
    }
    if manifest.get("lints").is_some_and(inherits) {
        let mut lints = workspace.get("lints").context("no lints")?.clone();
        // Each lint's table keeps its new position, not the one it had in the other file.
        unplaced(&mut lints);
        manifest.insert("lints", lints);
    }
    for table in dependency_tables(manifest) {
        for (mut name, item) in table.iter_mut().filter(|(_, item)| inherits(item)) {
            let given = given("dependencies", &name).with_context(|| format!("no dependency `{name}`"))?;
            let whole =
                dependency(&given, item, folder).with_context(|| format!("the dependency `{name}`"))?;
            // The text before `name.workspace` belongs to the second half.
            if let Some(second) = item.as_table().and_then(|own| own.key("workspace")) {
                *name.leaf_decor_mut() = second.leaf_decor().clone();
            }
            *item = whole;
        }
    }
    Ok(())
}

fn inherits(item: &Item) -> bool {
    item.get("workspace").is_some()
}

fn unplaced(item: &mut Item) {
    if let Item::Table(table) = item {
        table.set_position(None);
        table.iter_mut().for_each(|(_, item)| unplaced(item));
    }
}

/// Every dependency table in a stripped manifest.
fn dependency_tables(manifest: &mut DocumentMut) -> Vec<&mut dyn TableLike> {
    let mut found: Vec<&mut dyn TableLike> = Vec::new();
    for (name, item) in manifest.iter_mut() {
        let name = name.get();
        if DEPENDENCY_TABLES.contains(&name) {
            found.extend(item.as_table_like_mut());
        } else if name == "target" {
            let targets = item.as_table_like_mut().into_iter().flat_map(TableLike::iter_mut);
            let tables = targets.filter_map(|(_, item)| item.as_table_like_mut());
            for (_, item) in tables
                .flat_map(TableLike::iter_mut)
                .filter(|(name, _)| DEPENDENCY_TABLES.contains(&name.get()))
            {
                found.extend(item.as_table_like_mut());
            }
        }
    }
    found
}

/// A dependency of a crate in `folder`, merged as cargo does from the workspace's entry `given` and the crate's entry
/// `own`.
fn dependency(given: &Item, own: &Item, folder: &str) -> anyhow::Result<Item> {
    let mut whole = match given.as_value().context("written as a table of its own")? {
        Value::InlineTable(table) => table.clone(),
        version => InlineTable::from_iter([("version", version.clone())]),
    };
    if let Some(Value::String(path)) = whole.get_mut("path") {
        // Crates that are neighbours in `crates/` are neighbours in `sdk/`.
        let name = Path::new(path.value()).file_name().and_then(OsStr::to_str).context("no folder")?;
        let up = "../".repeat(Path::new(folder).components().count());
        *path = Formatted::new(format!("{up}{name}"));
    }
    for (key, item) in own.as_table_like().context("no table")?.iter().filter(|(key, _)| *key != "workspace")
    {
        let item = item.as_value().context("a table in it")?;
        match (key, whole.get_mut(key)) {
            ("features", Some(Value::Array(features))) => {
                features.extend(item.as_array().context("features that are no list")?.iter().cloned());
                features.fmt();
            }
            _ => {
                whole.insert(key, item.clone());
            }
        }
    }
    whole.fmt();
    Ok(match whole.get("version") {
        Some(version) if whole.len() == 1 => value(version.clone()),
        _ => value(whole),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> DocumentMut {
        text.parse().expect(text)
    }

    #[test]
    fn a_crates_own_tests_are_taken_out_and_the_rest_stays() {
        let mut manifest = document(
            "[package]\nname = \"x\"\n[dependencies]\na.workspace = true\n[dev-dependencies]\nb = \"1\"\n\
             [target.'cfg(unix)'.dependencies]\nc.workspace = true\n[target.'cfg(unix)'.dev-dependencies]\nd = \"1\"\n\
             [[bench]]\nname = \"e\"\n",
        );
        strip(&mut manifest);
        let names: Vec<_> = dependencies(&manifest).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "c"]);
        let text = manifest.to_string();
        assert!(!text.contains("dev-") && !text.contains("bench"), "{text}");
    }

    #[test]
    fn packages_are_found_behind_other_names() {
        let root =
            document("[workspace.dependencies]\na = { package = \"x\", version = \"1\" }\nc = \"1\"\n");
        let manifest = document(
            "[dependencies]\na.workspace = true\nb = { package = \"y\", version = \"1\" }\nc.workspace = true\n",
        );
        assert_eq!(packages(&manifest, &root), BTreeSet::from(["c", "x", "y"]));
    }

    #[test]
    fn what_a_crate_inherits_it_says_itself() {
        let root = document(
            "[workspace]\n[workspace.package]\nedition = \"2024\"\n[workspace.lints.rust]\nunused = \"deny\"\n\
             [workspace.dependencies]\na = { path = \"crates/a\", features = [\"x\"] }\nb = \"1.2\"\n\
             c = { version = \"3\", default-features = false }\n",
        );
        let mut manifest = document(
            "[package]\nname = \"d\"\nedition.workspace = true\n[lints]\nworkspace = true\n[dependencies]\n# Why.\n\
             a = { workspace = true, features = [\"y\"] }\n# And this.\nb.workspace = true\ne = \"5\"\n\
             [target.'cfg(unix)'.dependencies]\nc = { workspace = true, optional = true }\n",
        );
        disinherit(&mut manifest, &root, "d").unwrap();
        let text = manifest.to_string();
        assert_eq!(
            text,
            "[package]\nname = \"d\"\nedition = \"2024\"\n[lints.rust]\nunused = \"deny\"\n[dependencies]\n# Why.\n\
             a = { path = \"../a\", features = [\"x\", \"y\"] }\n# And this.\nb = \"1.2\"\ne = \"5\"\n\
             [target.'cfg(unix)'.dependencies]\nc = { version = \"3\", default-features = false, optional = true }\n"
        );
        let mut lacking = document("[package]\nname = \"d\"\n[dependencies]\nmissing.workspace = true\n");
        let error = disinherit(&mut lacking, &root, "d").unwrap_err();
        assert!(error.to_string().contains("`missing`"), "{error}");
    }
}
