//! The manifests of `sdk/`, made from this repository's.

use anyhow::Context;
use std::collections::BTreeSet;
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, value};

/// Tables of a manifest that hold dependencies which its users build too.
const DEPENDENCY_TABLES: [&str; 2] = ["dependencies", "build-dependencies"];

/// Tables that only the crate's own tests and benchmarks need.
const OWN_TABLES: [&str; 4] = ["dev-dependencies", "test", "bench", "example"];

/// Takes out what is there for the crate's own tests and benchmarks.
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

/// The names under which a stripped or whole manifest depends on others, without those for its own tests.
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

/// The packages behind [`dependencies`]: a dependency may have another name than its package, here or in `root`.
pub(super) fn packages<'a>(manifest: &'a DocumentMut, root: &'a DocumentMut) -> BTreeSet<&'a str> {
    let package = |item: Option<&'a Item>| item?.get("package")?.as_str();
    let inherited = |name: &str| root.get("workspace")?.get("dependencies")?.get(name);
    dependencies(manifest)
        .into_iter()
        .map(|(name, item)| package(Some(item)).or_else(|| package(inherited(name))).unwrap_or(name))
        .collect()
}

/// The manifest of the workspace that `crates` (folder and stripped manifest) make up: the package fields and lints
/// that they inherit, and of the dependencies just those that they name.
///
/// # Errors
/// One of them inherits a dependency that `root` doesn't have.
pub(super) fn workspace(root: &DocumentMut, crates: &[(&str, DocumentMut)]) -> anyhow::Result<DocumentMut> {
    let all = root["workspace"]["dependencies"].as_table_like().context("[workspace.dependencies]")?;
    let used: BTreeSet<&str> = crates
        .iter()
        .flat_map(|(_, manifest)| dependencies(manifest))
        .filter(|(_, item)| item.get("workspace").is_some())
        .map(|(name, _)| name)
        .collect();
    let mut dependencies = Table::new();
    for name in used {
        dependencies.insert(name, all.get(name).with_context(|| format!("no dependency `{name}`"))?.clone());
    }

    let mut workspace = Table::new();
    workspace.insert("resolver", root["workspace"]["resolver"].clone());
    workspace.insert("members", value(crates.iter().map(|(folder, _)| *folder).collect::<Array>()));
    for inherited in ["package", "lints"] {
        workspace.insert(inherited, root["workspace"][inherited].clone());
    }
    workspace.insert("dependencies", Item::Table(dependencies));

    let mut manifest = DocumentMut::new();
    manifest.insert("workspace", Item::Table(workspace));
    Ok(manifest)
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
    fn the_workspace_has_what_its_members_inherit_and_no_more() {
        let root = document(
            "[workspace]\nresolver = \"3\"\nmembers = [\"app\"]\n[workspace.package]\nedition = \"2024\"\n\
             [workspace.dependencies]\na = { path = \"a\" }\nunused = \"1\"\n[workspace.lints.rust]\nunused = \"deny\"\n",
        );
        let member = |text| document(text);
        let made =
            workspace(&root, &[("x", member("[dependencies]\na.workspace = true\nb = \"2\"\n"))]).unwrap();
        let made = document(&made.to_string());
        assert_eq!(made["workspace"]["members"].as_array().unwrap().len(), 1);
        assert_eq!(made["workspace"]["lints"]["rust"]["unused"].as_str(), Some("deny"));
        assert_eq!(made["workspace"]["package"]["edition"].as_str(), Some("2024"));
        let dependencies = made["workspace"]["dependencies"].as_table_like().unwrap();
        assert_eq!(dependencies.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a"]);

        let error = workspace(&root, &[("x", member("[dependencies]\nmissing.workspace = true\n"))]);
        assert!(error.unwrap_err().to_string().contains("missing"));
    }
}
