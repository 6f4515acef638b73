//! Counts the lines of code compiled only on a Mac, without blank lines and comments.

use crate::shell::root;
use anyhow::bail;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// # Errors
/// An unexpected argument, or a source that can't be read.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    if let Some(word) = args.first() {
        bail!("unknown word {word}: mac-lines takes none");
    }
    let mut files = Vec::new();
    for folder in ["app", "audio-core", "benchmarks/src", "crates"] {
        find(&root().join(folder), &mut files)?;
    }
    files.sort();
    let (mut all, mut run, mut built) = (0, 0, 0);
    for file in files {
        let text = fs::read_to_string(&file)?;
        let lines = text.lines().map(str::trim_start);
        let count = lines.filter(|line| !line.is_empty() && !line.starts_with("//")).count();
        let name = file.strip_prefix(root())?;
        // The real-time policy compiles over the shim, but no test runs it: see docs/decisions/0030.
        let mark = if name == Path::new("crates/dev-audio/src/platform/macos.rs") {
            built += count;
            '-'
        } else if text.contains("cfg(mac_shim)") {
            run += count;
            '*'
        } else {
            ' '
        };
        all += count;
        println!("{count:5} {mark} {}", name.display());
    }
    println!("{all:5}   in all");
    println!("{run:5} * of them run on Linux, over crates/mac-shim/");
    println!("{built:5} - of them compile over it");
    Ok(())
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "target" && name != "node_modules") {
                find(&path, files)?;
            }
        } else if path.extension().is_some_and(|kind| kind == "rs") && is_a_macs(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_a_macs(path: &Path) -> bool {
    let text = path.to_string_lossy();
    ["/macos/", "/macos.rs", "/coreaudio_calls/", "/coreaudio_calls.rs"]
        .iter()
        .any(|part| text.contains(part))
}
