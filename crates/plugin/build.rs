//! Puts into the library what `wavecraft bundle` names: the project's presets, and its built page where there is a webview to
//! show it. A plain `cargo build` names nothing, and the plugin has none.

#[path = "build/page.rs"]
mod page;

use std::path::{Path, PathBuf};
use std::{env, fs};

/// A file of factory presets, as `FactoryPreset` reads them.
const PRESETS: &str = "WAVECRAFT_PLUGIN_PRESETS";
/// The folder of the built page.
const PAGE: &str = "WAVECRAFT_PLUGIN_PAGE";
/// The systems whose webview `src/platform/` opens, as cargo names them.
const WITH_WEBVIEW: [&str; 1] = ["macos"];

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

    println!("cargo::rerun-if-env-changed={PAGE}");
    let system = env::var("CARGO_CFG_TARGET_OS").expect("cargo sets it");
    let folder = env::var_os(PAGE).filter(|_| WITH_WEBVIEW.contains(&system.as_str()));
    let files = folder.map_or_else(Vec::new, |folder| {
        println!("cargo::rerun-if-changed={}", Path::new(&folder).display());
        page::files(Path::new(&folder)).unwrap_or_else(|error| panic!("{error}"))
    });
    fs::write(out.join("page.rs"), page::table(&files)).expect("cargo's folder can be written");
}
