//! What a build leaves beside the program, and from that the folders in which the program finds its shared libraries,
//! as with `cargo run`.

use crate::{
    builds::shared_libraries,
    processes::{Processes, guarded},
    programs,
};
use anyhow::Context;
use cargo_metadata::{BuildScript, camino::Utf8PathBuf};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use wavecraft_companion_protocol::control::ProjectProgram;

/// The prefix of the file name of Rust's own library, in a program that was linked with it (`-C prefer-dynamic`).
const STD: &[u8] = b"libstd-";

/// What a build left beside the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Artifacts {
    /// The file that lists the files that were read.
    pub(crate) dep_info: Option<PathBuf>,
    /// The build scripts that ran, or would have run if anything had changed.
    pub(crate) scripts: Vec<Script>,
    /// Whether one of its crates is a shared library.
    pub(crate) has_dylibs: bool,
}

/// A build script's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script {
    /// Its package's id in cargo.
    pub(crate) package: String,
    /// The folder that it wrote to. Its output is in a file beside that.
    pub(crate) out_dir: PathBuf,
    /// The library folders that it named.
    pub(crate) linked: Vec<PathBuf>,
}

impl Script {
    pub(super) fn of(ran: BuildScript) -> Self {
        // A kind may precede it, as in `native=/there`; scripts also name kinds that programs don't load.
        let path = |text: &Utf8PathBuf| {
            PathBuf::from(text.as_str().split_once('=').map_or(text.as_str(), |(_, path)| path))
        };
        let linked = ran.linked_paths.iter().map(path).collect();
        Self { package: ran.package_id.repr, out_dir: ran.out_dir.into(), linked }
    }
}

/// The folders for the program's loader, in cargo's order; empty if it needs none.
///
/// <https://doc.rust-lang.org/cargo/reference/environment-variables.html#dynamic-library-paths>: the folders that build
/// scripts name within cargo's folder, the profile's folder and its `deps`, and the compiler's own.
///
/// # Errors
/// If the compiler is asked and doesn't answer.
pub(super) async fn loader_path(
    program: &ProjectProgram,
    artifacts: &Artifacts,
    folder: &Path,
    processes: &mut Processes,
) -> anyhow::Result<Vec<PathBuf>> {
    let profile = program.built().parent().context("what was built has no folder")?;
    let mut folders: Vec<PathBuf> = Vec::new();
    for script in &artifacts.scripts {
        // `build/<package>/out` in the profile's folder.
        let built_in = script.out_dir.ancestors().nth(3);
        let is_built =
            |path: &&PathBuf| path.starts_with(profile) || built_in.is_some_and(|up| path.starts_with(up));
        folders.extend(script.linked.iter().filter(is_built).cloned());
    }
    folders.push(profile.into());
    folders.retain(|folder| shared_libraries(folder).iter().any(|library| library != program.built()));
    if artifacts.has_dylibs {
        folders.push(profile.join("deps"));
    }
    let bytes =
        fs::read(program.built()).with_context(|| format!("{} can't be read", program.built().display()))?;
    if artifacts.has_dylibs || bytes.windows(STD.len()).any(|window| window == STD) {
        folders.push(compilers_libraries(folder, processes).await?);
    }
    let mut seen = BTreeSet::new();
    folders.retain(|folder| seen.insert(folder.clone()));
    Ok(folders)
}

/// Asks the compiler that cargo uses in `folder`.
async fn compilers_libraries(folder: &Path, processes: &mut Processes) -> anyhow::Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").map(PathBuf::from).or_else(|| programs::find("rustc"));
    let rustc = rustc.context("rustc is not on the PATH")?;
    let mut command = guarded(&rustc);
    let running = processes
        .spawn(command.args(["--print", "target-libdir"]).current_dir(folder))
        .context("rustc could not be started")?;
    let (_, said, _) = running.run_to_end().await?;
    said.first().map(PathBuf::from).context("rustc doesn't tell where its libraries are")
}
