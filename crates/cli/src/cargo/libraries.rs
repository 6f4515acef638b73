//! Where the program that was built finds its shared libraries: as `cargo run` would let it.

use super::build::Made;
use crate::{
    builds::shared_libraries,
    processes::{Line, Processes, guarded},
};
use anyhow::Context;
use std::{
    fs,
    path::{Path, PathBuf},
};
use wavecraft_companion_protocol::control::ProjectProgram;

/// How the name of Rust's own library begins, in a program that was linked with it (`-C prefer-dynamic`).
const STD: &[u8] = b"libstd-";

/// The folders for the program's loader, in cargo's order; empty where it needs none.
///
/// <https://doc.rust-lang.org/cargo/reference/environment-variables.html#dynamic-library-paths>: what build scripts name
/// within cargo's folder, the folder of the profile and its `deps`, and the compiler's own.
///
/// # Errors
/// If the compiler is asked and doesn't answer.
pub(super) async fn loader_path(
    program: &ProjectProgram,
    made: &Made,
    folder: &Path,
    processes: &mut Processes,
) -> anyhow::Result<Vec<PathBuf>> {
    let profile = program.built().parent().context("what was built has no folder")?;
    let mut folders: Vec<PathBuf> = Vec::new();
    for script in &made.scripts {
        // `build/<package>/out` in the profile's folder.
        let built_in = script.out_dir.ancestors().nth(3);
        let is_built =
            |path: &&PathBuf| path.starts_with(profile) || built_in.is_some_and(|up| path.starts_with(up));
        folders.extend(script.linked.iter().filter(is_built).cloned());
    }
    folders.push(profile.into());
    folders.retain(|folder| shared_libraries(folder).iter().any(|library| library != program.built()));
    if made.has_dylibs {
        folders.push(profile.join("deps"));
    }
    let bytes =
        fs::read(program.built()).with_context(|| format!("{} can't be read", program.built().display()))?;
    if made.has_dylibs || bytes.windows(STD.len()).any(|window| window == STD) {
        folders.push(compilers_libraries(folder, processes).await?);
    }
    let mut seen = std::collections::BTreeSet::new();
    folders.retain(|folder| seen.insert(folder.clone()));
    Ok(folders)
}

/// Asks the compiler that cargo uses in `folder`.
async fn compilers_libraries(folder: &Path, processes: &mut Processes) -> anyhow::Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").map(PathBuf::from).or_else(|| crate::programs::find("rustc"));
    let rustc = rustc.context("rustc is not on the PATH")?;
    let mut command = guarded(&rustc);
    let mut running = processes
        .spawn(command.args(["--print", "target-libdir"]).current_dir(folder))
        .context("rustc could not be started")?;
    let mut said = None;
    while let Some(line) = running.next_line().await? {
        if let Line::Out(text) = line {
            said = said.or(Some(text));
        }
    }
    running.wait().await?;
    said.map(PathBuf::from).context("rustc doesn't tell where its libraries are")
}
