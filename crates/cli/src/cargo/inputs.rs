//! What the program is built from: what the last build read, and what decides about the next one.

use super::{
    build::{Made, Script},
    dep_info,
    metadata::Layout,
};
use crate::watch::{self, Inputs};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Of what cargo and the compiler say of a failure, so many words that may be files are looked for.
const NAMED: usize = 256;
/// cargo's and rustup's files, which hold for all below the folder where they are.
const SETTINGS: [&str; 4] = [".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain"];

/// After a build that worked: just what it read.
pub(crate) fn after_success(layout: &Layout, made: &Made) -> Inputs {
    let mut inputs = deciding(layout);
    let file = made.dep_info.as_ref();
    // The end of a line in a name is none that these files could say.
    let file = file.filter(|file| {
        ![file, &layout.workspace].iter().any(|path| path.as_os_str().as_encoded_bytes().contains(&b'\n'))
    });
    let read = file.and_then(|file| fs::read(file).ok());
    // A build that tells nothing may have read anything.
    inputs.failed = read.is_none();
    let read = dep_info::files_in(&read.unwrap_or_default(), &layout.workspace);
    inputs.files.extend(read.iter().filter(|path| !path.is_dir()).map(|path| watch::settled(path)));
    for script in &made.scripts {
        add_script(&mut inputs, layout, script);
    }
    inputs
}

/// After a build that failed: what is known `before`, by what the last one that `worked` left too, what this one's scripts
/// and compilers had asked for by then, and what they say is missing.
pub(crate) fn after_failure(
    before: &Inputs,
    layout: &Layout,
    worked: &Made,
    failed: &Made,
    began: SystemTime,
    errors: &str,
) -> Inputs {
    let mut inputs = Inputs { failed: true, ..before.clone() };
    for script in &failed.scripts {
        add_script(&mut inputs, layout, script);
    }
    let read = compilers_since(layout, worked, began);
    inputs.files.extend(read.iter().map(|path| watch::settled(path)));
    inputs.files.extend(named_in(errors, layout).iter().map(|path| watch::settled(path)));
    inputs
}

/// What decides about any build of these packages.
fn deciding(layout: &Layout) -> Inputs {
    let packages: BTreeSet<_> =
        layout.packages.iter().map(|package| settled_folder(&package.folder)).collect();
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let settings = layout.folder.ancestors().flat_map(|folder| SETTINGS.map(|file| folder.join(file)));
    let homes = home.into_iter().flat_map(|home| ["config.toml", "config"].map(|file| home.join(file)));
    let manifests = packages.iter().chain([&layout.workspace]).map(|folder| folder.join("Cargo.toml"));
    Inputs {
        files: settings.chain(homes).chain(manifests).map(|file| watch::settled(&file)).collect(),
        packages,
        outputs: layout.outputs.iter().map(|folder| settled_folder(folder)).collect(),
        lock: Some(watch::settled(&layout.workspace.join("Cargo.lock"))),
        ..Inputs::default()
    }
}

/// What a build script asked to be run again for.
fn add_script(inputs: &mut Inputs, layout: &Layout, script: &Script) {
    let Some(package) = layout.packages.iter().find(|package| package.id == script.package) else { return };
    let output = script.out_dir.with_file_name("output");
    let text = fs::read(output).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let said = |key: &str| {
        let prefixes = [format!("cargo::{key}="), format!("cargo:{key}=")];
        let values =
            text.lines().filter_map(move |line| prefixes.iter().find_map(|prefix| line.strip_prefix(prefix)));
        values.map(str::to_owned).collect::<Vec<_>>()
    };
    let files = said("rerun-if-changed");
    if files.is_empty() && said("rerun-if-env-changed").is_empty() {
        inputs.unnamed.insert(settled_folder(&package.folder));
    }
    for path in files.iter().map(|file| package.folder.join(file)) {
        if path.is_dir() {
            inputs.whole.insert(settled_folder(&path));
        } else {
            inputs.files.insert(watch::settled(&path));
        }
    }
}

/// What compilers that have run since `began` have read: they tell also where they found mistakes in it.
fn compilers_since(layout: &Layout, made: &Made, began: SystemTime) -> Vec<PathBuf> {
    let profile = made.dep_info.as_ref().and_then(|file| file.parent());
    let inside =
        profile.and_then(|folder| layout.outputs.iter().find_map(|output| folder.strip_prefix(output).ok()));
    let Some(inside) = inside else { return Vec::new() };
    let folders = layout.outputs.iter().filter_map(|output| output.join(inside).join("deps").read_dir().ok());
    let files = folders.flat_map(|entries| entries.flatten().map(|entry| entry.path()));
    let is_new = |file: &PathBuf| {
        file.extension().is_some_and(|ending| ending == "d")
            && file.metadata().and_then(|meta| meta.modified()).is_ok_and(|written| written >= began)
    };
    let texts = files.filter(is_new).filter_map(|file| fs::read(file).ok());
    texts.flat_map(|text| dep_info::files_in(&text, &layout.workspace)).collect()
}

/// The files that a failure's text names, there or not, as "couldn't read `src/../../table.csv`".
fn named_in(errors: &str, layout: &Layout) -> BTreeSet<PathBuf> {
    let quotes = |char: char| char.is_whitespace() || "`'\"()".contains(char);
    let words = errors.split(quotes).filter(|word| word.contains(['/', '.']) && !word.contains("://"));
    let places = words.map(|word| {
        // "src/lib.rs:3:5"
        let place =
            |text: &str| text.rsplit_once(':').is_some_and(|(_, number)| number.parse::<u32>().is_ok());
        let mut path = word.trim_end_matches([',', ';', ':']);
        while place(path) {
            path = path.rsplit_once(':').map_or(path, |(path, _)| path);
        }
        path
    });
    // The compiler names files from the workspace's folder on, a macro from the package's.
    let bases = [&layout.workspace, &layout.folder];
    let paths = places.take(NAMED).flat_map(|place| bases.map(|base| base.join(place)));
    paths
        .filter(|path| path.file_name().is_some() && !path.is_dir())
        .filter(|path| has_folder(path))
        .collect()
}

/// Something may come there: its folder is there, or that one's.
fn has_folder(path: &Path) -> bool {
    path.ancestors().skip(1).take(2).any(Path::is_dir)
}

/// The folder as the system's events name it.
pub(super) fn settled_folder(folder: &Path) -> PathBuf {
    crate::platform::canonical(folder).unwrap_or_else(|_| folder.into())
}

#[cfg(test)]
mod tests;
