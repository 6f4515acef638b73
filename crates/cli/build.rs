//! Embeds the version that the command tells, the projects that `wavecraft create` writes, and the SDK's sources that go with them, into the binary:
//! a table of paths and bytes for each, so that a created project depends on nothing but crates.io and itself.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// The crates a project links, by folder: `wavecraft-dev-audio` and what it uses of this workspace, of which the processor
/// uses `wavecraft-probe`; and what makes a plugin of it.
const SDK_CRATES: [&str; 5] = ["dev-audio", "plugin", "probe", "protocol", "ring"];

/// What a build, a test run or an editor leaves behind. Never part of a project.
const BY_PRODUCTS: &[&str] = &["target", "node_modules", "dist", "coverage", "Cargo.lock", ".DS_Store"];

/// What only this repository's own tests of an SDK crate need, at the top of its folder.
const OWN_TESTS: &[&str] = &["tests", "benches", "examples", "fuzz"];

#[path = "../../scripts/version.rs"]
mod version;

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../..");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));

    let mut template = Vec::new();
    collect(&root.join("templates/react"), "", &[], &mut template)?;
    let mut sdk = Vec::new();
    for folder in SDK_CRATES {
        collect(&root.join("crates").join(folder), &format!("{folder}/"), OWN_TESTS, &mut sdk)?;
    }
    // The terms under which the crates may be passed on go with them.
    let license = root.join("LICENSE");
    if license.exists() {
        println!("cargo::rerun-if-changed={}", license.display());
        sdk.push(("LICENSE".into(), license));
    }
    println!("cargo::rerun-if-changed=../../scripts/version.rs");
    println!("cargo::rustc-env=WAVECRAFT_VERSION={}", version::with_commit(&root));
    println!("cargo::rustc-env=WAVECRAFT_TARGET={}", env::var("TARGET").expect("cargo sets it"));
    for file in ["Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(file).display());
    }
    fs::write(out.join("embedded.rs"), table("TEMPLATE", &template) + &table("SDK", &sdk))
}

/// Lists the files under `folder`, each with its path inside of the project, in a fixed order.
fn collect(
    folder: &Path,
    prefix: &str,
    left_out: &[&str],
    files: &mut Vec<(String, PathBuf)>,
) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().into_string().expect("the names of our own files are UTF-8");
        if BY_PRODUCTS.contains(&name.as_str()) || left_out.contains(&name.as_str()) {
            continue;
        }
        let (path, inside) = (entry.path(), format!("{prefix}{name}"));
        if entry.file_type()?.is_dir() {
            // A folder named here is scanned whole, so only those where new files appear and nothing is left out.
            if name == "src" {
                println!("cargo::rerun-if-changed={}", path.display());
            }
            collect(&path, &format!("{inside}/"), &[], files)?;
        } else {
            println!("cargo::rerun-if-changed={}", path.display());
            files.push((inside, path));
        }
    }
    Ok(())
}

/// The source of a `static` with the paths and contents of `files`.
fn table(name: &str, files: &[(String, PathBuf)]) -> String {
    let rows: String =
        files.iter().map(|(inside, path)| format!("    ({inside:?}, include_bytes!({path:?})),\n")).collect();
    format!("static {name}: &[(&str, &[u8])] = &[\n{rows}];\n")
}
