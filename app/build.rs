//! The version that the companion tells.

use std::{env, path::PathBuf};

#[path = "../scripts/version.rs"]
mod version;

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("..");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../scripts/version.rs");
    println!("cargo::rustc-env=WAVECRAFT_VERSION={}", version::with_commit(&root));
}
