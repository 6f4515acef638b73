//! Sample output of `cargo metadata`, reduced to what the tests need.

use cargo_metadata::Metadata;
use serde_json::{Value, json};

/// A package in a folder of the same name, with targets of these names and kinds.
pub(super) fn package(name: &str, targets: &[(&str, &str)]) -> Value {
    let target = |(name, kind): &(&str, &str)| json!({"name": name, "kind": [kind], "src_path": "/lib.rs"});
    json!({
        "name": name,
        "id": name,
        "version": "0.1.0",
        "manifest_path": format!("/{name}/Cargo.toml"),
        "targets": targets.iter().map(target).collect::<Vec<_>>(),
        "features": {},
        "dependencies": [],
    })
}

/// The metadata of these packages, with the resolved dependency `nodes`.
pub(super) fn metadata(packages: &[Value], nodes: &Value) -> Metadata {
    let metadata = json!({
        "version": 1,
        "packages": packages,
        "resolve": {"nodes": nodes, "root": null},
        "workspace_members": [],
        "workspace_root": "/",
        "target_directory": "/target",
    });
    serde_json::from_value(metadata).unwrap()
}
