//! What the program is built from: the files that the last build read, and those that affect the next one.

use super::{
    artifacts::{Artifacts, Script},
    metadata::Layout,
};
use crate::watch::{self, Inputs};
use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// How many words of an error text are taken for file names at most.
const NAMED: usize = 256;
/// cargo's and rustup's files, which apply to everything below their folder.
const SETTINGS: [&str; 4] = [".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain"];

/// The inputs after a successful build: exactly what it read.
pub(crate) fn after_success(layout: &Layout, artifacts: &Artifacts) -> Inputs {
    let mut inputs = deciding(layout);
    let file = artifacts.dep_info.as_ref();
    // These files can't represent a name that contains a line end.
    let file = file.filter(|file| {
        ![file, &layout.workspace].iter().any(|path| path.as_os_str().as_encoded_bytes().contains(&b'\n'))
    });
    let read = file.and_then(|file| fs::read(file).ok());
    // A build without such a file may have read anything.
    inputs.failed = read.is_none();
    let read = files_in(&read.unwrap_or_default(), &layout.workspace);
    inputs.files.extend(read.iter().filter(|path| !path.is_dir()).map(|path| watch::settled(path)));
    for script in &artifacts.scripts {
        add_script(&mut inputs, layout, script);
    }
    inputs
}

/// The inputs after a failed build: those known `before`, those that the last one that `worked` left, those that this
/// one's scripts and compilers had asked for by then, and those that they say are missing.
pub(crate) fn after_failure(
    before: &Inputs,
    layout: &Layout,
    worked: &Artifacts,
    failed: &Artifacts,
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

/// The files that affect any build of these packages.
fn deciding(layout: &Layout) -> Inputs {
    let packages: BTreeSet<_> =
        layout.packages.iter().map(|package| watch::settled_folder(&package.folder)).collect();
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let settings = layout.folder.ancestors().flat_map(|folder| SETTINGS.map(|file| folder.join(file)));
    let homes = home.into_iter().flat_map(|home| ["config.toml", "config"].map(|file| home.join(file)));
    let manifests = packages.iter().chain([&layout.workspace]).map(|folder| folder.join("Cargo.toml"));
    Inputs {
        files: settings.chain(homes).chain(manifests).map(|file| watch::settled(&file)).collect(),
        packages,
        outputs: layout.outputs.iter().map(|folder| watch::settled_folder(folder)).collect(),
        lock: Some(watch::settled(&layout.workspace.join("Cargo.lock"))),
        ..Inputs::default()
    }
}

/// Adds the files whose change makes a build script run again.
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
        inputs.unnamed.insert(watch::settled_folder(&package.folder));
    }
    for path in files.iter().map(|file| package.folder.join(file)) {
        if path.is_dir() {
            inputs.whole.insert(watch::settled_folder(&path));
        } else {
            inputs.files.insert(watch::settled(&path));
        }
    }
}

/// The files that compilers have read since `began`, including compilers that failed.
fn compilers_since(layout: &Layout, artifacts: &Artifacts, began: SystemTime) -> Vec<PathBuf> {
    let profile = artifacts.dep_info.as_ref().and_then(|file| file.parent());
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
    texts.flat_map(|text| files_in(&text, &layout.workspace)).collect()
}

/// The files that an error text names, existing or not, as in "couldn't read `src/../../table.csv`".
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
    // The compiler names files relative to the workspace's folder, a macro relative to the package's.
    let bases = [&layout.workspace, &layout.folder];
    let paths = places.take(NAMED).flat_map(|place| bases.map(|base| base.join(place)));
    paths
        .filter(|path| path.file_name().is_some() && !path.is_dir())
        .filter(|path| has_folder(path))
        .collect()
}

/// Whether a file may appear there: its folder exists, or its folder's parent does.
fn has_folder(path: &Path) -> bool {
    path.ancestors().skip(1).take(2).any(Path::is_dir)
}

/// The files that a `.d` file of rustc's or cargo's names; relative paths start at `base`.
///
/// One `target: file file` per line: a space in a name has a backslash before it, and nothing else is escaped
/// (<https://doc.rust-lang.org/cargo/reference/build-cache.html#dep-info-files>). A `#` begins the part about the
/// environment.
fn files_in(text: &[u8], base: &Path) -> Vec<PathBuf> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"#"));
    let lists = lines.filter_map(|line| {
        let colon = line.windows(2).position(|pair| pair == b": ")?;
        line.get(colon + 2..)
    });
    lists.flat_map(names).map(|name| base.join(OsString::from_vec(name))).collect()
}

/// The names in a list.
fn names(list: &[u8]) -> Vec<Vec<u8>> {
    let mut names = vec![Vec::new()];
    let mut bytes = list.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, names.last_mut()) {
            (b'\\', Some(name)) if bytes.peek() == Some(&b' ') => {
                bytes.next();
                name.push(b' ');
            }
            (b' ' | b'\r', _) => names.push(Vec::new()),
            (byte, Some(name)) => name.push(byte),
            (_, None) => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests;
