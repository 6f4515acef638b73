//! Puts into the library what `wavecraft bundle` names: the project's presets. A plain `cargo build` names nothing, and the
//! plugin has none.

use std::path::PathBuf;
use std::{env, fs};

/// A file of factory presets, as `FactoryPreset` reads them.
const PRESETS: &str = "WAVECRAFT_PLUGIN_PRESETS";

fn main() {
    println!("cargo::rerun-if-env-changed={PRESETS}");
    let presets = env::var_os(PRESETS).map_or_else(
        || "[]".to_owned(),
        |path| {
            let path = PathBuf::from(path);
            println!("cargo::rerun-if-changed={}", path.display());
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        },
    );
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("presets.json"), presets).expect("cargo's folder can be written");
}
